import type { Comment } from '../migration.ts'
import type { Command, Operation, Statement } from '../operation.ts'
import type { Span } from '../span.ts'
import { commentAt } from './comment.ts'
import { doBlock } from './do-block.ts'
import { expand, hasControl, placeholdersIn } from './expand.ts'
import { type Grammar, NotUnderstood, type Parsed, type ParserName } from './grammar.ts'
import { blank, tokensOf, withoutComments } from './lexer.ts'
import { byteOffsets, loadPostgres, postgresGrammar } from './parser.ts'
import { inPasses } from './pass.ts'
import { type Filling, fill, fillings, type Placeholder, type PlaceholderSyntax, type Words, wordsFor } from './placeholders.ts'
import { withBody } from './routine-body.ts'
import { type Stretch, split } from './split.ts'
import type { StatementText, Token } from './statement-text.ts'

/** Loads a parser, and nothing of the other. Throws a Failure where its package is not installed. */
export async function loadGrammar(parser: ParserName = 'postgres'): Promise<Grammar> {
  if (parser === 'pgsql-ast-parser') return (await import('./pgsql-ast-parser/parser.ts')).loadPgsqlAstParser()
  await loadPostgres()
  return postgresGrammar()
}

export interface ParseOptions {
  /**
   * The template syntaxes that the tool expands; those of its own are filled in before anything is read, in quotes too.
   * Without it the tool is unknown: SQL is taken as written, and placeholders are looked for only where that does not parse.
   */
  readonly placeholders?: ReadonlySet<PlaceholderSyntax>
  /** The part of the text to read; spans stay offsets into the whole text. */
  readonly region?: Span
  /** What `loadGrammar` gave; PostgreSQL's own grammar without it. */
  readonly grammar?: Grammar
}

export interface ParsedSql {
  readonly statements: readonly Statement[]
  readonly comments: readonly Comment[]
  /** Placeholders that something was filled in for, and control actions of templates, in order. */
  readonly placeholders: readonly Span[]
  /** Stretches of statements that psql sends as one message, because `\;` separates them; left out where there are none. */
  readonly messages?: readonly Span[]
  /** The placeholders that words stand for in names, by the word; left out where there are none. */
  readonly written?: ReadonlyMap<string, string>
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
  /** The file with its templates expanded, or what stands for it where SQL is put together from pieces. */
  readonly text: string
  /** The same as the user wrote it; same length. */
  readonly original: string
  /** Syntaxes that are still to be looked for. */
  readonly syntaxes: ReadonlySet<PlaceholderSyntax>
  /** The placeholders that were expanded, by their start in the file. */
  readonly expanded: readonly Placeholder[]
  readonly grammar: Grammar
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
  const { placeholders: named } = options
  const region = options.region ?? { start: 0, end: text.length }
  const written = new Map<string, string>()
  const words = remembering(wordsFor(text), written)
  const expanded = expand(text, region, named ?? new Set(), words)
  const syntaxes = named === undefined ? everySyntax : new Set(named.has('psql') ? ['psql' as const] : [])
  const { stretches, comments, controls, messages } = split(expanded.text, region, syntaxes)
  const filled: Span[] = [...controls, ...expanded.placeholders.map(({ span }) => span)]
  const context: Context = {
    text: expanded.text,
    original: text,
    syntaxes,
    expanded: expanded.placeholders,
    grammar: options.grammar ?? postgresGrammar(),
    words,
    filled,
    parse: parseStatement,
    parseAll,
  }
  const statements = conditionalIn(
    expanded.branches,
    stretches.map((stretch) => parseStretch(stretch, context)),
  )
  return {
    statements,
    comments: expanded.placeholders.length === 0 ? comments : comments.map(({ span }) => commentAt(text, span.start, span.end)),
    placeholders: filled.sort((a, b) => a.start - b.start),
    ...(messages.length === 0 ? {} : { messages }),
    ...(written.size === 0 ? {} : { written }),
  }
}

/** Words, noted with the placeholders that they stand for; longer ones are cut as PostgreSQL cuts names. */
function remembering(words: Words, written: Map<string, string>): Words {
  return (placeholder) => {
    const word = words(placeholder)
    written.set(word.trim().slice(0, 63), placeholder.replace(/\s+/g, ' ').trim())
    return word
  }
}

