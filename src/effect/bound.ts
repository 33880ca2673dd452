import type { Table } from '../catalog/catalog.ts'
import type { PartitionBound } from '../operation.ts'

/** One side of a range: the text of the constant and its value where texts alone do not tell which is the greater. */
interface Limit {
  readonly operator: '<' | '<=' | '>' | '>=' | '=' | '<>' | 'in'
  readonly values: readonly string[]
}

/**
 * Whether the validated CHECK and NOT NULL constraints of a table prove that each row fits a bound, so that ATTACH need not read
 * it. Told only for one plain key column and bounds of plain constants; a hash, an expression, a DEFAULT is never proven.
 */
export function provesBound(table: Table, bound: PartitionBound, parent: Table | undefined): boolean {
  const column = keyColumn(parent)
  const wanted = readBound(bound)
  if (column === undefined || wanted === undefined || !provesNotNull(table, column)) return false
  const known = limitsOf(table, column)
  if (wanted.kind === 'list') {
    return known.some(
      ({ operator, values }) => (operator === '=' || operator === 'in') && values.every((value) => wanted.values.includes(value)),
    )
  }
  const { from, to } = wanted
  const above = from === undefined || known.some((limit) => isAtLeast(limit, from))
  const below = to === undefined || known.some((limit) => isBelow(limit, to))
  return above && below
}

/** Whether the constraints of the DEFAULT partition, or of one of its own partitions, prove that no row belongs into a new bound. */
export function excludesBound(table: Table, sibling: Table, bound: PartitionBound, parent: Table | undefined): boolean {
  const column = keyColumn(parent)
  const wanted = readBound(bound)
  if (column === undefined || wanted === undefined) return false
  return [table, sibling].some((each) => {
    if (refusesBound(each, column, wanted)) return true
    const known = limitsOf(each, column)
    if (wanted.kind === 'list') {
      const unequal = known.flatMap(({ operator, values }) => (operator === '<>' ? values : []))
      const isElsewhere = known.some(
        ({ operator, values }) =>
          (operator === '=' || operator === 'in') && !values.some((value) => wanted.values.includes(value)),
      )
      const isOut = (value: string) =>
        unequal.includes(value) || known.some((limit) => isBelow(limit, value) || isAbove(limit, value))
      return isElsewhere || wanted.values.every(isOut)
    }
    const { from, to } = wanted
    return known.some((limit) => (from !== undefined && isBelow(limit, from)) || (to !== undefined && isAtLeast(limit, to)))
  })
}

/** Whether a CHECK says NOT (…) of branches that all hold for each row of the bound: what such a partition is given to prove itself empty there. */
function refusesBound(table: Table, column: string, wanted: Wanted): boolean {
  return table.constraints.some(({ definition, validated }) => {
    if (definition.kind !== 'check' || !validated || !definition.enforced) return false
    return definition.expression.conjuncts.some((conjunct) => {
      const inner = /^not \( ((?:[^()]|\bin \( [^()]* \))*) \)$/i.exec(conjunct)?.[1]
      return (
        inner !== undefined &&
        !/ between /i.test(inner) &&
        inner.split(/ and /i).every((branch) => holdsIn(wanted, branch, column))
      )
    })
  })
}

/** Whether each row of a bound (never a NULL key: a bound with NULL is not read) satisfies a condition on the key. */
function holdsIn(wanted: Wanted, branch: string, column: string): boolean {
  const present = /^("(?:[^"]|"")*"|[\w$]+) is not null$/i.exec(branch.trim())?.[1]
  if (present !== undefined) return unquoted(present) === column
  const limits = readConjunct(branch, column)
  if (limits === undefined) return false
  return limits.every(({ operator, values }) => {
    if (wanted.kind === 'list')
      return (operator === '=' || operator === 'in') && wanted.values.every((value) => values.includes(value))
    const [value] = values
    if (value === undefined || values.length !== 1) return false
    const { from, to } = wanted
    if (operator === '>=') return from !== undefined && isOrdered(value, from)
    if (operator === '>') return from !== undefined && value !== from && isOrdered(value, from)
    return (operator === '<' || operator === '<=') && to !== undefined && isOrdered(to, value)
  })
}

function unquoted(name: string): string {
  return name.startsWith('"') ? name.slice(1, -1).replaceAll('""', '"') : name.toLowerCase()
}

function keyColumn(parent: Table | undefined): string | undefined {
  const key = parent?.partitionBy
  return key === undefined || key.strategy === 'hash' || key.columns.length !== 1 ? undefined : key.columns[0]
}

type Wanted =
  | { readonly kind: 'list'; readonly values: readonly string[] }
  | { readonly kind: 'range'; readonly from: string | undefined; readonly to: string | undefined }

