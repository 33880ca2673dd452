import { asWritten, type Migration } from '../migration.ts'
import type { Statement } from '../operation.ts'
import { Lines, type Span } from '../span.ts'

/** Looks things up by file: positions, texts and the statement at a span. Line tables are built once per file, when first asked for. */
export interface Places {
  linesOf(file: string): Lines
  textOf(file: string): string
  /** A name with the placeholders of the file's template. */
  written(file: string, text: string): string
  /** The outermost statement that a span lies in. */
  statementAt(file: string, span: Span): Statement | undefined
}

export function placesIn(migrations: readonly Migration[]): Places {
  const byFile = new Map<string, Migration[]>()
  for (const migration of migrations) {
    const sections = byFile.get(migration.file)
    if (sections === undefined) byFile.set(migration.file, [migration])
    else sections.push(migration)
  }
  const lines = new Map<string, Lines>()
  const statements = new Map<string, readonly Statement[]>()
  const textOf = (file: string) => byFile.get(file)?.[0]?.text ?? ''
  return {
    textOf,
    written: (file, text) => (byFile.get(file) ?? []).reduce(asWritten, text),
    linesOf(file) {
      const known = lines.get(file) ?? new Lines(textOf(file))
      lines.set(file, known)
      return known
    },
    statementAt(file, span) {
      const known = statements.get(file) ?? (byFile.get(file) ?? []).flatMap((migration) => migration.statements)
      statements.set(file, known)
      const found = lastStartingBefore(known, span.start)
      return found !== undefined && span.start < found.span.end ? found : undefined
    },
  }
}

/** The last statement that starts at or before an offset; the statements are in order of place. */
function lastStartingBefore(statements: readonly Statement[], offset: number): Statement | undefined {
  let low = 0
  let high = statements.length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((statements[middle]?.span.start ?? 0) <= offset) low = middle + 1
    else high = middle
  }
  return statements[low - 1]
}

/** Where a span starts and ends, as the machine contract names it: 1-based, columns in UTF-16 units, the end exclusive. */
export interface Location {
  readonly line: number
  readonly column: number
  readonly endLine: number
  readonly endColumn: number
}

export function locationOf(lines: Lines, span: Span): Location {
  const start = lines.positionOf(span.start)
  const end = lines.positionOf(span.end)
  return { line: start.line, column: start.column, endLine: end.line, endColumn: end.column }
}
