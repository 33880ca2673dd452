import type { TransactionMode } from '../migration.ts'
import type { Project } from '../read/project.ts'
import type { Part } from './part.ts'

/** A migration tool as its files are written: what it sends how, and how a step is named and marked. The facts are those of the readers in `read/tool/`. */
export interface Form {
  /** The word for `--tool`. */
  readonly name: string
  manner(place: Place): Manner
  /** The files of the parts, in order. Throws a Failure where the tool cannot have them. */
  lay(parts: readonly Part[], place: Place): Laid
  /** What becomes of the migration that the plan comes instead of, where that is more than its files deleted. */
  instead?(place: Place): string
}

/** How a tool sends what a file holds. */
export interface Manner {
  /** Who opens the transaction of a change that wants one: the tool, or BEGIN and COMMIT in the file, which are right wherever the tool opens none. */
  readonly opens: 'tool' | 'file'
  /**
   * How statements run outside of a transaction: `each` statement of a file by itself; only one that is `alone` in its file, since the tool sends
   * a file as one message; or `never`: the tool has no way, and people run it beside the tool.
   */
  readonly free: 'each' | 'alone' | 'never'
  /** `alike`: one mark says it for both directions. */
  readonly directions: 'alike' | 'apart'
}

/** Where files go and what is there. */
export interface Place {
  readonly project: Project
  /** The migration that the plan comes instead of, relative to the project's directory. */
  readonly replaced: string
  /** Oldest major version of the server that the files have to run on. */
  readonly postgres: number
  readonly now: Date
  /** For plain SQL files, whose runner is unknown: how it sends a file; each statement by itself without it. */
  readonly transaction?: TransactionMode
}

export interface Laid {
  readonly files: readonly PlanFile[]
  readonly additions?: readonly Addition[]
  readonly notes?: readonly string[]
}

/** A file that is not there yet. */
export interface PlanFile {
  /** Relative to the project's directory, with `/`. */
  readonly path: string
  readonly text: string
}

/** What people have to add to a file that is there: it is never written to. */
export interface Addition {
  /** Relative to the project's directory. */
  readonly path: string
  readonly lines: readonly string[]
}
