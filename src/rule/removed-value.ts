import { findType } from '../catalog/lookup.ts'
import type { Name } from '../name.ts'
import { printName } from '../name.ts'
import type { Site } from '../rule.ts'
import { literal } from './advice.ts'
import { askValue, placesIn } from './evidence.ts'
import { following, preceding, some } from './following.ts'

/**
 * Values that an enum loses by being made again under its name, the old type dropped at the end: PostgreSQL has no way to take one away.
 * Where the deployed code names one, a sentence for each.
 */
export function removedValues(dropped: Name, at: Site): readonly string[] {
  const old = findType(at.before, dropped)
  const name = successorOf(dropped.name, at)
  const made = name === undefined ? undefined : findType(at.before, { ...dropped, name })
  if (old?.kind !== 'enum' || made?.kind !== 'enum' || at.application === undefined) return []
  const left = new Set(made.values.map(({ label }) => label))
  return old.values.flatMap(({ label, origin }) => {
    if (left.has(label) || at.inChangeSet(origin)) return []
    const { strong } = at.application?.references(askValue(made.name, label, at.before)) ?? { strong: [] }
    if (strong.length === 0) return []
    return [
      `type ${printName({ ...made.name, name: originalOf(dropped.name, at) })} loses its value ${literal(label)}, which the deployed code names in ${placesIn(strong)}`,
    ]
  })
}

/** What the type that goes was called when the transaction began. */
function originalOf(dropped: string, at: Site): string {
  for (const earlier of preceding(at)) if (earlier.kind === 'RenameObject' && earlier.to === dropped) return earlier.name.name
  return dropped
}

/** What the type that takes its place is called now: its name already, or one that is yet to become it. */
function successorOf(dropped: string, at: Site): string | undefined {
  const original = originalOf(dropped, at)
  if (original !== dropped) return original
  for (const later of following(at)) if (later.kind === 'RenameObject' && later.to === dropped) return later.name.name
  return undefined
}

/** Whether another type takes a type's name before the transaction ends, or the name was one to make room for it: code knows the successor. */
export function isMadeAgain(type: Name, at: Site): boolean {
  return (
    originalOf(type.name, at) !== type.name ||
    some(
      following(at),
      (later) =>
        ((later.kind === 'CreateEnum' || later.kind === 'CreateCompositeType') && later.type.name === type.name) ||
        (later.kind === 'CreateDomain' && later.domain.name === type.name) ||
        (later.kind === 'RenameObject' && later.to === type.name),
    )
  )
}
