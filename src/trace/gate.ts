import { setTimeout as sleep } from 'node:timers/promises'
import type { RelationKind } from '../catalog/catalog.ts'
import type { LockMode } from '../lock.ts'
import { printName } from '../name.ts'
import type { Engine, Ran, Session } from './engine.ts'
import { readLocks, type Snapshot, type Stored, strongest } from './snapshot.ts'

/** One connection that stands in the way on one table, and gives way a step at a time. */
interface Gate {
  readonly session: Session
  readonly pid: string
  /** Commands that weaken its lock, next one first. */
  readonly steps: string[]
}

const gated: ReadonlySet<RelationKind> = new Set(['table', 'partitioned table', 'materialized view'])

/** Beyond this many tables only those are gated that the statement names: each gate is a connection. */
const maxGates = 24

export interface Gated {
  readonly ran: Ran
  /** undefined where nothing could be observed. */
  readonly locks: ReadonlyMap<string, LockMode> | undefined
  /** Oids of the tables that had a gate: only their locks were sure to be seen. */
  readonly watched: ReadonlySet<string>
}

/**
 * Runs a statement that commits on its way, whose locks are therefore gone at its end. On every table a further connection holds
 * SHARE UPDATE EXCLUSIVE, then ROW EXCLUSIVE, then ACCESS SHARE, and weakens it whenever the statement waits for it; each
 * wait shows in pg_locks what the statement holds and asks for. Indexes cannot be held, so that their locks would show by chance:
 * they are left out.
 */
export async function runGated(engine: Engine, before: Snapshot, sql: string): Promise<Gated> {
  const tables = tablesToGate(before, sql)
  const { openSession } = engine
  // With SKIP_LOCKED the gates themselves would change what the statement does.
  if (openSession === undefined || tables.length > maxGates || /\bskip_locked\b/i.test(sql)) {
    return { ran: await engine.run(sql), locks: undefined, watched: new Set() }
  }
  const pid = (await engine.query('SELECT pg_backend_pid()::text'))[0]?.[0] ?? ''
  const watcher = await openSession()
  const gates: Gate[] = []
  try {
    for (const table of tables) gates.push(await closeGate(await openSession(), table))
    const running = engine.run(sql)
    const watched = new Set(tables.map(({ oid }) => oid))
    const seen = await watch(watcher, pid, gates, running)
    return { ran: await running, locks: strongest(seen.filter(([oid]) => watched.has(oid))), watched }
  } finally {
    for (const gate of gates) await gate.session.close()
    await watcher.close()
  }
}

/** All tables, or where they are too many those whose names, or whose indexes' names, the statement contains. */
function tablesToGate(before: Snapshot, sql: string): readonly Stored[] {
  const tables = [...before.values()].filter(({ kind }) => gated.has(kind))
  if (tables.length <= maxGates) return tables
  const words = new Set(sql.toLowerCase().match(/[\p{L}\p{N}_$]+/gu))
  const isNamed = ({ name }: Stored) =>
    (name.name.toLowerCase().match(/[\p{L}\p{N}_$]+/gu) ?? []).every((word) => words.has(word))
  const named = new Set([...before.values()].filter(isNamed).map(({ oid, table }) => table ?? oid))
  return tables.filter(({ oid }) => named.has(oid))
}

async function closeGate(session: Session, relation: Stored): Promise<Gate> {
  const name = printName(relation.name)
  // LOCK TABLE refuses materialized views; a comment takes SHARE UPDATE EXCLUSIVE on them, and is rolled back.
  const [close, steps] =
    relation.kind === 'materialized view'
      ? [`BEGIN; COMMENT ON MATERIALIZED VIEW ${name} IS 'observed'`, ['ROLLBACK']]
      : [
          `BEGIN; LOCK TABLE ONLY ${name} IN ACCESS SHARE MODE; SAVEPOINT reading; LOCK TABLE ONLY ${name} IN ROW EXCLUSIVE MODE;
           SAVEPOINT writing; LOCK TABLE ONLY ${name} IN SHARE UPDATE EXCLUSIVE MODE`,
          ['ROLLBACK TO writing', 'ROLLBACK TO reading', 'COMMIT'],
        ]
  const { error } = await session.run(close)
  if (error !== undefined) throw new Error(`cannot lock ${name} for observation: ${error.message}`)
  const pid = (await session.query('SELECT pg_backend_pid()::text'))[0]?.[0] ?? ''
  return { session, pid, steps }
}

async function watch(
  watcher: Session,
  pid: string,
  gates: readonly Gate[],
  running: Promise<unknown>,
): Promise<readonly (readonly [string, LockMode])[]> {
  const seen: (readonly [string, LockMode])[] = []
  let done = false
  running.then(
    () => {
      done = true
    },
    () => {
      done = true
    },
  )
  while (!done) {
    const rows = await watcher.query(`SELECT unnest(pg_blocking_pids(${Number(pid)}))::text`)
    const inTheWay = gates.filter((gate) => gate.steps.length > 0 && rows.some(([blocker]) => blocker === gate.pid))
    seen.push(...(await readLocks(watcher, { pid, waiting: true })))
    for (const gate of inTheWay) await gate.session.run(gate.steps.shift() ?? 'COMMIT')
    if (inTheWay.length === 0) await sleep(5)
  }
  return seen
}
