/** What is asked of several things in the same words, said once: `code that uses a, b and c nowhere`. Order stays that of the first. */
export function saidOnce(notes: readonly string[]): readonly string[] {
  const groups: Group[] = []
  for (const note of notes) {
    const words = note.split(' ')
    const found = groups.find((group) => isAbout(group, words))
    if (found === undefined) groups.push({ words, at: undefined, names: [] })
    else add(found, words)
  }
  return groups.map(textOf)
}

/** Notes that differ in one word, `at` its place; while there is one note only, every place may be it. */
interface Group {
  readonly words: readonly string[]
  at: number | undefined
  names: string[]
}

const name = /^(?:"[^"]+"|[\p{L}\p{N}_$]+)(?:\.(?:"[^"]+"|[\p{L}\p{N}_$]+))*([,;:]?)$/u

function isAbout(group: Group, words: readonly string[]): boolean {
  const at = difference(group.words, words)
  return at !== undefined && (group.at === undefined || group.at === at)
}

function add(group: Group, words: readonly string[]): void {
  const at = difference(group.words, words) ?? 0
  if (group.at === undefined) group.names = [bare(group.words[at])]
  group.at = at
  group.names.push(bare(words[at]))
}

/** The one place in which two notes differ, by a name alone. */
function difference(a: readonly string[], b: readonly string[]): number | undefined {
  if (a.length !== b.length) return undefined
  const places = a.flatMap((word, index) => (word === b[index] ? [] : [index]))
  const [at] = places
  if (at === undefined || places.length > 1) return undefined
  const [mark, other] = [name.exec(a[at] ?? '')?.[1], name.exec(b[at] ?? '')?.[1]]
  return mark !== undefined && mark === other ? at : undefined
}

function bare(word = ''): string {
  return word.replace(/[,;:]$/, '')
}

function textOf({ words, at, names }: Group): string {
  if (at === undefined) return words.join(' ')
  const mark = /[,;:]$/.exec(words[at] ?? '')?.[0] ?? ''
  const list = `${names.slice(0, -1).join(', ')} and ${names.at(-1)}${mark}`
  return [...words.slice(0, at), list, ...words.slice(at + 1)].join(' ')
}
