import { planAlterColumnType } from '../src/plan/builder/alter-column-type.ts'
import { newTypeSteps, quoteIdentifier, rule, sayBecause, waitFor } from '../src/rule.ts'

export default rule({
  on: ['AlterColumnType'],
  hazard: 'blocks reads',
  summary: 'a type change that writes every row of the table anew',
  why: `A type change is free when the stored bytes stay as they are: \`varchar(20)\` to \`varchar(50)\` or \`text\`, \`numeric(10,2)\` to \`numeric(12,2)\`,
\`timestamp\` to \`timestamptz\` while the session's TimeZone is UTC. Otherwise PostgreSQL writes the whole table and all its indexes anew, and
reads and writes wait until that is done. A USING expression that is more than a cast always does so.`,
  instead: `Add a column of the new type, keep it in step with a trigger, fill the old rows in batches, build its indexes concurrently, and exchange the
names of the two columns in one short transaction. \`phasewise plan\` writes all of it.`,
  references: [
    'https://www.postgresql.org/docs/current/sql-altertable.html#SQL-ALTERTABLE-NOTES',
    'https://www.postgresql.org/docs/current/sql-altertable.html#SQL-ALTERTABLE-DESC-SET-DATA-TYPE',
  ],
  knownAs: [
    'squawk/changing-column-type',
    'pgls/changingColumnType',
    'eugene/E5',
    'eugene/E10',
    'strong_migrations/change_column',
    'strong_migrations/change_column_with_not_null',
    'online_migrations/change_column',
    'online_migrations/change_column_with_not_null',
    'excellent_migrations/column_type_changed',
    'django-migration-linter/ALTER_COLUMN',
    'pgfence/alter-column-type',
    'atlas/PG301',
    'pg-schema-diff/ACQUIRES_ACCESS_EXCLUSIVE_LOCK',
    'bytebase/COLUMN_DISALLOW_CHANGE_TYPE',
    'bytebase/SCHEMA_BACKWARD_COMPATIBILITY',
    'pg-migration-lint/PGM007',
    'migrationpilot/MP007',
    'migrationpilot/no-column-type-change',
  ],
  check(op, at) {
    const wait = waitFor(at)
    if (wait === undefined || !wait.work.has('rewrite')) return undefined
    return {
      message: `changing the type of column ${quoteIdentifier(op.column)} ${wait.blocks} while every row is rewritten${sayBecause(wait, 'rewrite')}`,
      instead: newTypeSteps(op, at),
      hazard: wait.hazard,
    }
  },
  rewrite: planAlterColumnType,
})
