import type { Lines, Span } from '../span.ts'
import type { Paint } from './paint.ts'
import { isPlain, printableCharacters } from './printable.ts'
import { pad, textWidth, widthOf } from './width.ts'

export interface ExcerptOptions {
  readonly text: string
  readonly lines: Lines
  /** What is underlined. */
  readonly span: Span
  /** The statement around it: its first line is shown too. */
  readonly statement: Span | undefined
  readonly paint: Paint
  readonly mark: (text: string) => string
}

const shownLines = 5
const tabStop = 4
/** Of a longer line only a stretch around the span is shown. */
const longestLine = 160

/** The source lines of a finding behind a gutter of line numbers, the span underlined. */
export function excerpt(options: ExcerptOptions): readonly string[] {
  const { lines, span, statement, paint } = options
  const first = lines.positionOf(span.start).line
  const last = Math.max(first, lines.positionOf(lastOffset(options)).line)
  const head = statement === undefined ? first : lines.positionOf(statement.start).line
  const shown = last - first < shownLines ? last : first + shownLines - 2
  const digits = String(Math.max(shown, head)).length
  const gutter = (label: string) => paint.dim(`${label.padStart(digits + 2)} │`)
  const rows: string[] = []
  if (head < first) {
    rows.push(`${gutter(String(head))} ${sourceLine(options, head).source}`)
    if (head < first - 1) rows.push(gutter('⋮'))
  }
  for (let line = first; line <= shown; line++) {
    const { source, underline } = sourceLine(options, line)
    rows.push(`${gutter(String(line))} ${source}`.trimEnd())
    if (underline !== '') rows.push(`${gutter('')} ${underline}`)
  }
  const left = last - shown
  if (left > 0) rows.push(`${gutter('⋮')} ${paint.dim(`${left} more ${left === 1 ? 'line' : 'lines'}`)}`)
  return rows
}

/** A span that ends with line breaks ends on the line before them. */
function lastOffset({ text, span }: ExcerptOptions): number {
  const trimmed = text.slice(span.start, span.end).trimEnd().length
  return span.start + Math.max(0, trimmed - 1)
}

function sourceLine({ text, lines, span, mark }: ExcerptOptions, line: number): { source: string; underline: string } {
  const whole = lines.textOf(line)
  const start = lines.startOf(line)
  const marked = markedIn(text, whole, start, span)
  const from = whole.length <= longestLine ? 0 : windowStart(whole, marked?.start ?? 0)
  const to = whole.length <= longestLine ? whole.length : windowEnd(whole, from + longestLine)
  const cut = to < whole.length ? '…' : ''
  const { source, underline } = drawn(whole.slice(from, to), from, marked)
  const blank = underline.length - underline.trimStart().length
  return { source: source + cut, underline: underline === '' ? '' : ' '.repeat(blank) + mark(underline.trimStart()) }
}

/** A stretch of a line that starts at a unit of it, and tildes below what is marked; both start with the same column. */
function drawn(stretch: string, from: number, marked: Span | undefined): { source: string; underline: string } {
  let source = from > 0 ? '…' : ''
  let columns = source.length
  // Almost all lines: one column for each unit, so that nothing has to be measured.
  if (isPlain(stretch)) {
    const start = marked === undefined ? 0 : Math.max(0, marked.start - from)
    const end = marked === undefined ? 0 : Math.min(stretch.length, marked.end - from)
    return { source: source + stretch, underline: start < end ? ' '.repeat(columns + start) + '~'.repeat(end - start) : '' }
  }
  let underline = ''
  let offset = from
  for (const { character, shown: visible } of printableCharacters(stretch)) {
    const shown = character === '\t' ? ' '.repeat(tabStop - (columns % tabStop)) : visible
    const width = shown === character ? widthOf(character) : textWidth(shown)
    if (marked !== undefined && offset >= marked.start && offset < marked.end)
      underline = pad(underline, columns) + '~'.repeat(width)
    source += shown
    columns += width
    offset += character.length
  }
  return { source, underline }
}

/** The part of the span on one line, without the white space at its ends; units from the line's start. */
function markedIn(text: string, whole: string, start: number, span: Span): Span | undefined {
  const from = Math.max(span.start, start)
  const to = Math.min(span.end, start + whole.length)
  if (from >= to) return from === to && from === span.start ? { start: from - start, end: from - start + 1 } : undefined
  const stretch = text.slice(from, to)
  const trimmed = stretch.trim()
  if (trimmed === '') return undefined
  const begin = from - start + (stretch.length - stretch.trimStart().length)
  return { start: begin, end: begin + trimmed.length }
}

function windowStart(line: string, marked: number): number {
  const from = Math.max(0, Math.min(marked - 40, line.length - longestLine))
  return isLowSurrogate(line, from) ? from - 1 : from
}

function windowEnd(line: string, end: number): number {
  const to = Math.min(line.length, end)
  return isLowSurrogate(line, to) ? to - 1 : to
}

function isLowSurrogate(line: string, index: number): boolean {
  const unit = line.charCodeAt(index)
  return index > 0 && unit >= 0xdc00 && unit <= 0xdfff
}
