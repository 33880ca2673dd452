import type { Relation, Table } from '../catalog/catalog.ts'
import { isTable } from '../catalog/lookup.ts'
import type { Operation } from '../operation.ts'
import { differenceOf, isIndex } from './difference.ts'
import type { Effect } from './effect.ts'
import { foreignKeysOf, referencedBy } from './referenced.ts'
import type { At } from './touch.ts'
import { defaultPartitionOf, isSame, touch } from './touch.ts'

/**
 * What goes when something is dropped, and what loses something by it, all under ACCESS EXCLUSIVE: dependent views, tables that
 * lose a column, default, constraint, trigger or policy, both ends of foreign keys, the tables of indexes, the parent and the
 * DEFAULT sibling of a partition.
 */
export function dropEffects(operation: Operation, at: At): readonly Effect[] {
  const { dropped, changed } = differenceOf(operation, at)
  const gone = dropped.flatMap((relation) => goneWith(relation, at))
  const losing = changed.flatMap(({ before, after }) => [
    ...(loses(before, after) ? [touch(at, before.name, 'ACCESS EXCLUSIVE')] : []),
    ...lostKeys(before, after, at, operation.kind === 'DropConstraint'),
  ])
  return [...gone, ...losing]
}

function goneWith(relation: Exclude<Relation, { kind: 'dropped' }>, at: At): readonly Effect[] {
  const own = touch(at, relation.name, 'ACCESS EXCLUSIVE')
  if (isIndex(relation)) return [own, touch(at, relation.table, 'ACCESS EXCLUSIVE')]
  if (!isTable(relation)) return [own]
  const parent = relation.partitionOf?.parent
  const sibling = parent === undefined ? undefined : defaultPartitionOf(at, parent)
  return [
    own,
    ...(parent === undefined ? [] : [touch(at, parent, 'ACCESS EXCLUSIVE')]),
    ...(sibling === undefined ? [] : [touch(at, sibling.name, 'ACCESS EXCLUSIVE')]),
    ...lostKeys(relation, undefined, at, false),
  ]
}

/**
 * The referenced tables of foreign keys that are no more; a partition's share of its parent's key has no trigger there. Before 15 a
 * partitioned table has none either, only its partitions have; DROP CONSTRAINT opens the table all the same (seen on 12.22, 13.23, 14.23).
 */
function lostKeys(before: Table, after: Table | undefined, at: At, opened: boolean): readonly Effect[] {
  const left = new Set((after?.constraints ?? []).map(({ name }) => name))
  return foreignKeysOf(at, before)
    .filter(({ constraint }) => !left.has(constraint.name) && constraint.inherited !== true)
    .flatMap(({ references }) =>
      referencedBy(at, references, 'ACCESS EXCLUSIVE').filter(
        ({ kind, relation }) =>
          at.server.postgres >= 15 || kind !== 'partitioned table' || (opened && isSame(relation, references)),
      ),
    )
}

function loses(before: Table, after: Table): boolean {
  return (
    before.columns !== after.columns ||
    before.constraints !== after.constraints ||
    before.triggers !== after.triggers ||
    before.policies !== after.policies ||
    before.rules !== after.rules ||
    before.indexes !== after.indexes
  )
}
