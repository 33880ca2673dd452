import { type Operation, quoteIdentifier, rule, type Site } from '../src/rule.ts'

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
    'safe-migrate/partition-strategy-mismatch',
    'migrationpilot/MP049',
    'migrationpilot/require-partition-key-in-pk',
    'migrationpilot/MP097',
    'migrationpilot/ban-drop-constraint-backing-index',
    'migrationpilot/SQ004',
    'migrationpilot/ordering-hazard',
  ],
  check(op, at) {
    const refused = at.refused ?? assignedTwice(op, at)
    if (refused === undefined) return undefined
    return {
      message: `PostgreSQL refuses this: ${refused.replace(/\.$/, '')}`,
      // Under an IF it may never run, and an exception handler may be waiting for it.
      certainty: at.statement.conditional ? 'possible' : 'certain',
    }
  },
})

/** Fields and elements of one column may each be assigned to; the operation does not tell them from the column. */
function assignedTwice(op: Operation, at: Site): string | undefined {
  if (op.kind !== 'Update' || /\[|\.\s*"?\w+"?\s*=/.test(at.statement.sql)) return undefined
  const columns = op.assigned.map(({ column }) => column)
  const twice = columns.find((column, index) => columns.indexOf(column) < index)
  return twice === undefined ? undefined : `multiple assignments to same column ${quoteIdentifier(twice)}`
}
