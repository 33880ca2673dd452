import type { Map as PersistentMap, Set as PersistentSet } from 'immutable'
import type { Expression, Query } from '../expression.ts'
import type { Name, QualifiedName } from '../name.ts'
import type {
  Constraint,
  Generated,
  Identity,
  IndexKey,
  Operation,
  PartitionBound,
  PartitionKey,
  RoutineBody,
} from '../operation.ts'
import type { TypeName } from '../type-name.ts'
import type { Privilege } from './grant.ts'

/**
 * The schema as the migrations so far have made it. A persistent value: an older one stays as it was.
 * What is not in it is unknown, not non-existent: see `lookup.ts` for the questions that rules and effects ask.
 */
export interface Catalog {
  /** The effective search_path; the first schema is where unqualified CREATEs go. */
  readonly searchPath: readonly string[]
  /** What the search_path returns to when the transaction ends: SET LOCAL changes the effective one alone. */
  readonly sessionSearchPath: readonly string[]
  readonly schemas: PersistentMap<string, Schema>
  /** Tables, indexes, sequences, views share one name space per schema; keyed by `keyOf(name)`. */
  readonly relations: PersistentMap<string, Relation>
  readonly types: PersistentMap<string, Type>
  /** Overloads under one key. */
  readonly functions: PersistentMap<string, readonly Routine[]>
  readonly extensions: PersistentMap<string, Extension>
  readonly publications: PersistentMap<string, Publication>
  /**
   * Where to look for what uses a type, a function, a sequence or a constraint name: `type public.mood` → keys of what named it at
   * some time. It tells where to look, not what is so: ask `lookup.ts`.
   */
  readonly hints: PersistentMap<string, PersistentSet<string>>
  /** Keys of things that a conditional statement, or IF NOT EXISTS over the unknown, may or may not have made: nothing is refused because of them. */
  readonly uncertain: PersistentSet<string>
}

/** Which statement made a thing. Undefined wherever the history does not say: the thing was there before. */
export interface Origin {
  /** Ordinal of the migration in the history. */
  readonly migration: number
  /** Ordinal of the transaction over the whole history. */
  readonly transaction: number
}

export interface Schema {
  readonly name: string
  readonly origin: Origin | undefined
  readonly dropped: boolean
}

export type RelationKind = 'table' | 'partitioned table' | 'index' | 'view' | 'materialized view' | 'sequence' | 'foreign table'

export type Relation = Table | Index | View | Sequence | Dropped

/** Known not to exist: dropped or renamed away. */
export interface Dropped {
  readonly kind: 'dropped'
  readonly name: QualifiedName
  readonly origin: Origin
}

/** Who may do what with a relation, as far as GRANT and REVOKE told. */
interface Granted {
  readonly grants?: readonly Privilege[]
  /** A GRANT or REVOKE may or may not have run. */
  readonly grantsUncertain?: true
}

export interface Table extends Granted {
  readonly kind: 'table' | 'partitioned table' | 'foreign table'
  readonly name: QualifiedName
  readonly origin: Origin | undefined
  /** true when the history created it: then what is not listed does not exist. false: it was there before and only what migrations told of it is listed. */
  readonly complete: boolean
  readonly persistence: 'permanent' | 'temporary' | 'unlogged'
  readonly columns: readonly TableColumn[]
  readonly constraints: readonly TableConstraint[]
  /** Its indexes, those behind constraints too. */
  readonly indexes: readonly QualifiedName[]
  /** Foreign keys of other tables (or its own) that point here. */
  readonly referencedBy: readonly { readonly table: QualifiedName; readonly constraint: string }[]
  readonly partitionBy: PartitionKey | undefined
  readonly partitionOf: { readonly parent: QualifiedName; readonly bound: PartitionBound } | undefined
  /** The composite type of a typed table (CREATE TABLE … OF). */
  readonly ofType?: QualifiedName | undefined
  /** Parents by INHERITS. */
  readonly inherits: readonly QualifiedName[]
  /** Its partitions, or the tables that inherit from it. */
  readonly children: readonly QualifiedName[]
  /** Views and materialized views that read it directly. */
  readonly dependentViews: readonly QualifiedName[]
  readonly triggers: readonly Trigger[]
  readonly policies: readonly Policy[]
  readonly rules: readonly RewriteRule[]
  readonly rowSecurity: boolean
  readonly replicaIdentity: 'default' | 'full' | 'nothing' | 'index'
  readonly clusteredOn: string | undefined
  /** Extended statistics about it (CREATE STATISTICS). */
  readonly statistics?: readonly QualifiedName[]
  /** Lower-case storage parameters that are set. */
  readonly options: ReadonlyMap<string, string | undefined>
  readonly accessMethod: string | undefined
  readonly tablespace: string | undefined
  /** Whether this history has put rows into it since it made it: false only for a table that is surely empty. */
  readonly mayHaveRows: boolean
  /** COMMENT ON TABLE. */
  readonly comment?: string | undefined
  /** What was said of it that nothing else depends on, in order: said again of a copy it is so of that, too. Names of columns are the present ones. */
  readonly settings?: readonly Operation<'SetTableOwner' | 'SetStatistics' | 'SetColumnOptions' | 'SetRowSecurity'>[]
  /** The last TRUNCATE after which the history put no rows into it: it is empty to the end of that transaction. */
  readonly emptied?: Origin | undefined
}

