import type { PGNode } from 'pgsql-ast-parser'
import type { Command, Operation } from '../../operation.ts'
import type { Span } from '../../span.ts'
import { NotUnderstood } from '../grammar.ts'
import { literalBody } from '../literal.ts'
import type { StatementText, Token } from '../statement-text.ts'

/** Tokens `from` to `to` (exclusive) of a statement. */
export interface Range {
  readonly from: number
  readonly to: number
}

/** Where the nodes of a statement's tree stand. Nodes know where they start and end, but for parentheses around their outer parts. */
export interface Place {
  readonly text: StatementText
  readonly tokens: readonly Token[]
  /** The whole statement. */
  readonly whole: Range
}

export function placeOf(text: StatementText): Place {
  return { text, tokens: text.tokens, whole: { from: 0, to: text.tokens.length } }
}

export function startOf(node: PGNode): number {
  return locationOf(node).start
}

export function endOf(node: PGNode): number {
  return locationOf(node).end
}

function locationOf(node: PGNode) {
  const location = node._location
  if (location === undefined) throw new NotUnderstood('pgsql-ast-parser does not say where a part of it stands')
  return location
}

/** The index of the first token that ends after an offset. */
export function tokenFrom({ tokens }: Place, offset: number): number {
  let low = 0
  let high = tokens.length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((tokens[middle]?.end ?? 0) <= offset) low = middle + 1
    else high = middle
  }
  return low
}

/** The index of a node's first token. */
export function firstOf(place: Place, node: PGNode): number {
  return tokenFrom(place, startOf(node))
}

/** The index after a node's last token. */
export function afterOf(place: Place, node: PGNode): number {
  return tokenFrom(place, endOf(node) - 1) + 1
}

/** Lower-case text of a token that is a keyword or mark; empty for anything else. */
export function wordAt({ tokens }: Place, index: number): string {
  const token = tokens[index]
  return token === undefined || token.kind === 'quoted identifier' || token.kind === 'string' ? '' : token.text.toLowerCase()
}

/** From a token to a node's end, with the parentheses that the tree leaves out at that end. */
export function rangeTo(place: Place, from: number, node: PGNode): Range {
  let to = Math.max(afterOf(place, node), from)
  let open = 0
  for (let index = from; index < to; index++) {
    const word = wordAt(place, index)
    if (word === '(') open++
    else if (word === ')') open--
    if (index === to - 1 && open > 0 && to < place.tokens.length) to++
  }
  return { from, to }
}

/** A node's tokens with the parentheses around it, however many, that start behind token `after`. */
export function rangeAfter(place: Place, after: string, node: PGNode): Range {
  let from = firstOf(place, node)
  while (wordAt(place, from - 1) === '(') from--
  if (wordAt(place, from - 1) !== after)
    throw new NotUnderstood(`pgsql-ast-parser does not say where its ${after.toUpperCase()} stands`)
  return rangeTo(place, from, node)
}

/** What stands between the parenthesis at `open` and its closing one. */
export function insideOf(place: Place, open: number): Range {
  const depth = place.tokens[open]?.depth
  for (let index = open + 1; index < place.tokens.length; index++) {
    if (wordAt(place, index) === ')' && place.tokens[index]?.depth === depth) return { from: open + 1, to: index }
  }
  throw new NotUnderstood('a parenthesis is not closed')
}

/** The first opening parenthesis from a token on. */
export function openFrom(place: Place, from: number): number {
  let open = from
  while (open < place.tokens.length && wordAt(place, open) !== '(') open++
  return open
}

/** Takes away parentheses around the whole range. */
export function bare(place: Place, range: Range): Range {
  if (range.to - range.from < 2 || wordAt(place, range.from) !== '(') return range
  const inner = insideOf(place, range.from)
  return inner.to === range.to - 1 ? bare(place, inner) : range
}

/** The pieces between the commas of a range, parentheses and brackets kept whole. */
export function pieces(place: Place, range: Range): readonly Range[] {
  const found: Range[] = []
  let { from } = range
  let nested = 0
  for (let index = range.from; index < range.to; index++) {
    const word = wordAt(place, index)
    if (word === '(' || word === '[') nested++
    else if (word === ')' || word === ']') nested--
    else if (word === ',' && nested === 0) {
      found.push({ from, to: index })
      from = index + 1
    }
  }
  return [...found, { from, to: range.to }]
}

/** The user's own text of a range. */
export function textOf({ text, tokens }: Place, { from, to }: Range): string {
  const first = tokens[from]
  const last = tokens[to - 1]
  return first === undefined || last === undefined ? '' : text.original.slice(first.start, last.end)
}

/** The tokens of a range with one blank between them. */
export function compactOf({ tokens }: Place, { from, to }: Range): string {
  return tokens
    .slice(from, to)
    .map(({ text }) => text)
    .join(' ')
}

/** The value of the string that a node is or starts with: the tree's own lacks blanks at the ends, and the escapes of strings. */
export function stringAt(place: Place, node: PGNode): string {
  return stringFrom(place, startOf(node))
}

export function stringFrom(place: Place, offset: number): string {
  const token = place.tokens[tokenFrom(place, offset)]
  const value = token?.kind === 'string' ? literalBody(token.text)?.value : undefined
  if (value === undefined) throw new NotUnderstood('pgsql-ast-parser does not say where a string stands')
  return value
}

export function command(place: Place, operation: Operation, range: Range = place.whole): Command {
  return { operation, span: spanOf(place, range) }
}

function spanOf({ text, tokens }: Place, { from, to }: Range): Span {
  const first = tokens[from]
  const last = tokens[to - 1]
  if (first === undefined || last === undefined) return { start: text.offset, end: text.offset + text.sql.length }
  return { start: text.offset + first.start, end: text.offset + last.end }
}
