import type { Effect } from '../effect/effect.ts'
import { blocksReads, type LockMode, stronger, whoWaits } from '../lock.ts'
import { printName } from '../name.ts'
import { milliseconds, type Settings } from '../settings.ts'
import type { Entry, Transaction } from '../transaction.ts'

/** A statement that asks for locks which traffic on relations in use conflicts with. */
export interface LockRequest {
  readonly entry: Entry
  readonly effects: readonly Effect[]
}

/** Whether somebody waits for it: nobody writes to a view or a materialized view, and an index is locked together with its table. */
export function stopsTraffic({ kind, lock }: Effect): boolean {
  if (kind === 'index') return false
  return kind === 'view' || kind === 'materialized view' ? blocksReads(lock) : whoWaits(lock) !== undefined
}

/** The statements of a transaction that may have to wait for such a lock: it is not held already, and the statement does not say NOWAIT. */
export function lockRequests(transaction: Transaction): readonly LockRequest[] {
  const known = asked.get(transaction)
  if (known !== undefined && known.entries === transaction.entries.length) return known.requests
  const requests = findRequests(transaction)
  asked.set(transaction, { entries: transaction.entries.length, requests })
  return requests
}

/** Several rules ask, some at each statement; the entries of a transaction that is open grow. */
const asked = new WeakMap<Transaction, { readonly entries: number; readonly requests: readonly LockRequest[] }>()

function findRequests(transaction: Transaction): readonly LockRequest[] {
  const held = new Map<string, LockMode>()
  return transaction.entries.flatMap((entry) => {
    const effects = entry.inUse.filter((effect) => {
      const before = held.get(printName(effect.relation))
      return stopsTraffic(effect) && (before === undefined || stronger(before, effect.lock) !== before)
    })
    for (const { relation, lock } of entry.effects) {
      const before = held.get(printName(relation))
      held.set(printName(relation), before === undefined ? lock : stronger(before, lock))
    }
    const waits = entry.statement.commands.some(({ operation }) => operation.kind !== 'LockTable' || !operation.nowait)
    return effects.length > 0 && waits ? [{ entry, effects }] : []
  })
}

/** The timeout that ends a wait for a lock first. */
export interface WaitLimit {
  readonly setting: string
  /** As written. */
  readonly value: string
  readonly milliseconds: number
}

/** What bounds a wait for a lock, as far as the SQL says; undefined: nothing does. */
export function waitLimit(settings: Settings): WaitLimit | undefined {
  const limits = ['lock_timeout', 'statement_timeout', 'transaction_timeout'].flatMap((setting) => {
    const value = settings.get(setting)
    const time = value === undefined ? undefined : milliseconds(value)
    return value !== undefined && time !== undefined && time > 0 ? [{ setting, value, milliseconds: time }] : []
  })
  return limits.sort((a, b) => a.milliseconds - b.milliseconds)[0]
}

/** The group of findings about waiting for the locks of one transaction: they are told once. */
export function queueOf({ scope, id }: Transaction): string {
  return scope === 'none' ? 'queue' : `queue of ${id}`
}

export interface RequestIn {
  readonly transaction: Transaction
  readonly request: LockRequest
}

/**
 * The requests of each transaction that a test holds for, in order. Statements that autocommit count as one transaction, so that a
 * migration without BEGIN is spoken of once.
 */
export function requestsOf(
  transactions: readonly Transaction[],
  test: (request: LockRequest) => boolean,
): readonly (readonly RequestIn[])[] {
  const alone = transactions.filter(({ scope }) => scope === 'none')
  const groups = [alone, ...transactions.filter(({ scope }) => scope !== 'none').map((transaction) => [transaction])]
  return groups.map((group) =>
    group.flatMap((transaction) =>
      lockRequests(transaction)
        .filter(test)
        .map((request) => ({ transaction, request })),
    ),
  )
}

/** The first request of each transaction that a test holds for. */
export function firstRequests(
  transactions: readonly Transaction[],
  test: (request: LockRequest) => boolean,
): readonly RequestIn[] {
  return requestsOf(transactions, test).flatMap(([first]) => (first === undefined ? [] : [first]))
}
