import type { DoStmt } from 'libpg-query'
import type { Command } from '../operation.ts'
import type { StatementText } from './statement-text.ts'

/** The parsers that statements can be read with, as `--parser` calls them: PostgreSQL's own, and the npm package of that name. */
export type ParserName = 'postgres' | 'pgsql-ast-parser'

/** A parser with the lowering of its trees. */
export interface Grammar {
  /** Parses the SQL of one statement. */
  parse(sql: string): Parsed
  /** Whether the server refuses what this parser refuses: otherwise an error is no syntax error but something that is not understood. */
  readonly isServers: boolean
}

export type Parsed =
  | { readonly kind: 'trees'; readonly trees: readonly Tree[] }
  /** `offset`: UTF-16 offset of what the parser stumbles over; the text's length at the end of input. */
  | { readonly kind: 'error'; readonly message: string; readonly offset: number }
  /** The parser gave up for a reason that is no error in the SQL. */
  | { readonly kind: 'failure'; readonly reason: string }

/** The tree of one statement, of whichever parser. */
export interface Tree {
  /** What the statement does. Throws NotUnderstood where the tree does not tell. */
  lower(text: StatementText): readonly Command[]
  /** Set for a DO statement whose body can be followed. */
  readonly doStatement?: DoStmt
}

/** Thrown by a lowering: the parser accepted the statement, and yet its tree does not tell all that the statement says. */
export class NotUnderstood extends Error {
  override readonly name = 'NotUnderstood'
}
