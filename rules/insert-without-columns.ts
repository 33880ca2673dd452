import { isLarge, printName, rule } from '../src/rule.ts'

export default rule({
  on: ['Insert'],
  hazard: 'style',
  summary: 'an INSERT that does not say which columns it fills',
  why: `Without a list of columns values go by position. A column that is added, dropped and added again, or in another place in another database, puts them
into the wrong ones or makes the statement fail, long after it was written.`,
  instead: `Name the columns: \`INSERT INTO t (a, b) VALUES …\`.`,
  references: ['https://www.postgresql.org/docs/current/sql-insert.html'],
  knownAs: ['bytebase/STATEMENT_INSERT_MUST_SPECIFY_COLUMN'],
  check(op, at) {
    // In the migration that makes the table, its columns stand above.
    if (op.columns.length > 0 || op.rows === 0 || at.refused !== undefined || !isLarge(op.table, at)) return undefined
    return `the values for ${printName(at.resolve(op.table))} go by position: name the columns`
  },
})
