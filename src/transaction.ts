import type { Effect } from './effect/effect.ts'
import { type LockLedger, type Locks, openLedger } from './held.ts'
import type { LockMode } from './lock.ts'
import { stronger } from './lock.ts'
import type { TransactionScope } from './migration.ts'
import { type Name, printName } from './name.ts'
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
  /** Of relations that it has renamed: under which name it locked them, by the new one. */
  readonly renamed: ReadonlyMap<string, string>
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
  readonly renamed: Map<string, string>
}

export function openTransaction(id: number, scope: TransactionScope): OpenTransaction {
  return { id, scope, entries: [], held: openLedger(), renamed: new Map() }
}

export function enter(transaction: OpenTransaction, entry: Entry): void {
  transaction.entries.push(entry)
  for (const effect of entry.effects) {
    const key = printName(effect.relation)
    const before = transaction.held.get(key)
    if (before !== undefined && stronger(before.lock, effect.lock) === before.lock) continue
    transaction.held.take(key, { lock: effect.lock, effect, since: entry.statement })
  }
  for (const { operation } of entry.statement.commands) {
    if (operation.kind !== 'RenameTable' && operation.kind !== 'SetTableSchema') continue
    const old = entry.effects.find(({ relation }) => isNamed(relation, operation.table))?.relation
    if (old === undefined) continue
    const renamed = operation.kind === 'RenameTable' ? { ...old, name: operation.to } : { ...old, schema: operation.schema }
    transaction.renamed.set(printName(renamed), transaction.renamed.get(printName(old)) ?? printName(old))
  }
}

function isNamed(relation: Name, { schema, name }: Name): boolean {
  return relation.name === name && (schema === undefined || relation.schema === schema)
}

/** The modes alone. */
export function locksOf({ held, renamed }: Transaction): { get(relation: string): LockMode | undefined } {
  return {
    get(relation) {
      const own = held.get(relation)?.lock
      const before = held.get(renamed.get(relation) ?? relation)?.lock
      return own === undefined || before === undefined ? (own ?? before) : stronger(own, before)
    },
  }
}
