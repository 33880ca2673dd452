import { findRoutines, findType } from '../catalog/lookup.ts'
import type { Name } from '../name.ts'
import { sameName } from '../name.ts'
import type { ObjectKind, Operation } from '../operation.ts'
import type { Site } from '../rule.ts'
import { following, preceding, some } from './following.ts'

/** Whether the same transaction puts a column of the old name in place again, or moves this one to a name that it has just freed: a swap, which code sees as a whole. */
export function swapsColumn(op: Operation<'RenameColumn'>, at: Site): boolean {
  const table = at.resolve(op.table)
  const isHere = (name: Name) => name.name === table.name && sameName(at.resolve(name), table)
  return (
    some(following(at), (later) => {
      if (later.kind === 'RenameColumn') return later.to === op.column && isHere(later.table)
      return later.kind === 'AddColumn' && later.column.name === op.column && isHere(later.table)
    }) ||
    some(preceding(at), (earlier) => {
      if (earlier.kind !== 'RenameColumn' && earlier.kind !== 'DropColumn') return false
      return earlier.column === op.to && isHere(earlier.table)
    })
  )
}

/** Another column gets the name of a dropped one before the transaction ends: code sees a column whose type or values changed. */
export function replacesColumn({ table, column }: Operation<'DropColumn'>, at: Site): boolean {
  return some(
    following(at),
    (later) => later.kind === 'RenameColumn' && later.to === column && sameName(at.resolve(later.table), at.resolve(table)),
  )
}

/**
 * The same for a table, view or other relation: something takes the old name before the transaction ends, or the new name is one that
 * the transaction has freed. A view counts where it reads the renamed relation.
 */
export function swapsRelation(old: Name, renamed: Name, at: Site): boolean {
  const to = at.resolve(old)
  const moved = { schema: renamed.schema ?? to.schema, name: renamed.name }
  const named = (name: Name, schema: Name) => ({ schema: name.schema ?? at.resolve(schema).schema, name: name.name })
  return (
    some(following(at), (later) => {
      switch (later.kind) {
        case 'CreateView':
          return sameName(named(later.view, old), to) && later.query.reads.some((read) => sameName(named(read, old), moved))
        case 'CreateTable':
        case 'CreateTableAs':
          return sameName(named(later.table, old), to)
        case 'CreateMaterializedView':
          return sameName(named(later.view, old), to)
        case 'RenameTable':
          return later.to === to.name && at.resolve(later.table).schema === to.schema
        case 'RenameView':
          return later.to === to.name && at.resolve(later.view).schema === to.schema
        default:
          return false
      }
    }) ||
    some(preceding(at), (earlier) => {
      switch (earlier.kind) {
        case 'RenameTable':
        case 'DropTable':
          return sameName(named(earlier.table, old), moved)
        case 'RenameView':
        case 'DropView':
          return sameName(named(earlier.view, old), moved)
        default:
          return false
      }
    })
  )
}

/** The same for a type: its name is taken again, or the new name was freed, by a rename in the same transaction. */
export function swapsType(old: Name, renamed: Name, at: Site): boolean {
  const takes = (other: Operation, name: string) =>
    (other.kind === 'RenameObject' && (other.object === 'type' || other.object === 'domain') && other.to === name) ||
    (other.kind === 'CreateEnum' && other.type.name === name)
  const frees = (other: Operation, name: string) =>
    (other.kind === 'RenameObject' && (other.object === 'type' || other.object === 'domain') && other.name.name === name) ||
    (other.kind === 'DropType' && other.type.name === name)
  return some(following(at), (later) => takes(later, old.name)) || some(preceding(at), (earlier) => frees(earlier, renamed.name))
}

/** Whether the change set made what gets another name, so that no deployed code asks for it. */
export function isYoungObject(object: ObjectKind, name: Name, at: Site): boolean {
  switch (object) {
    case 'schema':
      return at.inChangeSet(at.before.schemas.get(name.name)?.origin)
    case 'type':
    case 'domain':
      return at.inChangeSet(findType(at.before, name)?.origin)
    case 'function':
    case 'procedure':
    case 'routine':
    case 'aggregate': {
      const routines = findRoutines(at.before, name)
      return routines.length > 0 && routines.every(({ origin }) => at.inChangeSet(origin))
    }
    default:
      return at.isNew(name)
  }
}
