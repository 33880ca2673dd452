import type { Expression } from '../expression.ts'
import type { Name } from '../name.ts'
import type { TypeName } from '../type-name.ts'

/** A column as CREATE TABLE or ADD COLUMN writes it. */
export interface Column {
  readonly name: string
  readonly type: TypeName
  readonly collation: Name | undefined
  /** Where NOT NULL is written (also by PRIMARY KEY in constraints, which is not repeated here). */
  readonly notNull: boolean
  /** The name given to the NOT NULL constraint (kept by the server since 18). */
  readonly notNullName: string | undefined
  readonly default: Expression | undefined
  readonly generated: Generated | undefined
  readonly identity: Identity | undefined
  /** The column's own CHECK, UNIQUE, PRIMARY KEY and REFERENCES, as table constraints on this column. */
  readonly constraints: readonly Constraint[]
  readonly storage: string | undefined
  readonly compression: string | undefined
}

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

export interface UniqueConstraint extends Deferral {
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

export interface PrimaryKeyConstraint extends Deferral {
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
  readonly onUpdate: ReferentialAction
  readonly match: 'simple' | 'full'
  readonly notValid: boolean
  readonly enforced: boolean
  /** PERIOD on the last column (18). */
  readonly period: boolean
}

export type ReferentialAction = 'no action' | 'restrict' | 'cascade' | 'set null' | 'set default'

export interface ExcludeConstraint extends Deferral {
  readonly kind: 'exclude'
  readonly name: string | undefined
  readonly method: string
  readonly elements: readonly {
    readonly column: string | undefined
    readonly expression: Expression | undefined
    readonly operator: string
  }[]
  readonly where: Expression | undefined
}

export type Constraint =
  | CheckConstraint
  | NotNullConstraint
  | UniqueConstraint
  | PrimaryKeyConstraint
  | ForeignKeyConstraint
  | ExcludeConstraint
