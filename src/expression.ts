import type { Name } from './name.ts'
import type { TypeName } from './type-name.ts'

/** A function called in an expression or query; operators are listed apart. */
export interface Call {
  readonly function: Name
  readonly arguments: number
}

/** What the analyzer needs to know of an SQL expression; the tree itself stays in grammar/. */
export interface Expression {
  /** The user's own text, without the parentheses that the syntax around it demands. */
  readonly sql: string
  /**
   * `null`: the literal NULL, cast or not; `constant`: a literal, cast or not; `column`: a bare column reference;
   * `cast column`: a column under one or more casts and nothing else; `other`: anything else.
   */
  readonly shape: 'null' | 'constant' | 'column' | 'cast column' | 'other'
  /** Columns referred to (their own names, qualifiers dropped), each once, in order of appearance. */
  readonly columns: readonly string[]
  readonly calls: readonly Call[]
  /** Operators used, without schema: `+`, `~~`, `=`. */
  readonly operators: readonly string[]
  /** Targets of casts, in order of appearance. */
  readonly casts: readonly TypeName[]
  /** The text of string constants, for enum values and nextval('…'). */
  readonly strings: readonly string[]
  /** Columns that are certainly not NULL where the expression is true: `c IS NOT NULL`, alone or as a branch of an AND. */
  readonly provesNotNull: readonly string[]
  /** Its ANDed branches as compact text (tokens joined by one blank), for matching a CHECK with a partition bound. */
  readonly conjuncts: readonly string[]
  readonly hasSubquery: boolean
  /** A column was renamed since: the text calls it by its old name, the other facts by its new one. */
  readonly outdated?: boolean
  /** Relations that its sub-queries read. */
  readonly reads?: readonly Name[]
}

/** What a SELECT (or the query of a view, an INSERT, a CREATE TABLE AS) reads and calls. */
export interface Query {
  readonly sql: string
  /** Relations read, CTE names left out. */
  readonly reads: readonly Name[]
  /** Relations locked by FOR UPDATE / SHARE clauses: they take ROW SHARE. */
  readonly locks: readonly Name[]
  readonly calls: readonly Call[]
  /** Columns referred to anywhere in it; `*` stands for a star. */
  readonly columns: readonly string[]
  /** Casts and types named in it. */
  readonly types: readonly TypeName[]
  /** Names of the output columns where the text tells them; undefined where it does not (a star, an unnamed expression is '?column?'). */
  readonly output: readonly (string | undefined)[]
  readonly strings: readonly string[]
  readonly where: Expression | undefined
  readonly hasLimit: boolean
}
