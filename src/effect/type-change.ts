import type { Catalog, DomainType } from '../catalog/catalog.ts'
import { findType, keyOf, resolveType } from '../catalog/lookup.ts'
import type { Expression } from '../expression.ts'
import { printName } from '../name.ts'
import type { TypeName } from '../type-name.ts'
import { printType } from '../type-name.ts'
import type { Server } from './effect.ts'
import { builtIn, extensions, keptIndexes, utcZones } from './postgres.generated.ts'
import { isBuiltInType, wordsOf } from './volatility.ts'

/** What ALTER COLUMN … TYPE comes to for the stored values. */
export interface TypeChange {
  /** Why the table is written anew; undefined: the stored bytes stay. */
  readonly rewrite: string | undefined
  /** The two types as indexes see them: domains as their base type, `[]` after the element type of an array. */
  readonly from: string
  readonly to: string
  /** Where one operator class serves many types: the kind of type that it serves. */
  readonly family: 'array' | 'enum' | 'range' | undefined
}

/**
 * What the server does with the values of a column (ATColumnChangeRequiresRewrite): a change is free where the conversion comes
 * down to the column itself: a binary-coercible cast, a length that no value can exceed, a domain without constraints,
 * timestamp and timestamptz under UTC.
 */
export function typeChange(
  change: { readonly column: string; readonly from: TypeName; readonly to: TypeName; readonly using: Expression | undefined },
  catalog: Catalog,
  server: Server,
): TypeChange {
  const { from, to } = change
  const ends = { from: stem(from, catalog), to: stem(to, catalog), family: familyOf(from, catalog) }
  const casts = castsOf(change.using, change.column)
  if (casts === undefined) return { ...ends, rewrite: 'the USING expression is computed for every row' }
  let current = from
  for (const next of [...casts, to]) {
    const rewrite = conversion(current, next, catalog, server)
    if (rewrite !== undefined) return { ...ends, rewrite }
    current = next
  }
  return { ...ends, rewrite: undefined }
}

/** The casts around the column, innermost first; undefined for an expression that is more than the column under casts. */
function castsOf(using: Expression | undefined, column: string): readonly TypeName[] | undefined {
  if (using === undefined) return []
  const isThis = using.columns.length === 1 && using.columns[0] === column
  if (isThis && using.shape === 'column') return []
  // Inner casts are written before outer ones, in either spelling.
  return isThis && using.shape === 'cast column' ? using.casts : undefined
}

/** Why converting values of one type to another takes more than calling them by another name. */
function conversion(from: TypeName, to: TypeName, catalog: Catalog, server: Server): string | undefined {
  if (isSameType(from, to, catalog)) return lengthChange(from, to)
  const domain = domainOf(to, catalog)
  if (domain !== undefined && isConstrained(domain, catalog))
    return `the domain ${printName(domain.name)} has constraints to check`
  // A domain's length is not remembered where its values are used: varchar(5) of a domain counts as varchar.
  const source = isDomain(from, catalog) ? { ...baseOf(from, catalog), modifiers: [] } : from
  const target = baseOf(to, catalog)
  if (isSameType(source, target, catalog)) return lengthChange(source, target)
  const described = `${printType(from)} is stored differently from ${printType(to)}`
  if (source.dimensions > 0 || target.dimensions > 0) return described
  for (const type of [source, target]) {
    if (!isKnown(type, catalog)) return `the type ${printType(type)} is not known from the migrations`
  }
  const method = castMethod(source, target, catalog)
  if (method === 'b') return lengthChange({ ...target, modifiers: [] }, target)
  if (isTimestampPair(source, target)) {
    if (!isUtc(server.timeZone)) return `the session's TimeZone is not known to be UTC`
    return lengthChange({ ...target, modifiers: [] }, target)
  }
  return described
}

/** Why values of one type must be checked against, or cut to, another length. */
function lengthChange(from: TypeName, to: TypeName): string | undefined {
  if (to.modifiers.length === 0 || from.modifiers.join() === to.modifiers.join()) return undefined
  const isFree = to.dimensions === 0 && isBuiltInType(to) && keepsValues(to.name.name, from.modifiers, to.modifiers)
  return isFree ? undefined : `values must fit ${printType(to)}`
}

/** The server's planner support functions: no value of the old length can be changed by the new one. */
function keepsValues(type: string, from: readonly string[], to: readonly string[]): boolean {
  const [oldFirst, oldSecond] = from.map(Number)
  const [newFirst = 0, newSecond] = to.map(Number)
  switch (type) {
    case 'varchar':
    case 'varbit':
      return oldFirst !== undefined && oldFirst <= newFirst
    case 'numeric':
      return oldFirst !== undefined && oldFirst <= newFirst && (oldSecond ?? 0) === (newSecond ?? 0)
    case 'timestamp':
    case 'timestamptz':
    case 'time':
    case 'timetz':
      return newFirst >= mostDigits || (oldFirst !== undefined && oldFirst <= newFirst)
    case 'interval': {
      const [oldLeast, newLeast] = [leastField(oldFirst), leastField(newFirst)]
      if (newLeast > oldLeast) return false
      return oldLeast > 0 || (newSecond ?? mostDigits) >= (oldSecond ?? mostDigits)
    }
    default:
      // char(n) and bit(n) have no such function: any other length is a rewrite.
      return false
  }
}

