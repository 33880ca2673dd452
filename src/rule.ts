/** Everything that a rule file imports. */
import type { Application } from './application/application.ts'
import type { Catalog, Origin } from './catalog/catalog.ts'
import type { Effect } from './effect/effect.ts'
import type { Certainty, Hazard, Rewrite } from './finding.ts'
import type { Edit } from './fix/edit.ts'
import type { LockMode } from './lock.ts'
import type { Migration } from './migration.ts'
import type { Name, QualifiedName } from './name.ts'
import type { Kind, Operation, Statement } from './operation.ts'
import type { Plan, Wishes } from './plan/plan.ts'
import type { Span } from './span.ts'
import type { Transaction } from './transaction.ts'

export type { Application, Evidence, Question, Reference } from './application/application.ts'
export { singularOf, wordsOf } from './application/spelling.ts'
export * from './catalog/catalog.ts'
export * from './catalog/lookup.ts'
export type { Effect, Work } from './effect/effect.ts'
export { unknownOf } from './effect/unknown.ts'
export type { Call, Expression, Query } from './expression.ts'
export type { Certainty, Hazard, Rewrite } from './finding.ts'
export * from './fix/concurrently.ts'
export * from './fix/lock-timeout.ts'
export * from './fix/not-valid.ts'
export type { Held } from './held.ts'
export { blocksReads, blocksWrites, conflictsWith, type LockMode, stronger, whoWaits } from './lock.ts'
export type { Migration } from './migration.ts'
export { type Name, printName, type QualifiedName, quoteIdentifier, sameName } from './name.ts'
export { columnsOf } from './operation/constraint.ts'
export type * from './operation.ts'
export { type Phase, phaseOf, phases } from './phase.ts'
export * from './rule/advice.ts'
export * from './rule/as-deployed.ts'
export * from './rule/batch.ts'
export * from './rule/bound.ts'
export * from './rule/cascade.ts'
export * from './rule/casualty.ts'
export * from './rule/change-set.ts'
export * from './rule/client-type.ts'
export * from './rule/computed-with.ts'
export * from './rule/declared-phase.ts'
export * from './rule/definition.ts'
export * from './rule/evidence.ts'
export * from './rule/following.ts'
export * from './rule/index-shape.ts'
export * from './rule/needed.ts'
export * from './rule/new-column.ts'
export * from './rule/new-constraint.ts'
export * from './rule/new-type.ts'
export * from './rule/not-null.ts'
export * from './rule/own-key.ts'
export * from './rule/partition.ts'
export * from './rule/queue.ts'
export * from './rule/refused-inside.ts'
export * from './rule/removed-value.ts'
export * from './rule/rename.ts'
export * from './rule/replica-identity.ts'
export * from './rule/restriction.ts'
export * from './rule/tightening.ts'
export * from './rule/use.ts'
export * from './rule/wait.ts'
export * from './rule/written.ts'
export { milliseconds, type Settings } from './settings.ts'
export type { Span } from './span.ts'
export type { Entry, Transaction } from './transaction.ts'
export { printType, type TypeName } from './type-name.ts'

/** Wider things than one operation that a rule can look at, once each: when a statement, transaction, migration or the change set ends. */
export interface Scopes {
  /** Every operation, whatever its kind. */
  Operation: Operation
  Statement: Statement
  Transaction: Transaction
  Migration: Migration
  ChangeSet: readonly Migration[]
}
export type Scope = keyof Scopes

export type Subject<S extends Kind | Scope> = S extends Kind ? Operation<S> : S extends Scope ? Scopes[S] : never

/** What a check found: the sentence, and where it differs from the rule's own hazard, certainty, advice or the subject's span. */
export interface Report {
  /** Lower case, no final period; names the relation and who waits. */
  readonly message: string
  readonly instead?: string | undefined
  readonly hazard?: Hazard
  readonly certainty?: Certainty
  readonly span?: Span
  /** The migration that it stands in, where a change set has several. */
  readonly migration?: Migration
  /** The effects that it is about, where a wider scope has more. */
  readonly effects?: readonly Effect[]
  /** What is left to say of it beside another finding that the same statement keeps traffic waiting; '': nothing. */
  readonly beside?: string
  /** Of one group in a file only the first is told that nothing worse takes the place of. */
  readonly group?: string
  /** Rules that have nothing to add where this is said of the same place. */
  readonly covers?: readonly string[]
  /** The safe way, where a rule about more than one operation knows one for some of them. */
  readonly rewrites?: readonly Rewrite[]
  /** Makes the edits of the file that take it away and change nothing else; none where that is not certain. Called when somebody asks. */
  readonly fix?: () => readonly Edit[]
}

export interface Rule<S extends Kind | Scope = Kind | Scope> {
  readonly on: readonly S[]
  readonly hazard: Hazard
  /** Default `certain`: an error; `possible` is a warning, `checked` a note. Style is off whatever it says. */
  readonly certainty?: Certainty
  /** One line for lists: what is reported. */
  readonly summary: string
  /** A paragraph or two of Markdown: what PostgreSQL does and why it hurts. */
  readonly why: string
  /** A paragraph of Markdown: what to do instead, in general. */
  readonly instead: string
  /** Links into PostgreSQL's manual and other sources. */
  readonly references: readonly string[]
  /** Peers' names for it: `squawk/ban-drop-column`, `atlas/DS103`. */
  readonly knownAs: readonly string[]
  check(subject: Subject<S>, at: Site): string | Report | readonly (string | Report)[] | undefined
  /** The safe way to what a reported operation is after; empty where none is known. Asked only of rules on kinds of operation. */
  rewrite?(subject: Subject<S>, at: Site, wishes: Wishes): Plan
}

/** Declares a rule, so that `on` types what `check` receives. */
export function rule<const S extends Kind | Scope>(definition: Rule<S>): Rule<S> {
  return definition
}

/** A transaction and the migration that it belongs to. */
export interface MigrationTransaction {
  readonly migration: Migration
  readonly transaction: Transaction
}

/** Everything around the thing that is checked. */
export interface Site {
  /** The schema in production when the change set starts. */
  readonly deployed: Catalog
  /** The schema this operation sees. */
  readonly before: Catalog
  /** The schema after it. */
  readonly after: Catalog
  /** What this operation alone locks and does (for wider scopes: all of it). */
  readonly effects: readonly Effect[]
  /** Strongest locks that the transaction held on relations before this statement, by `printName`. */
  readonly held: { get(relation: string): LockMode | undefined }
  readonly transaction: Transaction
  /** The transactions of this migration that have ended before this one. */
  readonly earlier: readonly Transaction[]
  /** The transactions of the change set's earlier migrations, which may run at the same time in another place. */
  readonly others: readonly MigrationTransaction[]
  readonly statement: Statement
  readonly span: Span
  readonly migration: Migration
  readonly origin: Origin
  readonly postgres: number
  /** The application's code, where the user said where it is. */
  readonly application: Application | undefined
  /** Why the server is certain to refuse this operation, as far as the catalog knows. */
  readonly refused: string | undefined
  /** Why it does nothing. */
  readonly skipped: string | undefined
  /** Created in the same change set, so that no deployed code can be using it. */
  isNew(name: Name): boolean
  /** Whether what has this origin (a column, constraint, type, function, enum value) was made in the same change set. */
  inChangeSet(origin: Origin | undefined): boolean
  /** The schema found by the search_path. */
  resolve(name: Name): QualifiedName
  /** A setting in force, such as `lock_timeout`: its text; undefined: never set here, so the server's or role's default. */
  setting(name: string): string | undefined
}
