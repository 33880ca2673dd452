import type { Name } from '../name.ts'
import type { Operation } from '../operation.ts'

/** The safe way to a change: what is deployed, in order, and what to wait for in between. */
export type Plan = readonly Step[]

export type Step = Change | Deploy

/** What one migration file does. */
export interface Change {
  /** expand: old code keeps working; migrate: data moves; contract: something that old code may rely on goes away or tightens. */
  readonly phase: 'expand' | 'migrate' | 'contract'
  /** Its name in a few words, for the file's: `prove orders region`. */
  readonly title: string
  /** What happens and why, for the comment above the SQL: sentences without `--`. */
  readonly why: string
  /** true: all of it in one transaction; false: each statement by itself, outside of any. */
  readonly transaction: boolean
  /** LOCK TABLE statements of a transaction that are tried again and again before the others: it holds nothing then. */
  readonly locks?: readonly string[]
  /** Complete SQL statements without their semicolons; what bounds the wait for locks is added when the file is made. */
  readonly statements: readonly string[]
  /** How many tables its strong locks are held on together: more than one, and they are waited for less long. */
  readonly tables: 'one' | 'several'
  /** `open`: its work may grow with the rows, as the user wrote it, so that no time is set for it; a moment without it. */
  readonly takes?: 'open'
  readonly rollback: Rollback
}

/** How a change is undone while nothing later has run. */
export type Rollback =
  /** Statements without semicolons; none: there is nothing to undo. */
  | { readonly transaction: boolean; readonly statements: readonly string[] }
  /** Why there is no way back: `the values are gone`. */
  | { readonly impossible: string }

/** What has to be rolled out, or decided by a person, before the next change. */
export interface Deploy {
  readonly phase: 'deploy'
  readonly note: string
}

/** What a plan has to know beside its operation: what people said on the command line, and what else is planned. */
export interface Wishes {
  /** The SQL expression over a row's other columns that fills a column; undefined where nobody said. */
  fillOf(table: Name, column: string): string | undefined
  /** Whether another operation of the same migration is replaced by its plan as well, so that plans can count on each other. */
  replaces(operation: Operation): boolean
}

/** Nothing was told, and everything is planned. */
export const noWishes: Wishes = { fillOf: () => undefined, replaces: () => true }
