import type { Node } from 'libpg-query'
import type { Expression } from '../../expression.ts'
import { filledWords } from '../filled-word.ts'
import { factsOf } from './facts.ts'
import { bodyOf } from './node.ts'
import type { Part } from './span.ts'
import { closeOf, isMark, isWord, textOf, tokenAt, unwrap } from './span.ts'

/** What the analyzer needs to know of an expression; `part` are exactly its tokens. */
export function lowerExpression(node: Node, part: Part): Expression {
  const filled = filledWords(part.text, part.from, part.to)
  const { columns, calls, operators, casts, strings, hasSubquery, reads } = factsOf([node])
  return {
    sql: textOf(part),
    shape: shapeOf(node),
    columns: filled.size === 0 ? columns : columns.filter((column) => !filled.has(column)),
    calls,
    operators,
    casts,
    strings,
    provesNotNull: [...provenBy(node)],
    conjuncts: conjunctsOf(node, part),
    hasSubquery,
    ...(reads.length > 0 ? { reads } : {}),
  }
}

export function lowerOptional(node: Node | undefined, part: Part): Expression | undefined {
  return node === undefined ? undefined : lowerExpression(node, part)
}

function shapeOf(node: Node): Expression['shape'] {
  const cast = bodyOf(node, 'TypeCast')
  if (cast !== undefined) {
    const inner = cast.arg === undefined ? 'other' : shapeOf(cast.arg)
    return inner === 'column' ? 'cast column' : inner
  }
  const constant = bodyOf(node, 'A_Const')
  if (constant !== undefined) return constant.isnull === true ? 'null' : 'constant'
  return columnOf(node) === undefined ? 'other' : 'column'
}

/** The name of a plain column reference. */
function columnOf(node: Node | undefined): string | undefined {
  const field = bodyOf(node, 'ColumnRef')?.fields?.at(-1)
  return bodyOf(field, 'String')?.sval
}

/** Columns that cannot be NULL unless the expression is false, as far as the server's own prover goes for SET NOT NULL (measured: 15, 18). */
function provenBy(node: Node, negated = false): ReadonlySet<string> {
  const test = bodyOf(node, 'NullTest')
  if (test !== undefined) {
    if (test.nulltesttype !== (negated ? 'IS_NULL' : 'IS_NOT_NULL')) return new Set()
    // `(a, b) IS NOT NULL` is true of no row with a NULL in it; NOT … IS NULL is.
    const row = negated ? undefined : bodyOf(test.arg, 'RowExpr')?.args
    return new Set((row ?? [test.arg]).flatMap((arg) => columnOf(arg) ?? []))
  }
  const comparison = bodyOf(node, 'A_Expr')
  if (comparison?.kind === (negated ? 'AEXPR_NOT_DISTINCT' : 'AEXPR_DISTINCT')) {
    // IS DISTINCT FROM NULL is another spelling of IS NOT NULL.
    const { lexpr, rexpr } = comparison
    const column = isNull(rexpr) ? columnOf(lexpr) : isNull(lexpr) ? columnOf(rexpr) : undefined
    return new Set(column === undefined ? [] : [column])
  }
  const { boolop, args } = bodyOf(node, 'BoolExpr') ?? {}
  if (args === undefined) return new Set()
  if (boolop === 'NOT_EXPR') return args[0] === undefined ? new Set() : provenBy(args[0], !negated)
  const proven = args.map((branch) => provenBy(branch, negated))
  const all = boolop === (negated ? 'OR_EXPR' : 'AND_EXPR')
  return new Set(proven.flatMap((set) => [...set]).filter((column) => all || proven.every((set) => set.has(column))))
}

function isNull(node: Node | undefined): boolean {
  return bodyOf(node, 'A_Const')?.isnull === true
}

/** The ANDed branches, each as its tokens with one blank between them. */
export function conjunctsOf(node: Node, part: Part): readonly string[] {
  const branches = branchesOf(part)
  // Where the tokens and the tree disagree on how many branches there are, nothing is claimed about any of them.
  return branches.length === branchCount(node) ? branches.map(compact) : [compact(unwrap(part))]
}

function branchCount(node: Node): number {
  const { boolop, args } = bodyOf(node, 'BoolExpr') ?? {}
  return boolop === 'AND_EXPR' ? (args ?? []).reduce((sum, branch) => sum + branchCount(branch), 0) : 1
}

/** Cuts at each AND that stands in no parenthesis and no CASE and is not BETWEEN's own; not at all where an OR stands beside them. */
function branchesOf(part: Part): readonly Part[] {
  const whole = unwrap(part)
  const pieces: Part[] = []
  let from = whole.from
  let cases = 0
  let betweens = 0
  for (let index = whole.from; index < whole.to; index++) {
    const token = tokenAt(whole, index)
    if (isMark(token, '(')) index = closeOf(whole, index)
    else if (isMark(tokenAt(whole, index - 1), '.')) continue
    else if (isWord(token, 'case')) cases++
    else if (isWord(token, 'end')) cases--
    else if (cases > 0) continue
    else if (isWord(token, 'or')) return [whole]
    else if (isWord(token, 'between')) betweens++
    else if (isWord(token, 'and') && betweens > 0) betweens--
    else if (isWord(token, 'and')) {
      pieces.push({ ...whole, from, to: index })
      from = index + 1
    }
  }
  return pieces.length === 0 ? [whole] : [...pieces, { ...whole, from }].flatMap(branchesOf)
}

function compact(part: Part): string {
  const texts: string[] = []
  for (let index = part.from; index < part.to; index++) texts.push(tokenAt(part, index)?.text ?? '')
  return texts.join(' ')
}
