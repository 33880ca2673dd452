import type { RelationKind } from '../catalog/catalog.ts'
import type { Work } from '../effect/effect.ts'
import { type LockMode, stronger } from '../lock.ts'
import type { QualifiedName } from '../name.ts'
import { printName } from '../name.ts'
import { readMessages } from './debug-message.ts'
import type { Engine, Ran, ServerRefusal } from './engine.ts'
import { runGated } from './gate.ts'
import { readLocks, type Snapshot, takeSnapshot } from './snapshot.ts'
import { type ForeignKey, workOf } from './work.ts'

/** What a server was seen to do to one relation: an `Effect` that nobody predicted. */
export interface ObservedEffect {
  readonly relation: QualifiedName
  readonly kind: RelationKind
  /** undefined where locks could not be observed. */
  readonly lock: LockMode | undefined
  readonly work: ReadonlySet<Work>
  readonly existed: boolean
}

/** What a server was seen to do when it ran one statement. */
export interface Observation {
  readonly sql: string
  /** Why the server refused it; then nothing else was observed, and nothing of it remains. */
  readonly refused: ServerRefusal | undefined
  /** false for a statement that cannot run in a transaction block. */
  readonly inTransaction: boolean
  /**
   * `all`: read at the end of its own transaction, so none is missing; `strong`: it commits on its way, and a second connection
   * saw all that conflict with SHARE UPDATE EXCLUSIVE, weaker ones perhaps; `none`: it commits on its way and there is no second connection.
   */
  readonly locks: 'all' | 'strong' | 'none'
  /** Sorted by name. */
  readonly effects: readonly ObservedEffect[]
}

/** SQLSTATEs of what only runs outside a transaction block: VACUUM, CONCURRENTLY, a DO block or procedure that commits. */
const needsNoTransaction = new Set(['25001', '2D000'])

/**
 * Runs one statement in a transaction of its own and commits it, so that every lock seen is its own. Transaction control
 * (BEGIN, COMMIT, SAVEPOINT) cannot be observed so and is the caller's to leave out.
 */
export async function observe(engine: Engine, sql: string): Promise<Observation> {
  const inside = await observeInTransaction(engine, sql)
  return inside.refused !== undefined && needsNoTransaction.has(inside.refused.sqlstate) ? observeOutside(engine, sql) : inside
}

async function observeInTransaction(engine: Engine, sql: string): Promise<Observation> {
  const unseen: Omit<Observation, 'refused'> = { sql, inTransaction: true, locks: 'none', effects: [] }
  await must(engine, 'BEGIN')
  const before = await takeSnapshot(engine)
  await must(engine, 'SET LOCAL client_min_messages = debug1')
  const ran = await engine.run(sql)
  if (ran.error !== undefined) {
    await must(engine, 'ROLLBACK')
    return { ...unseen, refused: ran.error }
  }
  const locks = await readLocks(engine, { pid: 'own', waiting: false })
  const after = await takeSnapshot(engine)
  const foreignKeys = await readForeignKeys(engine)
  // Deferred constraints are checked now: the commit itself may be refused.
  const committed = await engine.run('COMMIT')
  if (committed.error !== undefined) return { ...unseen, refused: committed.error }
  const work = workOf({ sql, before, after, locks, messages: readMessages(ran.notices), foreignKeys })
  return { ...unseen, refused: undefined, locks: 'all', effects: effectsOf(before, after, locks, work) }
}

async function observeOutside(engine: Engine, sql: string): Promise<Observation> {
  const before = await takeSnapshot(engine)
  const level = (await engine.query('SHOW client_min_messages'))[0]?.[0] ?? 'notice'
  await must(engine, 'SET client_min_messages = debug1')
  let ran: Ran
  let locks: ReadonlyMap<string, LockMode> | undefined
  try {
    const gated = await runGated(engine, before, sql)
    ran = gated.ran
    locks = gated.locks
  } finally {
    await must(engine, `SET client_min_messages = ${level}`)
  }
  const unseen: Omit<Observation, 'refused'> = { sql, inTransaction: false, locks: 'none', effects: [] }
  if (ran.error !== undefined) return { ...unseen, refused: ran.error }
  const after = await takeSnapshot(engine)
  const work = workOf({
    sql,
    before,
    after,
    locks: undefined,
    messages: readMessages(ran.notices),
    foreignKeys: await readForeignKeys(engine),
  })
  const effects = effectsOf(before, after, locks ?? new Map(), work)
  return { ...unseen, refused: undefined, locks: locks === undefined ? 'none' : 'strong', effects }
}

async function must(engine: Engine, sql: string): Promise<void> {
  const { error } = await engine.run(sql)
  if (error !== undefined) throw new Error(`${sql}: ${error.message}`)
}

async function readForeignKeys(engine: Engine): Promise<readonly ForeignKey[]> {
  const rows = await engine.query(
    `SELECT conname::text, conrelid::text, confrelid::text FROM pg_catalog.pg_constraint WHERE contype = 'f'`,
  )
  return rows.flatMap(([name, table, references]) => (name && table && references ? [{ name, table, references }] : []))
}

/** One effect per relation name: a relation that the statement replaced under its name (a rebuilt index) is the one that existed. */
function effectsOf(
  before: Snapshot,
  after: Snapshot,
  locks: ReadonlyMap<string, LockMode>,
  work: ReadonlyMap<string, ReadonlySet<Work>>,
): readonly ObservedEffect[] {
  const namesBefore = new Set([...before.values()].map((stored) => printName(stored.name)))
  const effects = new Map<string, ObservedEffect>()
  for (const oid of new Set([...locks.keys(), ...work.keys()])) {
    const stored = before.get(oid) ?? after.get(oid)
    if (stored === undefined) continue
    const key = printName(stored.name)
    const other = effects.get(key)
    const lock = locks.get(oid)
    effects.set(key, {
      relation: stored.name,
      kind: stored.kind,
      lock: lock === undefined ? other?.lock : other?.lock === undefined ? lock : stronger(lock, other.lock),
      work: new Set([...(other?.work ?? []), ...(work.get(oid) ?? [])]),
      existed: before.has(oid) || namesBefore.has(key),
    })
  }
  return [...effects].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, effect]) => effect)
}
