import { planAddPrimaryKey } from '../src/plan/builder/add-primary-key.ts'
import {
  addUsingIndex,
  addWithIndex,
  advice,
  alterTable,
  beside,
  constraintName,
  derivedName,
  findIndex,
  findTable,
  indexByPartition,
  inLaterMigration,
  listOf,
  type Operation,
  otherCommands,
  outsideTransaction,
  presenceProofs,
  provenNotNull,
  quoteIdentifier,
  rule,
  type Site,
  uniqueIndexFor,
  waitFor,
} from '../src/rule.ts'

export default rule({
  on: ['AddConstraint'],
  hazard: 'blocks reads',
  summary: 'a PRIMARY KEY that builds its index, or looks for NULLs, while it is added',
  why: `ADD PRIMARY KEY builds an index while reads and writes wait. It also makes its columns NOT NULL, and reads the whole table for that unless
they are NOT NULL already or a validated CHECK proves it: USING INDEX spares the build, not this scan.`,
  instead: `Prove every nullable column with \`CHECK (column IS NOT NULL) NOT VALID\` and a later VALIDATE, build a unique index concurrently, then
\`ADD CONSTRAINT … PRIMARY KEY USING INDEX\` in a moment, and drop the CHECKs.`,
  references: [
    'https://www.postgresql.org/docs/current/sql-altertable.html#SQL-ALTERTABLE-DESC-ADD-TABLE-CONSTRAINT-USING-INDEX',
    'https://www.postgresql.org/docs/current/sql-createindex.html#SQL-CREATEINDEX-CONCURRENTLY',
  ],
  knownAs: [
    'squawk/adding-serial-primary-key-field',
    'squawk/constraint-missing-not-valid',
    'pgls/addingPrimaryKeyConstraint',
    'eugene/E1',
    'eugene/E7',
    'eugene/W14',
    'pgfence/add-pk-without-using-index',
    'pgfence/add-pk-using-index',
    'atlas/PG104',
    'atlas/PG304',
    'bytebase/SCHEMA_BACKWARD_COMPATIBILITY',
    'pg-migration-lint/PGM016',
  ],
  check(op, at) {
    if (op.constraint.kind !== 'primary key') return undefined
    const wait = waitFor(at)
    if (wait === undefined) return undefined
    const name = constraintName(op.constraint, op.table, at)
    const nullable = nullableColumns(op.table, op.constraint, at)
    const scan =
      nullable.length > 0
        ? `every row is checked for NULL in ${listOf(nullable.map(quoteIdentifier))}`
        : 'every row is checked for NULL'
    const slow = [...(wait.work.has('scan') ? [scan] : []), ...(wait.work.has('index build') ? ['its index is built'] : [])]
    return {
      message: `adding ${quoteIdentifier(name)} ${wait.blocks} while ${listOf(slow)}`,
      instead: stepsFor(op, op.constraint, name, nullable, at),
      hazard: wait.hazard,
    }
  },
  rewrite: planAddPrimaryKey,
})

type PrimaryKey = Extract<Operation<'AddConstraint'>['constraint'], { kind: 'primary key' }>

function nullableColumns(table: Operation<'AddConstraint'>['table'], key: PrimaryKey, at: Site): readonly string[] {
  const index = key.usingIndex === undefined ? undefined : findIndex(at.before, beside(at.resolve(table), key.usingIndex))
  const columns = key.usingIndex === undefined ? key.columns : (index?.keys ?? []).flatMap(({ column }) => column ?? [])
  return columns.filter((column) => !provenNotNull(at.before, table, column))
}

function stepsFor(op: Operation<'AddConstraint'>, key: PrimaryKey, name: string, nullable: readonly string[], at: Site): string {
  if (key.withoutOverlaps) {
    return 'WITHOUT OVERLAPS cannot take over an index that was built concurrently: copy into a new table that has the key and exchange the names, or add it while nothing writes'
  }
  if (key.usingIndex !== undefined && nullable.length === 0) {
    return `no migration tells what ${quoteIdentifier(key.usingIndex)} is made of: prove its columns first with validated CHECK (… IS NOT NULL) constraints`
  }
  const { prove, drop } = presenceProofs(nullable, op, at)
  if (findTable(at.before, op.table)?.partitionBy !== undefined) {
    return advice(
      'no index of a partitioned table can be built concurrently: add the key to the parent alone, then partition by partition',
      ...prove,
      ...(nullable.length > 0 ? [inLaterMigration] : []),
      // A key on the parent alone is refused unless the partitions' columns are NOT NULL already.
      ...nullable.map((column) => alterTable(op, `ALTER COLUMN ${quoteIdentifier(column)} SET NOT NULL`)),
      ...drop,
      ...indexByPartition(op.table, at, {
        index: name,
        nameFor: (partition) => derivedName(partition.name, 'pkey'),
        onParent: (table, own) => alterTable({ table, only: true }, addWithIndex(key, own)),
        onPartition: (table, own) => uniqueIndexFor(key, table, own),
        adopt: (table, own) => alterTable({ table }, addUsingIndex(key, own, own)),
      }),
      ...otherCommands(at),
    )
  }
  return advice(
    prove.length > 0
      ? 'prove the columns, build the index while writes go on, and let the key take it over'
      : 'build the index first, while writes go on, and let the key take it over',
    ...prove,
    ...(key.usingIndex === undefined ? [...outsideTransaction(at), uniqueIndexFor(key, op.table, name)] : []),
    inLaterMigration,
    alterTable(op, addUsingIndex(key, name, key.usingIndex ?? name)),
    ...drop,
    ...otherCommands(at),
  )
}
