import type { Random } from './random.ts'
import type { World } from './world.ts'

/** A generated statement; what stands between its commas can be left out while a failing case is shrunk. */
export interface Written {
  readonly head: string
  readonly items: readonly string[]
  readonly tail: string
}

/** Where a statement is written: what there is to choose from, and names that nothing has yet. */
export interface Desk {
  readonly random: Random
  readonly world: World
  readonly postgres: number
  /** A number that this story has not used. */
  number(): number
  /** A name that nothing in this story has: mostly plain, some to be quoted, some as long as names can be. */
  name(hint: string): string
}

export function written(sql: string): Written {
  return { head: sql, items: [], tail: '' }
}

export function print({ head, items, tail }: Written): string {
  return `${head}${items.join(', ')}${tail}`
}

/** Calls of `name` differ in the number, so that the rest may be anything. */
export function desk(random: Random, postgres: number, worldNow: () => World): Desk {
  let used = 0
  return {
    random,
    postgres,
    get world() {
      return worldNow()
    },
    number: () => ++used,
    name(hint) {
      const plain = `${hint}${++used}`
      if (random.chance(6)) return `"${hint[0]?.toUpperCase()}${hint.slice(1)} ${used}"`
      if (random.chance(3)) return `${plain}_${'long_name_'.repeat(6)}`.slice(0, 63 - random.below(12))
      return plain
    },
  }
}

/** As a statement names it: with its schema, or without where the search_path finds it. */
export function named(at: Desk, qualified: string): string {
  return qualified.startsWith('public.') && at.random.chance(70) ? qualified.slice('public.'.length) : qualified
}

/** A schema for something new. */
export function placed(at: Desk, name: string): string {
  return at.random.chance(8) ? `app.${name}` : at.random.chance(10) ? `public.${name}` : name
}

export function maybe(at: Desk, percent: number, words: string): string {
  return at.random.chance(percent) ? words : ''
}
