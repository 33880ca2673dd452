import type { DoStmt } from 'libpg-query'
import type { Operation, RoutineBody, Statement } from '../operation.ts'
import type { Span } from '../span.ts'
import { constantText } from './constant-text.ts'
import { hasControl, placeholdersIn } from './expand.ts'
import { hasRowOfOperators, lexer, rowOfOperators, tokensOf } from './lexer.ts'
import { type LiteralBody, literalBody } from './literal.ts'
import type { Context, Source } from './parse.ts'
import { type ParsedBody, parseBody } from './parser.ts'
import { type Filling, fill, fillings, type PlaceholderSyntax } from './placeholders.ts'
import { type BodyStatement, bodyStatements } from './plpgsql.ts'
import type { Token } from './statement-text.ts'

/** A DO statement with what its body does, as far as the text tells (manual 43). */
export function doBlock(source: Source, tree: DoStmt, context: Context): Statement {
  const language = languageOf(tree)
  if (language !== 'plpgsql') {
    return block(source, { kind: 'DoBlock', language, dynamic: [`a body in ${language}, which is not read`] })
  }
  const body = bodyOf(source, (before) => before !== 'language')
  if (hasRowOfOperators(body?.value ?? '')) return block(source, { kind: 'DoBlock', language, dynamic: [rowOfOperators] })
  const { parsed, text, holdsTemplate } = parseFilledBody(source, body, context)
  if (parsed.kind === 'failure') return block(source, { kind: 'DoBlock', language, dynamic: [parsed.reason] })
  if (parsed.kind === 'error') {
    // Only the grammar's own errors are sure to be the server's too: without a catalog the parser knows no composite types.
    if (!parsed.message.startsWith('syntax error')) {
      return block(source, { kind: 'DoBlock', language, dynamic: [`a body that could not be read: ${parsed.message}`] })
    }
    if (holdsTemplate) {
      const reason = `a body that does not parse with its placeholders filled in: ${parsed.message}`
      return block(source, { kind: 'DoBlock', language, dynamic: [reason] })
    }
    return block(source, { kind: 'Unparsed', message: parsed.message }, [], errorSpan(source, body, parsed.message))
  }
  const { statements, dynamic, unknown } = followAll(parsed.functions, text, body, source, context)
  return block(source, { kind: 'DoBlock', language, dynamic: [...unknown, ...dynamic] }, statements)
}

interface Followed {
  readonly statements: readonly Statement[]
  /** What EXECUTE runs, where that is no literal. */
  readonly dynamic: readonly string[]
  readonly unknown: readonly string[]
}

function followAll(functions: unknown, text: string, body: LiteralBody | undefined, source: Source, context: Context): Followed {
  const { statements, unknown } = bodyStatements(functions)
  const place = body?.offset === undefined ? undefined : placeIn(text, source.offset + body.offset)
  const dynamic: string[] = []
  return { statements: statements.flatMap((inner) => followed(inner, place, source, dynamic, context)), dynamic, unknown }
}

/** What the body of a CREATE FUNCTION or PROCEDURE in PL/pgSQL runs when it is called. */
export function plpgsqlBody(source: Source, context: Context): RoutineBody {
  const body = bodyOf(source, (before) => before === 'as')
  if (hasRowOfOperators(body?.value ?? '')) return { statements: [], dynamic: [rowOfOperators] }
  const { parsed, text } = parseFilledBody(source, body, context)
  if (parsed.kind === 'failure') return { statements: [], dynamic: [parsed.reason] }
  if (parsed.kind === 'error') return { statements: [], dynamic: [`a body that could not be read: ${parsed.message}`] }
  const { statements, dynamic, unknown } = followAll(parsed.functions, text, body, source, context)
  return { statements, dynamic: [...unknown, ...dynamic.map((text) => `EXECUTE ${text}`)] }
}

function block(source: Source, operation: Operation, body: readonly Statement[] = [], span = spanOf(source)): Statement {
  return { sql: source.original, span: spanOf(source), commands: [{ operation, span }], body, conditional: false }
}

export function spanOf({ original, offset }: Source): Span {
  return { start: offset, end: offset + original.length }
}

function languageOf(tree: DoStmt): string {
  for (const argument of tree.args ?? []) {
    if (!('DefElem' in argument) || argument.DefElem.defname !== 'language') continue
    const value = argument.DefElem.arg
    if (value !== undefined && 'String' in value) return (value.String.sval ?? '').toLowerCase()
  }
  return 'plpgsql'
}

/**
 * The string that holds the body, told by the word before it; `offset` counts from the statement's start. Undefined where it is
 * in pieces.
 */
