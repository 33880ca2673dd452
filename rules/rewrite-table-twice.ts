import { excerpt, printName, type Report, rule, type Statement } from '../src/rule.ts'

export default rule({
  on: ['Migration'],
  hazard: 'style',
  summary: 'a migration rewrites a table more than once',
  why: `ALTER TABLE does all its commands in one pass: three type changes in one statement cost one rewrite, in three statements three. Statements that rewrite
nothing need not be merged: it saves a moment, and steps that have to be apart (NOT VALID and VALIDATE) must not be.`,
  instead: `Where the rewrite cannot be avoided, put the commands that rewrite one table into one ALTER TABLE.`,
  references: ['https://www.postgresql.org/docs/current/sql-altertable.html#SQL-ALTERTABLE-NOTES'],
  knownAs: [
    'eugene/W12',
    'pgls/multipleAlterTable',
    'bytebase/STATEMENT_MERGE_ALTER_TABLE',
    'pg-migration-lint/PGM023',
    'migrationpilot/MP058',
    'migrationpilot/multi-alter-table-same-table',
  ],
  check(_migration, at) {
    const first = new Map<string, Statement>()
    const reports: Report[] = []
    for (const { statement, inUse } of [...at.earlier, at.transaction].flatMap(({ entries }) => entries)) {
      for (const effect of inUse.filter(({ work, kind }) => work.has('rewrite') && kind === 'table')) {
        const name = printName(effect.relation)
        const before = first.get(name)
        first.set(name, before ?? statement)
        if (before === undefined || before === statement) continue
        reports.push({
          message: `${name} is rewritten again, after ${excerpt(before)}: one ALTER TABLE would rewrite it once`,
          span: statement.span,
          effects: [effect],
        })
      }
    }
    return reports
  },
})
