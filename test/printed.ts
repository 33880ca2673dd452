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

/** Where something stands in the text, and what pg_stat_statements makes of it. */
const positions =
  /^(?:location|name_location|stmt_location|stmt_len|list_start|list_end|rexpr_list_start|rexpr_list_end|jumble_args)$/

function normalised(value: Json, key: string): Json {
  // The server keeps no lengths of arrays (manual 8.15.1).
  if (key === 'arrayBounds' && isList(value)) return value.length
  if (isList(value)) return (orders.get(key) ?? same)(value.map((item) => normalised(item, key)))
  // ASC is the order that goes without saying.
  if (key === 'ordering' && value === 'SORTBY_ASC') return 'SORTBY_DEFAULT'
  if (typeof value !== 'object' || value === null) return value
  const fields = Object.entries(rewritten.get(key)?.(value) ?? value).filter(([field]) => !positions.test(field))
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

const rewritten: ReadonlyMap<string, (body: Fields) => Fields> = new Map([
  ['DefElem', option],
  // A setting is a text, and a list of them is one with commas (flatten_set_variable_args in PostgreSQL's guc_funcs.c).
  ['VariableSetStmt', (body) => ({ ...body, args: settingText(body.args) })],
  // WITH CHECK OPTION is another way to write the option (manual, CREATE VIEW).
  ['ViewStmt', checkOption],
  ['typeName', serial],
])

function settingText(args: Json | undefined): Json {
  if (args === undefined || !isList(args)) return null
  const texts = args.map((arg) => constantText(bodyOf(arg, 'A_Const')))
  return texts.some((text) => text === undefined) ? args : texts.join(', ')
}

function constantText(constant: Fields | undefined): string | undefined {
  const [value] = Object.entries(constant ?? {}).filter(([field]) => field.endsWith('val'))
  if (value === undefined || typeof value[1] !== 'object' || value[1] === null) return undefined
  return String(Object.values(value[1])[0] ?? (value[0] === 'ival' ? 0 : value[0] === 'boolval' ? false : ''))
}

function checkOption(view: Fields): Fields {
  const check = /^(LOCAL|CASCADED)_CHECK_OPTION$/.exec(String(view.withCheckOption))?.[1]?.toLowerCase()
  if (check === undefined) return view
  const options = view.options !== undefined && isList(view.options) ? view.options : []
  const element = { DefElem: { defname: 'check_option', arg: { String: { sval: check } }, defaction: 'DEFELEM_UNSPEC' } }
  return { ...view, options: [...options, element], withCheckOption: 'NO_CHECK_OPTION' }
}

/** serial8 is bigserial (manual 8.1.4). */
function serial(type: Fields): Fields {
  const names = JSON.stringify(type.names ?? [])
  const spelled = names.replace('"serial8"', '"bigserial"').replace('"serial4"', '"serial"').replace('"serial2"', '"smallserial"')
  return { ...type, names: JSON.parse(spelled) }
}

/** Whether the order or place of a partition's column options could have changed: `(a NOT NULL, a DEFAULT 1)` is one entry when printed. */
export function hasColumnOptions(tree: unknown): boolean {
  const text = JSON.stringify(tree)
  return [...text.matchAll(/"ColumnDef":\{"colname":"(?:[^"\\]|\\.)*",(?:"(\w+)")?/g)].some(([, next]) => next !== 'typeName')
}

/**
 * An option's value is kept as text, however it was written: 70, '70', off and 'off' (defGetString in PostgreSQL's define.c); a name
 * alone is true. Unquoted values that are lists, types with modifiers and the like stay trees.
 */
function option(element: Fields): Fields {
  const text = textOf(element.arg)
  return text === undefined ? element : { ...element, arg: text }
}

function textOf(value: Json | undefined): string | undefined {
  if (value === undefined) return 'true'
  const constant = bodyOf(value, 'Integer') ?? bodyOf(value, 'Float') ?? bodyOf(value, 'String') ?? bodyOf(value, 'Boolean')
  const [text] = Object.values(constant ?? {})
  if (constant !== undefined) return String(text ?? (bodyOf(value, 'Boolean') === undefined ? 0 : false))
  const type = bodyOf(value, 'TypeName')
  const names = type?.names
  return names !== undefined &&
    isList(names) &&
    names.length === 1 &&
    type?.typmods === undefined &&
    type?.arrayBounds === undefined
    ? String(bodyOf(names[0], 'String')?.sval)
    : undefined
}

/** A list that is left empty is none. */
function isEmpty(value: Json | undefined): boolean {
  return value !== undefined && isList(value) && value.length === 0
}
