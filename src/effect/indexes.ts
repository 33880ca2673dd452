import type { Index } from '../catalog/catalog.ts'
import { descendantsOf, existence, findIndex, findRelation, findTable, indexesOf, isTable, resolve } from '../catalog/lookup.ts'
import type { LockMode } from '../lock.ts'
import type { Name } from '../name.ts'
import { printName } from '../name.ts'
import type { Kind, Operation } from '../operation.ts'
import { differenceOf, isIndex } from './difference.ts'
import type { Effect } from './effect.ts'
import { madeBy } from './made.ts'
import type { At, EffectsOf } from './touch.ts'
import { family, hasRows, hasStorage, labour, none, touch } from './touch.ts'

export const indexCases = {
  CreateIndex: (operation, at) => {
    const lock = operation.concurrently ? 'SHARE UPDATE EXCLUSIVE' : 'SHARE'
    const difference = differenceOf(operation, at)
    if (difference.skipped) return [touch(at, operation.table, lock)]
    // Only a partitioned table hands an index on to its children.
    const only = operation.only || findTable(at.catalog, operation.table)?.kind !== 'partitioned table'
    const made = madeBy(difference, at, lock).map((effect) =>
      // Once built, an index that is built concurrently is opened as by a query.
      operation.concurrently && !effect.existed ? { ...effect, lock: 'ROW EXCLUSIVE' as const } : effect,
    )
    const isBuilt = difference.made.some(isIndex) || !hasRows(at, operation.table)
    const unknown = labour(`the index is built from every row`, 'index build')
    return [
      ...family(at, { table: operation.table, only }, lock),
      ...made,
      ...(isBuilt ? [] : [touch(at, operation.table, lock, unknown)]),
    ]
  },

  RenameIndex: (operation, at) =>
    operation.ifExists && existence(at.catalog, operation.index) === 'absent'
      ? []
      : [touch(at, operation.index, 'SHARE UPDATE EXCLUSIVE', none, 'index')],

  AttachIndex: (operation, at) => [
    touch(at, operation.index, 'SHARE UPDATE EXCLUSIVE', none, 'index'),
    touch(at, operation.partition, 'ACCESS EXCLUSIVE', none, 'index'),
    ...[operation.index, operation.partition].flatMap((name) => {
      const index = findIndex(at.catalog, name)
      return index === undefined ? [] : [touch(at, index.table, 'ACCESS SHARE')]
    }),
  ],

  AlterIndex: (operation, at) => {
    if (operation.ifExists && existence(at.catalog, operation.index) === 'absent') return []
    const index = findIndex(at.catalog, operation.index)
    switch (operation.change) {
      case 'tablespace':
        return [
          touch(
            at,
            operation.index,
            'ACCESS EXCLUSIVE',
            labour('its files are copied to the other tablespace', 'rewrite'),
            'index',
          ),
        ]
      case 'depends':
        return [touch(at, operation.index, 'ACCESS EXCLUSIVE', none, 'index')]
      case 'statistics':
        return [touch(at, operation.index, 'SHARE UPDATE EXCLUSIVE', none, 'index')]
      case 'options': {
        const written = operation.options
        // Without the names, what the access method's parameters take at most.
        const strong =
          written === undefined
            ? ['gin', 'brin', 'gist'].includes(index?.method ?? '')
            : written.some((name) => exclusiveOptions.has(name))
        return [touch(at, operation.index, strong ? 'ACCESS EXCLUSIVE' : 'SHARE UPDATE EXCLUSIVE', none, 'index')]
      }
    }
  },

  Reindex: (operation, at) => reindex(operation, at),
} satisfies { [K in Kind]?: EffectsOf<K> }

/** Storage parameters of indexes that take ACCESS EXCLUSIVE (reloptions.c); the others take SHARE UPDATE EXCLUSIVE. */
const exclusiveOptions: ReadonlySet<string> = new Set([
  'fastupdate',
  'gin_pending_list_limit',
  'pages_per_range',
  'autosummarize',
  'buffering',
])