export function bodyOf({ sql }: Source, isBehind: (before: string | undefined) => boolean): LiteralBody | undefined {
  const tokens = tokensOf(sql)
  const token = tokens.find(({ kind }, index) => kind === 'string' && isBehind(tokens[index - 1]?.text.toLowerCase()))
  const body = token === undefined ? undefined : literalBody(token.text)
  if (token === undefined || body === undefined) return undefined
  return { value: body.value, offset: body.offset === undefined ? undefined : token.start + body.offset }
}

interface FilledBody {
  readonly parsed: ParsedBody
  /** The body as it was parsed. */
  readonly text: string
  /** Placeholders outside quotes or control actions stand in it, so that an error may be none once they are expanded. */
  readonly holdsTemplate: boolean
}

/**
 * Parses the body; where that fails, with the row types of variables as records (the parser has no catalog to find a row
 * type's columns in), then with placeholders filled, of the syntaxes whose tools look into quotes.
 */
function parseFilledBody(source: Source, body: LiteralBody | undefined, context: Context): FilledBody {
  const parsed = parseBody(source.sql)
  const text = body?.value ?? ''
  if (parsed.kind !== 'error' || body?.offset === undefined) return { parsed, text, holdsTemplate: false }
  const { offset } = body
  const attempt = (changed: string) =>
    parseBody(source.sql.slice(0, offset) + changed + source.sql.slice(offset + changed.length))
  if (parsed.message.endsWith('is not a known variable') || parsed.message === 'Not implemented') {
    const changed = text.replace(/(?<![\w".])[\w".]+%rowtype\b/gi, (type) => 'record'.padEnd(type.length))
    const records = attempt(changed)
    if (records.kind !== 'error') return { parsed: records, text, holdsTemplate: false }
  }
  const start = source.offset + offset
  const syntaxes = new Set<PlaceholderSyntax>(context.syntaxes)
  syntaxes.delete('psql')
  const placeholders = placeholdersIn(text, start, { ...context, syntaxes })
  for (const filling of placeholders.length === 0 ? [] : fillings) {
    const constant = (): Filling => filling
    const changed = fill(text, placeholders, constant, context.words)
    const filled = attempt(changed)
    if (filled.kind === 'error') continue
    context.filled.push(...placeholders.map(({ span }) => ({ start: start + span.start, end: start + span.end })))
    return { parsed: filled, text: changed, holdsTemplate: true }
  }
  const holdsTemplate = placeholders.length > 0 || hasControl({ start, end: start + text.length }, context)
  return { parsed, text, holdsTemplate }
}

/** The token that a syntax error names, if the body has it once; otherwise the whole statement. */
function errorSpan(source: Source, body: LiteralBody | undefined, message: string): Span {
  const named = /at or near "(.*)"$/s.exec(message)?.[1]
  if (named === undefined || body?.offset === undefined) return spanOf(source)
  const [token, another] = tokensOf(body.value).filter(({ text }) => text === named)
  if (token === undefined || another !== undefined) return spanOf(source)
  const start = source.offset + body.offset
  return { start: start + token.start, end: start + token.end }
}

/** Where the body's pieces stand in the file. */
interface Place {
  readonly text: string
  /** Offset of the body in the file. */
  readonly offset: number
  readonly tokens: readonly Token[]
  readonly lines: readonly number[]
  /** By their text in lower case, the tokens at which nothing was found yet: a text that occurs twice on a line is found twice. */
  readonly unused: Map<string, Token[]>
}

function placeIn(text: string, offset: number): Place {
  const lines = [0]
  // PL/pgSQL counts line feeds alone.
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) lines.push(at + 1)
  const tokens = tokensOf(text)
  const unused = new Map<string, Token[]>()
  for (const token of tokens) {
    const key = token.text.toLowerCase()
    const alike = unused.get(key)
    if (alike === undefined) unused.set(key, [token])
    else alike.push(token)
  }
  return { text, offset, tokens, lines, unused }
}

/**
 * Where a query stands in the body, from its line on. INTO clauses are blanks in the query, so that its blanks match anything;
 * PERFORM, COMMIT and ROLLBACK may be in either case.
 */
function locate(place: Place, query: string, line: number): Span | undefined {
  const first = lexer(query, { start: 0, end: query.length })
  if (!first.next()) return undefined
  // Only tokens like its first one are looked at: a body of thousands of statements may be one line.
  const alike = place.unused.get(query.slice(first.start, first.end).toLowerCase()) ?? []
  for (let index = firstTokenAt(alike, place.lines[line - 1] ?? 0); index < alike.length; index++) {
    const token = alike[index]
    if (token === undefined || token.start < first.start || !startsLike(place.text, token.start - first.start, query)) continue
    alike.splice(index, 1)
    const start = token.start - first.start
    return { start, end: start + query.length }
  }
  return undefined
}

function firstTokenAt(tokens: readonly Token[], offset: number): number {
  let low = 0
  let high = tokens.length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((tokens[middle]?.start ?? 0) < offset) low = middle + 1
    else high = middle
  }
  return low
}

