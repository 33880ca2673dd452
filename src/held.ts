import type { Effect } from './effect/effect.ts'
import type { LockMode } from './lock.ts'
import type { Statement } from './operation.ts'

/** The strongest lock that a transaction has on a relation. */
export interface Held {
  readonly lock: LockMode
  /** The effect that took it. */
  readonly effect: Effect
  /** The statement that took it first at this strength. */
  readonly since: Statement
}

/** The locks of a transaction at one moment. */
export interface Locks {
  /** By `printName`. */
  get(relation: string): Held | undefined
  values(): Iterable<Held>
}

/** A moment of a transaction: how many locks it had taken or given back. */
export type Moment = number

/** The locks of a transaction at this moment and at each before it, without a copy for any. */
export interface LockLedger extends Locks {
  take(relation: string, held: Held): void
  now(): Moment
  at(moment: Moment): Locks
  /** Gives back what was taken since (ROLLBACK TO). */
  returnTo(moment: Moment): void
}

export function openLedger(): LockLedger {
  const versions = new Map<string, { readonly since: Moment; readonly held: Held | undefined }[]>()
  const changed: string[] = []
  const write = (relation: string, held: Held | undefined) => {
    const known = versions.get(relation) ?? []
    known.push({ since: changed.length, held })
    versions.set(relation, known)
    changed.push(relation)
  }
  const locksAt = (moment: () => Moment): Locks => {
    const get = (relation: string) => versions.get(relation)?.findLast(({ since }) => since < moment())?.held
    return { get, values: () => [...versions.keys()].flatMap((relation) => get(relation) ?? []) }
  }
  return {
    ...locksAt(() => changed.length),
    take: write,
    now: () => changed.length,
    at: (moment) => locksAt(() => moment),
    returnTo(moment) {
      const before = locksAt(() => moment)
      for (const relation of new Set(changed.slice(moment))) write(relation, before.get(relation))
    },
  }
}
