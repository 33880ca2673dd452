import type { Migration } from '../migration.ts'
import type { Trace } from '../trace/trace.ts'

/** Everything that a report of a trace is made of. */
export interface TraceReport extends Trace {
  readonly tool: string
  readonly found: { readonly directory: string; readonly because: string } | undefined
  /** Every migration that was read, context too, and the schema's dump. */
  readonly migrations: readonly Migration[]
  /** Extensions that the migrations create and the embedded engine does not have. */
  readonly unavailableExtensions: readonly string[]
}