export interface TableColumn {
  readonly name: string
  /** undefined where the history never said. */
  readonly type: TypeName | undefined
  readonly collation: string | undefined
  /** undefined where the history never said. */
  readonly notNull: boolean | undefined
  /** undefined: none known. */
  readonly default: Expression | undefined
  readonly generated: Generated | undefined
  readonly identity: Identity | undefined
  /** STORAGE and COMPRESSION, where they were set for this column. */
  readonly storage?: string | undefined
  readonly compression?: string | undefined
  /** COMMENT ON COLUMN. */
  readonly comment?: string | undefined
  readonly origin: Origin | undefined
  /** A parent gave it and the table itself never declared it: it goes when the parent's column goes. */
  readonly inherited?: boolean
}

/** A constraint with the name that PostgreSQL gave it. NOT NULL constraints are listed where they are named or NOT VALID (18). */
export interface TableConstraint {
  readonly name: string
  readonly definition: Constraint
  /** Columns it concerns, for a CHECK those its expression names. */
  readonly columns: readonly string[]
  readonly validated: boolean
  /** The index behind a PRIMARY KEY, UNIQUE or EXCLUDE constraint. */
  readonly index: QualifiedName | undefined
  /** The referenced table of a foreign key. */
  readonly references: QualifiedName | undefined
  readonly origin: Origin | undefined
  /** A parent table has it too, so that it cannot be dropped here alone. */
  readonly inherited?: boolean
  /** The table declared it itself, too: it stays when the parent's goes. */
  readonly declared?: boolean
}

export interface Index {
  readonly kind: 'index'
  readonly name: QualifiedName
  readonly table: QualifiedName
  readonly origin: Origin | undefined
  readonly unique: boolean
  readonly method: string
  readonly keys: readonly IndexKey[]
  readonly include: readonly string[]
  readonly where: Expression | undefined
  readonly nullsNotDistinct: boolean
  /** Storage parameters as `name=value`. */
  readonly options?: readonly string[]
  readonly tablespace?: string | undefined
  /** false for a parent's index made with ONLY until all partitions are attached. */
  readonly valid: boolean
  /** Built CONCURRENTLY: a failed build may have left it INVALID under this name. */
  readonly builtConcurrently: boolean
  /** The constraint that owns it. */
  readonly constraint: string | undefined
  /** The parent table's index that it is attached to. */
  readonly partitionOf: QualifiedName | undefined
  /** Names of its own columns, which stay when a table's column is renamed and name the copies made for LIKE and partitions. */
  readonly columnNames?: readonly string[]
}

export interface View extends Granted {
  readonly kind: 'view' | 'materialized view'
  readonly name: QualifiedName
  readonly origin: Origin | undefined
  readonly query: Query
  readonly columns: readonly (string | undefined)[]
  /** Relations read directly, as far as they resolved. */
  readonly reads: readonly QualifiedName[]
  readonly dependentViews: readonly QualifiedName[]
  /** Indexes of a materialized view. */
  readonly indexes: readonly QualifiedName[]
  readonly populated: boolean
  /** As they were written: `security_barrier=true`. */
  readonly options?: readonly string[]
}

export interface Sequence extends Granted {
  readonly kind: 'sequence'
  readonly name: QualifiedName
  readonly origin: Origin | undefined
  readonly ownedBy: { readonly table: QualifiedName; readonly column: string } | undefined
  readonly type: TypeName | undefined
}

