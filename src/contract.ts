/**
 * The machine contract: what other programs rely on. It imports nothing, so that the types of the package are this file; a test
 * holds its words equal to those that the analyzer uses.
 */

export type Severity = 'error' | 'warning' | 'note' | 'off'

/** What goes wrong if nobody acts. */
export type Hazard =
  | 'blocks reads'
  | 'blocks writes'
  | 'breaks clients'
  | 'loses data'
  | 'fails'
  | 'queues traffic'
  | 'not understood'
  | 'style'

export type Phase = 'expand' | 'migrate' | 'contract'

export type RelationKind = 'table' | 'partitioned table' | 'index' | 'view' | 'materialized view' | 'sequence' | 'foreign table'

/** As PostgreSQL's manual names them, weakest first. */
export type LockMode =
  | 'ACCESS SHARE'
  | 'ROW SHARE'
  | 'ROW EXCLUSIVE'
  | 'SHARE UPDATE EXCLUSIVE'
  | 'SHARE'
  | 'SHARE ROW EXCLUSIVE'
  | 'EXCLUSIVE'
  | 'ACCESS EXCLUSIVE'

/** Work that grows with the table. */
export type Work = 'rewrite' | 'scan' | 'index build'

/** 1-based; columns count UTF-16 code units; the end is exclusive. */
export interface Location {
  readonly line: number
  readonly column: number
  readonly endLine: number
  readonly endColumn: number
}

export interface LintOptions {
  /** The working directory; `process.cwd()` by default. */
  readonly cwd?: string | undefined
  /** Path of the configuration; by default the nearest one is used. */
  readonly config?: string | undefined
  /** PostgreSQL's major version, 12 to 18. */
  readonly postgres?: number | undefined
  readonly tool?: string | undefined
  /** How the runner of plain SQL files sends them. */
  readonly transaction?: 'each' | 'unit' | 'run' | 'string' | 'pipeline' | undefined
  /** What parses the SQL; PostgreSQL's own grammar by default. */
  readonly parser?: 'postgres' | 'pgsql-ast-parser' | undefined
  /** A pg_dump of the schema before the first migration, for histories that were squashed. */
  readonly schema?: string | undefined
  /** Judge only what was added or changed since the merge base with this git reference; the rest is context. */
  readonly since?: string | undefined
  /** Read git's index instead of the working tree, and judge only what the next commit adds or changes. */
  readonly staged?: boolean | undefined
  /** Globs of the application's code, relative to `cwd`: what of it names a thing is in the way of dropping that. The configuration's without it. */
  readonly app?: readonly string[] | undefined
  /** Git reference of the code that runs now; the merge base with `since` by default, without that HEAD. */
  readonly deployed?: string | undefined
  /** Judge down migrations instead of forward ones. */
  readonly down?: boolean | undefined
  /** Table sizes that `phasewise stats` wrote. */
  readonly stats?: string | undefined
  /** The text that the path `-` stands for, and the file (relative to `cwd`) that it will be saved as: it is judged in its place, on top of the history on disk. Without one it stands alone. */
  readonly stdin?: { readonly text: string; readonly filename?: string | undefined } | undefined
}

/** What `lint --format json` prints and the library returns. Keys are only ever added while `version` stays. */
export interface LintJson {
  readonly version: 1
  readonly tool: string
  readonly postgres: number
  readonly files: number
  readonly statements: number
  readonly findings: readonly FindingJson[]
  readonly allowed: readonly AllowedJson[]
  /** Which steps of a change each judged migration holds; a file with several sections is listed once for each that has any. */
  readonly phases: readonly { readonly file: string; readonly phases: readonly Phase[] }[]
  /** Only where a baseline was applied. */
  readonly baseline?: {
    readonly file: string
    readonly stale: readonly {
      readonly fingerprint: string
      readonly rule: string
      readonly file: string
      readonly message: string
    }[]
  }
  /** Only after `--fix`: the findings that edits of their files have taken away, at their places before. */
  readonly fixed?: readonly {
    readonly rule: string
    readonly file: string
    readonly line: number
    readonly column: number
    readonly message: string
  }[]
}

export interface FindingJson extends Location {
  readonly rule: string
  readonly hazard: Hazard
  readonly severity: Severity
  readonly message: string
  readonly file: string
  /** The statement, as written. */
  readonly sql: string
  readonly effects: readonly EffectJson[]
  /** What to do instead; null where nothing can be said beyond the rule's page. */
  readonly instead: string | null
  /** The safe sequence; empty where there is none. */
  readonly plan: readonly PlanStepJson[]
  /** Edits of the file that take it away and change nothing else; null where none are certain to. */
  readonly fix?: FixJson | null
  /** The step of a change that it is about: expand, migrate or contract; null where none is. */
  readonly phase: Phase | null
  readonly fingerprint: string
}

/** Made together; each puts its text in the place of a stretch that may be empty. Places are those of the file as it was judged. */
export interface FixJson {
  readonly edits: readonly (Location & { readonly text: string })[]
}

/** One step of a plan. */
export type PlanStepJson =
  | {
      readonly phase: Phase
      /** true: all of `sql` in one transaction; false: statement by statement outside of any. */
      readonly transaction: boolean
      readonly sql: string
      readonly title: string
      readonly why: string
      /** Undoes the step while nothing later has run; null where there is no way back. */
      readonly rollback: { readonly transaction: boolean; readonly sql: string } | null
    }
  | { readonly phase: 'deploy'; readonly note: string }

/** What `plan --format json` prints. */
export interface PlanJson {
  readonly version: 1
  readonly tool: string
  readonly postgres: number
  readonly migrations: readonly {
    readonly file: string
    /** false: no statement of it has a plan, and `plan` is what it was. */
    readonly changed: boolean
    readonly plan: readonly PlanStepJson[]
    /** What was found in it as it was written. */
    readonly findings: readonly { readonly rule: string; readonly message: string; readonly instead: string | null }[]
    /** What is still found in the plan, and what people do about it. */
    readonly left: readonly { readonly rule: string; readonly message: string; readonly instead: string | null }[]
  }[]
  /** With --write: the files that were written, in the order in which they run. */
  readonly written?: readonly string[]
  /** With --write: what people have to add to files that are there. */
  readonly additions?: readonly { readonly path: string; readonly lines: readonly string[] }[]
  /** With --write: what to do besides. */
  readonly notes?: readonly string[]
}

export interface AllowedJson extends FindingJson {
  readonly reason: string
}

/** What `locks --format json` prints. */
export interface LocksJson {
  readonly version: 1
  readonly postgres: number
  readonly statements: readonly StatementJson[]
}

export interface StatementJson extends Location {
  readonly file: string
  readonly sql: string
  readonly known: boolean
  readonly transaction: 'none' | 'explicit' | 'unit' | 'run' | 'string' | 'pipeline'
  readonly effects: readonly EffectJson[]
}

export interface EffectJson {
  /** Schema-qualified, quoted where SQL needs it. */
  readonly relation: string
  readonly kind: RelationKind
  readonly lock: LockMode
  readonly work: readonly Work[]
  readonly existed: boolean
}
