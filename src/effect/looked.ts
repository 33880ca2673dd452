import { findRelation } from '../catalog/lookup.ts'
import type { LockMode } from '../lock.ts'
import type { Name } from '../name.ts'
import { printName } from '../name.ts'
import type { Operation } from '../operation.ts'
import type { Effect } from './effect.ts'
import { through } from './read.ts'
import { type At, none, touch } from './touch.ts'

/**
 * The locks of a statement that is not run. PREPARE takes those of the relations that it names and of what stands behind views;
 * planning, as EXPLAIN does, those of children too, but for the partitions that an INSERT would find by its rows.
 */
export function looked(operation: Operation, isPlanned: boolean, at: At): readonly Effect[] {
  const all = (name: Name, lock: LockMode) => (isPlanned ? through(name, lock, none, at) : named(name, lock, at))
  const read = (names: readonly Name[]) => names.flatMap((name) => all(name, 'ACCESS SHARE'))
  switch (operation.kind) {
    case 'Select':
    case 'CreateTableAs': {
      const locked = new Set(operation.query.locks.map(printName))
      return operation.query.reads.flatMap((name) => all(name, locked.has(printName(name)) ? 'ROW SHARE' : 'ACCESS SHARE'))
    }
    case 'Insert':
      return [...named(operation.table, 'ROW EXCLUSIVE', at), ...read(operation.query?.reads ?? operation.reads)]
    case 'Update':
    case 'Delete':
    case 'Merge':
      return [...(operation.only ? named : all)(operation.table, 'ROW EXCLUSIVE', at), ...read(operation.reads)]
    default:
      return []
  }
}

function named(name: Name, lock: LockMode, at: At): readonly Effect[] {
  const relation = findRelation(at.catalog, name)
  const behind = relation?.kind === 'view' ? relation.reads : []
  return [touch(at, name, lock), ...behind.flatMap((read) => named(read, lock, at))]
}
