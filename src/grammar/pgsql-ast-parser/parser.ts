import { Failure } from '../../failure.ts'
import type { Grammar, Parsed } from '../grammar.ts'
import { tokensOf, withoutComments } from '../lexer.ts'
import { lower } from './lower.ts'
import { misreading } from './misreading.ts'

type Library = Pick<typeof import('pgsql-ast-parser'), 'parse'>

/** Loads pgsql-ast-parser, an optional peer dependency. Throws a Failure where it is not installed. */
export async function loadPgsqlAstParser(): Promise<Grammar> {
  const library = await load()
  return { isServers: false, parse: (sql) => parse(sql, library) }
}

async function load(): Promise<Library> {
  try {
    return await import('pgsql-ast-parser')
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ERR_MODULE_NOT_FOUND')) throw error
    throw new Failure('the parser pgsql-ast-parser is not installed: npm install --save-dev pgsql-ast-parser')
  }
}

/** It takes some 40 ms for a thousand characters: longer statements (rows to insert, mostly) would take seconds each. */
const longest = 40_000

function parse(sql: string, library: Library): Parsed {
  if (sql.length > longest) {
    return { kind: 'failure', reason: `pgsql-ast-parser is too slow for a statement of ${sql.length} characters` }
  }
  // A quote in a comment is a string's start to it, and comments around such a "string" are lost with what is between them.
  const bare = withoutComments(sql)
  const misread = misreading(tokensOf(bare))
  if (misread !== undefined) return { kind: 'error', message: misread.reason, offset: misread.offset }
  try {
    const trees = library.parse(bare, { locationTracking: true })
    return { kind: 'trees', trees: trees.map((tree) => ({ lower: (text) => lower(tree, text) })) }
  } catch (error) {
    return failed(error, sql)
  }
}

/** Errors of the parser name a token or a place; those of its own code (a materialized view with columns makes it crash) name nothing. */
function failed(error: unknown, sql: string): Parsed {
  if (error instanceof RangeError) return { kind: 'failure', reason: 'it is nested too deeply for pgsql-ast-parser' }
  const token = tokenOf(error)
  if (token !== undefined) return { kind: 'error', message: `pgsql-ast-parser stops at "${token.text}"`, offset: token.offset }
  const message = error instanceof Error ? error.message : String(error)
  const place = /^(?:Syntax error|invalid syntax) at line (\d+) col (\d+)/.exec(message)
  if (place !== null) {
    const lines = sql.split('\n').slice(0, Number(place[1]) - 1)
    const offset = lines.reduce((sum, line) => sum + line.length + 1, 0) + Number(place[2]) - 1
    return { kind: 'error', message: `pgsql-ast-parser stops at "${sql.slice(offset, offset + 1)}"`, offset }
  }
  if (message === 'Unexpected end of input') {
    return { kind: 'error', message: 'pgsql-ast-parser expects more at its end', offset: sql.length }
  }
  return { kind: 'failure', reason: 'pgsql-ast-parser fails on it' }
}

function tokenOf(error: unknown): { readonly text: string; readonly offset: number } | undefined {
  if (typeof error !== 'object' || error === null || !('token' in error)) return undefined
  const { token } = error
  if (typeof token !== 'object' || token === null || !('text' in token) || !('offset' in token)) return undefined
  const { text, offset } = token
  return typeof text === 'string' && typeof offset === 'number' ? { text, offset } : undefined
}
