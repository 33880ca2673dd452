import type { Expression, Query } from '../expression.ts'
import type { LockMode } from '../lock.ts'
import type { Name } from '../name.ts'
import type { Operation } from '../operation.ts'

/** What DML says beyond its target. */
export interface Change {
  readonly table: Name
  /** What the statement calls its table. */
  readonly alias?: string | undefined
  readonly only: boolean
  /** Other relations read: FROM, USING, sub-queries. */
  readonly reads: readonly Name[]
  readonly where: Expression | undefined
  /** Inside WITH of another statement. */
  readonly inWith: boolean
}

export interface Assigned {
  readonly column: string
  readonly value: Expression
  /** Only an element or field of the column: `tags[1] = 'x'`. */
  readonly partly?: boolean
}

export interface DataOperations {
  /** A plain SELECT (VALUES, TABLE) and what a PERFORM in a DO block runs. */
  Select: { query: Query }
  Insert: {
    table: Name
    columns: readonly string[]
    /** How many rows VALUES lists; undefined when rows come from a query; 0 for DEFAULT VALUES. */
    rows: number | undefined
    query: Query | undefined
    onConflict: 'nothing' | 'update' | undefined
    /** Relations read by the query, or by sub-queries in VALUES, ON CONFLICT or RETURNING. */
    reads: readonly Name[]
    strings: readonly string[]
    inWith: boolean
  }
  Update: Change & { columns: readonly string[]; assigned: readonly Assigned[] }
  Delete: Change
  /** `where` is the condition of its ON. */
  Merge: Change & { actions: readonly ('insert' | 'update' | 'delete' | 'nothing')[] }
  Copy: { table: Name | undefined; from: boolean; query: Query | undefined; columns: readonly string[]; program: boolean }
  LockTable: { table: Name; only: boolean; mode: LockMode; nowait: boolean }
  Call: { procedure: Name; strings: readonly string[] }

  Vacuum: { tables: readonly Name[]; full: boolean; analyze: boolean }
  Analyze: { tables: readonly Name[] }
  /** Without a table: every table of the database that was clustered before. */
  Cluster: { table: Name | undefined; index: string | undefined }
}

export interface SessionOperations {
  /** Also START TRANSACTION. */
  Begin: Record<never, never>
  Commit: { chain: boolean }
  Rollback: { chain: boolean }
  Savepoint: { savepoint: string }
  RollbackTo: { savepoint: string }
  ReleaseSavepoint: { savepoint: string }
  /** PREPARE TRANSACTION, COMMIT PREPARED, ROLLBACK PREPARED. */
  TwoPhase: { command: 'prepare' | 'commit' | 'rollback' }
  SetConstraints: { deferred: boolean }
  /** SET, SET LOCAL, SELECT set_config(…), SET TRANSACTION as setting `transaction`. */
  Set: { setting: string /** As text, units and all; undefined: DEFAULT. */; value: string | undefined; local: boolean }
  /** RESET; `all` for RESET ALL. */
  Reset: { setting: string | 'all' }
  Discard: { what: 'all' | 'plans' | 'sequences' | 'temp' }
  /** SHOW, PREPARE, DEALLOCATE, LISTEN, NOTIFY, CHECKPOINT, LOAD, EXPLAIN without ANALYZE, cursors: no work on a table. */
  Session: {
    statement: string
    /** What EXPLAIN plans and PREPARE keeps for later, without running it: the relations that it names are locked all the same. */
    of?: readonly Operation[]
  }

  /** DO: what its body does follows as operations of their own in Statement.body; `dynamic` where some of it is built at run time. */
  DoBlock: { language: string; dynamic: readonly string[] }
  /** A psql meta-command: `\connect`, `\i`. */
  MetaCommand: { command: string; argument: string }
  /** A statement the analyzer does not model. A rule must face it as unknown, never as safe. */
  Opaque: { statement: string; sql: string; reason: string }
  /** A statement that PostgreSQL's grammar refuses; the operation's span is the token it stumbles over. */
  Unparsed: { message: string }
}