function readBound({ sql, isDefault }: PartitionBound): Wanted | undefined {
  if (isDefault) return undefined
  const list = /^\s*(?:for\s+values\s+)?in\s*\(([\s\S]*)\)\s*$/i.exec(sql)?.[1]
  if (list !== undefined) {
    const values = readConstants(list)
    return values === undefined ? undefined : { kind: 'list', values }
  }
  const [, from, to] = /^\s*(?:for\s+values\s+)?from\s*\(([\s\S]*)\)\s*to\s*\(([\s\S]*)\)\s*$/i.exec(sql) ?? []
  if (from === undefined || to === undefined) return undefined
  const [lower, upper] = [readLimit(from, 'minvalue'), readLimit(to, 'maxvalue')]
  return lower === null || upper === null ? undefined : { kind: 'range', from: lower, to: upper }
}

/** undefined: unbounded; null: not a plain constant. */
function readLimit(text: string, unbounded: string): string | undefined | null {
  if (text.trim().toLowerCase() === unbounded) return undefined
  const values = readConstants(text)
  return values?.length === 1 ? (values[0] ?? null) : null
}

/** Plain strings and numbers, as `'x'` and `42`; undefined where there is anything else. */
function readConstants(text: string): readonly string[] | undefined {
  const parts = text.split(/,(?=(?:[^']*'[^']*')*[^']*$)/).map(readConstant)
  return parts.every((part) => part !== undefined) ? parts : undefined
}

/** A constant, casts and the type word before it dropped: `DATE '2024-01-01'`, `'2024-01-01' :: date`. */
function readConstant(text: string): string | undefined {
  const found = /^\s*(?:(?:date|timestamp|timestamptz)\s+)?('(?:[^']|'')*'|-?\s*\d+(?:\.\d+)?)\s*(?:::\s*[\w.$" ()]+)?\s*$/i.exec(
    text,
  )?.[1]
  return found?.replaceAll(/(?<=^-)\s+/g, '')
}

function provesNotNull(table: Table, column: string): boolean {
  return (
    table.columns.some(({ name, notNull }) => name === column && notNull === true) ||
    table.constraints.some(
      ({ definition, validated }) =>
        validated && definition.kind === 'check' && definition.expression.provesNotNull.includes(column),
    )
  )
}

/** What the validated CHECK constraints say of one column alone. */
function limitsOf(table: Table, column: string): readonly Limit[] {
  return table.constraints.flatMap(({ definition, validated }) => {
    if (definition.kind !== 'check' || !validated || !definition.enforced) return []
    return definition.expression.conjuncts.flatMap((branch) => readConjunct(branch, column) ?? [])
  })
}

function readConjunct(branch: string, column: string): readonly Limit[] | undefined {
  const text = branch.replace(/^(?:\(\s*)(.*)(?:\s*\))$/, '$1').trim()
  const [, name, operator, rest] = /^("(?:[^"]|"")*"|[\w$]+) (<=|>=|<>|!=|<|>|=|in|between)\s*([\s\S]*)$/i.exec(text) ?? []
  if (name === undefined || operator === undefined || rest === undefined) return undefined
  if (unquoted(name) !== column) return undefined
  const word = operator.toLowerCase()
  if (word === 'between') {
    const [low, high] = rest.split(/ and /i).map(readConstant)
    if (low === undefined || high === undefined) return undefined
    return [
      { operator: '>=', values: [low] },
      { operator: '<=', values: [high] },
    ]
  }
  const values = word === 'in' ? readConstants(rest.replace(/^\(([\s\S]*)\)$/, '$1')) : readConstants(rest)
  if (values === undefined || (word !== 'in' && values.length !== 1)) return undefined
  const same = word === '!=' ? '<>' : word
  return isOperator(same) ? [{ operator: same, values }] : undefined
}

function isOperator(word: string): word is Limit['operator'] {
  return ['<', '<=', '>', '>=', '=', '<>', 'in'].includes(word)
}

/** Whether a limit implies `column >= value`. */
function isAtLeast({ operator, values }: Limit, value: string): boolean {
  if (operator === '<' || operator === '<=' || operator === '<>') return false
  return values.every((known) => isOrdered(value, known))
}

/** Whether a limit implies `column < value`. */
function isBelow({ operator, values }: Limit, value: string): boolean {
  if (operator === '>' || operator === '>=' || operator === '<>') return false
  return values.every((known) => (operator === '<' ? isOrdered(known, value) : known !== value && isOrdered(known, value)))
}

/** Whether a limit implies `column > value`. */
function isAbove({ operator, values }: Limit, value: string): boolean {
  if (operator === '<' || operator === '<=' || operator === '<>') return false
  return values.every((known) => (operator === '>' ? isOrdered(value, known) : known !== value && isOrdered(value, known)))
}

/** a <= b, where that can be told: equal texts, numbers, dates and times written alike (`YYYY-MM-DD…`). */
function isOrdered(a: string, b: string): boolean {
  if (a === b) return true
  if (/^-?\d/.test(a) && /^-?\d/.test(b)) return Number(a) <= Number(b)
  const date = /^'\d{4}-\d\d-\d\d(?: \d\d:\d\d:\d\d)?'$/
  return date.test(a) && date.test(b) && a.length === b.length && a <= b
}
