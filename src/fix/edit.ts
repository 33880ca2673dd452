import type { Span } from '../span.ts'

/** A text that takes the place of a stretch of a file (UTF-16 offsets, a byte order mark not counted); of nothing where the stretch is empty. */
export interface Edit extends Span {
  readonly text: string
}

/** The text with its edits, which do not overlap, made; those at one place in the order given. */
export function applyEdits(text: string, edits: readonly Edit[]): string {
  let edited = ''
  let at = 0
  for (const edit of [...edits].sort((a, b) => a.start - b.start)) {
    edited += text.slice(at, edit.start) + edit.text
    at = edit.end
  }
  return edited + text.slice(at)
}

/** The line break that a text is written with. */
export function lineBreakOf(text: string): '\n' | '\r\n' {
  return /\r?\n/.exec(text)?.[0] === '\r\n' ? '\r\n' : '\n'
}

/** Where the line of an offset starts. */
export function lineStartOf(text: string, offset: number): number {
  return text.lastIndexOf('\n', offset - 1) + 1
}

/** The white space before an offset where nothing else stands before it on its line; undefined where something does. */
export function indentAt(text: string, offset: number): string | undefined {
  const before = text.slice(lineStartOf(text, offset), offset)
  return /^[ \t]*$/.test(before) ? before : undefined
}

/** A keyword in the case of the words that it is put beside. */
export function inCaseOf(word: string, keyword: string): string {
  return word === word.toLowerCase() ? keyword.toLowerCase() : keyword
}
