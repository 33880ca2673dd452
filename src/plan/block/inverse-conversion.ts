import { findType } from '../../catalog/lookup.ts'
import type { Expression } from '../../expression.ts'
import { type Name, printName, quoteIdentifier } from '../../name.ts'
import { literal } from '../../rule/advice.ts'
import { builtInName } from '../../rule/written.ts'
import type { Site } from '../../rule.ts'
import { printType, type TypeName } from '../../type-name.ts'

const integers: ReadonlySet<string> = new Set(['int2', 'int4', 'int8'])

/** How the value of the old type is made of the one of the new: SQL, and whether there may be none, so that it is NULL. */
export interface Inverse {
  readonly sql: string
  readonly canFail: boolean
}

/** A conversion of a table's column: `column` and `fresh` are the names of the old and the new column, `using` makes the new value of the old one. */
export interface Converted {
  readonly table: Name
  readonly column: string
  readonly fresh: string
  readonly using: Expression
}

/**
 * What of the old type a new value stands for. Of a cast, the cast back. Of any other expression, a value that it makes the new one of, looked for
 * among those that the old type has or the expression names: what it finds is right, and it may find none.
 */
export function inverseOf({ table, column, fresh, using }: Converted, from: TypeName, at: Site): Inverse {
  const value = `NEW.${quoteIdentifier(fresh)}`
  const name = builtInName(from) ?? ''
  const isCast = using.shape === 'cast column' || using.shape === 'column'
  if (isCast && (name === 'text' || name === 'varchar')) {
    return { sql: `${value}::text${'[]'.repeat(from.dimensions)}`, canFail: from.modifiers.length > 0 }
  }
  if (isCast && from.dimensions === 0 && integers.has(name)) {
    if (using.casts.at(-1)?.name.name === 'bool') return { sql: `${value}::integer`, canFail: false }
    if (using.casts[0]?.name.name === 'text') return { sql: `${value}::text::${printType(from)}`, canFail: true }
  }
  const candidates = from.dimensions > 0 ? [] : candidatesOf(from, name, using, at)
  if (candidates.length === 0) return { sql: 'NULL', canFail: true }
  const known = quoteIdentifier(column)
  const place = column === 'place' ? 'place_2' : 'place'
  const rows = candidates.map((each, index) => `(${index}, ${each})`).join(', ')
  return {
    sql: `(SELECT ${known} FROM (VALUES ${rows}) AS ${quoteIdentifier(table.name)}(${place}, ${known}) WHERE (${using.sql})::text = ${value}::text ORDER BY ${place} LIMIT 1)`,
    canFail: true,
  }
}

function candidatesOf(from: TypeName, name: string, using: Expression, at: Site): readonly string[] {
  const known = findType(at.before, from.name)
  if (known?.kind === 'enum') return known.values.map(({ label }) => `${literal(label)}::${printName(known.name)}`)
  switch (name) {
    case 'bool':
      return ['true', 'false']
    case 'text':
    case 'varchar':
    case 'bpchar':
      return [...new Set(using.strings)].map((text) => `${literal(text)}::text`)
    case 'int2':
    case 'int4':
    case 'int8': {
      const numbers = using.sql.replace(/'(?:[^']|'')*'/g, '').match(/(?<![\w.])\d{1,9}(?![\w.])/g) ?? []
      return [...new Set([...numbers, '1', '0'])]
    }
    default:
      return []
  }
}
