import { quoteIdentifier } from '../name.ts'
import { tokensOf } from './lexer.ts'
import { literalBody } from './literal.ts'
import type { Token } from './statement-text.ts'

export interface ConstantText {
  readonly text: string
  /** Offset in the expression where the text stands as such; undefined where it is put together or has escapes. */
  readonly offset: number | undefined
}

/**
 * The text that an expression of constants yields: 'a', 'a' || 'b', format('…', 'a', 'b') with %s, %I and %L (manual 9.4.1).
 * Undefined where it depends on anything that is known at run time only.
 */
export function constantText(expression: string): ConstantText | undefined {
  const tokens = tokensOf(expression)
  const first = tokens[0]
  if (tokens.length === 1 && first !== undefined) return literalOf(first)
  let text = ''
  let at = 0
  while (at < tokens.length) {
    if (at > 0 && tokens[at++]?.text !== '||') return undefined
    const token = tokens[at]
    if (token === undefined) return undefined
    if (token.kind === 'string') {
      const literal = literalOf(token)
      if (literal === undefined) return undefined
      text += literal.text
      at++
    } else if (token.kind === 'word' && token.text.toLowerCase() === 'format' && tokens[at + 1]?.text === '(') {
      let close = at + 2
      while (close < tokens.length && !(tokens[close]?.text === ')' && tokens[close]?.depth === token.depth)) close++
      const formatted = close === tokens.length ? undefined : format(tokens.slice(at + 2, close))
      if (formatted === undefined) return undefined
      text += formatted
      at = close + 1
    } else return undefined
  }
  return tokens.length === 0 ? undefined : { text, offset: undefined }
}

function literalOf(token: Token): ConstantText | undefined {
  const body = token.kind === 'string' ? literalBody(token.text) : undefined
  if (body === undefined) return undefined
  return { text: body.value, offset: body.offset === undefined ? undefined : token.start + body.offset }
}

function format(tokens: readonly Token[]): string | undefined {
  const values: string[] = []
  for (const [index, token] of tokens.entries()) {
    if (index % 2 === 1) {
      if (token.text !== ',') return undefined
      continue
    }
    const literal = literalOf(token)
    if (literal === undefined) return undefined
    values.push(literal.text)
  }
  const [pattern, ...rest] = values
  if (pattern === undefined || tokens.length % 2 === 0) return undefined
  let known = true
  let next = 0
  const text = pattern.replace(/%(.?)/gs, (_, conversion: string) => {
    if (conversion === '%') return '%'
    const value = rest[next++]
    if (value === undefined || !/^[sIL]$/.test(conversion)) {
      known = false
      return ''
    }
    return conversion === 's' ? value : conversion === 'I' ? quoteIdentifier(value) : quoteLiteral(value)
  })
  return known ? text : undefined
}

/** What PostgreSQL's quote_literal does (manual 9.4). */
function quoteLiteral(value: string): string {
  const quoted = `'${value.replaceAll("'", "''").replaceAll('\\', '\\\\')}'`
  return value.includes('\\') ? `E${quoted}` : quoted
}
