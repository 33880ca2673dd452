import type { Expression, Query } from '../expression.ts'
import type { Name } from '../name.ts'
import type { Statement } from '../operation.ts'
import type { TypeName } from '../type-name.ts'
import type { CheckConstraint, NotNullConstraint, SequenceOptions } from './column.ts'

export interface IndexKey {
  /** undefined for an expression. */
  readonly column: string | undefined
  readonly expression: Expression | undefined
  readonly collation: Name | undefined
  readonly operatorClass: Name | undefined
  /** The operator class's parameters as `name=value`: `tsvector_ops (siglen=100)`. */
  readonly operatorClassOptions?: readonly string[]
  readonly order: 'asc' | 'desc'
  readonly nulls: 'first' | 'last' | undefined
}

export interface Dropped {
  readonly ifExists: boolean
  readonly cascade: boolean
}

/** Kinds of object that one generic operation serves, as SQL spells them. */
export type ObjectKind =
  | 'table'
  | 'foreign table'
  | 'view'
  | 'materialized view'
  | 'index'
  | 'sequence'
  | 'column'
  | 'constraint'
  | 'domain constraint'
  | 'type'
  | 'domain'
  | 'attribute'
  | 'function'
  | 'procedure'
  | 'routine'
  | 'aggregate'
  | 'operator'
  | 'operator class'
  | 'operator family'
  | 'cast'
  | 'collation'
  | 'conversion'
  | 'schema'
  | 'trigger'
  | 'event trigger'
  | 'policy'
  | 'rule'
  | 'statistics'
  | 'extension'
  | 'publication'
  | 'subscription'
  | 'language'
  | 'role'
  | 'database'
  | 'tablespace'
  | 'server'
  | 'foreign data wrapper'
  | 'user mapping'
  | 'text search configuration'
  | 'text search dictionary'
  | 'text search parser'
  | 'text search template'
  | 'access method'
  | 'large object'
  | 'transform'
  | 'parameter'

/** What the body of a routine runs. */
export interface RoutineBody {
  readonly statements: readonly Statement[]
  /** What it runs that is not known before it runs: `EXECUTE format(…)`. */
  readonly dynamic: readonly string[]
}

export interface ObjectOperations {
  CreateIndex: {
    table: Name
    index: string | undefined
    unique: boolean
    concurrently: boolean
    ifNotExists: boolean
    only: boolean
    method: string
    keys: readonly IndexKey[]
    include: readonly string[]
    where: Expression | undefined
    nullsNotDistinct: boolean
    tablespace: string | undefined
    options: readonly string[]
  }
  /** One operation per index of the statement. */
  DropIndex: Dropped & { index: Name; concurrently: boolean }
  RenameIndex: { index: Name; to: string; ifExists: boolean }
  /** ALTER INDEX parent ATTACH PARTITION child. */
  AttachIndex: { index: Name; partition: Name }
  /** ALTER INDEX … SET (…) / RESET (…) / SET STATISTICS / SET TABLESPACE / DEPENDS ON EXTENSION. */
  AlterIndex: {
    index: Name
    change: 'options' | 'statistics' | 'tablespace' | 'depends'
    /** Names of the storage parameters that SET or RESET lists, lower case. */
    options?: readonly string[]
    /** The values that SET gives them. */
    values?: Readonly<Record<string, string>>
    /** Where SET TABLESPACE moves it. */
    tablespace?: string | undefined
    ifExists: boolean
  }
  Reindex: {
    scope: 'index' | 'table' | 'schema' | 'database' | 'system'
    /** The index or table; for a schema its name; undefined for the current database. */
    target: Name | undefined
    concurrently: boolean
    tablespace: string | undefined
    verbose?: boolean
  }

