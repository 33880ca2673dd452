import { findType } from '../catalog/lookup.ts'
import type { Expression } from '../expression.ts'
import type { Operation } from '../operation.ts'
import type { Site } from '../rule.ts'
import { printType, type TypeName } from '../type-name.ts'
import { builtInName } from './written.ts'

/** Kinds of type that take each other's values on assignment, so that code goes on writing what it wrote. */
const families: readonly ReadonlySet<string>[] = [
  new Set(['int2', 'int4', 'int8', 'numeric', 'float4', 'float8']),
  new Set(['text', 'varchar', 'bpchar']),
  new Set(['json', 'jsonb']),
  new Set(['timestamp', 'timestamptz']),
  new Set(['bit', 'varbit']),
]

/** Kinds of type of which others are made on assignment, and not the other way round, or not all of them. */
const assigned: Readonly<Record<string, readonly string[]>> = {
  timestamptz: ['date'],
  timestamp: ['date'],
  date: ['timestamp'],
}

/** Whether a column of the new type takes what code writes that knows the old one. */
export function accepts({ type, using }: Operation<'AlterColumnType'>, from: TypeName, at: Site): boolean {
  const [a, b] = [builtInName(from), builtInName(type)]
  const known = findType(at.before, from.name)?.kind
  if (b === undefined || from.dimensions !== type.dimensions || known === 'domain') return false
  // Everything has an assignment cast to text.
  const isText = from.dimensions === 0 && (b === 'text' || b === 'varchar') && a !== 'timestamptz'
  if (isText && (using === undefined || isCastTo(using, type))) return a !== undefined || known === 'enum'
  if (a === undefined || known !== undefined) return false
  return a === b || families.some((family) => family.has(a) && family.has(b)) || assigned[a]?.includes(b) === true
}

/** `c`, or `c::text` for a text. */
function isCastTo({ shape, casts }: Expression, { name }: TypeName): boolean {
  return (
    shape === 'column' ||
    (shape === 'cast column' && casts.every((each) => each.name.name === name.name && each.modifiers.length === 0))
  )
}

/** Conversions that no value fails in. */
const widening: Readonly<Record<string, readonly string[]>> = {
  int2: ['int4', 'int8', 'numeric', 'float4', 'float8', 'text'],
  int4: ['int8', 'numeric', 'float8', 'text'],
  int8: ['numeric', 'text'],
  varchar: ['text', 'varchar'],
  text: ['text', 'varchar'],
  bpchar: ['text', 'varchar'],
  timestamp: ['timestamptz', 'timestamp', 'date'],
  timestamptz: ['timestamptz', 'timestamp', 'date'],
}

/** Whether a cast to the type fails for no value of the other. */
export function takesAll(type: TypeName, from: TypeName): boolean {
  const [a, b] = [builtInName(from) ?? '', builtInName(type) ?? '']
  return type.modifiers.length === 0 && (b === 'text' || (widening[a] ?? []).includes(b))
}

/** A type in a word, for the name of a column of it: `integer`, `boolean`, `mood`, `text_list`. */
export function wordOfType(type: TypeName): string {
  const isBuiltIn = type.name.schema === 'pg_catalog'
  const word = isBuiltIn ? /^\w+/.exec(printType({ ...type, modifiers: [], dimensions: 0 }))?.[0] : type.name.name
  return type.dimensions > 0 ? `${word}_list` : (word ?? 'new')
}
