import type { Expression } from '../expression.ts'
import type { Name } from '../name.ts'
import type { TypeName } from '../type-name.ts'
import type { IndexKey } from './object.ts'

/** A column as CREATE TABLE or ADD COLUMN writes it. */
export interface Column {
  readonly name: string
  readonly type: TypeName
  readonly collation: Name | undefined
  /** Where NOT NULL is written (also by PRIMARY KEY in constraints, which is not repeated here). */
  readonly notNull: boolean
  /** The name given to the NOT NULL constraint (kept by the server since 18). */
  readonly notNullName: string | undefined
  /** NOT NULL NO INHERIT (18). */
  readonly notNullNoInherit?: boolean
  readonly default: Expression | undefined
  readonly generated: Generated | undefined
  readonly identity: Identity | undefined
  /** The column's own CHECK, UNIQUE, PRIMARY KEY and REFERENCES, as table constraints on this column. */
  readonly constraints: readonly Constraint[]
  readonly storage: string | undefined
  readonly compression: string | undefined
  /** OPTIONS of a foreign table's column, as `name` and value. */
  readonly foreignOptions?: readonly ForeignOption[]
}

export type ForeignOption = readonly [name: string, value: string]

export interface Generated {
  readonly expression: Expression
  readonly stored: boolean
}

export interface Identity {
  readonly always: boolean
  /** Sequence options as written, such as `START WITH 100`; undefined without any. */
  readonly options: SequenceOptions
}

export interface SequenceOptions {
  readonly type: TypeName | undefined
  /** undefined: not written; null: OWNED BY NONE. */
  readonly ownedBy: { readonly table: Name; readonly column: string } | null | undefined
  /** The remaining options by keyword: `start`, `increment`, `minvalue`, `maxvalue`, `cache`, `cycle`, `restart`, `sequence_name`, `logged`. */
  readonly others: Readonly<Record<string, string>>
}

export interface Deferral {
  readonly deferrable: boolean
  readonly initiallyDeferred: boolean
}

/** What a constraint says of the index behind it. */
export interface IndexParameters {
  /** Storage parameters as `name=value`. */
  readonly options?: readonly string[]
  readonly tablespace?: string | undefined
}

export interface CheckConstraint {
  readonly kind: 'check'
  readonly name: string | undefined
  readonly expression: Expression
  readonly notValid: boolean
  readonly noInherit: boolean
  /** false for NOT ENFORCED (18). */
  readonly enforced: boolean
}

export interface NotNullConstraint {
  readonly kind: 'not null'
  readonly name: string | undefined
  readonly column: string
  readonly notValid: boolean
  readonly noInherit: boolean
}

export interface UniqueConstraint extends Deferral, IndexParameters {
  readonly kind: 'unique'
  readonly name: string | undefined
  /** Empty with `usingIndex`. */
  readonly columns: readonly string[]
  readonly include: readonly string[]
  readonly nullsNotDistinct: boolean
  /** WITHOUT OVERLAPS on the last column (18): enforced by a GiST index. */
  readonly withoutOverlaps: boolean
  readonly usingIndex: string | undefined
}

export interface PrimaryKeyConstraint extends Deferral, IndexParameters {
  readonly kind: 'primary key'
  readonly name: string | undefined
  /** Empty with `usingIndex`. */
  readonly columns: readonly string[]
  readonly include: readonly string[]
  readonly withoutOverlaps: boolean
  readonly usingIndex: string | undefined
}

export interface ForeignKeyConstraint extends Deferral {
  readonly kind: 'foreign key'
  readonly name: string | undefined
  readonly columns: readonly string[]
  readonly references: Name
  /** Empty where the SQL leaves it to the primary key. */
  readonly referencedColumns: readonly string[]
  readonly onDelete: ReferentialAction
  /** The columns of ON DELETE SET NULL (a) or SET DEFAULT (a), 15; left out where it is all of them. */
  readonly onDeleteColumns?: readonly string[]
  readonly onUpdate: ReferentialAction
  readonly match: 'simple' | 'full'
  readonly notValid: boolean
  readonly enforced: boolean
  /** PERIOD on the last column (18). */
  readonly period: boolean
}

export type ReferentialAction = 'no action' | 'restrict' | 'cascade' | 'set null' | 'set default'

export interface ExcludeConstraint extends Deferral, IndexParameters {
  readonly kind: 'exclude'
  readonly name: string | undefined
  readonly method: string
  readonly elements: readonly ExcludeElement[]
  readonly include?: readonly string[]
  readonly where: Expression | undefined
}

/** `key WITH operator`: a key says more than its column only where more is written. */
export interface ExcludeElement
  extends Partial<Pick<IndexKey, 'collation' | 'operatorClass' | 'operatorClassOptions' | 'order' | 'nulls'>> {
  readonly column: string | undefined
  readonly expression: Expression | undefined
  /** Without its schema. */
  readonly operator: string
  readonly operatorSchema?: string | undefined
}

export type Constraint =
  | CheckConstraint
  | NotNullConstraint
  | UniqueConstraint
  | PrimaryKeyConstraint
  | ForeignKeyConstraint
  | ExcludeConstraint
