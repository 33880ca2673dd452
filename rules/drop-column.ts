import { planDropColumn } from '../src/plan/builder/drop-column.ts'
import {
  advice,
  alterTable,
  askColumnAsDeployed,
  bodiesNaming,
  certaintyOf,
  findColumn,
  findTable,
  giveApp,
  type Index,
  inCode,
  indexesOf,
  inLaterMigration,
  listOf,
  mentionsColumn,
  type Operation,
  otherCommands,
  printName,
  quoteIdentifier,
  replacesColumn,
  rule,
  type Site,
} from '../src/rule.ts'

export default rule({
  on: ['DropColumn'],
  hazard: 'breaks clients',
  certainty: 'possible',
  summary: 'a column goes that running code may still read or write',
  why: `Dropping a column is instant and cannot be undone: its values are gone, and every query of the code that is still running that names the
column fails. Most ORMs name all columns they know, used or not. Every index that contains the column goes with it, also those over several
columns, and its UNIQUE, CHECK and foreign key constraints.`,
  instead: `Deploy code that does not name the column first (an ORM has to be told to ignore it), and drop it in a later change set. If it is NOT
NULL without a default, drop NOT NULL before that deploy, since the new code's INSERTs leave it out. Tell phasewise where the application is
(\`app\` in the configuration, \`--app\` on the command line), and it looks for code that still names the column.`,
  references: ['https://www.postgresql.org/docs/current/sql-altertable.html#SQL-ALTERTABLE-NOTES'],
  knownAs: [
    'squawk/ban-drop-column',
    'pgls/banDropColumn',
    'strong_migrations/remove_column',
    'online_migrations/remove_column',
    'safe-pg-migrations/remove_column',
    'excellent_migrations/column_removed',
    'django-migration-linter/DROP_COLUMN',
    'pgfence/drop-column',
    'atlas/DS103',
    'atlas/BC104',
    'atlas/CD101',
    'pg-schema-diff/DELETES_DATA',
    'pg-schema-diff/INDEX_DROPPED',
    'bytebase/SCHEMA_BACKWARD_COMPATIBILITY',
    'pg-migration-lint/PGM009',
    'pg-migration-lint/PGM010',
    'pg-migration-lint/PGM011',
    'pg-migration-lint/PGM012',
    'migrationpilot/MP017',
    'migrationpilot/no-drop-column',
    'migrationpilot/MP052',
    'migrationpilot/warn-dependent-objects',
  ],
  check(op, at) {
    if (at.skipped !== undefined || at.refused !== undefined || at.isNew(op.table)) return undefined
    const column = findColumn(at.before, op.table, op.column)
    if (at.inChangeSet(column?.origin) || replacesColumn(op, at)) return undefined
    // A key keeps its columns NOT NULL.
    const inKey = findTable(at.before, op.table)?.constraints.some(
      ({ definition, columns }) => definition.kind === 'primary key' && columns.includes(op.column),
    )
    const required =
      inKey !== true && column?.notNull === true && column.default === undefined && !column.generated && !column.identity
    const name = quoteIdentifier(op.column)
    const code = inCode(askColumnAsDeployed(op.table, op.column, at), at)
    const what = `dropping column ${name} of ${printName(at.resolve(op.table))}`
    const bodies = bodiesNaming(at, at.resolve(op.table), op.column)
    const lost = `its values are gone for good${goesWithIt(op, at)}${bodies}`
    return {
      message: `${what}${code?.said ?? ' breaks running code that still names it'}${code?.certainty === 'checked' ? ';' : ', and'} ${lost}`,
      ...certaintyOf(code, bodies),
      instead:
        code?.certainty === 'checked'
          ? undefined
          : advice(
              `deploy code that does not name it first, and drop it in a later change set${code === undefined ? giveApp : ''}`,
              ...(required
                ? [
                    '-- before that deploy, so that INSERTs may leave it out',
                    alterTable(op, `ALTER COLUMN ${name} DROP NOT NULL`),
                    inLaterMigration,
                  ]
                : []),
              alterTable(op, `DROP COLUMN ${op.columnIfExists ? 'IF EXISTS ' : ''}${name}`),
              ...otherCommands(at),
            ),
    }
  },
  rewrite: planDropColumn,
})

/** Indexes over other columns too, whose loss the statement does not show, and foreign keys. */
function goesWithIt(op: Operation<'DropColumn'>, at: Site): string {
  const indexes = indexesOf(at.before, op.table)
    .filter((index) => mentionsColumn(index, op.column) && !isOnlyOver(index, op.column))
    .map(({ name }) => `index ${printName(name)}`)
  const keys = (findTable(at.before, op.table)?.constraints ?? [])
    .filter(({ definition, columns }) => definition.kind === 'foreign key' && columns.includes(op.column))
    .map(({ name }) => `foreign key ${quoteIdentifier(name)}`)
  const gone = [...indexes, ...keys]
  return gone.length === 0 ? '' : `; ${listOf(gone)} ${gone.length === 1 ? 'goes' : 'go'} with it`
}

function isOnlyOver(index: Index, column: string): boolean {
  return index.include.length === 0 && index.keys.every((key) => key.column === column)
}
