import type { Catalog, Routine } from '../catalog/catalog.ts'
import { findRoutines, findType } from '../catalog/lookup.ts'
import type { Call, Expression } from '../expression.ts'
import { printName } from '../name.ts'
import type { TypeName } from '../type-name.ts'
import { builtIn, extensions, type PostgresFacts } from './postgres.generated.ts'

export type Volatility = 'immutable' | 'stable' | 'volatile'

/** What makes an expression volatile, as a clause: `it calls random(), which is volatile`. */
export interface Volatile {
  readonly because: string
}

/**
 * Why an expression counts as volatile for the server (contain_volatile_functions): undefined where it is certain not to be.
 * What is not known is volatile.
 */
export function volatile(expression: Expression, catalog: Catalog): Volatile | undefined {
  for (const call of expression.calls) {
    const found = callVolatility(call, catalog)
    if (found === 'volatile') return { because: `calls ${printCall(call)}, which is volatile` }
    if (found === undefined) return { because: `calls ${printCall(call)}, which is not known and may be volatile` }
  }
  for (const operator of expression.operators) {
    const symbol = operator.split('.').at(-1) ?? operator
    if (!knowsOperator(symbol, catalog))
      return { because: `uses the operator ${operator}, which is not known and may be volatile` }
  }
  if (expression.shape === 'constant' || expression.shape === 'null') return undefined
  for (const type of expression.casts) {
    if (!knowsType(type, catalog)) {
      return { because: `casts to ${printName(type.name)}, which is not known, so the cast may be volatile` }
    }
  }
  return undefined
}

/** `amount(5)`: a type's name used as a function is a cast where no function has the name (manual 10.3). */
function isCast({ function: called }: Call, catalog: Catalog): boolean {
  const type = findType(catalog, called)
  return type !== undefined && type.kind !== 'base' && findRoutines(catalog, called).length === 0
}

/** undefined: the function is not known. */
export function callVolatility(call: Call, catalog: Catalog): Volatility | undefined {
  const { schema, name } = call.function
  if (call.arguments === 1 && isCast(call, catalog)) return 'stable'
  if (schema !== 'pg_catalog') {
    const routines = findRoutines(catalog, call.function).filter((routine) => fits(routine, call))
    const worst = mostVolatile(routines.map((routine) => effectiveVolatility(routine, catalog)))
    // pg_catalog is searched first, whatever the search_path says; an overload there may or may not be the better match.
    const own = schema === undefined ? factOf(builtIn, name, call.arguments) : undefined
    if (routines.length > 0) return own === undefined ? worst : mostVolatile([own, worst ?? own])
    if (own !== undefined) return own
    if (schema !== undefined && findRoutines(catalog, call.function).length > 0) return undefined
    return fromExtensions(call, catalog)
  }
  return factOf(builtIn, name, call.arguments)
}

/** Functions of contrib extensions that the history installs. */
function fromExtensions(call: Call, catalog: Catalog, isInstalled = (name: string) => catalog.extensions.has(name)) {
  if (findRoutines(catalog, call.function).length > 0) return undefined
  const found = Object.entries(extensions).flatMap(([extension, facts]) =>
    isInstalled(extension) ? (factOf(facts, call.function.name, call.arguments) ?? []) : [],
  )
  return mostVolatile(found)
}

/**
 * Whether a call may run statements that no migration shows: one of a function that the history made volatile, or that neither
 * the server nor a contrib extension brings (installed, perhaps, before the first migration).
 */
export function mayRunAnything(call: Call, catalog: Catalog): boolean {
  const known = callVolatility(call, catalog)
  if (findRoutines(catalog, call.function).length > 0) return known === undefined || known === 'volatile'
  return known === undefined && fromExtensions(call, catalog, () => true) === undefined
}

function fits(routine: Routine, call: Call): boolean {
  // Defaults and VARIADIC are not in the catalog: a routine with other arguments may still be the one.
  return !routine.procedure && (routine.arguments.length >= call.arguments || routine.arguments.length > 0)
}

/**
 * The planner puts the body of a simple SQL function in the place of its call, and it is the body that counts then. It does so
 * only for a body that is one SELECT of one expression; told here for the simplest, a literal.
 */
function effectiveVolatility(routine: Routine, _catalog: Catalog): Volatility {
  if (routine.volatility === 'volatile' && isInlinedLiteral(routine)) return 'immutable'
  return routine.volatility
}

function isInlinedLiteral(routine: Routine): boolean {
  return (
    routine.language.toLowerCase() === 'sql' &&
    routine.isolated === false &&
    routine.arguments.length === 0 &&
    routine.returns !== undefined &&
    !routine.returns.setOf &&
    /^\s*(?:select|return)\s+(?:-?\d+(?:\.\d+)?|'(?:[^']|'')*'|true|false|null)\s*;?\s*$/i.test(routine.body)
  )
}

function mostVolatile(all: readonly Volatility[]): Volatility | undefined {
  return all.length === 0 ? undefined : (['volatile', 'stable', 'immutable'] as const).find((one) => all.includes(one))
}

export function printCall({ function: called }: Call): string {
  return `${printName(called.schema === 'pg_catalog' ? { schema: undefined, name: called.name } : called)}()`
}

function knowsOperator(symbol: string, catalog: Catalog): boolean {
  if (wordsOf(builtIn.operators).has(symbol)) return true
  return Object.entries(extensions).some(
    ([extension, facts]) => catalog.extensions.has(extension) && wordsOf(facts.operators).has(symbol),
  )
}

/** Whether a type's casts and input function are known not to be volatile: built-in types, enums, domains, composites of the history. */
function knowsType(type: TypeName, catalog: Catalog): boolean {
  if (isBuiltInType(type)) return true
  const known = findType(catalog, type.name)
  if (known !== undefined) return known.kind !== 'base'
  return Object.entries(extensions).some(
    ([extension, facts]) => catalog.extensions.has(extension) && wordsOf(facts.types).has(type.name.name),
  )
}

export function isBuiltInType(type: TypeName): boolean {
  const { schema, name } = type.name
  return (schema === 'pg_catalog' || schema === undefined) && (wordsOf(builtIn.types).has(name) || name.startsWith('reg'))
}

/** What SQL calls without parentheses is no function in the catalogs; none of it changes within a statement. */
const valueFunctions: ReadonlySet<string> = new Set([
  'current_date',
  'current_time',
  'current_timestamp',
  'localtime',
  'localtimestamp',
  'current_role',
  'current_user',
  'user',
  'session_user',
  'current_catalog',
  'current_schema',
])

function factOf(facts: PostgresFacts, name: string, args: number): Volatility | undefined {
  if (facts === builtIn && valueFunctions.has(name)) return 'stable'
  return (['volatile', 'stable', 'immutable'] as const).find((volatility) => {
    const words = wordsOf(facts[volatility])
    return words.has(name) || words.has(`${name}/${args}`)
  })
}

const split = new Map<string, ReadonlySet<string>>()

/** The words of a generated list, taken apart when first asked for. */
export function wordsOf(list: string): ReadonlySet<string> {
  let words = split.get(list)
  if (words === undefined) {
    words = new Set(list.split(' '))
    split.set(list, words)
  }
  return words
}