  CreateView: {
    view: Name
    columns: readonly string[]
    query: Query
    replace: boolean
    temporary: boolean
    options: readonly string[]
  }
  CreateMaterializedView: {
    view: Name
    columns: readonly string[]
    query: Query
    withData: boolean
    ifNotExists: boolean
    accessMethod?: string | undefined
    options?: readonly string[]
    tablespace?: string | undefined
  }
  RefreshMaterializedView: { view: Name; concurrently: boolean; withData: boolean }
  DropView: Dropped & { view: Name; materialized: boolean; together: readonly Name[] }
  RenameView: { view: Name; materialized: boolean; to: string; ifExists: boolean }

  CreateSequence: { sequence: Name; options: SequenceOptions; ifNotExists: boolean; temporary: boolean }
  AlterSequence: { sequence: Name; options: SequenceOptions; ifExists: boolean }
  DropSequence: Dropped & { sequence: Name }
  RenameSequence: { sequence: Name; to: string; ifExists: boolean }

  CreateEnum: { type: Name; values: readonly string[] }
  AddEnumValue: {
    type: Name
    value: string
    ifNotExists: boolean
    neighbour: { readonly value: string; readonly after: boolean } | undefined
  }
  RenameEnumValue: { type: Name; value: string; to: string }
  CreateCompositeType: { type: Name; attributes: readonly { readonly name: string; readonly type: TypeName }[] }
  AlterCompositeType: {
    type: Name
    change: 'add attribute' | 'drop attribute' | 'alter attribute'
    attribute: string
    to: TypeName | undefined
    cascade: boolean
  }
  CreateRangeType: { type: Name; subtype: TypeName | undefined }
  /** CREATE TYPE of a base or shell type: the definition is C code's matter. */
  CreateBaseType: { type: Name }
  DropType: Dropped & { type: Name; together: readonly Name[] }
  CreateDomain: {
    domain: Name
    type: TypeName
    collation: Name | undefined
    default: Expression | undefined
    constraints: readonly (CheckConstraint | NotNullConstraint)[]
  }
  AddDomainConstraint: { domain: Name; constraint: CheckConstraint | NotNullConstraint }
  DropDomainConstraint: { domain: Name; constraint: string; constraintIfExists: boolean; cascade: boolean }
  ValidateDomainConstraint: { domain: Name; constraint: string }
  SetDomainNotNull: { domain: Name; notNull: boolean }
  SetDomainDefault: { domain: Name; default: Expression | undefined }
  DropDomain: Dropped & { domain: Name; together: readonly Name[] }

  CreateSchema: { schema: string; ifNotExists: boolean /** AUTHORIZATION. */; owner?: string | undefined }
  DropSchema: Dropped & { schema: string }

  CreateTrigger: {
    trigger: string
    table: Name
    timing: 'before' | 'after' | 'instead of'
    events: readonly ('insert' | 'update' | 'delete' | 'truncate')[]
    updateOf: readonly string[]
    forEachRow: boolean
    function: Name
    constraint: boolean
    /** FROM of a constraint trigger. */
    from: Name | undefined
    replace: boolean
    /** The user's own statement, which says more: WHEN, arguments, transition tables. */
    sql?: string
  }
  DropTrigger: Dropped & { trigger: string; table: Name }
  CreatePolicy: {
    policy: string
    table: Name
    command: 'all' | 'select' | 'insert' | 'update' | 'delete'
    permissive: boolean
    /** Left out where it is PUBLIC. */
    roles?: readonly string[]
    using: Expression | undefined
    check: Expression | undefined
  }
  AlterPolicy: {
    policy: string
    table: Name
    /** Left out where TO is not written. */
    roles?: readonly string[]
    using: Expression | undefined
    check: Expression | undefined
  }
  DropPolicy: Dropped & { policy: string; table: Name }
  CreateRule: {
    rule: string
    table: Name
    event: 'select' | 'insert' | 'update' | 'delete'
    replace: boolean
    /** Relations named in its condition and actions, those that its actions change too. */
    reads: readonly Name[]
    /** Those of `reads` that its actions change. */
    writes?: readonly Name[]
  }
  DropRule: Dropped & { rule: string; table: Name }