/** Fractional digits of a second. */
const mostDigits = 6

/** The finest field that an interval type keeps, by its field mask: 0 second … 5 year. */
function leastField(mask: number | undefined): number {
  if (mask === undefined || mask === 0x7fff) return 0
  const fields = [12, 11, 10, 3, 1, 2]
  return fields.findIndex((bit) => (mask & (1 << bit)) !== 0)
}

function castMethod(from: TypeName, to: TypeName, catalog: Catalog): string | undefined {
  const lists = [
    builtIn.casts,
    ...Object.entries(extensions).flatMap(([name, facts]) =>
      hasExtension(name, facts.types, from, to, catalog) ? [facts.casts] : [],
    ),
  ]
  return ['b', 'f', 'i'].find((method) => lists.some((list) => wordsOf(list).has(`${from.name.name}>${to.name.name}:${method}`)))
}

/** An extension counts where the history made it, or where its own type is named and nothing else by that name is known. */
function hasExtension(name: string, types: string, from: TypeName, to: TypeName, catalog: Catalog): boolean {
  return (
    catalog.extensions.has(name) ||
    [from, to].some((type) => wordsOf(types).has(type.name.name) && findType(catalog, type.name) === undefined)
  )
}

function isTimestampPair(from: TypeName, to: TypeName): boolean {
  return ['timestamp>timestamptz', 'timestamptz>timestamp'].includes(`${from.name.name}>${to.name.name}`)
}

/** Zones that never had another offset than UTC's, as the server tells. */
export function isUtc(timeZone: string | undefined): boolean {
  return timeZone !== undefined && wordsOf(utcZones).has(timeZone.replace(/^'|'$/g, '').toLowerCase())
}

function isSameType(a: TypeName, b: TypeName, catalog: Catalog): boolean {
  return a.dimensions > 0 === b.dimensions > 0 && identity(a, catalog) === identity(b, catalog)
}

function identity(type: TypeName, catalog: Catalog): string {
  return isBuiltInType(type) && findType(catalog, type.name) === undefined
    ? `pg_catalog.${type.name.name}`
    : keyOf(resolveType(catalog, type.name))
}

/** Base types of extensions that are not PostgreSQL's own, by the names that nobody gives a domain. */
const extensionTypes = 'geometry geography box2d box3d raster vector halfvec sparsevec hll tdigest h3index'

/** Whether the history or PostgreSQL itself tells what a type is. */
export function isKnown(type: TypeName, catalog: Catalog): boolean {
  if (findType(catalog, type.name) !== undefined || isBuiltInType(type)) return true
  return [extensionTypes, ...Object.values(extensions).map((facts) => facts.types)].some((types) =>
    wordsOf(types).has(type.name.name),
  )
}

function isDomain(type: TypeName, catalog: Catalog): boolean {
  return domainOf(type, catalog) !== undefined
}

/** The domain that a type is, not one that its elements are. */
export function domainOf(type: TypeName, catalog: Catalog): DomainType | undefined {
  if (type.dimensions > 0) return undefined
  const known = findType(catalog, type.name)
  return known?.kind === 'domain' ? known : undefined
}

/** Constraints that are NOT VALID count too; a domain over a constrained domain is constrained. */
export function isConstrained(domain: DomainType, catalog: Catalog): boolean {
  if (domain.notNull || domain.constraints.length > 0) return true
  const base = domainOf(domain.base, catalog)
  return base !== undefined && isConstrained(base, catalog)
}

function baseOf(type: TypeName, catalog: Catalog): TypeName {
  const domain = domainOf(type, catalog)
  return domain === undefined ? type : baseOf(domain.base, catalog)
}

function stem(type: TypeName, catalog: Catalog): string {
  const base = baseOf(type, catalog)
  const name = isBuiltInType(base) ? base.name.name : identity(base, catalog)
  return base.dimensions > 0 ? `${name}[]` : name
}

function familyOf(type: TypeName, catalog: Catalog): TypeChange['family'] {
  const base = baseOf(type, catalog)
  if (base.dimensions > 0) return 'array'
  const known = findType(catalog, base.name)
  if (known?.kind === 'enum' || known?.kind === 'range') return known.kind
  return isBuiltInType(base) && base.name.name.endsWith('range') ? 'range' : undefined
}

/** Whether an index with the default operator class outlives a change of its column's type that rewrites nothing. */
export function keepsIndex({ from, to, family }: TypeChange, method: string): boolean {
  // CheckIndexCompatible compares the column's type with the one that the index stores: not the same for these, even if nothing changes.
  if (family !== undefined && (method === 'hash' || method === 'gin' || (family === 'range' && method === 'brin'))) return false
  return from === to || wordsOf(keptIndexes).has(`${from}>${to}:${method}`)
}
