import type { Expr, Statement, WithStatement, WithStatementBinding } from 'pgsql-ast-parser'
import type { Expression, Query } from '../../expression.ts'
import { lowerWhere } from './expression.ts'
import { factsOfStatement } from './facts.ts'
import { outputOf } from './output-name.ts'
import { bare, type Place, type Range, textOf, wordAt } from './place.ts'

/** What a query reads and calls; `range` are exactly its tokens. */
export function lowerQuery(node: WithStatementBinding, place: Place, range: Range): Query {
  const { reads, locks, columns, calls, casts, strings } = factsOfStatement(node, place)
  return {
    sql: textOf(place, range),
    reads,
    locks,
    calls,
    columns,
    types: casts,
    output: outputOf(node, place),
    strings,
    where: whereOf(node, place),
    hasLimit: isLimited(node, place, bare(place, range)),
  }
}

/** `query` with the bindings of a WITH that stands around it; its text and WHERE stay its own. */
export function lowerQueryIn(query: WithStatementBinding, around: WithStatement, place: Place, range: Range): Query {
  const own = lowerQuery(query, place, range)
  const { reads, locks, columns, calls, casts, strings } = factsOfStatement({ ...around, in: query }, place)
  return { ...own, reads, locks, columns, calls, types: casts, strings }
}

function whereOf(node: Statement, place: Place): Expression | undefined {
  if (node.type === 'with' || node.type === 'with recursive') return whereOf(node.in, place)
  return node.type === 'select' ? lowerWhere(node.where, place) : undefined
}

/** LIMIT NULL is no limit. The tree gives a union's LIMIT to its last SELECT; in parentheses it is that SELECT's own. */
function isLimited(node: Statement, place: Place, range: Range): boolean {
  const limit = limitOf(node)
  if (limit === undefined || limit.type === 'null') return false
  let nested = 0
  for (let index = range.from; index < range.to; index++) {
    const word = wordAt(place, index)
    if (word === '(') nested++
    else if (word === ')') nested--
    else if (nested === 0 && (word === 'limit' || word === 'fetch')) return true
  }
  return false
}

function limitOf(node: Statement): Expr | undefined {
  if (node.type === 'with' || node.type === 'with recursive') return limitOf(node.in)
  if (node.type === 'union' || node.type === 'union all') return limitOf(node.right)
  return node.type === 'select' ? (node.limit?.limit ?? undefined) : undefined
}
