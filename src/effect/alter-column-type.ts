import type { Index, Table, TableColumn } from '../catalog/catalog.ts'
import { descendantsOf, findTable, foreignKeysTo, indexesOf } from '../catalog/lookup.ts'
import { printName } from '../name.ts'
import type { IndexKey, Operation } from '../operation.ts'
import { printType } from '../type-name.ts'
import type { Effect } from './effect.ts'
import { isAttached } from './indexes.ts'
import { ownedSequences } from './owned.ts'
import { foreignKeysOf, referencedBy } from './referenced.ts'
import type { At, EffectsOf } from './touch.ts'
import { absent, hasStorage, labour, rewritten, touch } from './touch.ts'
import { keepsIndex, type TypeChange, typeChange } from './type-change.ts'

/** ALTER COLUMN … TYPE: on the table and on all that inherit the column. */
export const alterColumnType: EffectsOf<'AlterColumnType'> = (operation, at) => {
  if (absent(at, operation)) return []
  const known = findTable(at.catalog, operation.table)
  if (known === undefined) {
    return rewritten(at, operation.table, 'ACCESS EXCLUSIVE', unknownType(operation.column))
  }
  const tables = [known, ...(operation.only ? [] : descendantsOf(at.catalog, operation.table))]
  return tables.flatMap((table) => changeOn(table, operation, at))
}

function unknownType(column: string): string {
  return `the old type of ${column} is not known from the migrations`
}

function changeOn(table: Table, operation: Operation<'AlterColumnType'>, at: At): readonly Effect[] {
  const column = table.columns.find(({ name }) => name === operation.column)
  if (column?.generated?.stored === false) {
    return [touch(at, table.name, 'ACCESS EXCLUSIVE'), ...recheck(table, operation.column, at)]
  }
  const change: TypeChange =
    column?.type === undefined
      ? { rewrite: unknownType(operation.column), from: '', to: printType(operation.type), family: undefined }
      : typeChange(
          { column: column.name, from: column.type, to: operation.type, using: withoutCollation(operation) },
          at.catalog,
          at.server,
        )
  const keyed = foreignKeyEffects(table, operation.column, change, at)
  const identity = identitySequence(table, operation.column, at)
  if (change.rewrite !== undefined && hasStorage(table.kind)) {
    return [...rewritten(at, table.name, 'ACCESS EXCLUSIVE', change.rewrite), ...keyed, ...identity]
  }
  return [
    touch(at, table.name, 'ACCESS EXCLUSIVE'),
    ...indexEffects(table, column, operation, change, at),
    ...recheck(table, operation.column, at),
    ...keyed,
    ...identity,
  ]
}

