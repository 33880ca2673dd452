import type { Comment } from '../migration.ts'
import type { Span } from '../span.ts'
import { blockCommentEnd, commentAt, lineCommentEnd } from './comment.ts'
import { dollarDelimiterEnd, identifierEnd, isDigit, isSpace, numberEnd, startsWord, stringEnd, wordEnd } from './literal.ts'
import type { Token } from './statement-text.ts'

/** Template syntaxes whose placeholders may stand in the SQL: `:name` of psql, `${name}`, `{{ … }}` of Go, `$NAME` of the environment. */
export type PlaceholderSyntax = 'psql' | 'dollar' | 'go' | 'env'

/** Walks over the tokens of a text; the fields describe the token that `next` went to. */
export interface Lexer {
  kind: Token['kind']
  start: number
  end: number
  depth: number
  /** Goes to the next token; false at the end. */
  next(): boolean
  /** Goes on at an offset, at parenthesis depth 0. */
  moveTo(offset: number): void
  /** Forgets open parentheses: a new statement starts. */
  resetDepth(): void
}

/**
 * PostgreSQL's lexical grammar (manual 4.1; scan.l of version 18) over UTF-16 text, in linear time and without recursion.
 * A construct that is not closed ends with the text: the parser is the one to refuse it. `${…}` and `{{ … }}`, which SQL
 * cannot contain outside quotes, are one `parameter` token each where their syntax is switched on.
 */
export function lexer(text: string, span: Span, templates?: ReadonlySet<PlaceholderSyntax>, comments?: Comment[]): Lexer {
  const end = span.end
  let at = span.start
  let depth = 0
  let run: OperatorRun | undefined
  const unclosed = new Set<string>()

  const self: Lexer = { kind: 'word', start: at, end: at, depth: 0, next, moveTo, resetDepth }
  return self

  function moveTo(offset: number): void {
    at = offset
    depth = 0
  }

  function resetDepth(): void {
    depth = 0
  }

  function next(): boolean {
    skipBlanks()
    if (at >= end) return false
    self.start = at
    self.depth = depth
    self.kind = lex(text.charCodeAt(at))
    if (at > end) at = end
    self.end = at
    return true
  }

  function skipBlanks(): void {
    while (at < end) {
      const unit = text.charCodeAt(at)
      if (isSpace(unit)) {
        at++
        continue
      }
      const following = text.charCodeAt(at + 1)
      const line = unit === 45 && following === 45
      if (!line && !(unit === 47 && following === 42)) return
      const start = at
      at = line ? lineCommentEnd(text, at, end) : blockCommentEnd(text, at, end)
      comments?.push(commentAt(text, start, at))
    }
  }

  function lex(unit: number): Token['kind'] {
    if (startsWord(unit)) return lexWord(unit)
    if (isDigit(unit) || (unit === 46 && isDigit(text.charCodeAt(at + 1)))) {
      at = numberEnd(text, at, end)
      return 'number'
    }
    switch (unit) {
      case 39:
        at = stringEnd(text, at, end, false, comments)
        return 'string'
      case 34:
        at = identifierEnd(text, at, end)
        return 'quoted identifier'
      case 36:
        return lexDollar()
      case 123:
        return lexBrace()
      // `::`, `:=` and `..` are tokens of their own.
      case 46:
      case 58: {
        const following = text.charCodeAt(at + 1)
        const long = unit === 46 ? following === 46 : following === 58 || following === 61
        at += long ? 2 : 1
        return long ? 'operator' : 'punctuation'
      }
      case 40:
        depth++
        at++
        return 'punctuation'
      case 41:
        if (depth > 0) depth--
        self.depth = depth
        at++
        return 'punctuation'
    }
    if (isOperator(unit)) {
      at = operatorEnd()
      return 'operator'
    }
    at++
    return 'punctuation'
  }

  function lexWord(unit: number): Token['kind'] {
    const lower = unit | 32
    const following = text.charCodeAt(at + 1)
    // E'…', B'…', X'…', N'…'
    if (following === 39 && (lower === 101 || lower === 98 || lower === 120 || lower === 110)) {
      at = stringEnd(text, at + 1, end, lower === 101, comments)
      return 'string'
    }
    if (lower === 117 && following === 38) {
      const quote = text.charCodeAt(at + 2)
      if (quote === 39) {
        at = stringEnd(text, at + 2, end, false, comments)
        return 'string'
      }
      if (quote === 34) {
        at = identifierEnd(text, at + 2, end)
        return 'quoted identifier'
      }
    }
    at = wordEnd(text, at, end)
    return 'word'
  }

  function lexDollar(): Token['kind'] {
    const following = text.charCodeAt(at + 1)
    if (isDigit(following)) {
      at++
      while (at < end && isDigit(text.charCodeAt(at))) at++
      return 'parameter'
    }
    if (following === 123 && templates?.has('dollar')) return lexTemplate('}', at + 2)
    const body = dollarDelimiterEnd(text, at, end)
    if (body === undefined) {
      at++
      return 'punctuation'
    }
    const close = indexWithin(text, text.slice(at, body), body, end)
    at = close < 0 ? end : close + (body - at)
    return 'string'
  }

  function lexBrace(): Token['kind'] {
    if (text.charCodeAt(at + 1) === 123 && templates?.has('go')) return lexTemplate('}}', at + 2)
    at++
    return 'punctuation'
  }

  function lexTemplate(mark: string, from: number): Token['kind'] {
    const close = unclosed.has(mark) ? -1 : indexWithin(text, mark, from, end)
    if (close < 0) {
      // No later one is closed either: looking again each time would not be linear.
      unclosed.add(mark)
      at++
      return 'punctuation'
    }
    at = close + mark.length
    return 'parameter'
  }

  /** Of a run of operator characters: an operator ends in + or - only if it holds one of ~ ! @ # % ^ & | ` ? as well (manual 4.1.3). */
  function operatorEnd(): number {
    // Runs are measured once: a long row of plus signs is as many operators.
    if (run === undefined || at >= run.end) run = measureRun(text, at, end)
    const last = text.charCodeAt(run.end - 1)
    if ((last !== 43 && last !== 45) || run.lastSpecial >= at) return run.end
    return Math.max(at, run.lastUnsigned) + 1
  }
}

