import { planDropTable } from '../src/plan/builder/drop-table.ts'
import {
  advice,
  askTableAsDeployed,
  bodiesNaming,
  certaintyOf,
  findTable,
  giveApp,
  inCode,
  printName,
  rule,
} from '../src/rule.ts'

export default rule({
  on: ['DropTable'],
  hazard: 'loses data',
  certainty: 'possible',
  summary: 'a table goes that running code may still use',
  why: `Dropping a table deletes its rows, indexes, triggers and grants for good, and every query of the code that is still running that names
it fails. Its foreign keys go too, and for that moment the tables at their other ends are locked as well.`,
  instead: `Deploy code that does not use the table first, and drop it in a later change set, without CASCADE, so that PostgreSQL refuses if
something still depends on it. Tell phasewise where the application is (\`app\` in the configuration, \`--app\` on the command line), and it looks
for code that still names the table.`,
  references: ['https://www.postgresql.org/docs/current/sql-droptable.html'],
  knownAs: [
    'squawk/ban-drop-table',
    'pgls/banDropTable',
    'strong_migrations/create_table',
    'online_migrations/create_table',
    'online_migrations/drop_table_multiple_foreign_keys',
    'safe-pg-migrations/create_table',
    'safe-pg-migrations/drop_table',
    'excellent_migrations/table_dropped',
    'django-migration-linter/DROP_TABLE',
    'pgfence/drop-table',
    'atlas/DS102',
    'atlas/BC103',
    'pg-schema-diff/DELETES_DATA',
    'bytebase/SCHEMA_BACKWARD_COMPATIBILITY',
    'bytebase/TABLE_DROP_NAMING_CONVENTION',
    'pg-migration-lint/PGM201',
    'migrationpilot/MP026',
    'migrationpilot/ban-drop-table',
  ],
  check(op, at) {
    if (at.skipped !== undefined || at.refused !== undefined || at.isNew(op.table)) return undefined
    const table = findTable(at.before, op.table)
    // Plans keep the progress of their batches in this table and drop it at the end; no application knows it.
    if (table?.persistence === 'temporary' || op.table.name === 'phasewise_progress') return undefined
    const name = printName(at.resolve(op.table))
    const foreign = op.foreign || table?.kind === 'foreign table'
    const code = inCode(askTableAsDeployed(op.table, at), at)
    const bodies = bodiesNaming(at, at.resolve(op.table))
    const breaks = `${code?.said ?? ' breaks running code that still uses it'}${bodies}`
    return {
      message: foreign
        ? `dropping foreign table ${name}${breaks}`
        : `dropping ${name} deletes its rows for good${breaks.startsWith(':') ? breaks : ` and${breaks}`}`,
      ...certaintyOf(code, bodies),
      hazard: foreign ? 'breaks clients' : 'loses data',
      instead:
        code?.certainty === 'checked'
          ? undefined
          : advice(
              `deploy code that does not use it first, and drop it in a later change set${code === undefined ? giveApp : ''}`,
              ...(op.cascade ? ['-- without CASCADE PostgreSQL refuses where something still depends on it'] : []),
              `DROP ${foreign ? 'FOREIGN ' : ''}TABLE ${op.ifExists ? 'IF EXISTS ' : ''}${printName(op.table)};`,
            ),
    }
  },
  rewrite: planDropTable,
})
