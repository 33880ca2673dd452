import type { TransactionMode } from '../migration.ts'
import type { Span } from '../span.ts'
import type { Source } from './source.ts'

/** A migration tool: how its directory is recognised, ordered and run. */
export interface Tool {
  /** The word for `--tool` and in outputs. */
  readonly name: string
  /** Whether a directory (relative POSIX paths of the files below it) is this tool's. */
  detects(files: readonly string[]): boolean
  /** The migrations among the files, in the order in which the tool runs them. */
  order(files: readonly string[]): readonly string[]
  /** The steps in one file. */
  units(source: Source): readonly Unit[]
  /** Whether its transaction mode is a guess. */
  readonly assumed: boolean
}

/** What a runner records as one step: a file, or a section of it. */
export interface Unit {
  readonly region: Span
  readonly transaction: TransactionMode
}

export function byCodeUnit(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
