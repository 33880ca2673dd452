import { planAddExclude } from '../src/plan/builder/add-exclude.ts'
import { constraintName, quoteIdentifier, rule, waitFor } from '../src/rule.ts'

export default rule({
  on: ['AddConstraint'],
  hazard: 'blocks reads',
  summary: 'an EXCLUDE constraint on an existing table builds its index under the strongest lock',
  why: `ADD EXCLUDE builds an index and compares all rows with each other while reads and writes wait. It is the one constraint that has no gentle
way: NOT VALID is refused, and it cannot take over an index that was built concurrently.`,
  instead: `If every operator is \`=\`, use UNIQUE, which can take over an index built concurrently. Otherwise make a new table that has the constraint, keep it
in step with a trigger, copy the rows in batches and exchange the names; or add the constraint in a quiet window with a short lock_timeout.`,
  references: [
    'https://www.postgresql.org/docs/current/sql-createtable.html#SQL-CREATETABLE-EXCLUDE',
    'https://www.postgresql.org/docs/current/sql-altertable.html#SQL-ALTERTABLE-DESC-ADD-TABLE-CONSTRAINT',
  ],
  knownAs: [
    'squawk/constraint-missing-not-valid',
    'pgls/avoidAddingExclusionConstraint',
    'eugene/E8',
    'strong_migrations/add_exclusion_constraint',
    'online_migrations/add_exclusion_constraint',
    'pgfence/add-constraint-exclude',
    'pgfence/create-table-exclude-constraint',
    'atlas/PG109',
    'pg-migration-lint/PGM019',
    'migrationpilot/MP031',
    'migrationpilot/ban-exclusion-constraint',
  ],
  check(op, at) {
    if (op.constraint.kind !== 'exclude') return undefined
    const wait = waitFor(at)
    if (wait === undefined) return undefined
    const name = constraintName(op.constraint, op.table, at)
    const onlyEqual = op.constraint.elements.every((element) => element.operator === '=')
    return {
      message: `adding ${quoteIdentifier(name)} ${wait.blocks} while its index is built`,
      instead: onlyEqual
        ? 'every operator is =, so UNIQUE says the same, and it can take over an index that was built concurrently'
        : 'there is no gentle way to add it to a table in use: copy into a new table that has it and exchange the names, or add it in a quiet window',
      hazard: wait.hazard,
    }
  },
  rewrite: planAddExclude,
})
