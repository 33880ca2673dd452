import { printName, rule } from '../src/rule.ts'

export default rule({
  on: ['CreateIndex'],
  hazard: 'style',
  summary: 'an index whose name is left to PostgreSQL',
  why: `PostgreSQL makes up a name from the table and the columns, with a number where it is taken. The number depends on what was there before, so that
two databases with the same migrations can have different names, and a later DROP INDEX finds nothing or the wrong one.`,
  instead: `Give the index a name, so that later migrations can speak of it.`,
  references: ['https://www.postgresql.org/docs/current/sql-createindex.html'],
  knownAs: ['migrationpilot/MP042', 'migrationpilot/require-index-name'],
  check(op, at) {
    return op.index === undefined && at.refused === undefined
      ? `the index on ${printName(at.resolve(op.table))} has no name of its own`
      : undefined
  },
})
