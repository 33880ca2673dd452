import { planAddCheck } from '../src/plan/builder/add-check.ts'
import {
  addNotValid,
  advice,
  alterTable,
  constraintName,
  inLaterMigration,
  otherCommands,
  quoteIdentifier,
  rule,
  splitValidation,
  waitFor,
} from '../src/rule.ts'

export default rule({
  on: ['AddConstraint'],
  hazard: 'blocks reads',
  summary: 'a CHECK that is checked against all rows while it is added',
  why: `ADD CHECK takes the table for itself, for reads too, and reads every row before it lets go. With NOT VALID it binds new rows at once and
reads no old ones; VALIDATE CONSTRAINT then reads them while traffic goes on.`,
  instead: `Add the constraint with NOT VALID, repair the rows that break it, and validate it in a later transaction: in the same one the strong lock of
the first step would be held through the scan.`,
  references: [
    'https://www.postgresql.org/docs/current/sql-altertable.html#SQL-ALTERTABLE-DESC-ADD-TABLE-CONSTRAINT',
    'https://www.postgresql.org/docs/current/sql-altertable.html#SQL-ALTERTABLE-NOTES',
  ],
  knownAs: [
    'squawk/constraint-missing-not-valid',
    'pgls/constraintMissingNotValid',
    'eugene/E1',
    'strong_migrations/add_check_constraint',
    'online_migrations/add_check_constraint',
    'online_migrations/add_not_null_constraint',
    'online_migrations/add_text_limit_constraint',
    'safe-pg-migrations/add_check_constraint',
    'excellent_migrations/check_constraint_added',
    'pgfence/add-constraint-check-no-not-valid',
    'atlas/PG305',
    'pg-schema-diff/ACQUIRES_ACCESS_EXCLUSIVE_LOCK',
    'bytebase/STATEMENT_ADD_CHECK_NOT_VALID',
    'bytebase/SCHEMA_BACKWARD_COMPATIBILITY',
    'pg-migration-lint/PGM015',
    'migrationpilot/MP030',
    'migrationpilot/require-not-valid-check',
  ],
  check(op, at) {
    if (op.constraint.kind !== 'check') return undefined
    const wait = waitFor(at)
    if (wait === undefined) return undefined
    const name = constraintName(op.constraint, op.table, at)
    return {
      message: `adding ${quoteIdentifier(name)} ${wait.blocks} while every row is checked`,
      instead: advice(
        'add it for new rows only, then check the old ones under a lock that lets traffic through',
        alterTable(op, addNotValid(op.constraint, name)),
        inLaterMigration,
        alterTable(op, `VALIDATE CONSTRAINT ${quoteIdentifier(name)}`),
        ...otherCommands(at),
      ),
      hazard: wait.hazard,
      fix: () => splitValidation(op, at),
    }
  },
  rewrite: planAddCheck,
})
