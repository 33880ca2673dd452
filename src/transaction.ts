import type { Effect } from './effect/effect.ts'
import type { LockMode } from './lock.ts'
import { stronger } from './lock.ts'
import type { TransactionScope } from './migration.ts'
import { printName } from './name.ts'
import type { Statement } from './operation.ts'
import type { Settings } from './settings.ts'

/** What one transaction has done so far, statement by statement. A statement that autocommits is a transaction of its own. */
export interface Transaction {
  /** Ordinal over the whole history. */
  readonly id: number
  readonly scope: TransactionScope
  readonly entries: readonly Entry[]
  /** Strongest lock held per relation, by `printName`; locks given back by ROLLBACK TO are gone. */
  readonly held: ReadonlyMap<string, Held>
}

export interface Held {
  readonly lock: LockMode
  /** The effect that took it. */
  readonly effect: Effect
  /** The statement that took it first at this strength. */
  readonly since: Statement
}

/** One statement of a transaction (a DO block's are listed one by one), with the settings in force when it ran. */
export interface Entry {
  readonly statement: Statement
  readonly effects: readonly Effect[]
  /** The effects on relations that deployed code can be using: they existed, and this change set did not make them. */
  readonly inUse: readonly Effect[]
  readonly settings: Settings
}

/** A transaction that statements can still enter; `session.ts` alone writes to it, so that a long one stays linear. */
export interface OpenTransaction extends Transaction {
  scope: TransactionScope
  readonly entries: Entry[]
  held: Map<string, Held>
}

export function openTransaction(id: number, scope: TransactionScope): OpenTransaction {
  return { id, scope, entries: [], held: new Map() }
}

export function enter(transaction: OpenTransaction, entry: Entry): void {
  transaction.entries.push(entry)
  for (const effect of entry.effects) {
    const key = printName(effect.relation)
    const before = transaction.held.get(key)
    if (before !== undefined && stronger(before.lock, effect.lock) === before.lock) continue
    transaction.held.set(key, { lock: effect.lock, effect, since: entry.statement })
  }
}

/** The locks alone. */
export function locksOf(transaction: Transaction): ReadonlyMap<string, LockMode> {
  return new Map([...transaction.held].map(([relation, { lock }]) => [relation, lock]))
}
