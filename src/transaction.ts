import type { Effect } from './effect/effect.ts'
import type { LockMode } from './lock.ts'
import type { TransactionScope } from './migration.ts'
import type { Statement } from './operation.ts'

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

/** One statement of a transaction, with the settings in force when it ran. */
export interface Entry {
  readonly statement: Statement
  readonly effects: readonly Effect[]
  readonly settings: ReadonlyMap<string, string>
}
