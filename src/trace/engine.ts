import { Failure } from '../failure.ts'

/** A PostgreSQL that statements run on for observation: embedded (`pglite.ts`) or a server (`server.ts`). */
export interface Engine extends Session {
  /** As shown to people: `PGlite 18.6`, `PostgreSQL 15.13`. */
  readonly name: string
  /** Major version. */
  readonly postgres: number
  /** A further connection to the same database; undefined where the engine has one only. */
  readonly openSession: (() => Promise<Session>) | undefined
  /** The whole cluster is ours and goes with the engine, so that statements about roles and databases harm nobody. */
  readonly ownCluster: boolean
  /** Makes the session as new: no settings, no temporary tables. */
  freshen(): Promise<void>
}

/** One connection. Calls must not overlap. */
export interface Session {
  /** Runs one query; columns come as text. Throws `ServerError`. */
  query(sql: string): Promise<readonly Row[]>
  /** Runs SQL as one message of the simple protocol; an error is a result here, not an exception. */
  run(sql: string): Promise<Ran>
  close(): Promise<void>
}

export type Row = readonly (string | null)[]

export interface Ran {
  readonly notices: readonly string[]
  readonly error: ServerRefusal | undefined
}

/** What the server said when it refused a statement. */
export interface ServerRefusal {
  readonly sqlstate: string
  readonly message: string
}

/** A query of our own that the server refused. */
export class ServerError extends Error {
  readonly refusal: ServerRefusal

  constructor(refusal: ServerRefusal) {
    super(`${refusal.message} (SQLSTATE ${refusal.sqlstate})`)
    this.name = 'ServerError'
    this.refusal = refusal
  }
}

/** Reads SQLSTATE and message off what a client library throws; anything else (a lost connection) is thrown on. */
export function refusalOf(error: unknown): ServerRefusal {
  if (error instanceof Error && 'code' in error && typeof error.code === 'string' && /^[0-9A-Z]{5}$/.test(error.code)) {
    return { sqlstate: error.code, message: error.message }
  }
  throw error
}

/** Imports an optional peer dependency; where it is absent, says in one line how to add it. */
export async function importPeer<Module>(load: () => Promise<Module>, packageName: string, purpose: string): Promise<Module> {
  try {
    return await load()
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ERR_MODULE_NOT_FOUND') {
      throw new Failure(`${purpose} needs the package ${packageName}: npm install --save-dev ${packageName}`)
    }
    throw error
  }
}

/** `18.6 (Debian …)` → 18. */
export function majorOf(version: string): number {
  const major = Number.parseInt(version, 10)
  if (Number.isNaN(major)) throw new Error(`cannot read the server version ${JSON.stringify(version)}`)
  return major
}
