import type { DataOperations, SessionOperations } from './operation/data.ts'
import type { ObjectOperations } from './operation/object.ts'
import type { TableOperations } from './operation/table.ts'
import type { Span } from './span.ts'

export type {
  CheckConstraint,
  Column,
  Constraint,
  ExcludeConstraint,
  ExcludeElement,
  ForeignKeyConstraint,
  ForeignOption,
  Generated,
  Identity,
  IndexParameters,
  NotNullConstraint,
  PrimaryKeyConstraint,
  SequenceOptions,
  UniqueConstraint,
} from './operation/column.ts'
export type { IndexKey, ObjectKind, PublishedTable, RoutineBody } from './operation/object.ts'
export type { ColumnOptions, OnTable, PartitionBound, PartitionKey } from './operation/table.ts'

/** Everything a migration can do, by kind. Each kind has one case in `effect` (locks and work), `catalog` (what it changes) and `print` (how it is written). */
export interface Operations extends TableOperations, ObjectOperations, DataOperations, SessionOperations {}

export type Kind = keyof Operations

/** One thing a statement does; which one is its `kind`. */
export type Operation<K extends Kind = Kind> = { [P in K]: { readonly kind: P } & Readonly<Operations[P]> }[K]

/** One function per kind of operation: the compiler refuses a missing one. */
export type Cases<Args extends unknown[], Result> = { readonly [K in Kind]: (operation: Operation<K>, ...args: Args) => Result }

/** Finds the case of an operation and calls it. */
export function match<Args extends unknown[], Result>(cases: Cases<Args, Result>, operation: Operation, ...args: Args): Result {
  const run = cases[operation.kind] as (operation: Operation, ...args: Args) => Result
  return run(operation, ...args)
}

/** One command of a statement: ALTER TABLE has several, DROP TABLE a, b has two. */
export interface Command {
  readonly operation: Operation
  readonly span: Span
}

/** One SQL statement of a migration. */
export interface Statement {
  /** The user's own text, without the semicolon; placeholders as written. */
  readonly sql: string
  readonly span: Span
  /** What it does, in the order in which the server does it; never empty. */
  readonly commands: readonly Command[]
  /** The statements of a DO block, in order. */
  readonly body: readonly Statement[]
  /** Inside a DO block, under an IF, a loop or an exception handler, or in a branch of a template: it may or may not run, or run into an error that is caught. */
  readonly conditional: boolean
}
