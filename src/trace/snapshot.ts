import type { RelationKind } from '../catalog/catalog.ts'
import { type LockMode, lockModes, stronger } from '../lock.ts'
import type { QualifiedName } from '../name.ts'
import type { Session } from './engine.ts'

/** The user's relations at one moment, by oid. System catalogs, TOAST and temporary relations are left out. */
export type Snapshot = ReadonlyMap<string, Stored>

/** A relation as the server stores it. */
export interface Stored {
  readonly oid: string
  readonly name: QualifiedName
  readonly kind: RelationKind
  /** Names the file that holds the rows; '0' where there is none. A new one means that everything was written anew. */
  readonly file: string
  readonly empty: boolean
  readonly populated: boolean
  /** The table of an index. */
  readonly table: string | undefined
  /** Sequential scans begun by the transactions not yet reported to the statistics system; meaningful as a difference within one transaction. */
  readonly scans: number
  /** Rows inserted, updated and deleted, likewise. */
  readonly changes: number
}

const kinds: Readonly<Record<string, RelationKind>> = {
  r: 'table',
  p: 'partitioned table',
  i: 'index',
  I: 'index',
  v: 'view',
  m: 'materialized view',
  S: 'sequence',
  f: 'foreign table',
}

export async function takeSnapshot(session: Session): Promise<Snapshot> {
  const rows = await session.query(
    `SELECT c.oid::text, n.nspname::text, c.relname::text, c.relkind::text, coalesce(pg_relation_filenode(c.oid), 0)::text,
       (c.relkind NOT IN ('r', 'm') OR coalesce(pg_relation_size(c.oid), 0) = 0)::text, c.relispopulated::text,
       i.indrelid::text, coalesce(pg_stat_get_xact_numscans(c.oid), 0)::text,
       (coalesce(pg_stat_get_xact_tuples_inserted(c.oid), 0) + coalesce(pg_stat_get_xact_tuples_updated(c.oid), 0)
         + coalesce(pg_stat_get_xact_tuples_deleted(c.oid), 0))::text
     FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
       LEFT JOIN pg_catalog.pg_index i ON i.indexrelid = c.oid
     WHERE n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'`,
  )
  const snapshot = new Map<string, Stored>()
  for (const [oid, schema, name, relkind, file, empty, populated, table, scans, changes] of rows) {
    const kind = kinds[relkind ?? '']
    if (kind === undefined || !oid || !schema || !name) continue
    snapshot.set(oid, {
      oid,
      name: { schema, name },
      kind,
      file: file ?? '0',
      empty: empty === 'true',
      populated: populated === 'true',
      table: table ?? undefined,
      scans: Number(scans),
      changes: Number(changes),
    })
  }
  return snapshot
}

/** The strongest lock per relation oid that a backend holds or, with `waiting`, asks for. */
export async function readLocks(
  session: Session,
  backend: { readonly pid: string | 'own'; readonly waiting: boolean },
): Promise<ReadonlyMap<string, LockMode>> {
  return strongest(await readModes(session, backend))
}

/** Every mode per relation oid that the session holds: one that it takes twice shows once. */
export async function readHeld(session: Session): Promise<Held> {
  const held = new Map<string, Set<LockMode>>()
  for (const [oid, mode] of await readModes(session, { pid: 'own', waiting: false })) {
    held.set(oid, (held.get(oid) ?? new Set()).add(mode))
  }
  return held
}

/** Lock modes by relation oid. */
export type Held = ReadonlyMap<string, ReadonlySet<LockMode>>

async function readModes(
  session: Session,
  backend: { readonly pid: string | 'own'; readonly waiting: boolean },
): Promise<readonly (readonly [string, LockMode])[]> {
  const rows = await session.query(
    `SELECT relation::text, mode::text FROM pg_catalog.pg_locks
     WHERE locktype = 'relation' AND pid = ${backend.pid === 'own' ? 'pg_backend_pid()' : Number(backend.pid)}
       AND database = (SELECT oid FROM pg_catalog.pg_database WHERE datname = current_database())
       ${backend.waiting ? '' : 'AND granted'}`,
  )
  return rows.flatMap(([oid, mode]) => (oid && mode ? [[oid, lockModeOf(mode)] as const] : []))
}

export function strongest(locks: Iterable<readonly [string, LockMode]>): ReadonlyMap<string, LockMode> {
  const found = new Map<string, LockMode>()
  for (const [oid, lock] of locks) {
    const other = found.get(oid)
    found.set(oid, other === undefined ? lock : stronger(other, lock))
  }
  return found
}

/** `ShareUpdateExclusiveLock` → `SHARE UPDATE EXCLUSIVE`. */
function lockModeOf(mode: string): LockMode {
  const spelled = mode
    .replace(/Lock$/, '')
    .replace(/(?<=[a-z])(?=[A-Z])/g, ' ')
    .toUpperCase()
  const found = lockModes.find((candidate) => candidate === spelled)
  if (found === undefined) throw new Error(`pg_locks shows an unknown mode: ${mode}`)
  return found
}
