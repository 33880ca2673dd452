import type { Statement } from './operation.ts'
import type { Span } from './span.ts'

/**
 * How a runner sends a migration (measured per tool):
 * `each`: every statement alone, autocommit, a written BEGIN counts; `unit`: one transaction around the migration;
 * `run`: one around all pending migrations; `string`: one multi-statement message without BEGIN, an implicit transaction
 * when it holds more than one statement; `pipeline`: extended protocol with one Sync at the end.
 */
export type TransactionMode = 'each' | 'unit' | 'run' | 'string' | 'pipeline'

/** What one statement runs in, as the machine contract names it. */
export type TransactionScope = 'none' | 'explicit' | 'unit' | 'run' | 'string' | 'pipeline'

/** One step that a runner records: a file, or a section of one. */
export interface Migration {
  /** Path as shown to people: relative to the working directory, forward slashes. */
  readonly file: string
  /** The file's text without a byte order mark; placeholders and all. */
  readonly text: string
  readonly statements: readonly Statement[]
  readonly transaction: TransactionMode
  /** true where the mode is a guess because the runner is unknown (plain SQL files). */
  readonly transactionAssumed: boolean
  readonly comments: readonly Comment[]
  /** Stretches that travel as one message each, where that is not said by the mode. */
  readonly messages?: readonly Span[]
  /** Placeholders of its template, by the words that stand for them in names. */
  readonly written?: ReadonlyMap<string, string>
  /** The directory it was found in: each has a schema of its own. */
  readonly history?: string
  /** Run again whenever it changes. */
  readonly repeatable?: boolean
  /** It undoes a step; what stands above it in its file is said of the step. */
  readonly down?: boolean
  /** What happened to its file since the merge base, where a change set was asked for. */
  readonly change?: Change
  /** An unchanged migration that comes after this new one. */
  readonly overtaken?: string
}

/** What happened to a file since the merge base. */
export type Change =
  | { readonly kind: 'added' }
  | { readonly kind: 'edited' }
  /** `from` is the old path, relative to the repository. */
  | { readonly kind: 'renamed'; readonly from: string; readonly edited: boolean }

/** A comment of the file, for suppressions and declared phases. `text` has no comment marks. */
export interface Comment {
  readonly text: string
  readonly span: Span
}

/** A text with the placeholders that the user knows in the place of the words that stood for them. */
export function asWritten(text: string, { written }: Pick<Migration, 'written'>): string {
  if (written === undefined) return text
  return [...written]
    .sort(([a], [b]) => b.length - a.length)
    .reduce((rest, [word, placeholder]) => rest.replaceAll(word, () => placeholder), text)
}
