import type { Node, SelectStmt, WithClause } from 'libpg-query'
import type { Expression, Query } from '../../expression.ts'
import { lowerExpression } from './expression.ts'
import { factsOf } from './facts.ts'
import { bodyOf } from './node.ts'
import { outputNames } from './output-name.ts'
import type { Part } from './span.ts'
import { ending, findWord, isWord, starting, textOf, tokenAt, unwrap } from './span.ts'

/**
 * What a query reads and calls; `part` are exactly its tokens. Statements that modify data in its WITH are left out: they are commands of
 * their own. `around` is the WITH of a statement that the query stands in.
 */
export function lowerQuery(node: Node | undefined, part: Part, around?: WithClause): Query {
  const select = bodyOf(node, 'SelectStmt')
  const facts = factsOf(
    [{ ...select, withClause: joined(around, select?.withClause) }].map((SelectStmt) => ({ SelectStmt })),
    'data-modifying',
  )
  return {
    sql: textOf(part),
    reads: facts.reads,
    locks: facts.locks,
    calls: facts.calls,
    columns: facts.columns,
    types: facts.casts,
    output: select === undefined ? [] : outputNames(select),
    strings: facts.strings,
    where: select === undefined ? undefined : whereOf(select, part),
    hasLimit: select !== undefined && isLimited(select),
  }
}

/** A WITH and the one inside it as one. */
export function joined(outer: WithClause | undefined, inner: WithClause | undefined): WithClause | undefined {
  if (outer === undefined || inner === undefined) return outer ?? inner
  return { recursive: outer.recursive === true || inner.recursive === true, ctes: [...(outer.ctes ?? []), ...(inner.ctes ?? [])] }
}

function whereOf(select: SelectStmt, part: Part): Expression | undefined {
  return lowerWhere(select.whereClause, unwrap(part))
}

/** Words that can follow a WHERE condition; all of them are reserved. */
const afterWhere = [
  'group',
  'having',
  'window',
  'union',
  'intersect',
  'except',
  'order',
  'limit',
  'offset',
  'fetch',
  'for',
  'returning',
] as const

/** The condition of the WHERE that stands in no parenthesis of a part. */
export function lowerWhere(node: Node | undefined, part: Part): Expression | undefined {
  const where = findWord(part, 'where')
  if (node === undefined || where === undefined) return undefined
  const condition = starting(part, where + 1)
  return lowerExpression(node, ending(condition, nextClause(condition) ?? part.to))
}

/** GROUP also stands in WITHIN GROUP. */
function nextClause(part: Part): number | undefined {
  const next = findWord(part, ...afterWhere)
  return next === undefined || !isWord(tokenAt(part, next - 1), 'within') ? next : nextClause(starting(part, next + 1))
}

/** LIMIT ALL and LIMIT NULL are no limit. */
function isLimited(select: SelectStmt): boolean {
  return select.limitCount !== undefined && bodyOf(select.limitCount, 'A_Const')?.isnull !== true
}
