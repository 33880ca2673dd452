import type { Statement } from '../operation.ts'
import { runsAlone } from '../rule/refused-inside.ts'
import type { Site } from '../rule.ts'
import { directiveOf } from '../suppress/directive.ts'
import { isPlain } from './alone.ts'
import { type Edit, indentAt, lineBreakOf, lineStartOf } from './edit.ts'

/**
 * A SET before the statement that needs it; nothing where the statement stands in a DO block or a branch, or where a statement of the file
 * has to run outside of a transaction and could not any more, or would be stopped half-way by the timeout.
 */
export function insertLockTimeout(statement: Statement, set: string, at: Site): readonly Edit[] {
  const { migration } = at
  if (!isPlain(statement, at) || /\bendDelimiter:/i.test(migration.text)) return []
  if (migration.transaction !== 'each' || migration.transactionAssumed) {
    // What is one statement alone becomes a message of two, and the two a transaction.
    if (migration.statements.some(({ commands }) => commands.some(({ operation }) => runsAlone(operation, at)))) return []
  }
  const isLater = ({ span }: Statement) => span.start >= statement.span.start
  if (!/^SET LOCAL\b/.test(set) && migration.statements.some((other) => isLater(other) && isConcurrent(other))) return []
  const offset = placeFor(statement, at)
  const indent = indentAt(migration.text, offset)
  const behind = indent === undefined ? ' ' : `${lineBreakOf(migration.text)}${indent}`
  return [{ start: offset, end: offset, text: `${set}${behind}` }]
}

function isConcurrent({ commands }: Statement): boolean {
  return commands.some(({ operation }) => 'concurrently' in operation && operation.concurrently)
}

/**
 * Before the statement, with the comments that speak of it left on it. What tools read at the top of a file stays at the top: before the
 * first statement only those comments are passed that are said of the statement below them.
 */
function placeFor(statement: Statement, { migration }: Site): number {
  const { text, comments, statements } = migration
  const { start } = statement.span
  const previous = statements.findLast(({ span }) => span.end <= start)
  const above = comments.filter(({ span }) => span.end <= start && (previous === undefined || span.start >= previous.span.end))
  const own = above.filter(({ span }) => indentAt(text, span.start) !== undefined)
  const bound = own.find(({ text: comment }) => {
    const directive = directiveOf(comment)
    return (
      (directive !== undefined && directive.scope !== 'file' && directive.scope !== 'file head') ||
      /\bStatementBegin\b/i.test(comment)
    )
  })
  const attached = previous === undefined ? [] : attachedTo(start, own, text)
  const first = [...(bound === undefined ? [] : [bound]), ...attached].sort((a, b) => a.span.start - b.span.start)[0]
  if (first === undefined) return start
  const indent = indentAt(text, first.span.start) ?? ''
  return lineStartOf(text, first.span.start) + indent.length
}

/** The comments directly above an offset, without an empty line in between. */
function attachedTo<C extends { readonly span: { readonly start: number; readonly end: number } }>(
  offset: number,
  comments: readonly C[],
  text: string,
): readonly C[] {
  const attached: C[] = []
  let at = offset
  for (const comment of comments.toReversed()) {
    const between = text.slice(comment.span.end, at)
    if (between.trim() !== '' || (between.match(/\n/g)?.length ?? 0) > 1) break
    attached.push(comment)
    at = comment.span.start
  }
  return attached
}
