/** One token of SQL; comments and white space are no tokens. Offsets are UTF-16 units into the statement's text. */
export interface Token {
  readonly kind: 'word' | 'quoted identifier' | 'string' | 'number' | 'operator' | 'punctuation' | 'parameter'
  /** As written. A word's keyword is its lower-case text. */
  readonly text: string
  readonly start: number
  readonly end: number
  /** Parenthesis depth before the token; an opening parenthesis has the depth outside it, its closing one too. */
  readonly depth: number
}

/** One statement as the lowering sees it. */
export interface StatementText {
  /** What the parser gets: placeholders neutralised, every offset as in `original`. No trailing semicolon. */
  readonly sql: string
  /** The same stretch as the user wrote it; same length as `sql`. */
  readonly original: string
  /** UTF-16 offset of the statement's first unit in the file. */
  readonly offset: number
  readonly tokens: readonly Token[]
  /** Turns a byte offset (UTF-8, as libpg_query counts `location`) into a UTF-16 offset into `sql`. */
  utf16Of(byteOffset: number): number
}
