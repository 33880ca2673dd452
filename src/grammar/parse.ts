import type { Node } from 'libpg-query'
import type { Comment } from '../migration.ts'
import type { Command, Operation, Statement } from '../operation.ts'
import type { Span } from '../span.ts'
import { doBlock } from './do-block.ts'
import { blank, tokensOf, withoutComments } from './lexer.ts'
import { byteOffsets, type Parsed, parseTrees } from './parser.ts'
import { type Filling, fill, fillings, findPlaceholders, type PlaceholderSyntax, type Words, wordsFor } from './placeholders.ts'
import { lower as lowerPostgres } from './postgres/lower.ts'
import { type Stretch, split } from './split.ts'
import type { StatementText, Token } from './statement-text.ts'

export { loadGrammar } from './parser.ts'

/** Turns the tree of one statement into what it does. */
export type Lower = (tree: Node, text: StatementText) => readonly Command[]

export interface ParseOptions {
  /** Template syntaxes that may occur; without it all of them, as the tool is unknown. */
  readonly placeholders?: ReadonlySet<PlaceholderSyntax>
  /** The part of the text to read; spans stay offsets into the whole text. */
  readonly region?: Span
  readonly lower?: Lower
}

export interface ParsedSql {
  readonly statements: readonly Statement[]
  readonly comments: readonly Comment[]
  /** Placeholders that something was filled in for, and control actions of templates, in order. */
  readonly placeholders: readonly Span[]
}

/** A stretch of SQL on its way to the parser. */
export interface Source {
  /** What the parser gets. */
  readonly sql: string
  /** The user's text; same length. */
  readonly original: string
  /** Where it starts in the file. */
  readonly offset: number
  /** Offset in the file of the semicolon behind it. */
  readonly semicolon?: number | undefined
}

/** What stays the same over one file. */
export interface Context {
  /** The file, or what stands for it where SQL is put together from pieces. */
  readonly text: string
  readonly syntaxes: ReadonlySet<PlaceholderSyntax>
  readonly lower: Lower
  readonly words: Words
  /** Collects the placeholders that were filled. */
  readonly filled: Span[]
  /** Parses one statement; for statements inside a DO block. */
  readonly parse: (source: Source, context: Context) => Statement
  /** Parses a stretch of the text: what a literal EXECUTE runs. */
  readonly parseAll: (region: Span, context: Context) => readonly Statement[]
}

const everySyntax: ReadonlySet<PlaceholderSyntax> = new Set(['psql', 'dollar', 'go'] as const)

/**
 * Parses SQL: its statements with what they do, its comments and its placeholders. Spans are UTF-16 offsets into `text`, which
 * has no byte order mark. What does not parse is a statement with the operation Unparsed, what could not be looked at one with
 * Opaque; nothing is left out. `loadGrammar()` must have finished before.
 */
export function parseSql(text: string, options: ParseOptions = {}): ParsedSql {
  const syntaxes = options.placeholders ?? everySyntax
  const region = options.region ?? { start: 0, end: text.length }
  const { stretches, comments, controls } = split(text, region, syntaxes)
  const filled: Span[] = [...controls]
  const context: Context = {
    text,
    syntaxes,
    lower: options.lower ?? lowerPostgres,
    words: wordsFor(text),
    filled,
    parse: parseStatement,
    parseAll,
  }
  const statements = stretches.map((stretch) => parseStretch(stretch, context))
  return { statements, comments, placeholders: filled.sort((a, b) => a.start - b.start) }
}

function parseAll(region: Span, context: Context): readonly Statement[] {
  const { stretches, controls } = split(context.text, region, context.syntaxes)
  context.filled.push(...controls)
  return stretches.map((stretch) => parseStretch(stretch, context))
}

function parseStretch(stretch: Stretch, context: Context): Statement {
  const { text } = context
  const { span, holes, meta, semicolon } = stretch
  const original = text.slice(span.start, span.end)
  if (meta !== undefined) {
    const { command, argument } = meta
    return single({ sql: original, original, offset: span.start }, { kind: 'MetaCommand', command, argument })
  }
  let sql = ''
  let at = span.start
  for (const hole of holes) {
    sql += text.slice(at, hole.start) + blank(text.slice(hole.start, hole.end))
    at = hole.end
  }
  return parseStatement({ sql: sql + text.slice(at, span.end), original, offset: span.start, semicolon }, context)
}

/** Parses as written first, so that plain SQL is never changed; with placeholders filled only where that fails. */
function parseStatement(source: Source, context: Context): Statement {
  const parsed = parseTrees(source.sql)
  if (parsed.kind !== 'error') return lowered(source, parsed, context)
  // libpg_query, unlike the server, does not join the pieces of a string that a comment stands between.
  const sql = withoutComments(source.sql)
  const bare = sql === source.sql ? parsed : parseTrees(sql)
  return bare.kind === 'error' ? parseFilled(source, parsed, context) : lowered({ ...source, sql }, bare, context)
}

/** More attempts than any statement needs that a person wrote. */
const mostAttempts = 40

