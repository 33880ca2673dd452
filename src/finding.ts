import type { Effect } from './effect/effect.ts'
import type { Edit } from './fix/edit.ts'
import type { Operation } from './operation.ts'
import type { Phase } from './phase.ts'
import type { Plan, Wishes } from './plan/plan.ts'
import type { Span } from './span.ts'

export const severities = ['error', 'warning', 'note', 'off'] as const
export type Severity = (typeof severities)[number]

/** What goes wrong if nobody acts. Configuration maps hazards to severities. */
export const hazards = [
  'blocks reads',
  'blocks writes',
  'breaks clients',
  'loses data',
  'fails',
  'queues traffic',
  'not understood',
  'style',
] as const
export type Hazard = (typeof hazards)[number]

/**
 * How much the analyzer can see: `certain` holds by the SQL and the schema alone; `possible` depends on traffic, data or code
 * that it cannot see; `checked` was looked into and is fine to know.
 */
export type Certainty = 'certain' | 'possible' | 'checked'

export interface Finding {
  readonly rule: string
  readonly hazard: Hazard
  readonly severity: Severity
  readonly message: string
  readonly file: string
  readonly span: Span
  /** The statement, as written. */
  readonly sql: string
  readonly effects: readonly Effect[]
  /** The phase of the operation that it is about; undefined for wider things and for what has none. */
  readonly phase?: Phase | undefined
  /** What to do instead, with SQL made from the statement where that helps. */
  readonly instead: string | undefined
  /** Of the statement that it is about; undefined where it is about none. */
  readonly statement?: Span
  /** What is left to say of it beside another finding that the same statement keeps traffic waiting; '': nothing. */
  readonly beside?: string | undefined
  /** Of one group in a file only the first is told. */
  readonly group?: string | undefined
  /** Rules that have nothing to add where this is said of the same place. */
  readonly covers?: readonly string[] | undefined
  /** The safe ways to what it is about, one for each operation; empty where its rule knows none. */
  readonly rewrites?: readonly Rewrite[]
  /** Makes the edits of its file that take it away and change nothing else; none where that is not certain. */
  readonly fix?: (() => readonly Edit[]) | undefined
  /** Survives moved lines: rule, file, the statement's normalised text and its ordinal among equals. */
  readonly fingerprint: string
}

/** The safe way to what one operation is after, made when it is asked for. */
export interface Rewrite {
  readonly operation: Operation
  /** Empty where there is none in this case. */
  plan(wishes: Wishes): Plan
}

/** A finding that a comment or the baseline silenced. */
export interface Allowed extends Finding {
  readonly reason: string
}
