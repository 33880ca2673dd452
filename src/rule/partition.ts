import { descendantsOf, findTable } from '../catalog/lookup.ts'
import { type Name, printName } from '../name.ts'
import type { Site } from '../rule.ts'
import { beside, inLaterMigration, outsideTransaction } from './advice.ts'

/** How one kind of index (a plain one, or a constraint's) is made on a partitioned table, level by level. */
interface IndexMaking {
  /** The index of the partitioned table that the statement names. */
  readonly index: string
  /** Names the index of a partition. */
  nameFor(partition: Name): string
  /** Makes it on a partitioned table ONLY: it stays INVALID until every partition has attached its own. */
  onParent(table: Name, index: string): string
  /** Builds it on a partition that holds rows, concurrently. */
  onPartition(table: Name, index: string): string
  /** Makes a constraint of what was built, where the parent's index is one. */
  adopt?(table: Name, index: string): string
}

/** More partitions than these are left to a comment. */
const shown = 4

/**
 * The steps that index a partitioned table while writes go on, since CONCURRENTLY is refused there (manual 5.12.2.2):
 * ONLY on each partitioned level, then per partition, then ATTACH.
 */
export function indexByPartition(table: Name, at: Site, making: IndexMaking): readonly string[] {
  const root = findTable(at.before, table)?.name ?? table
  const indexes = new Map([[printName(root), beside(root, making.index)]])
  const partitions = descendantsOf(at.before, root).map((partition) => {
    const index = making.nameFor(partition.name)
    indexes.set(printName(partition.name), beside(partition.name, index))
    const parent = partition.partitionOf === undefined ? undefined : indexes.get(printName(partition.partitionOf.parent))
    return { name: partition.name, index, parent, isLeaf: partition.partitionBy === undefined }
  })
  const leaves = partitions.filter(({ isLeaf }) => isLeaf)
  const some = partitions.filter((partition) => !partition.isLeaf || leaves.indexOf(partition) < shown)
  const more =
    leaves.length === 0 ? 'each partition' : leaves.length > shown ? `the other ${leaves.length - shown} partitions` : undefined
  return [
    making.onParent(table, making.index),
    ...some.filter(({ isLeaf }) => !isLeaf).map(({ name, index }) => making.onParent(name, index)),
    ...outsideTransaction(at),
    ...some.filter(({ isLeaf }) => isLeaf).map(({ name, index }) => making.onPartition(name, index)),
    ...(more === undefined ? [] : [`-- and likewise for ${more}`]),
    inLaterMigration,
    ...some.flatMap(({ name, index, parent, isLeaf }) => [
      ...(isLeaf && making.adopt ? [making.adopt(name, index)] : []),
      ...(parent === undefined ? [] : [`ALTER INDEX ${printName(parent)} ATTACH PARTITION ${printName(beside(name, index))};`]),
    ]),
    ...(more === undefined ? [] : [`-- and likewise for ${more}`]),
  ]
}
