import { type NamedForm, namedIn } from './line.ts'
import { isOfAnotherDatabase } from './other-database.ts'
import type { Forms, Speaks, Tables } from './tables-named.ts'
import { type Words, wordsOfText } from './words.ts'

/** Whose tables the surroundings of lines speak of. */
export interface Roles {
  /** How many lines away the owner, or a rival, is named; Infinity where nothing in the file names it. */
  distance(line: number, role: 'owner' | 'rival'): number
  /** What the lines that open the blocks around a line speak of, the innermost first: `model Order {`, `prisma.order.update({`. */
  opener(line: number): Speaks
  /** Whether the file, or its path, names the owner anywhere. */
  readonly hasOwner: boolean
}

/** A text of code, asked about the surroundings of a place. Lines are counted from 0. */
export interface CodeText {
  readonly text: string
  readonly isPrisma: boolean
  readonly isRuby: boolean
  /** The file works with a database that is no PostgreSQL, which may have tables of the same names. */
  readonly isOfAnotherDatabase: boolean
  readonly words: Words
  lineAt(offset: number): number
  /** A line's text. */
  line(line: number): string
  /** The rest of the line on both sides of a word. */
  around(offset: number, length: number): { readonly before: string; readonly after: string }
  /** Whether a place is in a comment, as far as that is plain to see. */
  isComment(offset: number): boolean
  /** The tables that a line names, in order. */
  named(line: number, forms: Forms): readonly NamedForm[]
  /** The text of the lines around one. */
  window(line: number, lines: number): string
  /** What the code around each line speaks of. */
  rolesBy(tables: Tables): Roles
}

const cache = new Map<string, CodeText>()
const hashComments = /\.(?:py|rb|rake|sh|ya?ml|toml|ex|exs|pl|r)$|(?:^|\/)(?:Gemfile|Rakefile|Dockerfile)$/

/** Reads a text once; the last texts are kept. */
export function codeText(file: string, text: string): CodeText {
  const known = cache.get(file)
  if (known?.text === text) return known
  const made = make(file, text)
  cache.set(file, made)
  return made
}

