import { literalBody } from '../literal.ts'
import type { Token } from '../statement-text.ts'
import { isWordOfGrammar } from './meaning.ts'

/** A token that pgsql-ast-parser 12 takes for something else than PostgreSQL does. */
export interface Misreading {
  readonly reason: string
  readonly offset: number
}

/**
 * The first token that would be misread without an error: `1e5` is 1 with the name e5 to it, `b'1'` a cast to a type b,
 * `||-` two operators, `-1::int` a cast of -1, `x::char varying` a column called varying, and names lose the blanks at their ends.
 */
export function misreading(tokens: readonly Token[]): Misreading | undefined {
  for (const [index, token] of tokens.entries()) {
    const what = whatIsMisread(token) ?? whatIsMisreadBefore(token, tokens[index + 1], tokens[index + 2])
    if (what !== undefined) return { reason: `pgsql-ast-parser misreads ${what}`, offset: token.start }
  }
  return undefined
}

/** A token and those behind it. */
function whatIsMisreadBefore(token: Token, next: Token | undefined, last: Token | undefined): string | undefined {
  if (next === undefined) return undefined
  const { kind, text, end } = token
  // In quotes it is a function of that name.
  if (kind === 'quoted identifier' && next.text === '(' && isWordOfGrammar(text.slice(1, -1))) return `the name ${text}`
  if (text === '-' && next.kind === 'number' && next.start === end && last?.text === '::') return `-${next.text}::`
  if (kind !== 'word') return undefined
  const word = text.toLowerCase()
  const following = next.kind === 'word' ? next.text.toLowerCase() : ''
  if (word === 'interval') {
    const field = [following, last?.kind === 'word' ? last.text.toLowerCase() : ''].find((each) => intervalFields.has(each))
    if (field !== undefined) return `interval … ${field}`
  }
  return typesOfTwoWords.has(`${word} ${following}`) ? `the type ${word} ${following}` : undefined
}

const intervalFields = new Set(['year', 'month', 'day', 'hour', 'minute', 'second'])

const typesOfTwoWords = new Set(['char varying', 'nchar varying', 'national char', 'national character'])

function whatIsMisread({ kind, text }: Token): string | undefined {
  switch (kind) {
    case 'word':
      if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(text)) return `the name ${text}`
      return text.length > longestName ? `names of more than ${longestName} bytes` : undefined
    case 'quoted identifier': {
      const name = text.slice(1, -1)
      if (!/^"[^"*]+"$/.test(text) || name.trim() !== name) return `the name ${text}`
      return new TextEncoder().encode(name).length > longestName ? `names of more than ${longestName} bytes` : undefined
    }
    case 'string':
      // Strings in pieces and unusual escapes have no value here either.
      if (/^(?:[eE]?'|\$\$)/.test(text) && literalBody(text) !== undefined) return undefined
      return `the string ${text.length > 20 ? `${text.slice(0, 20)}…` : text}`
    case 'number':
      return /^(?:\d+|\d*\.\d+)$/.test(text) ? undefined : `the number ${text}`
    case 'operator':
      return operators.has(text) ? undefined : `the operator ${text}`
    default:
      return undefined
  }
}

/** NAMEDATALEN - 1: the server cuts longer names off (manual 4.1.1). */
const longestName = 63

const operators = new Set(
  ':: + - * / % ^ = != <> < > <= >= || -> ->> #>> #- && @> <@ ? ?| ?& ~ ~* !~ !~* ~~ !~~ ~~* !~~* @@ | & # << >>'.split(' '),
)
