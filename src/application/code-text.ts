import type { Speaks } from './tables-named.ts'

/** A text of code, asked about the surroundings of a place. Lines are counted from 0. */
export interface CodeText {
  readonly text: string
  readonly isPrisma: boolean
  lineAt(offset: number): number
  /** The rest of the line on both sides of a word. */
  around(offset: number, length: number): { readonly before: string; readonly after: string }
  /** Whether a place is in a comment, as far as that is plain to see. */
  isComment(offset: number): boolean
  /** The text of the lines around one. */
  window(line: number, lines: number): string
  /** How many lines away the nearest word is that passes a test; more than `most` where none is so near. */
  distance(line: number, most: number, test: (word: string) => boolean): number
  /** Whether any word, or the path, passes a test. */
  names(test: (word: string) => boolean): boolean
  /** What the lines that open the blocks around a line speak of, the innermost first: `model Order {`, `prisma.order.update({`. */
  openersOf(line: number, speaks: (word: string) => Speaks): Speaks
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
  let words: (readonly string[])[] | undefined
  const wordsOfLine = (line: number): readonly string[] => {
    words ??= []
    const known = words[line]
    if (known !== undefined) return known
    const found = (lines[line] ?? '').match(/[\p{L}_$][\p{L}\d_$-]*/gu) ?? []
    words[line] = found
    return found
  }
  const indentOf = (line: number): number => /^[\t ]*/.exec(lines[line] ?? '')?.[0].length ?? 0
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
    distance(line, most, test) {
      for (let away = 0; away <= most; away++) {
        if (wordsOfLine(line - away).some(test) || wordsOfLine(line + away).some(test)) return away
      }
      return most + 1
    },
    names: (test) =>
      (file.match(/[\p{L}_$][\p{L}\d_$-]*/gu) ?? []).some(test) || lines.some((_, line) => wordsOfLine(line).some(test)),
    openersOf(line, speaks) {
      let indent = indentOf(line)
      for (let above = line - 1; above >= 0 && indent > 0 && line - above <= 300; above--) {
        const content = lines[above] ?? ''
        if (content.trim() === '' || /^\s*[)\]}]/.test(content)) continue
        const here = indentOf(above)
        if (here >= indent) continue
        indent = here
        // What opens a block of names, not what merely stands further left.
        if (!/[{([:,>]\s*$|\bdo\b|=>|\bstruct\b|`\s*$|=\s*$/.test(content)) continue
        for (const word of wordsOfLine(above)) {
          const found = speaks(word)
          if (found !== undefined) return found
        }
      }
      return undefined
    },
  }
}
