import { planAddColumn } from '../src/plan/builder/add-column.ts'
import { newColumnSteps, quoteIdentifier, rule, sayBecause, waitFor } from '../src/rule.ts'

export default rule({
  on: ['AddColumn'],
  hazard: 'blocks reads',
  summary: 'a new column whose value differs per row rewrites the table',
  why: `PostgreSQL stores one value for all existing rows when it can compute it once: a constant, \`now()\`, any default that calls nothing
volatile. It has to write every row anew, and rebuild every index, when the value differs per row: a volatile default
(\`gen_random_uuid()\`, \`clock_timestamp()\`, \`random()\`, \`nextval()\`), \`serial\`, an identity, a stored generated column, or a type that
is a domain with a constraint. Reads and writes of the table wait until that is done.`,
  instead: `Add the column without the part that differs per row, which changes the catalog only; set the default in the same statement, after
it, so that it holds for new rows; fill the old rows in batches; then prove NOT NULL and add constraints by their own steps.`,
  references: [
    'https://www.postgresql.org/docs/current/sql-altertable.html#SQL-ALTERTABLE-NOTES',
    'https://www.postgresql.org/docs/current/xfunc-volatility.html',
  ],
  knownAs: [
    'squawk/adding-field-with-default',
    'squawk/adding-serial-primary-key-field',
    'pgls/addingFieldWithDefault',
    'pgls/addSerialColumn',
    'eugene/E10',
    'eugene/E11',
    'strong_migrations/add_column_default',
    'strong_migrations/add_column_default_callable',
    'strong_migrations/add_column_auto_incrementing',
    'strong_migrations/add_column_generated_stored',
    'online_migrations/add_column_with_default',
    'online_migrations/add_column_with_default_null',
    'online_migrations/add_timestamps_with_default',
    'online_migrations/add_column_generated_stored',
    'safe-pg-migrations/add_column',
    'excellent_migrations/column_volatile_default',
    'excellent_migrations/column_added_with_default',
    'pgfence/add-column-non-constant-default',
    'pgfence/add-column-constant-default',
    'pgfence/add-column-default-pre-pg11',
    'pgfence/add-column-serial',
    'pgfence/add-column-stored-generated',
    'atlas/PG302',
    'atlas/PG309',
    'atlas/PG310',
    'pg-schema-diff/ACQUIRES_ACCESS_EXCLUSIVE_LOCK',
    'bytebase/COLUMN_DEFAULT_DISALLOW_VOLATILE',
    'bytebase/STATEMENT_DISALLOW_ADD_COLUMN_WITH_DEFAULT',
    'pg-migration-lint/PGM006',
    'migrationpilot/MP003',
    'migrationpilot/volatile-default-table-rewrite',
    'migrationpilot/MP015',
    'migrationpilot/no-add-column-serial',
    'migrationpilot/MP062',
    'migrationpilot/ban-add-generated-stored-column',
  ],
  check(op, at) {
    const wait = waitFor(at)
    if (wait === undefined || !wait.work.has('rewrite')) return undefined
    return {
      message: `adding column ${quoteIdentifier(op.column.name)} ${wait.blocks} while every row is rewritten${sayBecause(wait, 'rewrite')}`,
      instead: newColumnSteps(op, at),
      hazard: wait.hazard,
    }
  },
  rewrite: planAddColumn,
})
