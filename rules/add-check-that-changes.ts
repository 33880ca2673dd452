import { constraintName, type Expression, printName, quoteIdentifier, rule, writtenConstraints } from '../src/rule.ts'

/** Functions whose result is another one each time, or for each session. */
const changing = new Set([
  'now',
  'current_timestamp',
  'transaction_timestamp',
  'statement_timestamp',
  'clock_timestamp',
  'timeofday',
  'current_date',
  'current_time',
  'localtime',
  'localtimestamp',
  'random',
  'gen_random_uuid',
  'uuidv7',
  'nextval',
  'current_user',
  'session_user',
  'current_setting',
])

export default rule({
  on: ['CreateTable', 'AddColumn', 'AddConstraint'],
  hazard: 'fails',
  certainty: 'possible',
  summary: 'a CHECK depends on when, or by whom, it is asked',
  why: `PostgreSQL takes a CHECK for something that stays true: it is checked when a row is written, and never again. One that compares with the time
becomes false by itself. From then on every UPDATE of such a row fails, whatever it changes, VALIDATE fails, and so does the restore of a dump, after
which the table is empty.`,
  instead: `Check it in the application or in a BEFORE INSERT trigger; for a value relative to another moment, store that moment in a column and compare the two.`,
  references: ['https://www.postgresql.org/docs/current/ddl-constraints.html#DDL-CONSTRAINTS-CHECK-CONSTRAINTS'],
  knownAs: ['migrationpilot/MP087', 'migrationpilot/ban-volatile-check-constraint'],
  check(op, at) {
    if (at.skipped !== undefined || at.refused !== undefined) return undefined
    return writtenConstraints(op).flatMap(({ table, constraint }) => {
      if (constraint.kind !== 'check') return []
      const call = constraint.expression.calls.find(({ function: called }) => changing.has(called.name))
      if (call === undefined || staysTrue(constraint.expression)) return []
      const name = quoteIdentifier(constraintName(constraint, table, at))
      return `once a row of ${printName(at.resolve(table))} no longer passes ${name}, its UPDATEs fail, and so does the restore of a dump: it calls ${call.function.name}`
    })
  },
})

/** `created <= now()`: what was in the past stays there. */
function staysTrue(expression: Expression): boolean {
  const clock = /^(?:now \( \)|current_timestamp|current_date|localtimestamp|statement_timestamp \( \)|clock_timestamp \( \))$/i
  return expression.conjuncts.every((branch) => {
    const sides = /^(.*?) (<=?|>=?) (.*)$/.exec(branch)
    if (sides === null) return !/\b(?:now|current_|localtime|random|clock_|statement_|transaction_)/i.test(branch)
    const [, left = '', operator = '', right = ''] = sides
    return operator.startsWith('<') ? clock.test(right) : clock.test(left)
  })
}
