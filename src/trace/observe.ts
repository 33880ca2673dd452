import type { RelationKind } from '../catalog/catalog.ts'
import type { Work } from '../effect/effect.ts'
import { type LockMode, stronger } from '../lock.ts'
import type { QualifiedName } from '../name.ts'
import { printName } from '../name.ts'
import { readMessages } from './debug-message.ts'
import type { Engine, Ran, ServerRefusal } from './engine.ts'
import { runGated } from './gate.ts'
import { type Held, readHeld, type Snapshot, strongest, takeSnapshot } from './snapshot.ts'
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
  /** Modes that its transaction held before, by `printName`: that it takes one of them once more cannot be seen. */
  readonly held?: ReadonlyMap<string, ReadonlySet<LockMode>>
  /** Where locks are `strong`: the relations that this holds of, by `printName`; undefined: all. */
  readonly watched?: ReadonlySet<string>
  /** Relations that were there before, by `printName`. */
  readonly existing?: ReadonlySet<string>
  /** false where no row of any table was inserted, updated or deleted. */
  readonly changedRows?: boolean
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
  const inside = await observeAlone(engine, sql)
  return inside.refused !== undefined && needsNoTransaction.has(inside.refused.sqlstate) ? observeOutside(engine, sql) : inside
}

async function observeAlone(engine: Engine, sql: string): Promise<Observation> {
  await must(engine, 'BEGIN')
  const { observation } = await observeNext(engine, sql, await standingOf(engine))
  if (observation.refused !== undefined) {
    await must(engine, 'ROLLBACK')
    return observation
  }
  // Deferred constraints are checked now: the commit itself may be refused.
  const committed = await engine.run('COMMIT')
  return committed.error === undefined ? observation : refusal(sql, committed.error, true)
}

/** What an open transaction has come to: the relations that it sees and the locks that it holds. */
export interface Standing {
  readonly snapshot: Snapshot
  readonly held: Held
}

/** To be asked between two statements of an open transaction. */
export async function standingOf(engine: Engine): Promise<Standing> {
  return { snapshot: await takeSnapshot(engine), held: await readHeld(engine) }
}

/**
 * Runs the next statement of an open transaction and observes what it adds. Where it is refused the transaction is left aborted,
 * and its standing is undefined.
 */
export async function observeNext(
  engine: Engine,
  sql: string,
  before: Standing,
): Promise<{ readonly observation: Observation; readonly after: Standing | undefined }> {
  await must(engine, 'SET LOCAL client_min_messages = debug1')
  const ran = await engine.run(sql)
  if (ran.error !== undefined) return { observation: refusal(sql, ran.error, true), after: undefined }
  const after = await standingOf(engine)
  const locks = strongest(
    [...after.held].flatMap(([oid, modes]) =>
      [...modes].flatMap((mode) => (before.held.get(oid)?.has(mode) ? [] : [[oid, mode] as const])),
    ),
  )
  const work = workOf({
    sql,
    before: before.snapshot,
    after: after.snapshot,
    locks,
    held: before.held,
    messages: readMessages(ran.notices),
    foreignKeys: await readForeignKeys(engine),
  })
  const observation: Observation = {
    sql,
    refused: undefined,
    inTransaction: true,
    locks: 'all',
    held: byName(before),
    existing: namesOf(before.snapshot),
    changedRows: [...after.snapshot.values()].some(({ oid, changes }) => changes !== (before.snapshot.get(oid)?.changes ?? 0)),
    effects: effectsOf(before.snapshot, after.snapshot, locks, work),
  }
  return { observation, after }
}

function refusal(sql: string, refused: ServerRefusal, inTransaction: boolean): Observation {
  return { sql, refused, inTransaction, locks: 'none', effects: [] }
}

function namesOf(snapshot: Snapshot): ReadonlySet<string> {
  return new Set([...snapshot.values()].map((stored) => printName(stored.name)))
}

function byName({ snapshot, held }: Standing): ReadonlyMap<string, ReadonlySet<LockMode>> {
  return new Map(
    [...held].flatMap(([oid, modes]) => {
      const stored = snapshot.get(oid)
      return stored === undefined ? [] : [[printName(stored.name), modes] as const]
    }),
  )
}

async function observeOutside(engine: Engine, sql: string): Promise<Observation> {
  const before = await takeSnapshot(engine)
  const level = (await engine.query('SHOW client_min_messages'))[0]?.[0] ?? 'notice'
  await must(engine, 'SET client_min_messages = debug1')
  let ran: Ran
  let locks: ReadonlyMap<string, LockMode> | undefined
  let watched: ReadonlySet<string>
  try {
    const gated = await runGated(engine, before, sql)
    ran = gated.ran
    locks = gated.locks
    watched = gated.watched
  } finally {
    await must(engine, `SET client_min_messages = ${level}`)
  }
  if (ran.error !== undefined) return refusal(sql, ran.error, false)
  const after = await takeSnapshot(engine)
  const work = workOf({
    sql,
    before,
    after,
    locks: undefined,
    held: new Map(),
    messages: readMessages(ran.notices),
    foreignKeys: await readForeignKeys(engine),
  })
  const effects = effectsOf(before, after, locks ?? new Map(), work)
  return {
    sql,
    refused: undefined,
    inTransaction: false,
    locks: locks === undefined ? 'none' : 'strong',
    watched: new Set([...watched].flatMap((oid) => before.get(oid)?.name ?? []).map(printName)),
    existing: namesOf(before),
    effects,
  }
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
