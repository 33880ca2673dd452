/** A seeded source of choices: the same seed makes the same choices on every machine. */
export interface Random {
  /** 0 to n - 1. */
  below(n: number): number
  /** true `percent` times of a hundred. */
  chance(percent: number): boolean
  /** One of the items; of none, undefined. */
  pick<T>(items: readonly T[]): T | undefined
  /** One of the items, which are at least one. */
  one<T>(first: T, ...others: readonly T[]): T
  /** `count` different items, or all where there are fewer, in random order. */
  sample<T>(items: readonly T[], count: number): readonly T[]
  /** A key, as often as its weight says. */
  weighted<K extends string>(weights: Readonly<Record<K, number>>): K
}

/** mulberry32: 32 bits of state are plenty for choices that are to be repeatable, not secret. */
export function random(seed: number): Random {
  let state = seed >>> 0
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = state
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
  const below = (n: number) => Math.floor(next() * n)
  const pick = <T>(items: readonly T[]): T | undefined => items[below(items.length)]
  return {
    below,
    chance: (percent) => next() * 100 < percent,
    pick,
    one: (first, ...others) => pick([first, ...others]) ?? first,
    sample: (items, count) => {
      const left = [...items]
      const taken = []
      while (left.length > 0 && taken.length < count) taken.push(...left.splice(below(left.length), 1))
      return taken
    },
    weighted: (weights) => {
      const entries = Object.entries<number>(weights) as [keyof typeof weights, number][]
      let rest = next() * entries.reduce((sum, [, weight]) => sum + weight, 0)
      for (const [key, weight] of entries) {
        rest -= weight
        if (rest < 0) return key
      }
      const [last] = entries[entries.length - 1] ?? []
      if (last === undefined) throw new Error('nothing to choose from')
      return last
    },
  }
}
