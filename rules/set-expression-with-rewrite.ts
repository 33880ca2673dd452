import {
  advice,
  alterTable,
  derivedName,
  findColumn,
  otherCommands,
  printType,
  quoteIdentifier,
  rule,
  sayBecause,
  waitFor,
} from '../src/rule.ts'

export default rule({
  on: ['SetExpression'],
  hazard: 'blocks reads',
  summary: 'a new expression for a stored generated column rewrites the table',
  why: `SET EXPRESSION (PostgreSQL 17) computes a stored generated column anew for every row: the whole table and its indexes are written again, and
reads and writes wait until that is done. A virtual column (18) is computed when it is read, so nothing is rewritten.`,
  instead: `Add a second column for the new expression, kept by a trigger and filled in batches, let the code read that one, then drop the old column.
With PostgreSQL 18 a virtual column needs no rewrite at all.`,
  references: ['https://www.postgresql.org/docs/current/sql-altertable.html#SQL-ALTERTABLE-DESC-SET-EXPRESSION'],
  knownAs: [],
  check(op, at) {
    const wait = waitFor(at)
    if (wait === undefined || !wait.work.has('rewrite')) return undefined
    const type = findColumn(at.before, op.table, op.column)?.type
    const other = quoteIdentifier(derivedName(op.column, 'new'))
    const sentence =
      'add a plain column for the new expression, kept by a trigger and filled in batches, and drop the old one once nothing reads it'
    return {
      message: `the new expression of column ${quoteIdentifier(op.column)} ${wait.blocks} while every row is rewritten${sayBecause(wait, 'rewrite')}`,
      instead:
        type === undefined
          ? sentence
          : advice(
              sentence,
              alterTable(op, `ADD COLUMN ${other} ${printType(type)}`),
              `-- in its BEFORE INSERT OR UPDATE trigger: NEW.${other} := (${op.expression.sql}), each column of it as NEW.column`,
              ...otherCommands(at),
            ),
      hazard: wait.hazard,
    }
  },
})