function startsLike(text: string, start: number, query: string): boolean {
  if (start + query.length > text.length) return false
  for (let at = 0; at < query.length; at++) {
    const unit = query.charCodeAt(at)
    const there = text.charCodeAt(start + at)
    if (unit !== there && unit !== 32 && !(isLetter(unit) && (unit | 32) === (there | 32))) return false
  }
  return true
}

function isLetter(unit: number): boolean {
  return (unit | 32) >= 97 && (unit | 32) <= 122
}

/** The end of the PL/pgSQL statement that a token belongs to, before its semicolon. */
function statementEnd({ tokens, text }: Place, from: number): number {
  let end = from
  for (let index = firstTokenAt(tokens, from); index < tokens.length; index++) {
    const token = tokens[index]
    if (token === undefined || token.text === ';') return end
    end = token.end
  }
  return Math.min(end, text.length)
}

/** Where the last token before an offset ends: the parser leaves comments behind a query in its text. */
function lastTokenEnd({ tokens }: Place, before: number): number {
  return tokens[firstTokenAt(tokens, before) - 1]?.end ?? before
}

/** The statements that one statement of the body amounts to; what is only known at run time goes to `dynamic`. */
function followed(
  inner: BodyStatement,
  place: Place | undefined,
  source: Source,
  dynamic: string[],
  context: Context,
): readonly Statement[] {
  // What the parser wrote in place of the user's words: `SELECT` for PERFORM, nothing for a bare expression.
  const { written, parsed } = forms(inner)
  const found = place === undefined ? undefined : locate(place, written, inner.line)
  const whole = spanOf(source)
  const conditional = (statements: readonly Statement[]) =>
    inner.conditional ? statements.map((each): Statement => ({ ...each, conditional: true })) : statements
  if (place === undefined || found === undefined) {
    if (inner.kind === 'execute') {
      const constant = constantText(inner.query)
      if (constant === undefined) {
        dynamic.push(inner.query)
        return []
      }
      return conditional(apart(constant.text, whole, context))
    }
    return conditional(apart(parsed, whole, context))
  }
  const end = inner.kind === 'transaction' ? statementEnd(place, found.end) : lastTokenEnd(place, found.end)
  const span = { start: place.offset + found.start, end: place.offset + end }
  const original = source.original.slice(span.start - source.offset, span.end - source.offset)
  if (inner.kind === 'execute') {
    const constant = constantText(inner.query)
    if (constant === undefined) {
      dynamic.push(original)
      return []
    }
    if (constant.offset === undefined) return conditional(apart(constant.text, span, context))
    const start = span.start + constant.offset
    return conditional(context.parseAll({ start, end: start + constant.text.length }, context))
  }
  if (inner.kind === 'transaction') {
    const sql = source.sql.slice(span.start - source.offset, span.end - source.offset)
    return conditional([context.parse({ sql, original, offset: span.start }, context)])
  }
  const shift = parsed.length - written.length
  const sql = parsed.slice(0, shift + original.length)
  if (shift === 0) return conditional([context.parse({ sql, original, offset: span.start }, context)])
  const padded = sql.slice(0, shift) + original
  const statement = context.parse({ sql, original: padded, offset: span.start - shift }, context)
  return conditional([moved({ ...statement, sql: original }, (each) => inside(each, span))])
}

interface Forms {
  /** How the body's text has it. */
  readonly written: string
  /** What is parsed. */
  readonly parsed: string
}

function forms({ kind, query }: BodyStatement): Forms {
  if (kind === 'perform') {
    // A blank more, so that both are of one length.
    const rest = query.slice('SELECT'.length)
    return { written: `PERFORM${rest}`, parsed: `SELECT ${rest}` }
  }
  if (kind === 'expression') return { written: query, parsed: `SELECT ${query}` }
  return { written: query, parsed: query }
}

/** Parses SQL that does not stand in the file as such: everything in it has the span of what it came from. */
export function apart(sql: string, span: Span, context: Context): readonly Statement[] {
  // Placeholders found in it have no place in the file either.
  const statements = context.parseAll(
    { start: 0, end: sql.length },
    { ...context, text: sql, original: sql, expanded: [], filled: [] },
  )
  return statements.map((each) => moved(each, () => span))
}

function inside({ start, end }: Span, bounds: Span): Span {
  const clamp = (offset: number) => Math.min(Math.max(offset, bounds.start), bounds.end)
  return { start: clamp(start), end: clamp(end) }
}

function moved(statement: Statement, move: (span: Span) => Span): Statement {
  return {
    ...statement,
    span: move(statement.span),
    commands: statement.commands.map(({ operation, span }) => ({ operation, span: move(span) })),
    body: statement.body.map((each) => moved(each, move)),
  }
}
