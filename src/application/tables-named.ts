import { formsOfModel, wordsOf } from './spelling.ts'

/** Whose table a word of code speaks of: the asked one, one that has a column of the same name too, another one. */
export type Speaks = 'owner' | 'rival' | 'other' | undefined

/** Tells what words of code speak of, among the tables of a schema: `orderItemsRepo` of order_items, not of orders. */
export interface Tables {
  of(word: string): Speaks
  /** The same of a form that `forms` has found. */
  role(form: string): Speaks
  /** What questions about one schema share: words are looked up once for all of them. */
  readonly forms: Forms
}

/** The names of a schema's tables, in the singular and the plural: `order items`. */
export interface Forms {
  /** The one that a word holds, the longest. */
  in(word: string): string | undefined
}

/** Tables by their role; names may come in any spelling and number. */
export function tablesNamed(roles: { readonly [R in NonNullable<Speaks>]: readonly string[] }): Tables {
  const known = new Map<string, Speaks>()
  for (const role of ['other', 'rival', 'owner'] as const) {
    for (const name of roles[role]) for (const form of formsOf(name)) known.set(form, role)
  }
  const forms = formsAmong([...roles.owner, ...roles.rival, ...roles.other])
  const role = (form: string) => known.get(form)
  return {
    of(word) {
      const form = forms.in(word)
      return form === undefined ? undefined : role(form)
    },
    role,
    forms,
  }
}

const formsByName = new Map<string, readonly string[]>()

function formsOf(name: string): readonly string[] {
  const known = formsByName.get(name) ?? formsOfModel(name).map((words) => words.join(' '))
  formsByName.set(name, known)
  return known
}

let latest: { readonly key: string; readonly forms: Forms } | undefined

function formsAmong(names: readonly string[]): Forms {
  const key = [...new Set(names)].sort().join('\0')
  if (latest?.key === key) return latest.forms
  const known = new Set(names.flatMap(formsOf))
  const firsts = new Set([...known].map((name) => name.split(' ', 1)[0]))
  const longest = Math.max(1, ...[...known].map((name) => name.split(' ').length))
  const memo = new Map<string, string | undefined>()
  const forms: Forms = {
    in(word) {
      const before = memo.get(word)
      if (before !== undefined || memo.has(word)) return before
      const words = splitOnce(word)
      const form = words.some((one) => firsts.has(one)) ? longestName(words, known, longest) : undefined
      memo.set(word, form)
      return form
    },
  }
  latest = { key, forms }
  return forms
}

const split = new Map<string, readonly string[]>()

/** Code has few different words: each is taken apart once. */
function splitOnce(word: string): readonly string[] {
  const known = split.get(word)
  if (known !== undefined) return known
  const words = wordsOf(word)
  split.set(word, words)
  return words
}

/** The longest table name in a row of words. A name with `id` behind it is another table's reference; `orderBy` sorts. */
function longestName(words: readonly string[], known: ReadonlySet<string>, longest: number): string | undefined {
  for (let length = Math.min(longest, words.length); length > 0; length--) {
    for (let start = 0; start + length <= words.length; start++) {
      const name = words.slice(start, start + length).join(' ')
      if (known.has(name) && !/^(?:ids?|by)$/.test(words[start + length] ?? '')) return name
    }
  }
  return undefined
}