function parseFilled(source: Source, asWritten: Parsed & { kind: 'error' }, context: Context): Statement {
  const placeholders = findPlaceholders(source.sql, context.syntaxes)
  if (placeholders.length === 0) return unparsed(source, asWritten)
  if (tokensOf(fill(source.sql, placeholders, () => 'blank', context.words)).length === 0) {
    return opaque(source, 'the whole statement is a placeholder')
  }
  const tries = placeholders.map(() => 0)
  const fillingOf = (index: number): Filling => fillings[tries[index] ?? 0] ?? 'blank'
  let first: (Parsed & { kind: 'error' }) | undefined
  for (let attempt = 0; attempt < mostAttempts; attempt++) {
    const sql = fill(source.sql, placeholders, fillingOf, context.words)
    const parsed = parseTrees(sql)
    if (parsed.kind !== 'error') {
      for (const { span } of placeholders) {
        context.filled.push({ start: source.offset + span.start, end: source.offset + span.end })
      }
      return lowered({ ...source, sql }, parsed, context)
    }
    first ??= parsed
    // The placeholder at the error, or the last one before it that can still change, gets its next filling.
    const next = placeholders.findLastIndex(
      ({ span }, index) => span.start <= parsed.offset && (tries[index] ?? 0) < fillings.length - 1,
    )
    if (next < 0) break
    tries[next] = (tries[next] ?? 0) + 1
  }
  // `:x` may be no placeholder at all: an error away from it is the statement's own.
  const error = first ?? asWritten
  const isColon = placeholders.every(({ span }) => source.sql.charCodeAt(span.start) === 58)
  if (isColon && !placeholders.some(({ span }) => isNear(source.sql, span, error.offset))) return unparsed(source, error)
  return opaque(source, `it does not parse with its placeholders filled in: ${error.message}`)
}

/** At a placeholder, or at the token behind it. */
function isNear(sql: string, placeholder: Span, offset: number): boolean {
  return offset >= placeholder.start && sql.slice(placeholder.end, offset).trim() === ''
}

function lowered(source: Source, parsed: Exclude<Parsed, { kind: 'error' }>, context: Context): Statement {
  if (parsed.kind === 'failure') return opaque(source, parsed.reason)
  const [tree] = parsed.trees
  try {
    if (parsed.trees.length === 1 && tree !== undefined && 'DoStmt' in tree) return doBlock(source, tree.DoStmt, context)
    const text = statementText(source)
    const commands = parsed.trees.flatMap((each) => context.lower(each, text))
    return commands.length > 0 ? statement(source, commands) : opaque(source, 'nothing is known of what it does')
  } catch (error) {
    // A tree too deep to walk; anything else is a defect and must show.
    if (error instanceof RangeError) return opaque(source, 'it is nested too deeply to be followed')
    throw error
  }
}

function statementText({ sql, original, offset }: Source): StatementText {
  let tokens: readonly Token[] | undefined
  return {
    sql,
    original,
    offset,
    get tokens() {
      tokens ??= tokensOf(sql)
      return tokens
    },
    utf16Of: byteOffsets(sql),
  }
}

function statement(source: Source, commands: readonly Command[], body: readonly Statement[] = []): Statement {
  return { sql: source.original, span: spanOf(source), commands, body, conditional: false }
}

function spanOf({ original, offset }: Source): Span {
  return { start: offset, end: offset + original.length }
}

function single(source: Source, operation: Operation, span = spanOf(source)): Statement {
  return statement(source, [{ operation, span }])
}

function opaque(source: Source, reason: string): Statement {
  return single(source, { kind: 'Opaque', statement: leadingWords(source.original), sql: source.original, reason })
}

/** The words that name a statement: `CREATE TABLE`; its first token where it starts with none. */
function leadingWords(sql: string): string {
  const words = /^[a-z]+(?:\s+[a-z]+)?/i.exec(sql)
  return words === null ? sql.slice(0, 40) : words[0].toUpperCase().replace(/\s+/g, ' ')
}

/** The span is the token that the parser names; at the end of input the semicolon, or the last token where there is none. */
function unparsed(source: Source, error: Parsed & { kind: 'error' }): Statement {
  const { offset, semicolon } = source
  const tokens = tokensOf(source.sql)
  const token = tokens.find(({ end }) => error.offset < end)
  if (token !== undefined) {
    const start = Math.max(token.start, error.offset)
    return single(source, { kind: 'Unparsed', message: error.message }, { start: offset + start, end: offset + token.end })
  }
  if (semicolon !== undefined && error.message === 'syntax error at end of input') {
    // What the server says, which sees the semicolon.
    const message = 'syntax error at or near ";"'
    return single(source, { kind: 'Unparsed', message }, { start: semicolon, end: semicolon + 1 })
  }
  const last = tokens.at(-1)
  const span = last === undefined ? spanOf(source) : { start: offset + last.start, end: offset + last.end }
  return single(source, { kind: 'Unparsed', message: error.message }, span)
}
