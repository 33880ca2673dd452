import type { PlaceholderSyntax } from '../grammar/placeholders.ts'
import type { TransactionMode } from '../migration.ts'
import type { Span } from '../span.ts'
import type { Project } from './project.ts'

/** A migration tool: how its directory is recognised, ordered, split and run. The facts are each tool's own, from its source or documentation. */
export interface Tool {
  /** The word for `--tool` and in outputs. */
  readonly name: string
  /** The most telling sign that a directory is this tool's; undefined without one. */
  detect(project: Project): Sign | undefined
  /** The steps in the order in which the tool runs them; down, verify and baseline steps too. Throws a Failure where the tool would refuse the directory. */
  read(project: Project): readonly Unit[]
}

/** Why a directory is taken for a tool's. */
export interface Sign {
  /** 5: a file that only this tool writes; 4: a marker that opens a section; 3: the shape of the directory; 2: a dependency and a name shape; 1: a name shape alone. */
  readonly strength: 1 | 2 | 3 | 4 | 5
  /** For the output: `migration_lock.toml`. */
  readonly because: string
}

/** What a runner records as one step: a file, or a section of it. */
export interface Unit {
  /** Relative to the project's directory. */
  readonly file: string
  readonly kind: UnitKind
  /** The stretch of the file that is sent; undefined: all of it. */
  readonly region?: Span
  readonly transaction: TransactionMode
  /** The mode is a guess because the runner is unknown. */
  readonly assumed?: true
  /** Stretches that travel as one message each, where the tool splits otherwise than at every semicolon. */
  readonly messages?: readonly Span[]
  readonly placeholders?: ReadonlySet<PlaceholderSyntax>
}

export type UnitKind = 'up' | 'down' | 'repeatable' | 'callback' | 'baseline' | 'verify'
