import type { Expr } from 'pgsql-ast-parser'
import type { Expression } from '../../expression.ts'
import { filledWords } from '../filled-word.ts'
import { factsOfExpression } from './facts.ts'
import { isAnd, isNumber, rowOf } from './meaning.ts'
import { afterOf, bare, compactOf, type Place, type Range, rangeAfter, textOf, wordAt } from './place.ts'

/** What the analyzer needs to know of an expression; `range` are exactly its tokens. */
export function lowerExpression(node: Expr, place: Place, range: Range): Expression {
  const filled = filledWords(place.text, range.from, range.to)
  const { columns, calls, operators, casts, strings, hasSubquery, reads } = factsOfExpression(node, place)
  return {
    sql: textOf(place, range),
    shape: shapeOf(node),
    columns: filled.size === 0 ? columns : columns.filter((column) => !filled.has(column)),
    calls,
    operators,
    casts,
    strings,
    provesNotNull: [...provenBy(node, true)],
    conjuncts: branchesOf(node, place, range).map((branch) => compactOf(place, branch)),
    hasSubquery,
    ...(reads.length > 0 ? { reads } : {}),
  }
}

/** The condition behind WHERE. */
export function lowerWhere(node: Expr | null | undefined, place: Place): Expression | undefined {
  return node ? lowerExpression(node, place, rangeAfter(place, 'where', node)) : undefined
}

function shapeOf(node: Expr): Expression['shape'] {
  if (node.type === 'cast') {
    const inner = shapeOf(node.operand)
    return inner === 'column' ? 'cast column' : inner
  }
  if (node.type === 'null') return 'null'
  if (node.type === 'string' || node.type === 'boolean' || isNumber(node)) return 'constant'
  return node.type === 'ref' && node.name !== '*' ? 'column' : 'other'
}

/** Columns that are certainly not NULL where the expression is `truth`: what SET NOT NULL takes for proof (manual, ALTER TABLE). */
function provenBy(node: Expr, truth: boolean): ReadonlySet<string> {
  if (node.type === 'unary') {
    if (node.op === 'NOT') return provenBy(node.operand, !truth)
    if (node.op !== (truth ? 'IS NOT NULL' : 'IS NULL')) return new Set()
    const tested = (truth ? rowOf(node.operand) : undefined) ?? [node.operand]
    return new Set(tested.flatMap((column) => (column.type === 'ref' && column.name !== '*' ? [column.name] : [])))
  }
  if (node.type !== 'binary' || (node.op !== 'AND' && node.op !== 'OR')) return new Set()
  const left = provenBy(node.left, truth)
  const right = provenBy(node.right, truth)
  // Of an AND that is true both sides are; of one that is false it is not known which.
  if ((node.op === 'AND') === truth) return new Set([...left, ...right])
  return new Set([...left].filter((column) => right.has(column)))
}

/** The ANDed branches, without the parentheses around each. */
function branchesOf(node: Expr, place: Place, range: Range): readonly Range[] {
  const whole = bare(place, range)
  if (!isAnd(node)) return [whole]
  // The tree leaves parentheses out of the left side's end.
  let and = afterOf(place, node.left)
  while (wordAt(place, and) === ')') and++
  if (wordAt(place, and) !== 'and' || and <= whole.from || and >= whole.to) return [whole]
  return [
    ...branchesOf(node.left, place, { from: whole.from, to: and }),
    ...branchesOf(node.right, place, { from: and + 1, to: whole.to }),
  ]
}
