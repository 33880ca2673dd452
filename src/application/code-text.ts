import type { Speaks, Tables } from './tables-named.ts'

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
  let words: readonly (readonly string[])[] | undefined
  const wordsByLine = () => {
    words ??= lines.map((line) => line.match(/[\p{L}_$][\p{L}\d_$-]*/gu) ?? [])
    return words
  }
  let parents: readonly number[] | undefined
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
      const roles = rolesIn(file, wordsByLine(), parents, tables)
      latest = { tables, roles }
      return roles
    },
  }
}

function rolesIn(file: string, words: readonly (readonly string[])[], parents: readonly number[], tables: Tables): Roles {
  // The first word of a line that speaks of a table says what the line opens.
  const first: Speaks[] = []
  const named: { readonly [R in 'owner' | 'rival']: boolean[] } = { owner: [], rival: [] }
  for (const [index, line] of words.entries()) {
    for (const word of line) {
      const found = tables.of(word)
      if (found === undefined) continue
      first[index] ??= found
      if (found !== 'other') named[found][index] = true
    }
  }
  const [owner, rival] = [nearest(words.length, named.owner), nearest(words.length, named.rival)]
  const openers = new Map<number, Speaks>()
  const opener = (line: number): Speaks => {
    const parent = parents[line] ?? -1
    if (parent < 0) return undefined
    if (!openers.has(parent)) openers.set(parent, first[parent] ?? opener(parent))
    return openers.get(parent)
  }
  return {
    distance: (line, role) => (role === 'owner' ? owner : rival)[line] ?? Number.POSITIVE_INFINITY,
    opener,
    hasOwner:
      owner[0] !== Number.POSITIVE_INFINITY ||
      (file.match(/[\p{L}_$][\p{L}\d_$-]*/gu) ?? []).some((word) => tables.of(word) === 'owner'),
  }
}

/** For each line how many lines away the nearest marked one is. */
function nearest(count: number, marked: readonly boolean[]): readonly number[] {
  const distances: number[] = []
  let away = Number.POSITIVE_INFINITY
  for (let index = 0; index < count; index++) {
    away = marked[index] === true ? 0 : away + 1
    distances[index] = away
  }
  away = Number.POSITIVE_INFINITY
  for (let index = count - 1; index >= 0; index--) {
    away = marked[index] === true ? 0 : away + 1
    distances[index] = Math.min(distances[index] ?? away, away)
  }
  return distances
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
