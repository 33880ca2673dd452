import { formsOfModel, wordsOf } from './spelling.ts'

/** Whose table a word of code speaks of: the asked one, one that has a column of the same name too, another one. */
export type Speaks = 'owner' | 'rival' | 'other' | undefined

/** Tells what words of code speak of, among the tables of a schema: `orderItemsRepo` of order_items, not of orders. */
export interface Tables {
  of(word: string): Speaks
}

/** Tables by their role; names may come in any spelling and number. */
export function tablesNamed(roles: { readonly [R in NonNullable<Speaks>]: readonly string[] }): Tables {
  const known = new Map<string, Speaks>()
  let longest = 1
  for (const role of ['other', 'rival', 'owner'] as const) {
    for (const name of roles[role]) {
      for (const words of formsOfModel(name)) {
        known.set(words.join(' '), role)
        longest = Math.max(longest, words.length)
      }
    }
  }
  const firsts = new Set([...known.keys()].map((name) => name.split(' ', 1)[0]))
  const memo = new Map<string, Speaks>()
  return {
    of(word) {
      const before = memo.get(word)
      if (before !== undefined || memo.has(word)) return before
      const words = splitOnce(word)
      const speaks = words.some((one) => firsts.has(one)) ? longestName(words, known, longest) : undefined
      memo.set(word, speaks)
      return speaks
    },
  }
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

/** The longest table name in a row of words. A name with `id` behind it is another table's reference. */
function longestName(words: readonly string[], known: ReadonlyMap<string, Speaks>, longest: number): Speaks {
  for (let length = Math.min(longest, words.length); length > 0; length--) {
    for (let start = 0; start + length <= words.length; start++) {
      const speaks = known.get(words.slice(start, start + length).join(' '))
      if (speaks !== undefined && !/^ids?$/.test(words[start + length] ?? '')) return speaks
    }
  }
  return undefined
}
