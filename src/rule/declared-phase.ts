import type { Migration } from '../migration.ts'
import type { Span } from '../span.ts'

/** What a migration says it is: `-- phasewise phase: contract`. */
export interface DeclaredPhase {
  /** As written, lower case. */
  readonly phase: string
  readonly span: Span
}

const form = /^\s*phasewise\s*:?\s*phase\b\s*[:=]?\s*(\S*)/i

/** The phases that a migration's comments declare, those above its first section too. */
export function declaredPhases(migration: Migration): readonly DeclaredPhase[] {
  const found = known.get(migration) ?? readPhases(migration)
  known.set(migration, found)
  return found
}

/** Every operation of a migration asks. */
const known = new WeakMap<Migration, readonly DeclaredPhase[]>()

function readPhases({ comments, statements, text, down }: Migration): readonly DeclaredPhase[] {
  const declared = comments.flatMap((comment) => declaredIn(comment.text, comment.span))
  // What undoes an expand step takes something away.
  if (down) return declared
  const end = Math.min(statements[0]?.span.start ?? text.length, comments[0]?.span.start ?? text.length)
  const head = [...text.slice(0, end).matchAll(/^[ \t]*--(.*)$/gm)].flatMap((line) =>
    declaredIn(line[1] ?? '', { start: line.index, end: line.index + line[0].trimEnd().length }),
  )
  return [...head, ...declared]
}

/** Whether a migration says of itself that it is a contract step, and nothing else. */
export function declaresContract(migration: Migration): boolean {
  const declared = declaredPhases(migration)
  return declared.length > 0 && declared.every(({ phase }) => phase === 'contract')
}

function declaredIn(text: string, span: Span): readonly DeclaredPhase[] {
  const phase = form.exec(text)?.[1]
  return phase === undefined ? [] : [{ phase: phase.toLowerCase(), span }]
}
