import { isOfAnotherDatabase } from './other-database.ts'
import type { Forms, Speaks, Tables } from './tables-named.ts'

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
  lineAt(offset: number): number
  /** The rest of the line on both sides of a word. */
  around(offset: number, length: number): { readonly before: string; readonly after: string }
  /** Whether a place is in a comment, as far as that is plain to see. */
  isComment(offset: number): boolean
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
  let named: { readonly forms: Forms; readonly places: Places } | undefined
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
  return {
    text,
    isPrisma: file.endsWith('.prisma'),
    isRuby: /\.(?:rb|rake)$/.test(file),
    get isOfAnotherDatabase() {
      another ??= isOfAnotherDatabase(file, text)
      return another
    },
    lineAt,
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
      if (hashComments.test(file) && /^#(?!\{)/.test(head)) return true
      if (/^\*(?:\s|$)/.test(head)) return text.lastIndexOf('/*', offset) > text.lastIndexOf('*/', offset)
      const before = content.slice(0, offset - (starts[line] ?? 0))
      const mark = (hashComments.test(file) ? /\s#\s/ : /\s\/\/\s?/).exec(before)
      return mark !== null && [`'`, '"', '`'].every((quote) => before.slice(0, mark.index).split(quote).length % 2 === 1)
    },
    window: (line, size) => lines.slice(Math.max(0, line - size), line + size + 1).join('\n'),
    rolesBy(tables) {
      if (latest?.tables === tables) return latest.roles
      parents ??= openersOf(lines)
      if (named?.forms !== tables.forms) named = { forms: tables.forms, places: placesByForm(lines, tables.forms) }
      const roles = rolesIn(file, named.places, parents, tables)
      latest = { tables, roles }
      return roles
    },
  }
}

/** More words than a line has. */
const wordsPerLine = 1_000_000

/** Where a text names tables, by form: the line times `wordsPerLine`, and which word of the line it is. */
type Places = ReadonlyMap<string, readonly number[]>

const sorts = /^(?:order|group)$/i

function placesByForm(lines: readonly string[], forms: Forms): Places {
  const places = new Map<string, number[]>()
  for (const [line, content] of lines.entries()) {
    const words = content.match(/[\p{L}_$][\p{L}\d_$-]*/gu) ?? []
    for (const [nth, word] of words.entries()) {
      const form = forms.in(word)
      // ORDER BY is not about orders.
      if (form === undefined || (sorts.test(word) && /^by$/i.test(words[nth + 1] ?? ''))) continue
      const place = line * wordsPerLine + nth
      const known = places.get(form)
      if (known === undefined) places.set(form, [place])
      else known.push(place)
    }
  }
  return places
}

function rolesIn(file: string, named: Places, parents: readonly number[], tables: Tables): Roles {
  // The first word of a line that speaks of a table says what the line opens.
  const first = new Map<number, { readonly nth: number; readonly speaks: Speaks }>()
  const lines: { readonly [R in 'owner' | 'rival']: number[] } = { owner: [], rival: [] }
  for (const [form, places] of named) {
    const speaks = tables.role(form)
    if (speaks === undefined) continue
    for (const place of places) {
      const [line, nth] = [Math.floor(place / wordsPerLine), place % wordsPerLine]
      if (nth < (first.get(line)?.nth ?? Number.POSITIVE_INFINITY)) first.set(line, { nth, speaks })
      if (speaks !== 'other') lines[speaks].push(line)
    }
  }
  lines.owner.sort((a, b) => a - b)
  lines.rival.sort((a, b) => a - b)
  const openers = new Map<number, Speaks>()
  const opener = (line: number): Speaks => {
    const parent = parents[line] ?? -1
    if (parent < 0) return undefined
    if (!openers.has(parent)) openers.set(parent, first.get(parent)?.speaks ?? opener(parent))
    return openers.get(parent)
  }
  return {
    distance: (line, role) => distanceTo(line, lines[role]),
    opener,
    hasOwner:
      lines.owner.length > 0 || (file.match(/[\p{L}_$][\p{L}\d_$-]*/gu) ?? []).some((word) => tables.of(word) === 'owner'),
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
