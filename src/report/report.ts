import type { Judged, MigrationPhases } from '../analyze.ts'
import type { BaselineEntry } from '../baseline.ts'
import type { Allowed, Finding } from '../finding.ts'
import type { Migration } from '../migration.ts'

/** Everything that a report is made of. */
export interface LintReport {
  /** Name of the migration tool that the files were read as. */
  readonly tool: string
  /** Where the migrations were found and which sign told the tool, where neither was named. */
  readonly found: { readonly directory: string; readonly because: string } | undefined
  readonly postgres: number
  /** Neither the command line nor the configuration said which version. */
  readonly postgresAssumed: boolean
  /** The migrations that were judged, in order; earlier ones that were only read are not among them. */
  readonly migrations: readonly Migration[]
  readonly judged: readonly Judged[]
  /** What steps of a change each judged migration is made of. */
  readonly phases?: readonly MigrationPhases[]
  readonly findings: readonly Finding[]
  readonly allowed: readonly Allowed[]
  /** The baseline that was applied, and its entries that match nothing any more. */
  readonly baseline?: { readonly file: string; readonly stale: readonly BaselineEntry[] }
  /** Where files were edited: what was taken away, in order, and what there is to know about it. */
  readonly fixed?: readonly Fixed[]
  readonly notes?: readonly string[]
}

/** A finding that an edit has taken away, at its place before. */
export interface Fixed {
  readonly rule: string
  readonly file: string
  readonly line: number
  readonly column: number
  readonly message: string
}

export type LocksReport = Omit<LintReport, 'findings' | 'allowed' | 'baseline' | 'fixed' | 'notes'>
