import type { Operation } from '../src/operation.ts'

/** An operation as plain data; what is undefined is left out. */
export function comparableOperation(operation: Operation): unknown {
  return JSON.parse(JSON.stringify(operation))
}

type Json = null | string | number | boolean | readonly Json[] | { readonly [key: string]: Json }
type Fields = { readonly [key: string]: Json }

/** A tree of libpg-query without what says where things stand, and with one spelling for what means the same. */
export function comparableTree(tree: unknown): unknown {
  return normalised(JSON.parse(JSON.stringify(tree)), '')
}

/** Where something stands in the text. */
const positions = /^(?:location|name_location|stmt_location|stmt_len|list_start|list_end|rexpr_list_start|rexpr_list_end)$/

function normalised(value: Json, key: string): Json {
  if (isList(value)) return (orders.get(key) ?? same)(value.map((item) => normalised(item, key)))
  if (typeof value !== 'object' || value === null) return value
  const fields = Object.entries(value).filter(([field]) => !positions.test(field))
  return Object.fromEntries(fields.map(([field, each]) => [field, normalised(each, field)]).filter(([, each]) => !isEmpty(each)))
}

function isList(value: Json): value is readonly Json[] {
  return Array.isArray(value)
}

const same = (items: readonly Json[]) => items

/** Lists whose order means nothing. */
const orders: ReadonlyMap<string, (items: readonly Json[]) => readonly Json[]> = new Map([
  // A column's attributes may stand in any order; DEFERRABLE and NOT ENFORCED belong to the constraint before them.
  ['constraints', (items) => sorted(joined(items))],
  // Constraints may stand among columns: the columns keep their order, and the constraints theirs.
  ['tableElts', (items) => [...items.filter((item) => !isConstraint(item)), ...items.filter(isConstraint)]],
  // START may stand before INCREMENT; so may storage parameters in any order, each given once.
  ['options', sorted],
  ['items', (items) => (items.every((item) => bodyOf(item, 'DefElem') !== undefined) ? sorted(items) : items)],
  // An option that is turned off is as if it were not written.
  ['params', (items) => items.filter((item) => !/"(?:off|false)"/.test(JSON.stringify(bodyOf(item, 'DefElem')?.arg ?? null)))],
])

function sorted(items: readonly Json[]): readonly Json[] {
  return items.toSorted((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1))
}

function isConstraint(item: Json): boolean {
  return bodyOf(item, 'Constraint') !== undefined
}

function bodyOf(item: Json | undefined, kind: string): Fields | undefined {
  if (typeof item !== 'object' || item === null || isList(item)) return undefined
  const body = item[kind]
  return typeof body !== 'object' || body === null || isList(body) ? undefined : body
}

function joined(items: readonly Json[]): readonly Json[] {
  const whole: Json[][] = []
  for (const item of items) {
    const contype = String(bodyOf(item, 'Constraint')?.contype)
    // NULL is what a column is without being told, and these are what a constraint is.
    if (['CONSTR_NULL', 'CONSTR_ATTR_NOT_DEFERRABLE', 'CONSTR_ATTR_IMMEDIATE', 'CONSTR_ATTR_ENFORCED'].includes(contype)) continue
    if (contype.startsWith('CONSTR_ATTR_')) whole.at(-1)?.push(item)
    else whole.push([item])
  }
  return whole
}

/** A list that is left empty is none. */
function isEmpty(value: Json | undefined): boolean {
  return value !== undefined && isList(value) && value.length === 0
}
