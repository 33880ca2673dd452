import type { Expression, Query } from '../expression.ts'
import type { Name } from '../name.ts'
import type { TypeName } from '../type-name.ts'
import type { Column, Constraint, ForeignOption, Identity, SequenceOptions } from './column.ts'

export interface PartitionKey {
  readonly strategy: 'range' | 'list' | 'hash'
  readonly columns: readonly (string | undefined)[]
  readonly expressions: readonly Expression[]
  /** By place among `columns`; left out where none is written. */
  readonly collations?: readonly (Name | undefined)[]
  readonly operatorClasses?: readonly (Name | undefined)[]
}

/** FOR VALUES … or DEFAULT, as written after the partition's name. */
export interface PartitionBound {
  readonly sql: string
  readonly isDefault: boolean
}

export interface ColumnOptions extends Partial<Pick<Column, 'collation' | 'default' | 'generated' | 'identity'>> {
  readonly column: string
}

/** What all subcommands of ALTER TABLE say of their table. */
export interface OnTable {
  /** The statement's own word decides what PostgreSQL accepts: ALTER TABLE also works on views, indexes and sequences. */
  readonly table: Name
  readonly only: boolean
  readonly ifExists: boolean
  /** The word after ALTER where it is another than TABLE. */
  readonly object?: 'view' | 'materialized view' | 'foreign table' | 'index' | 'sequence' | undefined
}

export interface OnColumn extends OnTable {
  readonly column: string
}

export interface TableOperations {
  CreateTable: {
    table: Name
    columns: readonly Column[]
    constraints: readonly Constraint[]
    ifNotExists: boolean
    persistence: 'permanent' | 'temporary' | 'unlogged'
    inherits: readonly Name[]
    /** `at`: how many columns stand before it. */
    like: readonly { readonly source: Name; readonly including: readonly string[]; readonly at: number }[]
    partitionBy: PartitionKey | undefined
    partitionOf: { readonly parent: Name; readonly bound: PartitionBound } | undefined
    ofType: Name | undefined
    foreignServer: string | undefined
    tablespace: string | undefined
    accessMethod: string | undefined
    /** Storage parameters as `name=value`. */
    options?: readonly string[]
    onCommit?: 'preserve rows' | 'delete rows' | 'drop' | undefined
    foreignOptions?: readonly ForeignOption[]
    /** What a partition or typed table says, beside constraints, of columns that it does not define. */
    columnOptions?: readonly ColumnOptions[]
  }
  /** CREATE TABLE … AS and SELECT … INTO. */
  CreateTableAs: {
    table: Name
    columns: readonly string[]
    query: Query
    withData: boolean
    ifNotExists: boolean
    persistence: 'permanent' | 'temporary' | 'unlogged'
  }
  /** One operation per table; `together` are all tables of the statement (a foreign key among them stands in nobody's way). */
  DropTable: { table: Name; together: readonly Name[]; ifExists: boolean; cascade: boolean; foreign: boolean }

  AddColumn: OnTable & { column: Column; ifNotExists: boolean }
  DropColumn: OnColumn & { columnIfExists: boolean; cascade: boolean }
  AlterColumnType: OnColumn & { type: TypeName; collation: Name | undefined; using: Expression | undefined }
  SetDefault: OnColumn & { default: Expression }
  DropDefault: OnColumn
  SetNotNull: OnColumn
  DropNotNull: OnColumn
  /** SET EXPRESSION of a generated column (17). */
  SetExpression: OnColumn & { expression: Expression }
  DropExpression: OnColumn & { expressionIfExists: boolean }
  AddIdentity: OnColumn & { identity: Identity }
  SetIdentity: OnColumn & { always: boolean | undefined; options: SequenceOptions }
  DropIdentity: OnColumn & { identityIfExists: boolean }
  /** The column is a number for an index's expression column. */
  SetStatistics: OnColumn & { target: string; byNumber?: boolean }
  SetColumnOptions: OnColumn & { options: readonly string[]; reset: boolean }
  SetStorage: OnColumn & { storage: string }
  SetCompression: OnColumn & { compression: string }
  SetForeignOptions: OnTable & { column: string | undefined }

  AddConstraint: OnTable & { constraint: Constraint }
  AlterConstraint: OnTable & {
    constraint: string
    deferrable: boolean | undefined
    initiallyDeferred: boolean | undefined
    /** ENFORCED / NOT ENFORCED (18). */
    enforced: boolean | undefined
    /** INHERIT / NO INHERIT of a NOT NULL constraint (18). */
    inherit: boolean | undefined
  }
  ValidateConstraint: OnTable & { constraint: string }
  DropConstraint: OnTable & { constraint: string; constraintIfExists: boolean; cascade: boolean }

  RenameColumn: OnColumn & { to: string }
  RenameConstraint: OnTable & { constraint: string; to: string }
  RenameTable: OnTable & { to: string; foreign: boolean }
  SetTableSchema: OnTable & { schema: string }
  SetTableOwner: OnTable & { owner: string }

  AttachPartition: OnTable & { partition: Name; bound: PartitionBound }
  DetachPartition: OnTable & { partition: Name; concurrently: boolean; finalize: boolean }
  Inherit: OnTable & { parent: Name }
  NoInherit: OnTable & { parent: Name }
  OfType: OnTable & { type: Name }
  NotOfType: OnTable

  SetLogged: OnTable & { logged: boolean }
  SetTablespace: OnTable & { tablespace: string }
  /** undefined: DEFAULT (15). */
  SetAccessMethod: OnTable & { method: string | undefined }
  /** Parameter names, lower case, with their values (undefined on RESET). */
  SetTableOptions: OnTable & { options: Readonly<Record<string, string | undefined>>; reset: boolean }
  ClusterOn: OnTable & { index: string }
  SetWithoutCluster: OnTable
  SetWithoutOids: OnTable
  ReplicaIdentity: OnTable & { identity: 'default' | 'full' | 'nothing' | 'index'; index: string | undefined }
  SetTrigger: OnTable & { trigger: string | 'ALL' | 'USER'; state: 'enabled' | 'disabled' | 'replica' | 'always' }
  SetRule: OnTable & { rule: string; state: 'enabled' | 'disabled' | 'replica' | 'always' }
  SetRowSecurity: OnTable & { change: 'enable' | 'disable' | 'force' | 'no force' }
  /** ALTER TABLE ALL IN TABLESPACE … */
  MoveAllInTablespace: { objects: 'tables' | 'indexes' | 'materialized views'; from: string; to: string }

  Truncate: { table: Name; only: boolean; cascade: boolean; restartIdentity: boolean }
}