/** A rule of CREATE RULE. */
export interface RewriteRule {
  readonly name: string
  /** Relations that its condition and actions name, beside its own table: it goes when one of them goes. */
  readonly reads: readonly QualifiedName[]
  /** A column that it may name has been dropped with CASCADE. */
  readonly mayBeGone?: boolean
  readonly origin: Origin | undefined
}

export interface Policy {
  readonly name: string
  readonly columns: readonly string[]
  /** It reads other relations, and goes when they go. */
  readonly hasSubquery?: boolean
  /** Those relations, as far as they resolved. */
  readonly reads?: readonly QualifiedName[]
  /** As it was written and altered since; undefined where a part of it was never told. */
  readonly definition?: Omit<Operation<'CreatePolicy'>, 'kind' | 'policy' | 'table'> | undefined
}

export interface Trigger {
  readonly name: string
  readonly updateOf: readonly string[]
  /** undefined where the history does not say. */
  readonly timing?: Operation<'CreateTrigger'>['timing'] | undefined
  readonly events?: Operation<'CreateTrigger'>['events'] | undefined
  readonly function: QualifiedName | undefined
  readonly origin: Origin | undefined
  /** Row triggers of a partitioned table are its partitions' too. */
  readonly forEachRow?: boolean
  /** The copy of a partitioned table's trigger. */
  readonly inherited?: boolean
  /** As it was written, with the names that it goes by there; undefined where it reads otherwise by now. */
  readonly definition?: { readonly sql: string; readonly table: Name; readonly function: Name } | undefined
  /** Where it does not fire as usual. */
  readonly state?: 'disabled' | 'replica' | 'always' | undefined
}

export type Type = EnumType | DomainType | CompositeType | OtherType

interface TypeBase {
  readonly name: QualifiedName
  readonly origin: Origin | undefined
}

export interface EnumType extends TypeBase {
  readonly kind: 'enum'
  /** In sort order; `origin` where a later statement added the value. */
  readonly values: readonly { readonly label: string; readonly origin: Origin | undefined }[]
}

export interface DomainType extends TypeBase {
  readonly kind: 'domain'
  readonly base: TypeName
  readonly notNull: boolean
  readonly default: Expression | undefined
  readonly constraints: readonly { readonly name: string; readonly expression: Expression; readonly validated: boolean }[]
}

export interface CompositeType extends TypeBase {
  readonly kind: 'composite'
  readonly attributes: readonly { readonly name: string; readonly type: TypeName }[]
}

export interface OtherType extends TypeBase {
  readonly kind: 'range' | 'base' | 'dropped'
}

export interface Routine {
  readonly name: QualifiedName
  readonly arguments: readonly TypeName[]
  readonly procedure: boolean
  readonly language: string
  readonly volatility: 'immutable' | 'stable' | 'volatile'
  /** SECURITY DEFINER or a SET clause: the planner never replaces its call by its body. undefined: not known. */
  readonly isolated?: boolean
  readonly returns: TypeName | undefined
  readonly body: string
  readonly dependsOn: readonly QualifiedName[]
  /** What a SET clause pins the search_path to while it runs. */
  readonly searchPath?: string | undefined
  /** Parses what a call runs; undefined where that cannot be followed. */
  readonly follow?: (() => RoutineBody) | undefined
  /** A migration calls it: a helper of the migrations themselves. */
  readonly called?: boolean | undefined
  readonly origin: Origin | undefined
}

export interface Extension {
  readonly name: string
  readonly schema: string | undefined
  readonly origin: Origin | undefined
}

export interface Publication {
  readonly name: string
  readonly allTables: boolean
  readonly tables: readonly { readonly table: QualifiedName; readonly columns: readonly string[] | undefined }[]
  readonly schemas: readonly string[]
}

/** What applying an operation came to. */
export interface Applied {
  readonly catalog: Catalog
  /** Why the server is certain to refuse the operation, in its own words where it has them: `column "a" of relation "t" already exists`. The catalog then leans to what the author meant. */
  readonly refused: string | undefined
  /** Why the operation does nothing (IF NOT EXISTS over what exists, IF EXISTS over what does not). */
  readonly skipped: string | undefined
  /** Keys of the relations that it wrote down, changed or dropped; whatever has another key is as it was. */
  readonly touched: ReadonlySet<string>
}
