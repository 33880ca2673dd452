import type { Index } from '../catalog/catalog.ts'
import type { Operation } from '../operation.ts'

/** What the statement, or the catalog, says of an index. */
export type IndexShape = Pick<
  Index | Operation<'CreateIndex'>,
  'unique' | 'method' | 'keys' | 'include' | 'where' | 'nullsNotDistinct'
>

/** One text per key: two keys of one text sort and compare alike. */
function keysOf(index: IndexShape): readonly string[] {
  return index.keys.map((key) =>
    JSON.stringify([
      key.column ?? compact(key.expression?.sql ?? ''),
      key.collation?.name,
      key.operatorClass?.name,
      key.order,
      key.nulls ?? (key.order === 'desc' ? 'first' : 'last'),
    ]),
  )
}

/** The whole definition as one text; names, tablespaces and storage parameters do not count. */
export function shapeOf(index: IndexShape): string {
  return JSON.stringify([
    index.unique,
    index.method,
    keysOf(index),
    index.include,
    compact(index.where?.sql ?? ''),
    index.nullsNotDistinct,
  ])
}

/**
 * Whether one index does all that another does: the same access method, opclasses, collations, directions and predicate, its keys the first
 * ones (btree; the very same otherwise), its included columns among keys or included columns. A unique index is replaced only by one that
 * is as strict.
 */
export function serves(index: IndexShape, other: IndexShape): boolean {
  const [keys, wanted] = [keysOf(index), keysOf(other)]
  if (index.method !== other.method || compact(index.where?.sql ?? '') !== compact(other.where?.sql ?? '')) return false
  if (!wanted.every((key, position) => keys[position] === key)) return false
  const same = keys.length === wanted.length
  if (!same && index.method !== 'btree') return false
  if (other.unique && !(index.unique && same && index.nullsNotDistinct === other.nullsNotDistinct)) return false
  const columns = new Set([...index.keys.map((key) => key.column), ...index.include])
  return other.include.every((column) => columns.has(column))
}

/** Whether lookups by all of these columns, in whatever order they are said, can use it: its first keys are these. */
export function leadsWith(index: IndexShape, columns: readonly string[]): boolean {
  if (index.method !== 'btree' && index.method !== 'hash') return false
  const first = index.keys.slice(0, columns.length).map((key) => key.column)
  if (first.length < columns.length || !columns.every((column) => first.includes(column))) return false
  const partial = index.where?.conjuncts ?? []
  // A foreign key's own lookups are never for NULL.
  return partial.every(
    (branch) =>
      /^\(*\s*"?[\w$]+"? is not null\s*\)*$/i.test(branch) &&
      index.where?.columns.every((column) => columns.includes(column)) === true,
  )
}

const compact = (sql: string): string => sql.replace(/\s+/g, ' ').trim()

/** Whether an index holds a column, or depends on it by an expression or its condition. */
export function mentionsColumn({ keys, include, where }: Pick<Index, 'keys' | 'include' | 'where'>, column: string): boolean {
  return (
    include.includes(column) ||
    where?.columns.includes(column) === true ||
    keys.some((key) => key.column === column || key.expression?.columns.includes(column))
  )
}
