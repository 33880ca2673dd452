import type { Table } from '../catalog/catalog.ts'
import { descendantsOf, findTable, foreignKeysTo, indexesOf } from '../catalog/lookup.ts'
import type { LockMode } from '../lock.ts'
import type { Name } from '../name.ts'
import { printName } from '../name.ts'
import type { Kind, PartitionBound } from '../operation.ts'
import { excludesBound, provesBound } from './bound.ts'
import { differenceOf } from './difference.ts'
import type { Effect } from './effect.ts'
import { madeBy } from './made.ts'
import { equivalent, type ForeignKey, foreignKeysOf, referencedBy } from './referenced.ts'
import type { At, EffectsOf, Labour } from './touch.ts'
import { absent, and, defaultPartitionOf, family, hasRows, isSame, labour, none, touch } from './touch.ts'

export const partitionCases = {
  AttachPartition: (operation, at) => {
    if (absent(at, operation)) return []
    const parent = findTable(at.catalog, operation.table)
    const partition = findTable(at.catalog, operation.partition)
    const keys = foreignKeysOf(at, parent)
    const own = family(at, { table: operation.partition, only: false }, 'ACCESS EXCLUSIVE', (table) =>
      and(boundScan(operation, table ?? partition, at), keyScan(keys, table ?? partition, at)),
    )
    return [
      touch(at, operation.table, 'SHARE UPDATE EXCLUSIVE', none, 'partitioned table'),
      ...ancestorsOf(parent, at).map((name) => touch(at, name, 'ACCESS SHARE')),
      ...indexesOf(at.catalog, operation.table).map((index) => touch(at, index.name, 'SHARE UPDATE EXCLUSIVE')),
      ...own,
      ...(operation.bound.isDefault ? [] : beside(operation.table, operation.bound, at)),
      ...keys.flatMap((key) => {
        const serves = ownKeys(partition, at).some((other) => equivalent(other, key))
        return referencedBy(at, key.references, serves ? 'ACCESS EXCLUSIVE' : 'SHARE ROW EXCLUSIVE')
      }),
      ...pointing(operation.table, at).map(({ name }) => touch(at, name, pointingLock(at))),
      ...madeBy(differenceOf(operation, at), at),
    ]
  },

  DetachPartition: (operation, at) => {
    if (absent(at, operation)) return []
    const parent = findTable(at.catalog, operation.table)
    const partition = findTable(at.catalog, operation.partition)
    const parentLock = operation.concurrently || operation.finalize ? 'SHARE UPDATE EXCLUSIVE' : 'ACCESS EXCLUSIVE'
    const sibling = operation.concurrently || operation.finalize ? undefined : defaultPartitionOf(at, operation.table)
    const keys = foreignKeysOf(at, parent)
    const attached = indexesOf(at.catalog, operation.partition).filter((index) => index.partitionOf !== undefined)
    return [
      touch(at, operation.table, parentLock, none, 'partitioned table'),
      ...family(at, { table: operation.partition, only: operation.concurrently || operation.finalize }, 'ACCESS EXCLUSIVE').map(
        (effect) =>
          partition && isSame(effect.relation, partition.name)
            ? { ...effect, lock: detachedLock(partition, parent, at) }
            : effect,
      ),
      ...(sibling === undefined || (partition && isSame(sibling.name, partition.name))
        ? []
        : [touch(at, sibling.name, 'ACCESS EXCLUSIVE')]),
      ...attached.map((index) => touch(at, index.name, 'ACCESS EXCLUSIVE')),
      ...keys.flatMap((key) => leftBehind(key, at)),
      ...pointingThemselves(operation.table, at).map(({ table: other, constraint }) => {
        const work = labour(`its rows must not refer to ${printName(operation.partition)}`, 'scan')
        // Partitions that stay are read as those of a table that refers to itself.
        const isOwn = other.partitionOf !== undefined && parent !== undefined && isSame(other.partitionOf.parent, parent.name)
        const stays = isOwn && constraint.inherited === true
        const isLeaving = partition !== undefined && isSame(other.name, partition.name)
        return touch(
          at,
          other.name,
          stays && !isLeaving ? pointingLock(at) : 'ACCESS EXCLUSIVE',
          hasRows(at, other.name) ? work : none,
        )
      }),
    ]
  },

  Inherit: (operation, at) =>
    absent(at, operation)
      ? []
      : [
          ...family(at, { ...operation, only: true }, 'ACCESS EXCLUSIVE'),
          touch(at, operation.parent, 'SHARE UPDATE EXCLUSIVE'),
          // All below are looked through for the parent: a table cannot inherit from itself.
          ...descendantsOf(at.catalog, operation.table).map(({ name }) => touch(at, name, 'ACCESS SHARE')),
        ],
  NoInherit: (operation, at) =>
    absent(at, operation) ? [] : [touch(at, operation.table, 'ACCESS EXCLUSIVE'), touch(at, operation.parent, 'ACCESS SHARE')],
} satisfies { [K in Kind]?: EffectsOf<K> }

