import {
  addNotValid,
  advice,
  alterTable,
  findTable,
  type Index,
  indexesOf,
  inLaterMigration,
  listOf,
  type Operation,
  otherCommands,
  outsideTransaction,
  printName,
  printType,
  quoteIdentifier,
  rule,
  type Site,
  sayBecause,
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
      message: `changing the type of column ${quoteIdentifier(op.column)} ${wait.blocks} while ${listOf(slow)}${sayBecause(wait)}`,
      instead: stepsFor(op, at),
      hazard: wait.hazard,
    }
  },
})

function stepsFor(op: Operation<'AlterColumnType'>, at: Site): string {
  const checks = (findTable(at.before, op.table)?.constraints ?? []).flatMap(({ name, definition, columns, validated }) =>
    validated && definition.kind === 'check' && columns.includes(op.column) ? [{ name, definition }] : [],
  )
  const indexes = indexesOf(at.before, op.table).filter((index) => index.constraint === undefined && mentions(index, op.column))
  const collation = op.collation === undefined ? '' : ` COLLATE ${printName(op.collation)}`
  const using = op.using === undefined ? '' : ` USING ${op.using.sql}`
  return advice(
    'take out of the way what would be rebuilt or checked again, change the type, and put it back concurrently or NOT VALID',
    ...(indexes.length > 0 ? outsideTransaction(at) : []),
    ...indexes.map((index) => `DROP INDEX CONCURRENTLY ${printName(index.name)};`),
    ...(indexes.length > 0 ? [inLaterMigration] : []),
    ...checks.map(({ name }) => alterTable(op, `DROP CONSTRAINT ${quoteIdentifier(name)}`)),
    alterTable(op, `ALTER COLUMN ${quoteIdentifier(op.column)} TYPE ${printType(op.type)}${collation}${using}`),
    ...checks.map(({ name, definition }) => alterTable(op, addNotValid(definition, name))),
    ...(indexes.length > 0
      ? [`-- then CREATE INDEX CONCURRENTLY ${listOf(indexes.map(({ name }) => quoteIdentifier(name.name)))} as before`]
      : []),
    ...(checks.length > 0 ? [inLaterMigration] : []),
    ...checks.map(({ name }) => alterTable(op, `VALIDATE CONSTRAINT ${quoteIdentifier(name)}`)),
    ...otherCommands(at),
  )
}

function mentions(index: Index, column: string): boolean {
  return (
    index.keys.some((key) => key.column === column || key.expression?.columns.includes(column)) ||
    index.where?.columns.includes(column) === true
  )
}
