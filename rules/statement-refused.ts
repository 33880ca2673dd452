import { rule } from '../src/rule.ts'

export default rule({
  on: ['Operation'],
  hazard: 'fails',
  summary: 'a statement that PostgreSQL must refuse, given the schema that the migrations have made',
  why: `The migrations before this statement are replayed into a schema, and against that schema the statement fails: it adds what exists, changes
what was dropped, drops what something else depends on. The migration stops there; what ran before it stays or is rolled back, as the tool's
transactions have it.`,
  instead: `Correct the statement, or the order of the migrations. If something outside the migrations changed the schema, write it down: put
the state before the first migration into a file and name it with \`--schema\`.`,
  references: [
    'https://www.postgresql.org/docs/current/errcodes-appendix.html',
    'https://www.postgresql.org/docs/current/ddl-depend.html',
  ],
  knownAs: [
    'squawk/ban-duplicate-column-assignments',
    'bytebase/BUILTIN_WALK_THROUGH_CHECK',
    'migrationpilot/SQ004',
    'migrationpilot/ordering-hazard',
  ],
  check(_op, at) {
    if (at.refused === undefined) return undefined
    return {
      message: `PostgreSQL refuses this: ${at.refused.replace(/\.$/, '')}`,
      // Under an IF it may never run, and an exception handler may be waiting for it.
      certainty: at.statement.conditional ? 'possible' : 'certain',
    }
  },
})
