import type { Work } from '../effect/effect.ts'
import { type LockMode, lockModes } from '../lock.ts'
import type { DebugMessages } from './debug-message.ts'
import type { Held, Snapshot, Stored } from './snapshot.ts'

/** A foreign key's name and the oids of its two tables. */
export interface ForeignKey {
  readonly name: string
  readonly table: string
  readonly references: string
}

export interface Evidence {
  readonly sql: string
  readonly before: Snapshot
  readonly after: Snapshot
  /** undefined where the statement commits on its way: then sequential scans cannot be attributed to it and messages alone tell. */
  readonly locks: ReadonlyMap<string, LockMode> | undefined
  /** What its transaction held before. */
  readonly held: Held
  readonly messages: DebugMessages
  readonly foreignKeys: readonly ForeignKey[]
}

/**
 * The work per relation oid that grows with a relation that existed before. An index build is listed for the index and for
 * its table; what is built, scanned or written of a relation that the statement itself creates is no such work.
 */
export function workOf(evidence: Evidence): ReadonlyMap<string, ReadonlySet<Work>> {
  const { before, after, messages } = evidence
  const found = new Map<string, Set<Work>>()
  const add = (oid: string, work: Work) => found.set(oid, (found.get(oid) ?? new Set()).add(work))

  const emptied = new Set<string>()
  for (const old of before.values()) {
    const now = after.get(old.oid)
    if (now === undefined || now.file === old.file || now.file === '0' || old.kind === 'index' || old.kind === 'sequence')
      continue
    if (isEmptied(old, now, evidence)) emptied.add(old.oid)
    else add(old.oid, 'rewrite')
  }

  const filesBefore = new Set([...before.values()].map((stored) => stored.file))
  for (const index of after.values()) {
    if (index.kind !== 'index' || index.file === '0' || index.table === undefined) continue
    if (filesBefore.has(index.file) || !before.has(index.table) || emptied.has(index.table)) continue
    const built = messages.built.some((build) => sameIndex(build.index, index.name.name))
    if (built) {
      add(index.oid, 'index build')
      add(index.table, 'index build')
    } else if (before.has(index.oid)) {
      // A new file that was not built: copied, as by SET TABLESPACE.
      add(index.oid, 'rewrite')
    }
  }

  for (const oid of checked(evidence)) add(oid, 'scan')
  for (const oid of readThrough(evidence)) if (!found.has(oid) && !emptied.has(oid)) add(oid, 'scan')
  return found
}

/** Whether a new file means that the rows are gone (TRUNCATE, REFRESH … WITH NO DATA), which takes no longer for a large table. */
function isEmptied(old: Stored, now: Stored, { sql, messages }: Evidence): boolean {
  if (messages.rewritten.includes(old.name.name)) return false
  if (!now.empty) return false
  // These write the rows anew: where none is left, only dead ones were there.
  if (now.populated && /^\s*(?:cluster|vacuum|refresh)\b/i.test(sql)) return false
  if (!old.empty || !now.populated) return true
  // No rows before or after: the file tells nothing, so the statement's word must.
  return /\btruncate\b/i.test(sql)
}

/** REINDEX CONCURRENTLY builds under a transient name. */
function sameIndex(built: string, index: string): boolean {
  return built === index || built === `${index}_ccnew`
}

/** Tables whose rows were checked, by the server's own word: those that it verifies and those of the foreign keys that it validates. */
function checked({ before, after, locks, held: heldBefore, messages, foreignKeys }: Evidence): ReadonlySet<string> {
  const held = (stored: Stored) =>
    stored.kind !== 'index' && (locks === undefined || locks.has(stored.oid) || heldBefore.has(stored.oid))
  // Messages name no schema: among namesakes it is the one that was read.
  const read = (tables: readonly Stored[]) =>
    tables.length > 1 ? tables.filter(({ oid }) => scansOf(oid, before, after) > 0) : tables
  const found = new Set<string>()
  for (const table of messages.verified) {
    for (const { oid } of read([...before.values()].filter((stored) => stored.name.name === table && held(stored))))
      found.add(oid)
  }
  for (const constraint of messages.validated) {
    const tables = foreignKeys.flatMap((key) => (key.name === constraint ? (before.get(key.table) ?? []) : []))
    for (const { oid } of read(tables.filter((stored) => stored.file !== '0' && held(stored)))) found.add(oid)
  }
  return found
}

/**
 * Tables read without a word, such as the DEFAULT partition when another one is created: a sequential scan under a lock that no
 * query takes. Under ROW EXCLUSIVE and weaker a scan is the plan of a query, which statistics and indexes decide, and not a
 * property of the statement; so is the look into the referenced table while a foreign key is validated.
 */
function readThrough({ before, after, locks, messages, foreignKeys }: Evidence): ReadonlySet<string> {
  // By table, not by name: the keys that a partitioned table's partitions get have names of their own.
  const validated = new Set(foreignKeys.flatMap((key) => (messages.validated.includes(key.name) ? [key.table] : [])))
  const referenced = new Set(foreignKeys.flatMap((key) => (validated.has(key.table) ? [key.references] : [])))
  const found = new Set<string>()
  for (const [oid, lock] of locks ?? []) {
    const kind = before.get(oid)?.kind
    if (kind === undefined || kind === 'index' || referenced.has(oid)) continue
    if (isBeyondQueries(lock) && scansOf(oid, before, after) > 0) found.add(oid)
  }
  return found
}

function scansOf(oid: string, before: Snapshot, after: Snapshot): number {
  return (after.get(oid)?.scans ?? 0) - (before.get(oid)?.scans ?? 0)
}

function isBeyondQueries(lock: LockMode): boolean {
  return lockModes.indexOf(lock) > lockModes.indexOf('ROW EXCLUSIVE')
}
