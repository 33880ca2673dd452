import type { Span } from '../span.ts'

/** A line of a text, for tools that read marker comments line by line. */
export interface Line {
  readonly text: string
  readonly span: Span
}

/** The lines of a text without their line breaks; a CR before the LF is left out of the text, not of the count. */
export function linesOf(text: string): readonly Line[] {
  const lines: Line[] = []
  for (let start = 0; start <= text.length; ) {
    const newline = text.indexOf('\n', start)
    const end = newline < 0 ? text.length : newline
    lines.push({ text: text.slice(start, end).replace(/\r$/, ''), span: { start, end } })
    start = end + 1
  }
  return lines
}

/** A stretch of a text between two marker lines. */
export interface Section<Marker> {
  readonly marker: Marker
  readonly line: Line
  /** From after the marker line to the next marker, or the end. */
  readonly region: Span
}

/** Cuts a text at the lines that `markerOf` recognises. What stands before the first is in no section. */
export function sectionsOf<Marker>(text: string, markerOf: (line: string) => Marker | undefined): readonly Section<Marker>[] {
  const marked = linesOf(text).flatMap((line) => {
    const marker = markerOf(line.text)
    return marker === undefined ? [] : [{ marker, line }]
  })
  return marked.map(({ marker, line }, index) => ({
    marker,
    line,
    region: { start: Math.min(line.span.end + 1, text.length), end: marked[index + 1]?.line.span.start ?? text.length },
  }))
}
