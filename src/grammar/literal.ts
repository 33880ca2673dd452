import type { Comment } from '../migration.ts'
import { commentAt, lineCommentEnd } from './comment.ts'

/** True of the units that PostgreSQL's lexer skips between tokens; a non-breaking space is a letter to it. */
export function isSpace(unit: number): boolean {
  return unit === 32 || (unit >= 9 && unit <= 13)
}

export function isDigit(unit: number): boolean {
  return unit >= 48 && unit <= 57
}

/** Letters, the underscore and everything beyond ASCII (ident_start in PostgreSQL's scan.l). */
export function startsWord(unit: number): boolean {
  return (unit >= 97 && unit <= 122) || (unit >= 65 && unit <= 90) || unit === 95 || unit >= 128
}

export function wordEnd(text: string, start: number, end: number): number {
  let at = start + 1
  while (at < end) {
    const unit = text.charCodeAt(at)
    if (startsWord(unit) || isDigit(unit)) at++
    // A dollar belongs to a word unless a template's brace follows it: `orders_${region}`.
    else if (unit === 36 && text.charCodeAt(at + 1) !== 123) at++
    else break
  }
  return at
}

/** Where a number ends: 42, 4_2, 4.2e-1, .5, 0x2A. In `1..10` the dots belong to nobody. */
export function numberEnd(text: string, start: number, end: number): number {
  let at = start
  const second = text.charCodeAt(start + 1) | 32
  if (text.charCodeAt(start) === 48 && (second === 120 || second === 111 || second === 98)) {
    at += 2
    while (at < end && (isDigit(text.charCodeAt(at)) || startsWord(text.charCodeAt(at)))) at++
    return at
  }
  const digits = () => {
    while (at < end && (isDigit(text.charCodeAt(at)) || text.charCodeAt(at) === 95)) at++
  }
  digits()
  if (text.charCodeAt(at) === 46 && text.charCodeAt(at + 1) !== 46 && at < end) {
    at++
    digits()
  }
  if ((text.charCodeAt(at) | 32) === 101 && at < end) {
    const sign = text.charCodeAt(at + 1)
    const exponent = sign === 43 || sign === 45 ? at + 2 : at + 1
    if (exponent < end && isDigit(text.charCodeAt(exponent))) {
      at = exponent
      digits()
    }
  }
  return at
}

/** Where a quoted identifier ends, given its opening quote; a doubled quote stands for one. */
export function identifierEnd(text: string, quote: number, end: number): number {
  for (let at = quote + 1; at < end; at++) {
    if (text.charCodeAt(at) !== 34) continue
    if (text.charCodeAt(at + 1) !== 34 || at + 1 >= end) return at + 1
    at++
  }
  return end
}

/**
 * Where a string ends, given its opening quote: with the pieces on following lines that SQL joins to it (manual 4.1.2.1).
 * Line comments may stand between the pieces; `comments` gets them.
 */
export function stringEnd(text: string, quote: number, end: number, backslashes: boolean, comments?: Comment[]): number {
  let at = quote + 1
  while (at < end) {
    const unit = text.charCodeAt(at)
    if (unit === 92 && backslashes) at += 2
    else if (unit !== 39) at++
    else if (text.charCodeAt(at + 1) === 39 && at + 1 < end) at += 2
    else {
      const next = nextPiece(text, at + 1, end)
      if (next === undefined) return at + 1
      comments?.push(...next.comments)
      at = next.quote + 1
    }
  }
  return end
}

interface Piece {
  readonly quote: number
  readonly comments: readonly Comment[]
}

/** A string's next piece: only white space with a line break and line comments may come before its quote. */
function nextPiece(text: string, start: number, end: number): Piece | undefined {
  const comments: Comment[] = []
  let newline = false
  let at = start
  while (at < end) {
    const unit = text.charCodeAt(at)
    if (unit === 39) return newline ? { quote: at, comments } : undefined
    if (unit === 45 && text.charCodeAt(at + 1) === 45) {
      const close = lineCommentEnd(text, at, end)
      comments.push(commentAt(text, at, close))
      at = close
    } else if (isSpace(unit)) {
      newline ||= unit === 10 || unit === 13
      at++
    } else return undefined
  }
  return undefined
}

/** Where the opening delimiter of a dollar-quoted string ends (`$$`, `$tag$`); undefined where none starts. */
export function dollarDelimiterEnd(text: string, start: number, end: number): number | undefined {
  let at = start + 1
  if (at < end && startsWord(text.charCodeAt(at))) {
    while (at < end && (startsWord(text.charCodeAt(at)) || isDigit(text.charCodeAt(at)))) at++
  }
  return at < end && text.charCodeAt(at) === 36 ? at + 1 : undefined
}

export interface LiteralBody {
  /** What the string stands for. */
  readonly value: string
  /** Offset of the value's first unit in the token where the two are the same text unit by unit, undefined where escapes come between. */
  readonly offset: number | undefined
}

/**
 * The value of a string token. Undefined for bit strings, numeric and Unicode escapes and strings in several pieces, which
 * nobody writes statements in: the caller faces them as unknown.
 */
export function literalBody(token: string): LiteralBody | undefined {
  if (token.startsWith('$')) {
    const open = token.indexOf('$', 1) + 1
    if (open === 0 || token.length < 2 * open || !token.endsWith(token.slice(0, open))) return undefined
    return { value: token.slice(open, -open), offset: open }
  }
  const escapes = /^[eE]'/.test(token)
  const open = escapes || /^[nN]'/.test(token) ? 2 : 1
  if (token[open - 1] !== "'" || token.length <= open || !token.endsWith("'")) return undefined
  const inner = token.slice(open, -1)
  if (!inner.includes("'") && !(escapes && inner.includes('\\'))) return { value: inner, offset: open }
  let value = ''
  for (let at = 0; at < inner.length; at++) {
    const unit = inner.charAt(at)
    const next = inner.charAt(at + 1)
    if (unit === "'") {
      // A lone quote: a string in several pieces.
      if (next !== "'") return undefined
      value += unit
      at++
    } else if (unit === '\\' && escapes) {
      const escaped = simpleEscapes[next]
      if (escaped === undefined) return undefined
      value += escaped
      at++
    } else value += unit
  }
  return { value, offset: undefined }
}

const simpleEscapes: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', "'": "'", '\\': '\\' }
