import type { Span } from '../span.ts'
import { blank, lexer, type PlaceholderSyntax } from './lexer.ts'
import { isDigit, startsWord } from './literal.ts'

export type { PlaceholderSyntax } from './lexer.ts'

/** A template's placeholder. */
export interface Placeholder {
  /** Offsets into the text that was searched. */
  readonly span: Span
  /** What is made of it: `:x` and the other syntaxes anything, `:'x'` a string, `:"x"` an identifier, `:{?x}` a boolean, control actions of Go nothing. */
  readonly stands: 'anything' | 'string' | 'identifier' | 'boolean' | 'nothing'
  /** The user's text. */
  readonly written: string
}

/** What stands in for a placeholder, tried in this order. */
export const fillings = ['word', 'number', 'blank'] as const
export type Filling = (typeof fillings)[number]

/** Gives every distinct placeholder of a file a word of its own, as long as the placeholder and with its line breaks. */
export type Words = (placeholder: string) => string

/** True of an action of Go's text/template that prints nothing: control flow, comments, assignments. */
export function isControlAction(action: string): boolean {
  return /^\{\{-?\s*(?:(?:if|else|end|range|with|define|break|continue)\b|\/\*|\$\w*\s*(?:,\s*\$\w+\s*)?:?=[^=])/.test(action)
}

/** What an action of a template that stands alone in its file does to the text around it; undefined where it prints something. */
export function controlOf(action: string): 'opens' | 'closes' | 'other' | undefined {
  const word = /^\{\{-?\s*([a-z]+)\b/.exec(action)?.[1] ?? ''
  if (/^(?:if|range|with|define|block)$/.test(word)) return 'opens'
  if (word === 'end') return 'closes'
  // What a template holds is read where it is defined.
  return word === 'template' || isControlAction(action) ? 'other' : undefined
}

/** Finds the placeholders of a text that stand outside quotes and comments; quoted ones never keep SQL from parsing. */
export function findPlaceholders(text: string, syntaxes: ReadonlySet<PlaceholderSyntax>): readonly Placeholder[] {
  const found: Placeholder[] = []
  const lex = lexer(text, { start: 0, end: text.length }, syntaxes)
  /** One entry per open square bracket: whether it encloses the elements of an ARRAY, not a subscript. */
  const brackets: boolean[] = []
  /** The token before: what ends an expression (`1` in `[1:n]`), the word ARRAY, or something else. */
  let previous: 'expression' | 'array' | 'other' = 'other'
  while (lex.next()) {
    const { kind, start, end } = lex
    const unit = text.charCodeAt(start)
    if (kind === 'parameter' && !isDigit(text.charCodeAt(start + 1))) {
      found.push({ span: { start, end }, stands: 'anything', written: text.slice(start, end) })
      previous = 'expression'
    } else if (kind === 'punctuation' && unit === 58 /* : */ && syntaxes.has('psql')) {
      const slice: boolean = brackets.at(-1) === false || (brackets.length > 0 && previous === 'expression')
      const placeholder: Placeholder | undefined = slice ? undefined : psqlAt(text, start)
      if (placeholder !== undefined) {
        found.push(placeholder)
        lex.moveTo(placeholder.span.end)
      }
      previous = placeholder === undefined ? 'other' : 'expression'
    } else if (kind === 'punctuation') {
      if (unit === 91 /* [ */) brackets.push(previous === 'array' || (previous === 'other' && brackets.at(-1) === true))
      else if (unit === 93 /* ] */) brackets.pop()
      previous = unit === 93 || unit === 41 ? 'expression' : 'other'
    } else if (kind === 'operator') previous = 'other'
    else previous = kind === 'word' && text.slice(start, end).toLowerCase() === 'array' ? 'array' : 'expression'
  }
  return found
}

/** `:name`, `:'name'`, `:"name"`, `:{?name}` at a colon. */
function psqlAt(text: string, colon: number): Placeholder | undefined {
  const before = text.charCodeAt(colon - 1)
  if (colon > 0 && (startsWord(before) || isDigit(before) || before === 93)) return undefined
  const open = text.charAt(colon + 1)
  const from = open === '{' ? colon + 3 : open === "'" || open === '"' ? colon + 2 : colon + 1
  if (open === '{' && text.charAt(colon + 2) !== '?') return undefined
  if (from === colon + 1 && isDigit(text.charCodeAt(from))) return undefined
  let end = from
  while (end < text.length && (startsWord(text.charCodeAt(end)) || isDigit(text.charCodeAt(end)))) end++
  if (end === from) return undefined
  if (from === colon + 1) return { span: { start: colon, end }, stands: 'anything', written: text.slice(colon, end) }
  if (text.charAt(end) !== (open === '{' ? '}' : open)) return undefined
  const stands = open === '{' ? 'boolean' : open === '"' ? 'identifier' : 'string'
  return { span: { start: colon, end: end + 1 }, stands, written: text.slice(colon, end + 1) }
}

/** Fills placeholders in place: no offset moves. `filling` says with what; a placeholder of a known nature has one form besides blanks. */
export function fill(
  text: string,
  placeholders: readonly Placeholder[],
  filling: (index: number) => Filling,
  words: Words,
): string {
  let filled = ''
  let at = 0
  placeholders.forEach(({ span, stands, written }, index) => {
    const before = touches(text.charCodeAt(span.start - 1))
    const after = touches(text.charCodeAt(span.end))
    filled += text.slice(at, span.start) + form(written, stands, filling(index), words, before, after)
    at = span.end
  })
  return filled + text.slice(at)
}

function form(
  source: string,
  stands: Placeholder['stands'],
  filling: Filling,
  words: Words,
  before: boolean,
  after: boolean,
): string {
  if (filling === 'blank' || stands === 'nothing') return blank(source)
  if (stands === 'boolean') return 'TRUE'.padEnd(source.length)
  if (stands === 'string') return `'${source.slice(2, -1).padEnd(source.length - 2, '_')}'`
  // `:"x"` and `:x` are the same variable, so that both become the same name.
  if (stands === 'identifier') return `"${words(`:${source.slice(2, -1)}`)}"`
  if (filling === 'word') {
    const word = words(source)
    // Longer names are cut by PostgreSQL (NAMEDATALEN), which would make two of them one.
    if (word.length <= mostLetters || (before && after) || /\s/.test(word)) return word
    return after ? word.slice(0, mostLetters).padStart(word.length) : word.slice(0, mostLetters).padEnd(word.length)
  }
  // One digit, because a long number is none that varchar(n) takes; it must touch what the placeholder touches.
  if (before && after) return source.replace(/[^\r\n]/g, '1')
  return after ? '1'.padStart(source.length) : '1'.padEnd(source.length)
}

function touches(unit: number): boolean {
  return startsWord(unit) || isDigit(unit) || unit === 36 /* $ */
}

/** Longer names are cut by PostgreSQL (NAMEDATALEN). */
const mostLetters = 63

/**
 * Words to stand in for placeholders: `${schema}` becomes `__schema_`. Equal placeholders get equal words, different ones
 * different words, and none is a word that the text has already. Of a placeholder over several lines one line becomes the word.
 */
export function wordsFor(text: string): Words {
  const words = new Map<string, string>()
  /** The next number to try behind a stem, so that many placeholders that look alike stay cheap. */
  const numbers = new Map<string, number>()
  let taken: Set<string> | undefined
  return (placeholder) => {
    const known = words.get(placeholder)
    if (known !== undefined) return known
    const lines = placeholder.split(/[\r\n]/)
    const line = lines.filter((each) => /[A-Za-z]/.test(each)).sort((a, b) => b.length - a.length)[0] ?? lines[0] ?? ''
    const plain = `_${line.slice(1).replace(/[^A-Za-z0-9_\u0080-\uffff]/g, '_')}`.replace(/[A-Z]/g, (letter) =>
      letter.toLowerCase(),
    )
    taken ??= new Set(text.toLowerCase().match(/(?<![\w$\u0080-\uffff])_[\w$\u0080-\uffff]*/g))
    const word = untaken(plain, taken, numbers)
    taken.add(word.slice(0, mostLetters))
    const start = placeholder.indexOf(line)
    const filled = blank(placeholder.slice(0, start)) + word + blank(placeholder.slice(start + line.length))
    words.set(placeholder, filled)
    return filled
  }
}

/** The word, with a number in place of its last letters where it is taken; as it is where no number is free. */
function untaken(plain: string, taken: ReadonlySet<string>, numbers: Map<string, number>): string {
  const letters = plain.slice(0, mostLetters)
  if (!taken.has(letters)) return plain
  for (let length = 1; length < letters.length; length++) {
    const stem = letters.slice(0, -length)
    const key = `${stem} ${length}`
    let number = numbers.get(key) ?? (length === 1 ? 1 : 36 ** (length - 1))
    while (number < 36 ** length && taken.has(stem + number.toString(36))) number++
    numbers.set(key, number)
    if (number < 36 ** length) return stem + number.toString(36) + plain.slice(letters.length)
  }
  return plain
}
