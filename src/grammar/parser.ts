import type { Node } from 'libpg-query'
import { Failure } from '../failure.ts'
import type { Command } from '../operation.ts'
import type { Grammar, Parsed } from './grammar.ts'
import { hasRowOfOperators, rowOfOperators } from './lexer.ts'
import { type Library, loadLibrary } from './library.ts'
import { lower as lowerPostgres } from './postgres/lower.ts'
import type { StatementText } from './statement-text.ts'

/** Once it is loaded. */
let library: Library | undefined

/** Loads PostgreSQL's own parser. Nothing heavy is loaded before; once is enough for the process. Throws a Failure without WebAssembly. */
export async function loadPostgres(): Promise<void> {
  if (library !== undefined) return
  if (!('WebAssembly' in globalThis)) {
    throw new Failure("PostgreSQL's own parser needs WebAssembly, which is missing here: --parser pgsql-ast-parser does without")
  }
  library = await loadLibrary()
}

/** Turns the tree of one statement into what it does. */
export type Lower = (tree: Node, text: StatementText) => readonly Command[]

/** PostgreSQL's own grammar. `loadPostgres()` must have finished before it parses. */
export function postgresGrammar(lower: Lower = lowerPostgres): Grammar {
  return { isServers: true, parse: (sql) => parseTrees(sql, lower) }
}

/**
 * How often the parser ran out of stack. WebAssembly does not give the stack of an aborted call back (measured: after some
 * thirty aborted calls every other one fails too), so that after a few of them, text that could do it again is not tried.
 */
let overflows = 0
const harmlessOverflows = 4
/** Characters that a statement may have, divided by the overflows so far: 2,000 chained operators never overflow. */
const longestAfterwards = 80_000

/** Parses SQL into the statements' trees. */
function parseTrees(sql: string, lower: Lower): Parsed {
  const nul = sql.indexOf('\0')
  // The parser would take it for the end of the text.
  if (nul >= 0) return { kind: 'error', message: 'a NUL character is not allowed in SQL', offset: nul }
  if (hasRowOfOperators(sql)) return { kind: 'failure', reason: rowOfOperators }
  const parsed = guarded(sql, (loaded) => loaded.parseSync(sql))
  if (parsed.kind === 'result') {
    const trees = (parsed.result.stmts ?? []).flatMap(({ stmt }) => (stmt === undefined ? [] : [stmt]))
    return {
      kind: 'trees',
      trees: trees.map((tree) => ({
        lower: (text) => lower(tree, text),
        ...('DoStmt' in tree ? { doStatement: tree.DoStmt } : {}),
      })),
    }
  }
  if (parsed.kind === 'failure') return parsed
  const { message, position } = parsed
  if (/^(memory exhausted|out of memory|stack depth limit exceeded)/.test(message)) {
    return { kind: 'failure', reason: 'it is nested too deeply for PostgreSQL’s parser' }
  }
  return { kind: 'error', message, offset: utf16OffsetOf(sql, position) }
}

export type ParsedBody =
  | { readonly kind: 'functions'; readonly functions: unknown }
  | { readonly kind: 'error'; readonly message: string }
  | { readonly kind: 'failure'; readonly reason: string }

/** Parses the PL/pgSQL body of a DO statement, given the whole statement. */
export function parseBody(sql: string): ParsedBody {
  const parsed = guarded(sql, (loaded): unknown => loaded.parsePlPgSQLSync(sql))
  if (parsed.kind !== 'result') return parsed
  const { result } = parsed
  return {
    kind: 'functions',
    functions: typeof result === 'object' && result !== null && 'plpgsql_funcs' in result ? result.plpgsql_funcs : undefined,
  }
}

type Outcome<Result> =
  | { readonly kind: 'result'; readonly result: Result }
  | { readonly kind: 'error'; readonly message: string; readonly position: number }
  | { readonly kind: 'failure'; readonly reason: string }

function guarded<Result>(sql: string, run: (loaded: Library) => Result): Outcome<Result> {
  if (library === undefined) throw new Error('the grammar is not loaded: await loadGrammar() first')
  if (overflows >= harmlessOverflows && sql.length > longestAfterwards / overflows) {
    return { kind: 'failure', reason: 'it is too long for a parser that ran out of stack before' }
  }
  try {
    return { kind: 'result', result: run(library) }
  } catch (error) {
    if (error instanceof Error && (error.name === 'RangeError' || error.name === 'RuntimeError')) {
      overflows++
      return { kind: 'failure', reason: 'the parser ran out of stack or memory' }
    }
    const message = shortened(error instanceof Error ? error.message : String(error))
    return { kind: 'error', message, position: library.hasSqlDetails(error) ? (error.sqlDetails?.cursorPosition ?? 0) : 0 }
  }
}

/** An unterminated string is quoted to the end of the text in the parser's message: its first line says enough. */
function shortened(message: string): string {
  const quoted = /^(.*? at or near ")(.*)"$/s.exec(message)
  const [, before, text] = quoted ?? []
  if (before === undefined || text === undefined) return message
  const start = text.split(/[\r\n]/, 1)[0]?.slice(0, 60) ?? ''
  return start === text ? message : `${before}${start.trimEnd()}…"`
}

/** The parser's error positions count characters (code points), its node locations bytes: measured with version 18.1.5. */
function utf16OffsetOf(text: string, characters: number): number {
  let at = 0
  for (let count = 0; count < characters && at < text.length; count++) at += (text.codePointAt(at) ?? 0) > 0xffff ? 2 : 1
  return at
}

/** A function from byte offsets (UTF-8) to UTF-16 offsets of a text. */
export function byteOffsets(text: string): (byteOffset: number) => number {
  let starts: Uint32Array | undefined
  return (byteOffset) => {
    starts ??= unitStarts(text)
    if (starts.length === 0) return Math.min(byteOffset, text.length)
    let low = 0
    let high = text.length
    while (low < high) {
      const middle = (low + high + 1) >> 1
      if ((starts[middle] ?? 0) <= byteOffset) low = middle
      else high = middle - 1
    }
    return low
  }
}

/** Byte offset of every UTF-16 unit and of the end; empty for ASCII, where they are the same. A lone surrogate counts as U+FFFD, three bytes. */
function unitStarts(text: string): Uint32Array {
  if (/^[\0-\x7f]*$/.test(text)) return new Uint32Array(0)
  const starts = new Uint32Array(text.length + 1)
  let bytes = 0
  for (let at = 0; at < text.length; at++) {
    starts[at] = bytes
    const point = text.codePointAt(at) ?? 0
    bytes += point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x10000 ? 3 : 4
    // The second half of a pair starts where the pair ends, so that no offset leads into its middle.
    if (point > 0xffff) starts[++at] = bytes
  }
  starts[text.length] = bytes
  return starts
}
