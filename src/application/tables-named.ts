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
  const memo = new Map<string, Speaks>()
  return {
    of(word) {
      if (memo.has(word)) return memo.get(word)
      const speaks = longestName(wordsOf(word), known, longest)
      memo.set(word, speaks)
      return speaks
    },
  }
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
