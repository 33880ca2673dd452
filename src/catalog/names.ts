import type { Expression } from '../expression.ts'
import type { QualifiedName } from '../name.ts'
import type { IndexKey } from '../operation.ts'
import type { Catalog } from './catalog.ts'
import { hintsOf, keyOf } from './lookup.ts'

/** Bytes of an identifier: NAMEDATALEN - 1. */
const longest = 63

const encoder = new TextEncoder()
const decoder = new TextDecoder()

/** The part of a text that fits in so many bytes of UTF-8, whole characters only. */
function clip(text: string, bytes: number): string {
  if (isAscii(text)) return text.slice(0, bytes)
  const encoded = encoder.encode(text)
  if (encoded.length <= bytes) return text
  let end = bytes
  while (end > 0 && ((encoded[end] ?? 0) & 0xc0) === 0x80) end--
  return decoder.decode(encoded.subarray(0, end))
}

function bytesOf(text: string): number {
  return isAscii(text) ? text.length : encoder.encode(text).length
}

/** Such text, which nearly all names are, has as many bytes as characters. */
function isAscii(text: string): boolean {
  return /^[\0-\x7f]*$/.test(text)
}

/** `table_column_label` in 63 bytes: the longer of the first two gives way (the server's makeObjectName). */
export function objectName(first: string, second: string | undefined, label: string): string {
  const available = longest - bytesOf(label) - 1 - (second === undefined ? 0 : 1)
  let firstBytes = bytesOf(first)
  let secondBytes = second === undefined ? 0 : bytesOf(second)
  while (firstBytes + secondBytes > available) {
    if (firstBytes > secondBytes) firstBytes--
    else secondBytes--
  }
  const parts = [clip(first, firstBytes)]
  if (second !== undefined) parts.push(clip(second, secondBytes))
  return [...parts, label].join('_')
}

function numbered(first: string, second: string | undefined, label: string, taken: (name: string) => boolean): string {
  let name = objectName(first, second, label)
  for (let n = 1; taken(name); n++) name = objectName(first, second, `${label}${n}`)
  return name
}

export function relationNameTaken(catalog: Catalog, name: QualifiedName): boolean {
  const relation = catalog.relations.get(keyOf(name))
  return relation !== undefined && relation.kind !== 'dropped'
}

/** Constraint names that the server chooses are unique in the schema, whatever the table. */
export function constraintNameTaken(catalog: Catalog, schema: string, name: string): boolean {
  for (const key of hintsOf(catalog, 'constraint', { schema, name })) {
    const relation = catalog.relations.get(key)
    if (relation === undefined || !('constraints' in relation)) continue
    // Where no name was written, 18 stores a NOT NULL constraint that this catalog does not list.
    if (relation.constraints.some((constraint) => constraint.name === name)) return true
  }
  return false
}

/** The name of a sequence behind serial or identity: `t_col_seq`. */
export function sequenceName(catalog: Catalog, table: QualifiedName, column: string): string {
  return numbered(table.name, column, 'seq', (name) => relationNameTaken(catalog, { schema: table.schema, name }))
}

/** The name of an index without one: `t_pkey`, `t_a_b_key`, `t_a_excl`, `t_a_lower_idx`. */
export function indexName(
  catalog: Catalog,
  table: QualifiedName,
  columns: readonly string[],
  label: 'pkey' | 'key' | 'excl' | 'idx',
): string {
  const taken = (name: string) =>
    relationNameTaken(catalog, { schema: table.schema, name }) ||
    (label !== 'idx' && constraintNameTaken(catalog, table.schema, name))
  return numbered(table.name, label === 'pkey' ? undefined : addition(columns), label, taken)
}

/** The name of a CHECK, FOREIGN KEY or NOT NULL constraint without one; a CHECK names its column only where it has just one. */
export function constraintName(
  catalog: Catalog,
  table: QualifiedName,
  columns: readonly string[],
  label: 'check' | 'fkey' | 'not_null',
): string {
  const second = label === 'check' && columns.length !== 1 ? undefined : addition(columns)
  return numbered(table.name, second, label, (name) => constraintNameTaken(catalog, table.schema, name))
}

/** The name of extended statistics without one: `t_a_b_stat`. */
export function statisticsName(table: QualifiedName, columns: readonly string[], taken: (name: string) => boolean): string {
  return numbered(table.name, addition(columns.length === 0 ? ['expr'] : columns), 'stat', taken)
}

/** The server stops adding columns once the text is as long as a name can be. */
function addition(columns: readonly string[]): string {
  let text = ''
  for (const column of columns) {
    text = text === '' ? column : `${text}_${column}`
    if (bytesOf(text) > longest) break
  }
  return text
}

/** What the server calls the columns of an index, numbering what comes twice. */
export function indexColumnNames(keys: readonly IndexKey[], include: readonly string[]): readonly string[] {
  const names: string[] = []
  const wanted = [...keys.map((key) => key.column ?? (key.expression ? expressionName(key.expression) : 'expr')), ...include]
  for (const name of wanted) {
    let unique = name
    for (let n = 1; names.includes(unique); n++) unique = `${clip(name, longest - String(n).length)}${n}`
    names.push(unique)
  }
  return names
}

/** What the server calls an expression's column: the function called outermost, the column or type under a cast, or `expr`. */
export function expressionName(expression: Expression): string {
  const sql = stripParentheses(expression.sql)
  if (expression.shape === 'column' || expression.shape === 'cast column') return expression.columns[0] ?? 'expr'
  const call = /^(?:[\w$]+\s*\.\s*)?("[^"]+"|[a-z_][\w$]*)\s*\(/i.exec(sql)
  if (call?.[1] !== undefined && closes(sql, call[0].length - 1) === sql.length - 1) {
    const name = call[1].startsWith('"') ? call[1].slice(1, -1) : call[1].toLowerCase()
    const castOf = name === 'cast' ? /^cast\s*\(\s*(.*)\s+as\s+[\w\s.()"]+\)$/is.exec(sql)?.[1] : undefined
    return castOf === undefined ? name : expressionName({ ...expression, sql: castOf })
  }
  const cast = /^(.*)::[\w\s."]+(\([\d,\s]*\))?(\[\])*$/s.exec(sql)
  if (cast?.[1] !== undefined && expression.casts.length > 0) {
    const inner = expressionName({ ...expression, sql: cast[1], shape: 'other' })
    return inner === 'expr' ? (expression.casts.at(-1)?.name.name ?? 'expr') : inner
  }
  if (/^case\b/i.test(sql)) return 'case'
  return 'expr'
}

function stripParentheses(sql: string): string {
  const text = sql.trim()
  return text.startsWith('(') && closes(text, 0) === text.length - 1 ? stripParentheses(text.slice(1, -1)) : text
}

/** Where the parenthesis that opens at an offset closes; -1 where it does not. */
function closes(sql: string, open: number): number {
  let depth = 0
  let quote = ''
  for (let i = open; i < sql.length; i++) {
    const unit = sql.charAt(i)
    if (quote !== '') quote = unit === quote ? '' : quote
    else if (unit === "'" || unit === '"') quote = unit
    else if (unit === '(') depth++
    else if (unit === ')' && --depth === 0) return i
  }
  return -1
}
