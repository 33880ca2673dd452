import { planSetNotNull } from '../src/plan/builder/set-not-null.ts'
import {
  findTable,
  notNullSteps,
  type Operation,
  quoteIdentifier,
  rule,
  type Site,
  splitValidation,
  type TableConstraint,
  waitFor,
} from '../src/rule.ts'

export default rule({
  on: ['SetNotNull', 'AddConstraint'],
  hazard: 'blocks reads',
  summary: 'NOT NULL on a column that nothing proves to be free of NULLs',
  why: `PostgreSQL reads the whole table to see that the column holds no NULL, and reads and writes wait meanwhile. It can skip that when a
validated CHECK constraint already says \`column IS NOT NULL\`, alone or as a branch of an AND. A constraint that is NOT VALID, an OR, or
\`column > 0\` proves nothing: a CHECK passes when it is NULL.`,
  instead: `Prove it under a lock that lets traffic through: add \`CHECK (column IS NOT NULL) NOT VALID\`, validate it in a later transaction, then
SET NOT NULL, which now reads nothing, and drop the CHECK. From PostgreSQL 18 on, \`ADD CONSTRAINT … NOT NULL column NOT VALID\` and a later
VALIDATE do the same in two steps. Rows that hold NULL are refused by later updates from the first step on: fill them before.`,
  references: [
    'https://www.postgresql.org/docs/current/sql-altertable.html#SQL-ALTERTABLE-DESC-SET-DROP-NOT-NULL',
    'https://www.postgresql.org/docs/current/sql-altertable.html#SQL-ALTERTABLE-NOTES',
  ],
  knownAs: [
    'squawk/adding-not-nullable-field',
    'squawk/constraint-missing-not-valid',
    'pgls/addingNotNullField',
    'eugene/E2',
    'strong_migrations/change_column_null_postgresql',
    'strong_migrations/change_column_null',
    'online_migrations/change_column_null',
    'online_migrations/add_not_null_constraint',
    'safe-pg-migrations/change_column_null',
    'excellent_migrations/not_null_added',
    'django-migration-linter/NOT_NULL',
    'pgfence/alter-column-set-not-null',
    'atlas/MF104',
    'atlas/PG303',
    'pg-schema-diff/ACQUIRES_ACCESS_EXCLUSIVE_LOCK',
    'bytebase/STATEMENT_DISALLOW_ADD_NOT_NULL',
    'pg-migration-lint/PGM013',
    'migrationpilot/MP002',
    'migrationpilot/require-check-not-null-pattern',
    'migrationpilot/MP018',
    'migrationpilot/no-force-set-not-null',
    'migrationpilot/MP081',
    'migrationpilot/prefer-pg18-not-null-not-valid',
  ],
  check(op, at) {
    if (op.kind === 'AddConstraint' && op.constraint.kind !== 'not null') return undefined
    const wait = waitFor(at)
    if (wait === undefined || !wait.work.has('scan')) return undefined
    const column = columnOf(op)
    const pending = unvalidatedProof(column, op, at)
    const reason = pending === undefined ? '' : `: ${quoteIdentifier(pending.name)} is not validated and proves nothing`
    return {
      message: `NOT NULL on column ${quoteIdentifier(column)} ${wait.blocks} while every row is checked${reason}`,
      instead: notNullSteps(column, pending, op, at),
      hazard: wait.hazard,
      ...(op.kind === 'AddConstraint' ? { fix: () => splitValidation(op, at) } : {}),
    }
  },
  rewrite: (op, at, wishes) => (op.kind === 'SetNotNull' ? planSetNotNull(op, at, wishes) : []),
})

type Subject = Operation<'SetNotNull' | 'AddConstraint'>

function columnOf(op: Subject): string {
  if (op.kind === 'SetNotNull') return op.column
  return op.constraint.kind === 'not null' ? op.constraint.column : ''
}

function unvalidatedProof(column: string, op: Subject, at: Site): TableConstraint | undefined {
  return findTable(at.before, op.table)?.constraints.find(
    ({ definition, validated }) =>
      !validated &&
      ((definition.kind === 'check' && definition.expression.provesNotNull.includes(column)) ||
        (definition.kind === 'not null' && definition.column === column)),
  )
}
