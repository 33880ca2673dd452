import type { Comment } from '../migration.ts'
import type { Span } from '../span.ts'
import { indexWithin, type Lexer, lexer, type PlaceholderSyntax } from './lexer.ts'
import { isSpace } from './literal.ts'
import { type MetaCommand, metaCommandAt } from './meta-command.ts'
import { isControlAction } from './placeholders.ts'

/** A statement's stretch of the text, from its first token to its last. */
export interface Stretch {
  readonly span: Span
  /** Parts inside it that are no SQL: psql meta-commands, control actions of templates. */
  readonly holes: readonly Span[]
  /** Offset of the semicolon that ends it; undefined where the text or a meta-command does. */
  readonly semicolon: number | undefined
  /** Set: this is no SQL but a psql meta-command. */
  readonly meta: MetaCommand | undefined
}

export interface Split {
  /** By their start. */
  readonly stretches: readonly Stretch[]
  readonly comments: readonly Comment[]
  /** Control actions of templates (`{{ if … }}`), which stand for no SQL. */
  readonly controls: readonly Span[]
  /** Stretches of statements that psql sends as one message, because `\;` separates them. */
  readonly messages: readonly Span[]
}

/**
 * Splits SQL into statements, as psql does: at semicolons outside quotes, comments and the bodies of BEGIN ATOMIC … END.
 * Inline COPY data is left out. Unlike psql, a parenthesis that is never closed does not swallow the statements after it:
 * PostgreSQL's grammar has a semicolon inside parentheses in CREATE RULE alone, so that anywhere else it ends the statement.
 */
export function split(text: string, region: Span, syntaxes: ReadonlySet<PlaceholderSyntax>): Split {
  const comments: Comment[] = []
  const stretches: Stretch[] = []
  const controls: Span[] = []
  const messages: Span[] = []
  /** What `\;` joined so far and is not sent yet. */
  let joined: { readonly start: number; end: number; statements: number; data: boolean } | undefined
  const lex = lexer(text, region, syntaxes, comments)
  let open: OpenStretch | undefined
  let hasData = true

  while (lex.next()) {
    const { kind, start, end } = lex
    const unit = kind === 'punctuation' ? text.charCodeAt(start) : 0
    if (unit === 92 /* \ */) {
      // `\;` separates statements that psql sends in one message.
      if (text.charCodeAt(start + 1) === 59) {
        join()
        lex.moveTo(start + 2)
        continue
      }
      metaCommand(start)
    } else if (unit === 59 /* ; */) {
      if (open === undefined || !isInside(open, lex, text, region)) send(start)
    } else if (kind === 'parameter' && syntaxes.has('go') && isControlAction(text.slice(start, end))) {
      controls.push({ start, end })
      open?.holes.push({ start, end })
    } else {
      open ??= { start, end, holes: [], words: 0, form: 'other', blocks: 0, previous: '', data: false }
      open.end = end
      if (kind === 'word') readWord(open, text, lex)
      else open.previous = ''
    }
  }
  send(undefined)
  return { stretches: stretches.sort((a, b) => a.span.start - b.span.start), comments, controls, messages }

  /** Ends the statement that is open; it goes to the server with those joined to it. */
  function send(semicolon: number | undefined): void {
    let data = open?.data ?? false
    if (joined !== undefined) {
      join(semicolon)
      data = joined.data
      if (joined.statements > 1) messages.push({ start: joined.start, end: joined.end })
      joined = undefined
    } else close(semicolon)
    if (data && semicolon !== undefined) skipData(semicolon + 1)
  }

  /** Ends the statement that is open without sending it. */
  function join(semicolon?: number): void {
    if (open !== undefined) {
      joined ??= { start: open.start, end: open.end, statements: 0, data: false }
      joined.end = open.end
      joined.statements++
      joined.data ||= open.data
    }
    close(semicolon)
  }

  function close(semicolon: number | undefined): void {
    if (open !== undefined) {
      const { start, end } = open
      const holes = open.holes.filter((hole) => hole.start < end)
      stretches.push({ span: { start, end }, holes, semicolon, meta: undefined })
      open = undefined
    }
    lex.resetDepth()
  }

  function metaCommand(start: number): void {
    const meta = metaCommandAt(text, start, region.end)
    if (meta.executes) send(undefined)
    else open?.holes.push({ start, end: meta.end })
    stretches.push({ span: { start, end: meta.end }, holes: [], semicolon: undefined, meta })
    lex.moveTo(meta.next)
    if (meta.readsData) skipData(meta.next)
  }

  /**
   * Skips data from the next line to the line `\.`. Without such a line the text is no psql script, and what follows is read
   * as SQL: better noise than statements that nobody looked at.
   */
  function skipData(after: number): void {
    const from = lineEnd(text, after, region.end)
    const to = hasData ? dataEnd(text, from, region.end) : undefined
    hasData = to !== undefined
    if (to === undefined) return
    const rest = split(text, { start: after, end: from }, syntaxes)
    stretches.push(...rest.stretches)
    comments.push(...rest.comments)
    controls.push(...rest.controls)
    messages.push(...rest.messages)
    lex.moveTo(to)
  }
}

