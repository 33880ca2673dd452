import type { Finding } from '../finding.ts'
import type { Migration } from '../migration.ts'
import type { Plan } from '../plan/plan.ts'

/** The safe versions of some migrations. */
export interface PlanReport {
  /** Name of the migration tool that the files were read as. */
  readonly tool: string
  readonly postgres: number
  /** Neither the command line nor the configuration said which version. */
  readonly postgresAssumed: boolean
  readonly migrations: readonly PlannedMigration[]
}

export interface PlannedMigration {
  readonly migration: Migration
  readonly steps: Plan
  /** Whether any statement was replaced. */
  readonly changed: boolean
  /** Errors and warnings of the migration as it was written. */
  readonly found: readonly Finding[]
  /** Errors and warnings that the plan, judged like any migration, still has. */
  readonly left: readonly Finding[]
}

/** What came of writing a plan. */
export interface WrittenPlan {
  /** As people see them, in the order in which they run. */
  readonly paths: readonly string[]
  /** What people have to add to files that are there. */
  readonly additions: readonly { readonly path: string; readonly lines: readonly string[] }[]
  /** What to do besides. */
  readonly notes: readonly string[]
}