/** `USING c COLLATE "C"` is still the column itself. */
function withoutCollation({ using }: Operation<'AlterColumnType'>): Operation<'AlterColumnType'>['using'] {
  if (
    using?.shape !== 'other' ||
    using.calls.length > 0 ||
    using.operators.length > 0 ||
    using.casts.length > 0 ||
    using.columns.length !== 1
  )
    return using
  return /^"?[\w$]+"?\s+collate\s+[\w$."]+$/i.test(using.sql) ? { ...using, shape: 'column' } : using
}

/** Indexes that the server makes anew because their definition no longer means the same; the others are taken over as they are. */
function indexEffects(
  table: Table,
  column: TableColumn | undefined,
  operation: Operation<'AlterColumnType'>,
  change: TypeChange,
  at: At,
): readonly Effect[] {
  const collation = operation.collation === undefined ? undefined : printName(operation.collation)
  const recollated = collation !== column?.collation
  // A collation of the index's own stays; one that is the column's is not told apart from it.
  const follows = (key: IndexKey) => key.collation === undefined || printName(key.collation) === column?.collation
  return indexesOf(at.catalog, table.name).flatMap((index) => {
    if (!mentions(index, operation.column)) return []
    const because = rebuildReason(index, operation.column, change, (key) => recollated && follows(key))
    if (table.kind === 'partitioned table') return [touch(at, index.name, 'ACCESS EXCLUSIVE'), ...completed(index, at)]
    if (because === undefined || !hasStorage(table.kind)) return [touch(at, index.name, 'ACCESS EXCLUSIVE')]
    const work = labour(because, 'index build')
    return [touch(at, table.name, 'ACCESS EXCLUSIVE', work), touch(at, index.name, 'ACCESS EXCLUSIVE', work)]
  })
}

/** An index of a partitioned table is made anew with all that belong to it: partitions that had none until then get one. */
function completed(index: Index, at: At): readonly Effect[] {
  return descendantsOf(at.catalog, index.table)
    .filter(({ kind, name }) => hasStorage(kind) && !indexesOf(at.catalog, name).some((own) => isAttached(own, index, at)))
    .map(({ name }) =>
      touch(at, name, 'ACCESS EXCLUSIVE', labour(`${printName(index.name)} is built where it was not attached`, 'index build')),
    )
}

function mentions(index: Index, column: string): boolean {
  return (
    index.include.includes(column) ||
    index.where?.columns.includes(column) === true ||
    index.keys.some((key) => key.column === column || key.expression?.columns.includes(column))
  )
}

function rebuildReason(
  index: Index,
  column: string,
  change: TypeChange,
  isRecollated: (key: IndexKey) => boolean,
): string | undefined {
  const name = printName(index.name)
  // Only indexes with a definition of their own are compared with it: a partition's share goes and comes with the parent's.
  if (index.partitionOf !== undefined) return `${name} is made anew with ${printName(index.partitionOf)}`
  // CheckIndexCompatible: an index with an expression or a predicate is never taken over.
  if (index.keys.some((key) => key.expression !== undefined)) return `${name} has an expression and is built anew`
  if (index.where !== undefined) return `${name} has a WHERE and is built anew`
  const keys = index.keys.filter((key) => key.column === column)
  if (keys.length > 0 && !keepsIndex(change, index.method)) return `${name} orders the new type differently and is built anew`
  if (keys.some(isRecollated)) return `${name} follows the new collation and is built anew`
  return undefined
}

/** Validated CHECK constraints over the column are checked again, whatever became of its values. */
function recheck(table: Table, column: string, at: At): readonly Effect[] {
  const check = table.constraints.find(
    ({ definition, validated, columns }) =>
      definition.kind === 'check' && definition.enforced && validated && columns.includes(column),
  )
  if (check === undefined || !hasStorage(table.kind)) return []
  return [touch(at, table.name, 'ACCESS EXCLUSIVE', labour(`every row is checked against ${check.name} again`, 'scan'))]
}

/** Foreign keys over the column are made anew: both tables are locked, and rows checked again unless the same operator compares them. */
function foreignKeyEffects(table: Table, column: string, change: TypeChange, at: At): readonly Effect[] {
  const isReused = change.rewrite === undefined && keepsIndex(change, 'btree')
  const scan = (name: string) => labour(`every row is checked against ${name} again`, 'scan')
  const own = foreignKeysOf(at, table).filter(({ columns }) => columns.includes(column))
  const pointing = foreignKeysTo(at.catalog, table.name).filter(({ table: other, constraint }) =>
    foreignKeysOf(at, other).some((key) => key.constraint === constraint && key.referencedColumns.includes(column)),
  )
  return [
    ...own.flatMap((key) => [
      ...referencedBy(at, key.references, 'ACCESS EXCLUSIVE'),
      ...(isReused || !key.validated || !hasStorage(table.kind)
        ? []
        : [touch(at, table.name, 'ACCESS EXCLUSIVE', scan(key.constraint.name))]),
    ]),
    ...pointing.map(({ table: other, constraint }) => {
      const checked = constraint.validated && !isReused && hasStorage(other.kind)
      return touch(at, other.name, 'ACCESS EXCLUSIVE', checked ? scan(constraint.name) : undefined)
    }),
  ]
}

/** The sequence of an identity column takes the column's type. */
function identitySequence(table: Table, column: string, at: At): readonly Effect[] {
  if (table.columns.find(({ name }) => name === column)?.identity === undefined) return []
  return ownedSequences(at, table.name, column).map((name) => touch(at, name, 'SHARE ROW EXCLUSIVE'))
}