  CreateFunction: {
    function: Name
    /** Types of the input arguments. */
    arguments: readonly TypeName[]
    returns: TypeName | undefined
    procedure: boolean
    replace: boolean
    language: string
    volatility: 'immutable' | 'stable' | 'volatile'
    securityDefiner: boolean
    /** Names of the settings that SET clauses pin. */
    settings: readonly string[]
    /** The value of the search_path that a SET clause pins, as text. */
    searchPath?: string | undefined
    /** The text between the quotes, or of the SQL-standard body. */
    body: string
    /** Relations that a SQL-standard body (BEGIN ATOMIC, RETURN) depends on; a quoted body depends on nothing. */
    dependsOn: readonly Name[]
    /** Those of them whose rows it changes. */
    writes?: readonly Name[]
    /** Parses what a call runs; left out where the body cannot be followed. */
    follow?: (() => RoutineBody) | undefined
  }
  AlterFunction: {
    function: Name
    arguments: readonly TypeName[] | undefined
    volatility: 'immutable' | 'stable' | 'volatile' | undefined
  }
  DropFunction: Dropped & { function: Name; arguments: readonly TypeName[] | undefined; procedure: boolean }

  CreateExtension: {
    extension: string
    schema: string | undefined
    ifNotExists: boolean
    cascade: boolean
    version: string | undefined
  }
  AlterExtension: {
    extension: string
    change: 'update' | 'set schema' | 'add member' | 'drop member'
    /** What ADD and DROP put into the extension and take out of it. */
    member?: { readonly object: ObjectKind; readonly name: Name }
  }
  DropExtension: Dropped & { extension: string }

  CreateStatistics: { statistics: Name | undefined; tables: readonly Name[]; ifNotExists: boolean; columns: readonly string[] }
  AlterStatistics: { statistics: Name }
  DropStatistics: Dropped & { statistics: Name }
  CreatePublication: { publication: string; tables: readonly PublishedTable[]; schemas: readonly string[]; allTables: boolean }
  AlterPublication: {
    publication: string
    change: 'add' | 'set' | 'drop' | 'options'
    tables: readonly PublishedTable[]
    schemas: readonly string[]
  }

  /** ALTER … RENAME of what has no operation of its own. `table` is what a local name belongs to: a trigger's, policy's or rule's table, an attribute's type, a constraint's domain. */
  RenameObject: { object: ObjectKind; name: Name; table: Name | undefined; to: string; cascade: boolean; ifExists: boolean }
  SetObjectSchema: { object: ObjectKind; name: Name; schema: string; ifExists: boolean }
  SetObjectOwner: { object: ObjectKind; name: Name; owner: string; ifExists: boolean }
  /** `table` for what is local to a table: the lock is taken there. */
  Comment: {
    object: ObjectKind
    name: Name
    table: Name | undefined /** Of a table; undefined: NULL. */
    text?: string | undefined
  }
  SecurityLabel: { object: ObjectKind; name: Name; table: Name | undefined }
  Grant: {
    revoke: boolean
    privileges: readonly string[]
    object: ObjectKind
    names: readonly Name[]
    /** ALL TABLES (SEQUENCES, …) IN SCHEMA. */
    inSchemas: readonly string[]
    grantees: readonly string[]
    /** The columns of each privilege that names any: `SELECT (a, b)`; by its place in `privileges`. */
    columns?: readonly (readonly string[])[]
    /** WITH GRANT OPTION; of REVOKE, GRANT OPTION FOR. */
    grantOption?: boolean
    grantedBy?: string | undefined
    cascade?: boolean
  }
  /** Defines, changes or drops an object that no relation's lock or work depends on: a role, a cast, a server, default privileges … */
  ManageObject: {
    statement: string
    object: ObjectKind
    action: 'create' | 'alter' | 'drop'
    name: Name | undefined
    cascade: boolean
  }
}

export interface PublishedTable {
  readonly table: Name
  readonly columns: readonly string[] | undefined
  readonly where: Expression | undefined
}
