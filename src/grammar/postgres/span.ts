import type { Command, Operation } from '../../operation.ts'
import type { Span } from '../../span.ts'
import type { StatementText, Token } from '../statement-text.ts'

/**
 * A run of a statement's tokens, `from` to `to` (exclusive). The tree says where things start and never where they end:
 * ends are found here, by counting parentheses and looking for the next word that cannot be part of an expression.
 */
export interface Part {
  readonly text: StatementText
  readonly from: number
  readonly to: number
}

export function wholeOf(text: StatementText): Part {
  return { text, from: 0, to: text.tokens.length }
}

export function isEmpty(part: Part): boolean {
  return part.from >= part.to
}

export function tokenAt(part: Part, index: number): Token | undefined {
  return index >= part.from && index < part.to ? part.text.tokens[index] : undefined
}

/** The user's own text of a part: placeholders and comments as written. */
export function textOf(part: Part): string {
  const first = part.text.tokens[part.from]
  const last = part.text.tokens[part.to - 1]
  return first === undefined || last === undefined || isEmpty(part) ? '' : part.text.original.slice(first.start, last.end)
}

/** Where a part stands in the file. */
export function spanOf(part: Part): Span {
  const first = part.text.tokens[part.from]
  const last = part.text.tokens[part.to - 1]
  const { offset, sql } = part.text
  return first === undefined || last === undefined || isEmpty(part)
    ? { start: offset, end: offset + sql.length }
    : { start: offset + first.start, end: offset + last.end }
}

export function command(operation: Operation, part: Part): Command {
  return { operation, span: spanOf(part) }
}

/** The index of the token at a location of the tree: bytes, left out where it is 0. */
export function indexAt(part: Part, location: number | undefined): number {
  const offset = part.text.utf16Of(location ?? 0)
  let low = part.from
  let high = part.to
  while (low < high) {
    const middle = (low + high) >> 1
    if ((part.text.tokens[middle]?.end ?? 0) <= offset) low = middle + 1
    else high = middle
  }
  return low
}

export function starting(part: Part, from: number): Part {
  return { ...part, from: Math.min(from, part.to) }
}

export function ending(part: Part, to: number): Part {
  return { ...part, to: Math.max(part.from, Math.min(to, part.to)) }
}

export function isWord(token: Token | undefined, ...words: readonly string[]): boolean {
  return token?.kind === 'word' && words.includes(token.text.toLowerCase())
}

export function isMark(token: Token | undefined, mark: string): boolean {
  return (token?.kind === 'punctuation' || token?.kind === 'operator') && token.text === mark
}

/** Visits the tokens that stand in no parenthesis or bracket opened within the part; the walk ends where `visit` returns true. */
function eachOuter(part: Part, visit: (token: Token, index: number) => boolean): number | undefined {
  const depth = part.text.tokens[part.from]?.depth ?? 0
  let brackets = 0
  for (let index = part.from; index < part.to; index++) {
    const token = part.text.tokens[index]
    if (token === undefined) return undefined
    if (token.depth !== depth) continue
    if (isMark(token, ']')) brackets--
    if (brackets === 0 && visit(token, index)) return index
    if (isMark(token, '[')) brackets++
  }
  return undefined
}

/** The first of these keywords that stands in no parenthesis. After a dot or AS a reserved word is a mere name: `o.order`, `AS where`. */
export function findWord(part: Part, ...words: readonly string[]): number | undefined {
  return eachOuter(part, (token, index) => {
    if (!isWord(token, ...words)) return false
    const before = tokenAt(part, index - 1)
    return !isMark(before, '.') && !isWord(before, 'as')
  })
}

/** The first of these marks that stands in no parenthesis. */
export function findMark(part: Part, ...marks: readonly string[]): number | undefined {
  return eachOuter(part, (token) => marks.some((mark) => isMark(token, mark)))
}

/** The pieces between the commas that stand in no parenthesis or bracket. */
export function split(part: Part): readonly Part[] {
  const pieces: Part[] = []
  let from = part.from
  eachOuter(part, (token, index) => {
    if (isMark(token, ',')) {
      pieces.push({ ...part, from, to: index })
      from = index + 1
    }
    return false
  })
  return [...pieces, { ...part, from }]
}

/** The index of the parenthesis that closes the one at `open`; the part's end where there is none. */
export function closeOf(part: Part, open: number): number {
  const depth = part.text.tokens[open]?.depth
  for (let index = open + 1; index < part.to; index++) {
    const token = part.text.tokens[index]
    if (token !== undefined && token.depth === depth && isMark(token, ')')) return index
  }
  return part.to
}

/** What stands between a parenthesis and its closing one. */
export function inside(part: Part, open: number): Part {
  return { ...part, from: open + 1, to: closeOf(part, open) }
}

/** The inside of the first pair of parentheses at or after `from`. */
export function insideNext(part: Part, from: number): Part {
  const open = findMark(starting(part, from), '(')
  return open === undefined ? { ...part, from: part.to } : inside(part, open)
}

/** Takes away parentheses around the whole part. */
export function unwrap(part: Part): Part {
  return isMark(tokenAt(part, part.from), '(') && closeOf(part, part.from) === part.to - 1
    ? unwrap(inside(part, part.from))
    : part
}

/** The index after a dotted name that starts at `from`. */
export function nameEnd(part: Part, from: number): number {
  let end = from + 1
  while (isMark(tokenAt(part, end), '.')) end += 2
  return end
}

/** Skips words of a statement's head; each of `words` may be absent. */
export function skipWords(part: Part, ...words: readonly string[]): Part {
  return isWord(tokenAt(part, part.from), ...words) ? skipWords(starting(part, part.from + 1), ...words) : part
}