/** Where a mark stands whole between two offsets; -1: nowhere. Nothing beyond is searched, so that many short regions stay cheap. */
export function indexWithin(text: string, mark: string, from: number, end: number): number {
  const found = text.slice(from, end).indexOf(mark)
  return found < 0 ? -1 : from + found
}

/** The text with blanks for its comments. */
export function withoutComments(text: string): string {
  const comments: Comment[] = []
  const lex = lexer(text, { start: 0, end: text.length }, undefined, comments)
  while (lex.next());
  let bare = ''
  let at = 0
  for (const { span } of comments) {
    bare += text.slice(at, span.start) + blank(text.slice(span.start, span.end))
    at = span.end
  }
  return bare + text.slice(at)
}

/** Blanks of the same length that keep line breaks. */
export function blank(text: string): string {
  return text.replace(/[^\r\n]/g, ' ')
}

/** All tokens of a text, with offsets into it. */
export function tokensOf(text: string): readonly Token[] {
  const tokens: Token[] = []
  const lex = lexer(text, { start: 0, end: text.length })
  while (lex.next()) {
    const { kind, start, end, depth } = lex
    tokens.push({ kind, text: text.slice(start, end), start, end, depth })
  }
  return tokens
}

interface OperatorRun {
  readonly end: number
  /** Where the last of ~ ! @ # % ^ & | ` ? stands, and the last that is no sign; -1: nowhere. */
  readonly lastSpecial: number
  readonly lastUnsigned: number
}

const operatorUnits = new Set([...'~!@#^&|`?+-*/%<>='].map((character) => character.charCodeAt(0)))
const specialUnits = new Set([...'~!@#^&|`?%'].map((character) => character.charCodeAt(0)))

function isOperator(unit: number): boolean {
  return operatorUnits.has(unit)
}

/** The run of operator characters from an offset, up to a comment inside it. */
function measureRun(text: string, start: number, end: number): OperatorRun {
  let lastSpecial = -1
  let lastUnsigned = -1
  let at = start
  for (; at < end; at++) {
    const unit = text.charCodeAt(at)
    if (!isOperator(unit)) break
    const following = text.charCodeAt(at + 1)
    if ((unit === 45 && following === 45) || (unit === 47 && following === 42)) break
    if (specialUnits.has(unit)) lastSpecial = at
    if (unit !== 43 && unit !== 45) lastUnsigned = at
  }
  return { end: at, lastSpecial, lastUnsigned }
}

/** More operators in a row than any statement has. */
const mostOperators = 1000

export const rowOfOperators = 'it has more than 1,000 operators in a row'

/**
 * Whether so many operators stand in a row that they are no SQL that anyone wrote: PostgreSQL's scanner goes over what is left
 * of a row for each of its signs (scan.l), so that 200,000 of them take it seconds.
 */
export function hasRowOfOperators(text: string): boolean {
  if (!hasRowOfSigns(text)) return false
  const lex = lexer(text, { start: 0, end: text.length })
  let start = 0
  let end = -1
  while (lex.next()) {
    if (lex.kind !== 'operator') continue
    // A single long operator is refused at once.
    if (lex.start === end) {
      if (lex.end - start > mostOperators) return true
    } else start = lex.start
    end = lex.end
  }
  return false
}

/** The same, quotes and comments or not. */
function hasRowOfSigns(text: string): boolean {
  for (let at = mostOperators - 1; at < text.length; at += mostOperators) {
    let start = at
    while (isOperator(text.charCodeAt(start))) start--
    let end = at
    while (isOperator(text.charCodeAt(end))) end++
    if (end - start > mostOperators) return true
  }
  return false
}