function make(file: string, text: string): CodeText {
  const lines = text.split('\n')
  const starts: number[] = []
  let next = 0
  for (const line of lines) {
    starts.push(next)
    next += line.length + 1
  }
  const isHashed = hashComments.test(file)
  let words: Words | undefined
  let places: { readonly forms: Forms; readonly places: Places } | undefined
  let named: { readonly forms: Forms; readonly byLine: Map<number, readonly NamedForm[]> } | undefined
  let parents: readonly number[] | undefined
  let another: boolean | undefined
  let latest: { readonly tables: Tables; readonly roles: Roles } | undefined
  const lineAt = (offset: number): number => {
    let low = 0
    let high = starts.length - 1
    while (low < high) {
      const middle = (low + high + 1) >> 1
      if ((starts[middle] ?? 0) <= offset) low = middle
      else high = middle - 1
    }
    return low
  }
  const namedOf = (forms: Forms): Places => {
    if (places?.forms !== forms) places = { forms, places: placesOf(text, made.words, lineAt, forms) }
    return places.places
  }
  const made: CodeText = {
    text,
    isPrisma: file.endsWith('.prisma'),
    isRuby: /\.(?:rb|rake)$/.test(file),
    get isOfAnotherDatabase() {
      another ??= isOfAnotherDatabase(file, text)
      return another
    },
    get words() {
      words ??= wordsOfText(text)
      return words
    },
    lineAt,
    line: (line) => lines[line] ?? '',
    around(offset, length) {
      const line = lineAt(offset)
      const [start, content] = [starts[line] ?? 0, lines[line] ?? '']
      return { before: content.slice(0, offset - start), after: content.slice(offset - start + length) }
    },
    isComment(offset) {
      const line = lineAt(offset)
      const content = lines[line] ?? ''
      const head = content.trimStart()
      if (/^(?:\/\/|--\s|<!--|\/\*)/.test(head)) return !head.includes('*/') || head.indexOf('*/') > offset - (starts[line] ?? 0)
      if (isHashed && /^#(?!\{)/.test(head)) return true
      if (/^\*(?:\s|$)/.test(head)) return text.lastIndexOf('/*', offset) > text.lastIndexOf('*/', offset)
      const before = content.slice(0, offset - (starts[line] ?? 0))
      const mark = (isHashed ? /\s#\s/ : /\s\/\/\s?/).exec(before)
      return mark !== null && [`'`, '"', '`'].every((quote) => before.slice(0, mark.index).split(quote).length % 2 === 1)
    },
    named(line, forms) {
      if (named?.forms !== forms) named = { forms, byLine: new Map() }
      const known = named.byLine.get(line) ?? namedIn(lines[line] ?? '', forms)
      named.byLine.set(line, known)
      return known
    },
    window: (line, size) => lines.slice(Math.max(0, line - size), line + size + 1).join('\n'),
    rolesBy(tables) {
      if (latest?.tables === tables) return latest.roles
      parents ??= openersOf(lines)
      const roles = rolesIn(file, namedOf(tables.forms), parents, tables)
      latest = { tables, roles }
      return roles
    },
  }
  return made
}

/** Where a text names tables, whichever of them are asked for. */
interface Places {
  /** Lines, in order, by form. */
  readonly lines: ReadonlyMap<string, readonly number[]>
  /** The forms that a line names, in order. */
  readonly forms: ReadonlyMap<number, readonly string[]>
}

const sorts = /^(?:order|group)$/i
const by = /[^\p{L}_$\n]*by(?![\p{L}\d_$-])/iuy

function placesOf(text: string, { runs }: Words, lineAt: (offset: number) => number, forms: Forms): Places {
  const found: { readonly at: number; readonly form: string }[] = []
  for (const [word, offsets] of runs) {
    const form = forms.in(word)
    if (form === undefined) continue
    for (const at of offsets) {
      by.lastIndex = at + word.length
      // ORDER BY is not about orders.
      if (!sorts.test(word) || !by.test(text)) found.push({ at, form })
    }
  }
  const lines = new Map<string, number[]>()
  const byLine = new Map<number, string[]>()
  for (const { at, form } of found.sort((a, b) => a.at - b.at)) {
    const line = lineAt(at)
    put(lines, form, line)
    put(byLine, line, form)
  }
  return { lines, forms: byLine }
}

function put<Key, Value>(lists: Map<Key, Value[]>, key: Key, value: Value): void {
  const known = lists.get(key)
  if (known === undefined) lists.set(key, [value])
  else known.push(value)
}

function rolesIn(file: string, named: Places, parents: readonly number[], tables: Tables): Roles {
  const lists: { readonly [R in 'owner' | 'rival']: (readonly number[])[] } = { owner: [], rival: [] }
  for (const [form, lines] of named.lines) {
    const role = tables.role(form)
    if (role === 'owner' || role === 'rival') lists[role].push(lines)
  }
  const openers = new Map<number, Speaks>()
  const opener = (line: number): Speaks => {
    const parent = parents[line] ?? -1
    if (parent < 0) return undefined
    if (!openers.has(parent)) {
      // The first word of a line that speaks of a table says what the line opens.
      const first = named.forms.get(parent)?.find((form) => tables.role(form) !== undefined)
      openers.set(parent, first === undefined ? opener(parent) : tables.role(first))
    }
    return openers.get(parent)
  }
  return {
    distance: (line, role) => Math.min(Number.POSITIVE_INFINITY, ...lists[role].map((lines) => distanceTo(line, lines))),
    opener,
    get hasOwner() {
      return lists.owner.length > 0 || (file.match(/[\p{L}_$][\p{L}\d_$-]*/gu) ?? []).some((word) => tables.of(word) === 'owner')
    },
  }
}

/** How far the nearest of some lines, in order, is from a line. */
function distanceTo(line: number, lines: readonly number[]): number {
  let [low, high] = [0, lines.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if ((lines[middle] ?? 0) < line) low = middle + 1
    else high = middle
  }
  const [before, after] = [lines[low - 1], lines[low]]
  return Math.min(
    before === undefined ? Number.POSITIVE_INFINITY : line - before,
    after === undefined ? Number.POSITIVE_INFINITY : after - line,
  )
}

/** For each line the one that opens the block it stands in, by indentation; -1 at the outermost level. */
function openersOf(lines: readonly string[]): readonly number[] {
  const stack: { readonly line: number; readonly indent: number; readonly opens: boolean }[] = []
  return lines.map((content, line) => {
    const indent = content.search(/\S/)
    if (indent < 0) return stack.findLast(({ opens }) => opens)?.line ?? -1
    while ((stack.at(-1)?.indent ?? -1) >= indent) stack.pop()
    const parent = stack.findLast(({ opens }) => opens)?.line ?? -1
    // What opens a block of names, not what merely stands further left; the end of a block opens none.
    const opens = !/^\s*[)\]}]/.test(content) && /[{([:,>]\s*$|\bdo\b|=>|\bstruct\b|`\s*$|=\s*$|^\s*class\s/.test(content)
    stack.push({ line, indent, opens })
    return parent
  })
}
