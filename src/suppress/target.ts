import type { Comment } from '../migration.ts'
import type { Statement } from '../operation.ts'
import type { Lines, Span } from '../span.ts'

/** One file as suppressions see it: all its sections together. */
export interface CommentedFile {
  readonly file: string
  readonly text: string
  readonly lines: Lines
  /** In order of place. */
  readonly statements: readonly Statement[]
  readonly comments: readonly Comment[]
}

/** What a comment stands for: a statement, or one command of it. */
export interface Target {
  readonly span: Span
  readonly statement: Statement
}

/** Where a comment stands, and what it speaks of there. */
export interface Placed {
  /** `trailing`: it ends the line of its targets; `above`: on lines of its own directly above them; `detached`: neither. */
  readonly place: 'trailing' | 'above' | 'detached'
  readonly targets: readonly Target[]
}

/**
 * Finds what a comment belongs to. One that ends a line belongs to the statements on that line (in a statement of several
 * commands, to the commands on it), never to what follows. One with nothing before it on its line belongs to the statement or
 * command that begins right after it; an empty line in between parts them, other comments do not.
 */
export function placeComment(comment: Comment, { text, lines, statements, comments }: CommentedFile): Placed {
  const lineStart = lines.startOf(lines.positionOf(comment.span.start).line)
  const before = codeBefore(comment, lineStart, text, comments)
  const next = nextCode(comment, text, comments)
  if (before !== undefined && !next.sameLine) {
    const onLine = targetsIn({ start: lineStart, end: before }, statements)
    return { place: onLine.length > 0 ? 'trailing' : 'detached', targets: onLine }
  }
  if (next.offset === undefined) return { place: 'detached', targets: [] }
  const target = targetAt(next.offset, text, statements)
  return target === undefined ? { place: 'detached', targets: [] } : { place: 'above', targets: [target] }
}

/** The end of the last thing on the comment's line, before it, that is neither blank nor comment. */
function codeBefore(comment: Comment, lineStart: number, text: string, comments: readonly Comment[]): number | undefined {
  let end = comment.span.start
  for (;;) {
    const trimmed = lineStart + text.slice(lineStart, end).trimEnd().length
    if (trimmed <= lineStart) return undefined
    const other = comments.find((candidate) => candidate.span.end === trimmed && candidate.span.start < trimmed)
    if (other === undefined) return trimmed
    if (other.span.start <= lineStart) return undefined
    end = other.span.start
  }
}

/** The first thing after a comment that is neither blank nor comment; none where an empty line comes first. */
function nextCode(
  comment: Comment,
  text: string,
  comments: readonly Comment[],
): { readonly offset: number | undefined; readonly sameLine: boolean } {
  let offset = comment.span.end
  let lines = 0
  for (;;) {
    const blank = /^\s*/.exec(text.slice(offset, offset + 1000))?.[0] ?? ''
    const breaks = blank.match(/\r\n|\r|\n/g)?.length ?? 0
    lines += breaks
    if (breaks > 1 || offset + blank.length >= text.length) return { offset: undefined, sameLine: false }
    offset += blank.length
    const other = comments.find((candidate) => candidate.span.start === offset)
    if (other === undefined) return { offset, sameLine: lines === 0 }
    offset = other.span.end
  }
}

/** Statements on a stretch of the text; the commands on it where a statement has several, the statements of a DO block inside it. */
function targetsIn(stretch: Span, statements: readonly Statement[]): readonly Target[] {
  return statements.flatMap((statement) => {
    if (!meets(statement.span, stretch)) return []
    const inner = targetsIn(stretch, statement.body)
    if (inner.length > 0) return inner
    const commands = statement.commands.length > 1 ? statement.commands.filter(({ span }) => meets(span, stretch)) : []
    return commands.length === 0 ? [{ span: statement.span, statement }] : commands.map(({ span }) => ({ span, statement }))
  })
}

/** The statement that begins at an offset, or the command of a statement that begins at or around it. */
function targetAt(offset: number, text: string, statements: readonly Statement[]): Target | undefined {
  for (const statement of statements) {
    const { span } = statement
    if (span.end <= offset) continue
    if (span.start >= offset) {
      return text.slice(offset, span.start).trim() === '' ? { span, statement } : undefined
    }
    const inner = targetAt(offset, text, statement.body)
    if (inner !== undefined) return inner
    const command = statement.commands.length > 1 ? statement.commands.find((one) => holds(one.span, offset)) : undefined
    return { span: command?.span ?? span, statement }
  }
  return undefined
}

function meets(a: Span, b: Span): boolean {
  return a.start < b.end && b.start < a.end
}

function holds(span: Span, offset: number): boolean {
  return span.start <= offset && offset < span.end
}

/**
 * Whether a finding lies in a target. One about a whole statement is silenced from any of its commands: it has no other place.
 * A syntax error may point at the semicolon, just behind its statement.
 */
export function covers({ span, statement }: Target, finding: Span): boolean {
  if (holds(span, finding.start)) return true
  if (finding.start === statement.span.start && finding.end >= statement.span.end) return true
  return span === statement.span && statement.commands.some((command) => sameSpan(command.span, finding))
}

function sameSpan(a: Span, b: Span): boolean {
  return a.start === b.start && a.end === b.end
}