function reindex({ scope, target, concurrently }: Operation<'Reindex'>, at: At): readonly Effect[] {
  const lock = concurrently ? 'SHARE UPDATE EXCLUSIVE' : 'SHARE'
  if (scope === 'index' && target !== undefined) {
    const index = findIndex(at.catalog, target)
    if (index === undefined) return [touch(at, target, indexLock(lock), labour('it is built anew', 'index build'), 'index')]
    const attached = descendantsOf(at.catalog, index.table).flatMap((child) =>
      indexesOf(at.catalog, child.name).filter((each) => isAttached(each, index, at)),
    )
    return [touch(at, index.table, lock), ...[index, ...attached].flatMap((each) => rebuilt(each, lock, at))]
  }
  if (scope === 'table' && target !== undefined) {
    // Before 14 a partitioned table is skipped, with a warning.
    const partitions = at.server.postgres >= 14 ? partitionsOf(target, at) : []
    if (concurrently && partitions.length > 0)
      return [touch(at, target, lock), ...partitions.flatMap((name) => reindexPartition(name, at))]
    return [target, ...partitions].flatMap((name) => reindexTable(name, lock, at))
  }
  const schema = scope === 'schema' ? target?.name : undefined
  return [...at.catalog.relations.values()].flatMap((relation) => {
    const isIn = relation.kind === 'table' || relation.kind === 'materialized view'
    const isWanted = schema === undefined || relation.name.schema === schema
    return isIn && isWanted && scope !== 'system' ? reindexTable(relation.name, lock, at) : []
  })
}

/**
 * CONCURRENTLY on a partitioned table: SHARE on each partition while they are listed, in a transaction of its own, which waits for whoever has
 * written there; the indexes are built after it, under SHARE UPDATE EXCLUSIVE (seen in pg_locks of 15).
 */
function reindexPartition(name: Name, at: At): readonly Effect[] {
  const built = indexesOf(at.catalog, name).map((index) =>
    touch(at, index.name, 'SHARE UPDATE EXCLUSIVE', labour(`${printName(index.name)} is built anew`, 'index build')),
  )
  return [touch(at, name, 'SHARE'), ...built]
}

function indexLock(lock: LockMode): LockMode {
  return lock === 'SHARE' ? 'ACCESS EXCLUSIVE' : lock
}

function reindexTable(name: Name, lock: LockMode, at: At): readonly Effect[] {
  const relation = findRelation(at.catalog, name)
  const indexes = indexesOf(at.catalog, name)
  const unknown = relation === undefined || (isTable(relation) && !relation.complete)
  const work = unknown && indexes.length === 0 ? labour('its indexes are built anew', 'index build') : none
  return [touch(at, name, lock, work), ...indexes.flatMap((index) => rebuilt(index, lock, at))]
}

function rebuilt(index: Index, lock: LockMode, at: At): readonly Effect[] {
  const kind = findRelation(at.catalog, index.table)?.kind
  // A partitioned table's index has no entries; its lock goes with the first transaction.
  if (kind !== undefined && !hasStorage(kind)) return []
  const work = labour(`${printName(index.name)} is built anew`, 'index build')
  return [touch(at, index.table, lock, work), touch(at, index.name, indexLock(lock), work)]
}

/** Whether an index is a partition's share of another, at any level. */
export function isAttached(index: Index, ancestor: Index, at: At): boolean {
  const parent = index.partitionOf === undefined ? undefined : findIndex(at.catalog, index.partitionOf)
  return parent !== undefined && (parent === ancestor || isAttached(parent, ancestor, at))
}

function partitionsOf(table: Name, at: At): readonly Name[] {
  if (findTable(at.catalog, resolve(at.catalog, table))?.kind !== 'partitioned table') return []
  return descendantsOf(at.catalog, table).map(({ name }) => name)
}
