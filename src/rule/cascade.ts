import { resolveRoutine, resolveType } from '../catalog/lookup.ts'
import type { Name, QualifiedName } from '../name.ts'
import type { Operation } from '../operation.ts'
import type { Site } from '../rule.ts'

/** The kinds of operation that drop one named thing, with CASCADE whatever depends on it. */
export const cascading = [
  'DropTable',
  'DropColumn',
  'DropConstraint',
  'DropView',
  'DropSequence',
  'DropType',
  'DropDomain',
  'DropFunction',
  'DropExtension',
] as const

type Cascading = Operation<(typeof cascading)[number]>

/** What is dropped, or the table that it is dropped from; an extension has no name of this kind. */
export function targetOf(op: Cascading): Name | undefined {
  switch (op.kind) {
    case 'DropTable':
    case 'DropColumn':
    case 'DropConstraint':
      return op.table
    case 'DropView':
      return op.view
    case 'DropSequence':
      return op.sequence
    case 'DropType':
      return op.type
    case 'DropDomain':
      return op.domain
    case 'DropFunction':
      return op.function
    case 'DropExtension':
      return undefined
  }
}

/** All that the statement itself names, as the catalog names it. */
export function targetsOf(op: Cascading, at: Site): readonly QualifiedName[] {
  const target = targetOf(op)
  if (target === undefined) return []
  if (op.kind === 'DropType' || op.kind === 'DropDomain')
    return [target, ...op.together].map((name) => resolveType(at.before, name))
  if (op.kind === 'DropFunction') return [resolveRoutine(at.before, target)]
  const together = op.kind === 'DropTable' || op.kind === 'DropView' ? op.together : []
  return [target, ...together].map((name) => at.resolve(name))
}
