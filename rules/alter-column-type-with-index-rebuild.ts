import { planAlterColumnType } from '../src/plan/builder/alter-column-type.ts'
import {
  addNotValid,
  advice,
  alterTable,
  createIndex,
  findIndex,
  findTable,
  inLaterMigration,
  listOf,
  literal,
  newTypeSteps,
  type Operation,
  otherCommands,
  outsideTransaction,
  printName,
  printType,
  quoteIdentifier,
  rule,
  type Site,
  sayBecause,
  type Wait,
  waitFor,
} from '../src/rule.ts'

export default rule({
  on: ['AlterColumnType'],
  hazard: 'blocks reads',
  summary: 'a type change that leaves the rows alone but rebuilds indexes or checks constraints again',
  why: `Some type changes rewrite nothing and are still slow. A new collation, \`timestamp\` to \`timestamptz\` under UTC or \`text\` to \`citext\` change
how values sort, so every index on the column is built anew; so is an expression or partial index that mentions the column, whatever the change.
A validated CHECK on the column is checked against every row again. Reads and writes wait meanwhile, since ALTER TABLE has the table to itself.`,
  instead: `Take out of the way what would be rebuilt or checked, change the type, and put it back in the way that lets traffic through: indexes
concurrently, CHECK constraints with NOT VALID and a later VALIDATE.`,
  references: [
    'https://www.postgresql.org/docs/current/sql-altertable.html#SQL-ALTERTABLE-NOTES',
    'https://www.postgresql.org/docs/current/sql-createindex.html#SQL-CREATEINDEX-CONCURRENTLY',
  ],
  knownAs: [
    'eugene/E10',
    'atlas/PG301',
    'strong_migrations/change_column_constraint',
    'online_migrations/change_column_constraint',
    'migrationpilot/MP007',
    'migrationpilot/no-column-type-change',
    'migrationpilot/MP089',
    'migrationpilot/warn-collation-change-rewrite',
  ],
  check(op, at) {
    const wait = waitFor(at)
    // A rewrite builds all indexes and checks all rows by the way: alter-column-type-with-rewrite says so.
    if (wait === undefined || wait.work.has('rewrite')) return undefined
    const slow = [
      ...(wait.work.has('index build') ? ['indexes are rebuilt'] : []),
      ...(wait.work.has('scan') ? ['every row is checked again'] : []),
    ]
    return {
      message: `changing the type of column ${quoteIdentifier(op.column)} ${wait.blocks} while ${listOf(slow)}${sayWhy(wait)}`,
      instead: stepsFor(op, wait, at),
      hazard: wait.hazard,
    }
  },
  rewrite: planAlterColumnType,
})

/** `: public.users_name_idx has an expression`, without what the message has said. */
function sayWhy(wait: Wait): string {
  return sayBecause(wait)
    .replace(/ and is built anew$/, '')
    .replace(/^: every row is checked against (.*) again$/, ' against $1')
}

function stepsFor(op: Operation<'AlterColumnType'>, wait: Wait, at: Site): string {
  const table = findTable(at.before, op.table)
  const checks = (table?.constraints ?? []).flatMap(({ name, definition, columns, validated }) =>
    validated && definition.kind === 'check' && columns.includes(op.column) ? [{ name, definition }] : [],
  )
  const rebuilt = wait.worked
    .filter(({ kind }) => kind === 'index')
    .flatMap(({ relation }) => findIndex(at.before, relation) ?? [])
  const isInTheWay = rebuilt.some((index) => index.constraint !== undefined || index.partitionOf !== undefined)
  // Of constraints only CHECK can be put back without a scan of both tables; other work has no way around the column.
  if (isInTheWay || table?.partitionBy !== undefined || (wait.work.has('scan') && checks.length === 0))
    return newTypeSteps(op, at)
  const collation = op.collation === undefined ? '' : ` COLLATE ${printName(op.collation)}`
  const using = op.using === undefined ? '' : ` USING ${op.using.sql}`
  const zone = op.type.name.name.startsWith('timestamp') ? at.setting('timezone') : undefined
  return advice(
    'take out of the way what would be rebuilt or checked again, change the type, and put it back concurrently or NOT VALID',
    ...(rebuilt.length > 0 ? outsideTransaction(at) : []),
    ...rebuilt.map((index) => `DROP INDEX CONCURRENTLY ${printName(index.name)};`),
    ...(rebuilt.length > 0 ? [inLaterMigration] : []),
    ...(zone === undefined ? [] : [`SET LOCAL TimeZone = ${literal(zone)};`]),
    ...checks.map(({ name }) => alterTable(op, `DROP CONSTRAINT ${quoteIdentifier(name)}`)),
    alterTable(op, `ALTER COLUMN ${quoteIdentifier(op.column)} TYPE ${printType(op.type)}${collation}${using}`),
    ...checks.map(({ name, definition }) => alterTable(op, addNotValid(definition, name))),
    ...(rebuilt.length > 0 ? ['-- and again in a migration that runs without a transaction'] : []),
    ...rebuilt.map((index) => createIndex(index, { table: op.table, index: index.name.name, concurrently: true })),
    ...(checks.length > 0 ? [inLaterMigration] : []),
    ...checks.map(({ name }) => alterTable(op, `VALIDATE CONSTRAINT ${quoteIdentifier(name)}`)),
    ...otherCommands(at),
  )
}