/** The statements with those of a template's branches made conditional: which of them are sent is not known. */
function conditionalIn(branches: readonly Span[], statements: readonly Statement[]): readonly Statement[] {
  let at = 0
  return statements.map((statement) => {
    while ((branches[at]?.end ?? Number.POSITIVE_INFINITY) <= statement.span.start) at++
    const branch = branches[at]
    return branch !== undefined && branch.start <= statement.span.start ? conditional(statement) : statement
  })
}

function conditional(statement: Statement): Statement {
  return { ...statement, body: statement.body.map(conditional), conditional: true }
}

function parseAll(region: Span, context: Context): readonly Statement[] {
  const { stretches, controls } = split(context.text, region, context.syntaxes)
  context.filled.push(...controls)
  return stretches.map((stretch) => parseStretch(stretch, context))
}

function parseStretch(stretch: Stretch, context: Context): Statement {
  const { text } = context
  const { span, holes, meta, semicolon } = stretch
  const original = context.original.slice(span.start, span.end)
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
  const { grammar } = context
  const parsed = grammar.parse(source.sql)
  if (parsed.kind !== 'error') return lowered(source, parsed, context)
  // libpg_query, unlike the server, does not join the pieces of a string that a comment stands between.
  const sql = withoutComments(source.sql)
  const bare = sql === source.sql ? parsed : grammar.parse(sql)
  return bare.kind === 'error' ? parseFilled(source, parsed, context) : lowered({ ...source, sql }, bare, context)
}

/** More attempts than any statement needs that a person wrote, and what they may come to in characters. */
const mostAttempts = 40
const mostAttempted = 2_000_000

function parseFilled(source: Source, asWritten: Parsed & { kind: 'error' }, context: Context): Statement {
  const placeholders = placeholdersIn(source.sql, source.offset, context)
  const branches = hasControl(spanOf(source), context)
  if (placeholders.length === 0 && !branches) return unparsed(source, asWritten, context)
  if (tokensOf(fill(source.sql, placeholders, () => 'blank', context.words)).length === 0) {
    return opaque(source, 'the whole statement is a placeholder')
  }
  const tries = placeholders.map(() => 0)
  const fillingOf = (index: number): Filling => fillings[tries[index] ?? 0] ?? 'blank'
  let first: (Parsed & { kind: 'error' }) | undefined
  const attempts = Math.min(mostAttempts, Math.max(fillings.length, mostAttempted / source.sql.length))
  for (let attempt = 0; attempt < attempts; attempt++) {
    const sql = fill(source.sql, placeholders, fillingOf, context.words)
    const parsed = context.grammar.parse(sql)
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
  const isColon = !branches && placeholders.every(({ span }) => source.sql.charCodeAt(span.start) === 58)
  if (isColon && !placeholders.some(({ span }) => isNear(source.sql, span, error.offset))) return unparsed(source, error, context)
  const how = branches ? 'with all branches of its template at once' : 'with its placeholders filled in'
  return opaque(source, `it does not parse ${how}: ${error.message}`)
}

/** At a placeholder, or at the token behind it. */
function isNear(sql: string, placeholder: Span, offset: number): boolean {
  return offset >= placeholder.start && sql.slice(placeholder.end, offset).trim() === ''
}

function lowered(source: Source, parsed: Exclude<Parsed, { kind: 'error' }>, context: Context): Statement {
  if (parsed.kind === 'failure') return opaque(source, parsed.reason)
  const [tree] = parsed.trees
  try {
    if (parsed.trees.length === 1 && tree?.doStatement !== undefined) return doBlock(source, tree.doStatement, context)
    const text = statementText(source)
    const commands = inPasses(parsed.trees.flatMap((each) => each.lower(text))).map((each) => withBody(each, source, context))
    return commands.length > 0 ? statement(source, commands) : opaque(source, 'nothing is known of what it does')
  } catch (error) {
    if (error instanceof NotUnderstood) return opaque(source, error.message)
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
function unparsed(source: Source, error: Parsed & { kind: 'error' }, { grammar }: Context): Statement {
  if (!grammar.isServers) return opaque(source, error.message)
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
