import type { Effect } from './effect/effect.ts'
import { type LockLedger, type Locks, openLedger } from './held.ts'
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
  /** What it holds by now; locks given back by ROLLBACK TO are gone. */
  readonly held: Locks
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
  readonly held: LockLedger
}

export function openTransaction(id: number, scope: TransactionScope): OpenTransaction {
  return { id, scope, entries: [], held: openLedger() }
}

export function enter(transaction: OpenTransaction, entry: Entry): void {
  transaction.entries.push(entry)
  for (const effect of entry.effects) {
    const key = printName(effect.relation)
    const before = transaction.held.get(key)
    if (before !== undefined && stronger(before.lock, effect.lock) === before.lock) continue
    transaction.held.take(key, { lock: effect.lock, effect, since: entry.statement })
  }
}

/** The modes alone. */
export function locksOf({ held }: Transaction): { get(relation: string): LockMode | undefined } {
  return { get: (relation) => held.get(relation)?.lock }
}
