/** A stretch of a file: UTF-16 offsets into its text (a byte order mark is not counted), end exclusive. */
export interface Span {
  readonly start: number
  readonly end: number
}

/** A place as editors count it: 1-based line and column, columns in UTF-16 code units. */
export interface Position {
  readonly line: number
  readonly column: number
}

/** Finds positions in one text; building it is linear in the text, each lookup logarithmic. */
export class Lines {
  readonly #starts: number[] = [0]
  readonly #text: string

  constructor(text: string) {
    this.#text = text
    for (let i = 0; i < text.length; i++) {
      const unit = text.charCodeAt(i)
      // A line ends at LF, or at a CR that no LF follows (classic Mac files): what VS Code and vim count.
      if (unit === 10 || (unit === 13 && text.charCodeAt(i + 1) !== 10)) this.#starts.push(i + 1)
    }
  }

  positionOf(offset: number): Position {
    const line = this.#lineAt(offset)
    return { line: line + 1, column: offset - (this.#starts[line] ?? 0) + 1 }
  }

  /** The text of a 1-based line without its line break. */
  textOf(line: number): string {
    const start = this.#starts[line - 1]
    if (start === undefined) return ''
    return this.#text.slice(start, this.#starts[line] ?? this.#text.length).replace(/[\r\n]+$/, '')
  }

  /** Offset of a 1-based line's first unit. */
  startOf(line: number): number {
    return this.#starts[line - 1] ?? this.#text.length
  }

  #lineAt(offset: number): number {
    let low = 0
    let high = this.#starts.length - 1
    while (low < high) {
      const middle = (low + high + 1) >> 1
      if ((this.#starts[middle] ?? 0) <= offset) low = middle
      else high = middle - 1
    }
    return low
  }
}