/** Before 14 (seen on 12.22 and 13.23) the partition lets others read and write, unless what it has of its parent must be dropped there. */
function detachedLock(partition: Table, parent: Table | undefined, at: At): LockMode {
  if (at.server.postgres >= 14) return 'ACCESS EXCLUSIVE'
  if (parent === undefined || !parent.complete || !partition.complete) return 'ACCESS EXCLUSIVE'
  const hasTriggers = parent.triggers.some(({ forEachRow }) => forEachRow !== false)
  const refers = at.server.postgres >= 13 && foreignKeysOf(at, parent).some((key) => isPartitioned(key.references, at))
  const isDropped =
    hasTriggers || refers || pointing(parent.name, at).length > 0 || partition.partitionOf?.bound.isDefault === true
  return isDropped ? 'ACCESS EXCLUSIVE' : 'SHARE UPDATE EXCLUSIVE'
}

/**
 * The table that the partition's own foreign key refers to from now on. Before 15 a partitioned one has no triggers to be made anew
 * (release notes of 15): 12.22 locks it alone, 13.23 and 14.23 not at all.
 */
function leftBehind({ references }: ForeignKey, at: At): readonly Effect[] {
  const { postgres } = at.server
  if (postgres >= 15 || !isPartitioned(references, at)) return referencedBy(at, references, 'SHARE ROW EXCLUSIVE')
  return postgres === 12 ? [touch(at, references, 'SHARE ROW EXCLUSIVE')] : []
}

function isPartitioned(name: Name, at: At): boolean {
  return findTable(at.catalog, name)?.kind === 'partitioned table'
}

/** A new partition takes its rows' place from the DEFAULT partition: that one is locked, and read unless a constraint clears it. */
export function beside(parent: Name, bound: PartitionBound, at: At): readonly Effect[] {
  const sibling = defaultPartitionOf(at, parent)
  if (sibling === undefined) return []
  const because = `it is the DEFAULT partition and may hold rows of the new one`
  const above = findTable(at.catalog, parent)
  // Proven by itself, its own partitions are not looked at (check_default_partition_contents, QueuePartitionConstraintValidation).
  const only = excludesBound(sibling, sibling, bound, above)
  return family(at, { table: sibling.name, only }, 'ACCESS EXCLUSIVE', (table) =>
    table !== undefined && excludesBound(table, sibling, bound, above) ? none : labour(because, 'scan'),
  )
}

/** The tables whose foreign keys refer to a partitioned table itself; their partitions have the key from them and stay as they are. */
export function pointing(table: Name, at: At): readonly Table[] {
  return foreignKeysTo(at.catalog, table).flatMap(({ table: other, constraint }) =>
    constraint.inherited === true ? [] : [other],
  )
}

/** What a new partition takes on the tables that `pointing` finds: since 15 (and not in 14.23) their constraints are made under the lock of a trigger. */
export function pointingLock(at: At): LockMode {
  return at.server.postgres >= 15 ? 'SHARE ROW EXCLUSIVE' : 'ACCESS SHARE'
}

/** As `pointing`, without the partitions of those tables, whose keys are their parents': a query reads them for the parent. */
function pointingThemselves(table: Name, at: At): ReturnType<typeof foreignKeysTo> {
  const own = findTable(at.catalog, table)
  return foreignKeysTo(at.catalog, table).filter(({ table: other, constraint }) => {
    const isOwn = own !== undefined && other.partitionOf !== undefined && isSame(other.partitionOf.parent, own.name)
    return constraint.inherited !== true || isOwn
  })
}

function boundScan(
  { bound, table: parentName }: { readonly bound: PartitionBound; readonly table: Name },
  table: Table | undefined,
  at: At,
): Labour {
  const parent = findTable(at.catalog, parentName)
  if (fits(table, bound, parent, 0) && fitsAbove(table, parent, at)) return none
  return labour(`no constraint proves that its rows fit the bound`, 'scan')
}

/** Whether each row is sure to fit a bound beside so many partitions: the DEFAULT one takes every row as long as there is no other. */
function fits(table: Table | undefined, bound: PartitionBound, parent: Table | undefined, others: number): boolean {
  if (bound.isDefault && parent?.complete && parent.children.length === others) return true
  return table !== undefined && provesBound(table, bound, parent)
}

/** A partition of a partition must fit the bounds of all above it, too. */
function fitsAbove(table: Table | undefined, parent: Table | undefined, at: At): boolean {
  if (parent?.partitionOf === undefined) return true
  const above = findTable(at.catalog, parent.partitionOf.parent)
  return fits(table, parent.partitionOf.bound, above, 1) && fitsAbove(table, above, at)
}

function keyScan(keys: ReturnType<typeof foreignKeysOf>, table: Table | undefined, at: At): Labour {
  const own = ownKeys(table, at)
  const missing = keys.find((key) => !own.some((other) => other.validated && equivalent(other, key)))
  return missing === undefined ? none : labour(`every row is checked against ${missing.constraint.name}`, 'scan')
}

/** Foreign keys that a table does not have from a parent: only those can become another's. */
function ownKeys(table: Table | undefined, at: At): ReturnType<typeof foreignKeysOf> {
  return foreignKeysOf(at, table).filter(({ constraint }) => constraint.inherited !== true)
}

function ancestorsOf(table: Table | undefined, at: At): readonly Name[] {
  const parent = table?.partitionOf?.parent
  return parent === undefined ? [] : [parent, ...ancestorsOf(findTable(at.catalog, parent), at)]
}