interface OpenStretch {
  start: number
  end: number
  holes: Span[]
  /** How many words have been read; the first few tell the form. */
  words: number
  form: 'other' | 'create' | 'routine' | 'rule' | 'copy'
  /** In a routine: BEGIN ATOMIC and the CASEs inside it that are not closed yet. */
  blocks: number
  /** The word before, in lower case; empty where something else stands there. */
  previous: string
  /** COPY … FROM stdin. */
  data: boolean
}

function readWord(open: OpenStretch, text: string, lex: Lexer): void {
  open.words++
  const leading = open.words <= 4
  if (!leading && open.form !== 'routine' && open.form !== 'copy') return
  // Keywords that matter here are short; a long word is a name.
  const word = lex.end - lex.start > 9 ? '' : text.slice(lex.start, lex.end).toLowerCase()
  if (leading) {
    if (open.words === 1 && open.start === lex.start && (word === 'create' || word === 'copy')) open.form = word
    else if (open.form === 'create' && (word === 'function' || word === 'procedure')) open.form = 'routine'
    else if (open.form === 'create' && word === 'rule') open.form = 'rule'
    else if (open.form === 'create' && word !== 'or' && word !== 'replace') open.form = 'other'
  }
  if (open.form === 'routine') {
    if (open.blocks === 0) {
      if (word === 'atomic' && open.previous === 'begin') open.blocks = 1
    } else if (word === 'case') open.blocks++
    else if (word === 'end') open.blocks--
  }
  if (open.form === 'copy' && word === 'stdin' && open.previous === 'from' && lex.depth === 0) open.data = true
  open.previous = word
}

/** What a rule's actions and a routine's SQL body can start with (RuleActionStmt and routine_body_stmt in gram.y), and an END that closes the body. */
const ruleActions = /^(select|insert|update|delete|notify|with|values|table)$/i
const bodyStatements = /^(select|insert|update|delete|merge|with|values|table|return|end)$/i

/** Whether a semicolon stands inside its statement; the lexer is at the semicolon. */
function isInside(open: OpenStretch, lex: Lexer, text: string, region: Span): boolean {
  const rule = open.form === 'rule' && lex.depth > 0
  const body = open.form === 'routine' && open.blocks > 0
  if (!rule && !body) return false
  // What follows must be able to go on; otherwise a parenthesis or an END is missing.
  const ahead = lexer(text, { start: lex.end, end: region.end })
  if (!ahead.next()) return false
  if (ahead.kind !== 'word') return true
  return (rule ? ruleActions : bodyStatements).test(text.slice(ahead.start, ahead.end))
}

function lineEnd(text: string, from: number, end: number): number {
  const newline = indexWithin(text, '\n', from, end)
  return newline < 0 ? end : newline + 1
}

/** Where the text goes on after inline COPY data: behind the line that is `\.` and nothing else. */
function dataEnd(text: string, from: number, end: number): number | undefined {
  let at = from
  while (at < end) {
    const next = lineEnd(text, at, end)
    if (text.startsWith('\\.', at)) {
      let rest = at + 2
      while (rest < next && isSpace(text.charCodeAt(rest))) rest++
      if (rest === next) return next
    }
    at = next
  }
  return undefined
}
