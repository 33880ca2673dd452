import type { Expr, SelectedColumn, Statement } from 'pgsql-ast-parser'
import { callOf, isBuiltIn } from './meaning.ts'
import { afterOf, type Place, wordAt } from './place.ts'
import { lowerType } from './type-name.ts'

/** Names of the columns that a query returns; undefined for a star. */
export function outputOf(node: Statement, place: Place): readonly (string | undefined)[] {
  switch (node.type) {
    case 'select':
      return (node.columns ?? []).map((column) => outputName(column, place))
    case 'union':
    case 'union all':
      return outputOf(node.left, place)
    case 'values':
      return (node.values[0] ?? []).map((_, index) => `column${index + 1}`)
    case 'with':
    case 'with recursive':
      return outputOf(node.in, place)
    default:
      return []
  }
}

function outputName({ alias, expr }: SelectedColumn, place: Place): string | undefined {
  if (alias !== undefined) return alias.name
  if (expr.type === 'ref' && expr.name === '*') return undefined
  const own = nameFor(expr, place)
  return own === undefined ? '?column?' : own.name
}

/** A sure name, or one that only stands where nothing better does: `weak`. */
interface Suggestion {
  readonly name: string | undefined
  readonly weak?: true
}

/** What the server calls a column without an alias (FigureColname in PostgreSQL's parse_target.c). */
function nameFor(node: Expr, place: Place): Suggestion | undefined {
  switch (node.type) {
    case 'ref':
      return { name: node.name }
    case 'cast': {
      // `a -> 'b'::text` casts 'b'; this parser casts the whole unless parentheses stand around that as well.
      if (node.operand.type === 'member' && wordAt(place, afterOf(place, node.operand)) !== ')') return undefined
      const inner = nameFor(node.operand, place)
      return inner !== undefined && inner.weak === undefined ? inner : { name: lowerType(node.to, place).name.name, weak: true }
    }
    case 'case': {
      const inner = node.else ? nameFor(node.else, place) : undefined
      return inner !== undefined && inner.weak === undefined ? inner : { name: 'case', weak: true }
    }
    case 'arrayIndex':
      return nameFor(node.array, place)
    case 'array':
    case 'array select':
      return { name: 'array' }
    case 'list':
      return { name: 'row' }
    case 'call':
      // coalesce, nullif and their like are called as they are written.
      return { name: callOf(node)?.function.name ?? (isBuiltIn(node) ? node.function.name : undefined) }
    case 'select':
    case 'union':
    case 'union all':
    case 'values':
    case 'with':
    case 'with recursive':
      return { name: outputOf(node, place)[0] }
    default: {
      const call = callOf(node)
      return call === undefined ? undefined : { name: call.function.name }
    }
  }
}
