import { findType } from '../catalog/lookup.ts'
import type { Site } from '../rule.ts'
import type { TypeName } from '../type-name.ts'
import { builtInName } from './written.ts'

const texts = ['text', 'varchar', 'bpchar']

/** Types whose values arrive at clients in one and the same way. */
const alike: readonly (readonly string[])[] = [
  ['text', 'varchar', 'bpchar', 'xml', 'citext', 'name'],
  ['bit', 'varbit'],
  ['cidr', 'inet'],
]

/** Whether clients get values of two types in the same way. */
export function arrivesAlike(from: TypeName, to: TypeName, at: Site): boolean {
  if (from.dimensions !== to.dimensions) return false
  // The label of an enum arrives as text does.
  if (isEnum(from, at)) return isEnum(to, at) || texts.includes(to.name.name)
  const [a, b] = [from, to].map((type) => {
    // A domain arrives as the type that it is made of.
    const known = findType(at.before, type.name)
    return (known?.kind === 'domain' ? known.base : type).name.name
  })
  return a === b || alike.some((group) => a !== undefined && b !== undefined && group.includes(a) && group.includes(b))
}

/** Whether a type is an enum that the history knows. */
export function isEnum(type: TypeName, at: Site): boolean {
  return findType(at.before, type.name)?.kind === 'enum'
}

/** Each takes fewer values than the next. */
const wider: readonly (readonly string[])[] = [
  ['int2', 'int4', 'int8', 'numeric'],
  ['float4', 'float8'],
  ['date', 'timestamp'],
  ['date', 'timestamptz'],
]

/** Whether a built-in type takes fewer values than another that is written alike: a shorter text, a smaller number. */
export function isNarrower(to: TypeName, from: TypeName): boolean {
  const [a, b] = [builtInName(from), builtInName(to)]
  if (a === undefined || b === undefined || from.dimensions !== to.dimensions) return false
  if (texts.includes(a) && texts.includes(b)) return numberIn(to.modifiers[0]) < numberIn(from.modifiers[0])
  if (a === 'numeric' && b === 'numeric') {
    // Places before the point: precision without scale.
    const places = ({ modifiers: [precision, scale] }: TypeName) => numberIn(precision) - Number(scale ?? 0)
    return places(to) < places(from)
  }
  return wider.some((types) => types.includes(b) && types.indexOf(b) < types.indexOf(a))
}

function numberIn(modifier: string | undefined): number {
  return modifier === undefined ? Number.POSITIVE_INFINITY : Number(modifier)
}
