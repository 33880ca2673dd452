import type { Span } from '../span.ts'
import type { PlaceholderSyntax } from './lexer.ts'
import { blank, tokensOf } from './lexer.ts'
import { controlOf, findPlaceholders, type Placeholder, type Words } from './placeholders.ts'

/** A text with the templates filled in that its tool expands before the server sees anything. */
export interface Expanded {
  /** As long as the text, with its line breaks. */
  readonly text: string
  /** By their start, inside quotes and comments too; offsets into the whole text. */
  readonly placeholders: readonly Placeholder[]
  /** What stands between `{{ if … }}`, `{{ range … }}`, `{{ with … }}`, `{{ define … }}` and their `{{ end }}`: it may or may not be sent. */
  readonly branches: readonly Span[]
}

/**
 * Expands templates in place, quotes or not: the tool knows nothing of SQL. Output becomes a word of the same length, control
 * actions and template comments blanks. Go's actions may hold SQL's quotes: `"{{ index .Options "Namespace" }}"."users"`.
 * Dollar quotes are left alone, though a tool may stumble over them: `$${`, `$tag${`, `$tag$`.
 */
export function expand(text: string, region: Span, syntaxes: ReadonlySet<PlaceholderSyntax>, words: Words): Expanded {
  const placeholders: Placeholder[] = []
  const branches: Span[] = []
  const pieces: string[] = []
  let depth = 0
  let branch = 0
  let at = 0
  const opening = openingOf(syntaxes)
  if (opening === undefined) return { text, placeholders, branches }
  opening.lastIndex = region.start
  for (let found = opening.exec(text); found !== null && found.index < region.end; found = opening.exec(text)) {
    const start = found.index
    const action = found[0] === '{{'
    const { end, closed } = action ? goAction(text, start, region.end) : { end: start + found[0].length, closed: true }
    opening.lastIndex = end
    if (!closed || end > region.end) continue
    const written = text.slice(start, end)
    const control = action ? controlOf(written) : undefined
    placeholders.push({ span: { start, end }, stands: control === undefined ? 'anything' : 'nothing', written })
    pieces.push(text.slice(at, start), control === undefined ? words(written) : blank(written))
    at = end
    if (control === 'opens' && depth++ === 0) branch = end
    else if (control === 'closes' && depth > 0 && --depth === 0) branches.push({ start: branch, end: start })
  }
  pieces.push(text.slice(at))
  return { text: pieces.join(''), placeholders, branches }
}

/** A word's characters beyond ASCII count as letters, as in PostgreSQL. A `$` that may end a dollar quote's delimiter opens nothing. */
const dollarBrace = String.raw`(?<!\$(?:[A-Za-z_\u0080-\uffff][\w\u0080-\uffff]*)?)\$\{[^{}\r\n;]+\}`
const dollarName = String.raw`(?<![\w$\u0080-\uffff])\$[A-Za-z_]\w*(?![\w$\u0080-\uffff])`

function openingOf(syntaxes: ReadonlySet<PlaceholderSyntax>): RegExp | undefined {
  const sources = [
    ...(syntaxes.has('go') ? [String.raw`\{\{`] : []),
    ...(syntaxes.has('dollar') ? [dollarBrace] : []),
    ...(syntaxes.has('env') ? [dollarName] : []),
  ]
  return sources.length === 0 ? undefined : new RegExp(sources.join('|'), 'g')
}

interface GoAction {
  readonly end: number
  /** false: Go refuses the template; `end` is how far it was looked through. */
  readonly closed: boolean
}

/** Where an action ends, as Go's text/template scans it: quotes inside it hide its braces, a comment ends at its star and slash. */
function goAction(text: string, start: number, end: number): GoAction {
  let at = start + 2
  if (/^-\s/.test(text.slice(at, at + 2))) at += 2
  if (text.startsWith('/*', at)) {
    const close = text.slice(at + 2, end).search(/\*\/(?:\s-)?\}\}/)
    if (close < 0) return { end, closed: false }
    return { end: text.indexOf('}}', at + 2 + close) + 2, closed: true }
  }
  while (at < end) {
    const character = text.charAt(at)
    if (character === '}' && text.charAt(at + 1) === '}') return { end: at + 2, closed: true }
    if (character === '`') {
      at++
      while (at < end && text.charAt(at) !== '`') at++
    } else if (character === '"' || character === "'") {
      at++
      while (at < end && text.charAt(at) !== character) {
        if (text.charAt(at) === '\n') return { end: at, closed: false }
        at += text.charAt(at) === '\\' ? 2 : 1
      }
    }
    at++
  }
  return { end, closed: false }
}

/** What is known of a text's templates. */
interface Templates {
  /** Syntaxes that are still to be looked for. */
  readonly syntaxes: ReadonlySet<PlaceholderSyntax>
  readonly expanded: readonly Placeholder[]
}

/** The placeholders of a stretch whose filling can matter: those outside quotes. Their spans count from the stretch's start. */
export function placeholdersIn(sql: string, offset: number, { syntaxes, expanded }: Templates): readonly Placeholder[] {
  const here: Placeholder[] = []
  let next = firstFrom(expanded, offset)
  for (const { kind, start, end } of next < expanded.length ? tokensOf(sql) : []) {
    for (; next < expanded.length; next++) {
      const placeholder = expanded[next]
      if (placeholder === undefined || placeholder.span.start >= offset + end) break
      const span = { start: placeholder.span.start - offset, end: placeholder.span.end - offset }
      const quoted = kind === 'string' || kind === 'quoted identifier'
      if (placeholder.stands !== 'nothing' && !quoted && span.end > start) here.push({ ...placeholder, span })
    }
  }
  return here.length > 0 ? here : findPlaceholders(sql, syntaxes)
}

/** Whether control actions stand in a stretch, so that it holds branches that are never sent together. */
export function hasControl({ start, end }: Span, { expanded }: Templates): boolean {
  for (let index = firstFrom(expanded, start); index < expanded.length; index++) {
    const placeholder = expanded[index]
    if (placeholder === undefined || placeholder.span.start >= end) return false
    if (placeholder.stands === 'nothing') return true
  }
  return false
}

function firstFrom(placeholders: readonly Placeholder[], offset: number): number {
  let low = 0
  let high = placeholders.length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((placeholders[middle]?.span.start ?? 0) < offset) low = middle + 1
    else high = middle
  }
  return low
}
