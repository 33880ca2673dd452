import { planAddForeignKey, planEnforce } from '../src/plan/builder/add-foreign-key.ts'
import {
  addForeignKey,
  addNotValid,
  advice,
  alterTable,
  constraintName,
  descendantsOf,
  findConstraint,
  findTable,
  inLaterMigration,
  type Operation,
  otherCommands,
  quoteIdentifier,
  rule,
  type Site,
  splitValidation,
  waitFor,
} from '../src/rule.ts'

export default rule({
  on: ['AddConstraint', 'AlterConstraint'],
  hazard: 'blocks writes',
  summary: 'a foreign key that is checked against all rows while it is added',
  why: `ADD FOREIGN KEY locks both tables against writes and looks up every row of the referencing one before it lets go. With NOT VALID the locks
are the same but last a moment, since only new rows are checked; VALIDATE CONSTRAINT then looks up the old rows while traffic goes on. Making an
existing foreign key ENFORCED (PostgreSQL 18) looks up every row too.`,
  instead: `Add the foreign key with NOT VALID and validate it in a later transaction. Before PostgreSQL 18 a partitioned table refuses NOT VALID: add
it to each partition, under the same name, with NOT VALID, and validate it there; then add it to the parent, which takes over what its
partitions have proven.`,
  references: [
    'https://www.postgresql.org/docs/current/sql-altertable.html#SQL-ALTERTABLE-DESC-ADD-TABLE-CONSTRAINT',
    'https://www.postgresql.org/docs/current/sql-altertable.html#SQL-ALTERTABLE-NOTES',
  ],
  knownAs: [
    'squawk/adding-foreign-key-constraint',
    'squawk/constraint-missing-not-valid',
    'pgls/addingForeignKeyConstraint',
    'pgls/constraintMissingNotValid',
    'eugene/E1',
    'strong_migrations/add_foreign_key',
    'online_migrations/add_foreign_key',
    'safe-pg-migrations/add_foreign_key',
    'excellent_migrations/column_reference_added',
    'pgfence/add-constraint-fk-no-not-valid',
    'atlas/PG306',
    'pg-schema-diff/ACQUIRES_SHARE_ROW_EXCLUSIVE_LOCK',
    'bytebase/STATEMENT_ADD_FOREIGN_KEY_NOT_VALID',
    'bytebase/SCHEMA_BACKWARD_COMPATIBILITY',
    'pg-migration-lint/PGM014',
    'migrationpilot/MP005',
    'migrationpilot/require-not-valid-foreign-key',
    'migrationpilot/MP069',
    'migrationpilot/warn-fk-lock-both-tables',
  ],
  check(op, at) {
    if (op.kind === 'AddConstraint' && op.constraint.kind !== 'foreign key') return undefined
    const wait = waitFor(at)
    if (wait === undefined) return undefined
    if (op.kind === 'AlterConstraint') {
      return {
        message: `enforcing ${quoteIdentifier(op.constraint)} ${wait.blocks} while every row is looked up`,
        instead: enforcingAgain(op, at),
        hazard: wait.hazard,
      }
    }
    if (op.constraint.kind !== 'foreign key') return undefined
    const name = constraintName(op.constraint, op.table, at)
    return {
      message: `adding ${quoteIdentifier(name)} ${wait.blocks} while every row is looked up`,
      instead: stepsFor(op, op.constraint, name, at),
      hazard: wait.hazard,
      fix: () => splitValidation(op, at),
    }
  },
  rewrite: (op, at) => (op.kind === 'AddConstraint' ? planAddForeignKey(op, at) : planEnforce(op, at)),
})

type ForeignKey = Extract<Operation<'AddConstraint'>['constraint'], { kind: 'foreign key' }>

function stepsFor(op: Operation<'AddConstraint'>, constraint: ForeignKey, name: string, at: Site): string {
  const validate = `VALIDATE CONSTRAINT ${quoteIdentifier(name)}`
  if (findTable(at.before, op.table)?.partitionBy === undefined || at.postgres >= 18) {
    return advice(
      'add it for new rows only, then look up the old ones under a lock that lets traffic through',
      alterTable(op, addNotValid(constraint, name)),
      inLaterMigration,
      alterTable(op, validate),
      ...otherCommands(at),
    )
  }
  const leaves = descendantsOf(at.before, op.table).filter((table) => table.partitionBy === undefined)
  return advice(
    'a partitioned table refuses NOT VALID before PostgreSQL 18: prove it partition by partition, under the same name, then add it to the parent',
    ...leaves.map((leaf) => alterTable({ table: leaf.name }, addNotValid(constraint, name))),
    ...(leaves.length === 0 ? [`-- for each partition: ${addNotValid(constraint, name)}`] : []),
    `${inLaterMigration}${leaves.length === 0 ? `, for each partition: ${validate}` : ''}`,
    ...leaves.map((leaf) => alterTable({ table: leaf.name }, validate)),
    inLaterMigration,
    alterTable(op, addForeignKey(constraint, name)),
    ...otherCommands(at),
  )
}

function enforcingAgain(op: Operation<'AlterConstraint'>, at: Site): string {
  const known = findConstraint(at.before, op.table, op.constraint)?.definition
  if (known?.kind !== 'foreign key')
    return 'drop the foreign key, add it again with NOT VALID, and validate it in a later migration'
  return advice(
    'put an enforced one in its place that binds new rows only, then look up the old ones while traffic goes on',
    alterTable(op, `DROP CONSTRAINT ${quoteIdentifier(op.constraint)}`),
    alterTable(op, addNotValid(known, op.constraint)),
    inLaterMigration,
    alterTable(op, `VALIDATE CONSTRAINT ${quoteIdentifier(op.constraint)}`),
    ...otherCommands(at),
  )
}
