import { quoteIdentifier } from '../name.ts'

/** Strings, names, words, blanks and marks. */
const tokens =
  /--[^\n]*|\/\*[\s\S]*?\*\/|\$(\w*)\$[\s\S]*?\$\1\$|[bBnNxX]?'(?:[^']|'')*'|"(?:[^"]|"")*"|[\p{L}_][\p{L}\p{N}_$]*|\d[\w.]*|\s+|::|=>|[\s\S]/gu

/** Words of the grammar that an operand follows, and those that follow an operand. */
const before = /^(?:and|between|case|else|ilike|like|not|or|then|when)$/
const after = /^(?:and|between|collate|else|end|ilike|in|is|isnull|like|not|notnull|or|then|when)$/

/**
 * The text of an expression over one table's columns after one of them was renamed. Undefined where it cannot be told for certain that each
 * place with the old name is the column: `a.b`, `x::date`, `date '2020-01-01'`, `extract(year FROM d)` may name something else.
 */
export function renamedText(sql: string, from: string, to: string): string | undefined {
  // Escapes in strings and names are not read here.
  if (sql.includes('\\') || /\bu&["']/i.test(sql)) return undefined
  const all = sql.match(tokens) ?? []
  const told = all.map((token, index) => ({ token, index })).filter(({ token }) => !/^(?:\s|--|\/\*)/.test(token))
  const renamed = [...all]
  let found = false
  for (const [at, { token, index }] of told.entries()) {
    if (nameOf(token) !== from) continue
    if (!isOperand(told[at - 1]?.token, told[at + 1]?.token)) return undefined
    renamed[index] = quoteIdentifier(to)
    found = true
  }
  return found ? renamed.join('') : undefined
}

function nameOf(token: string): string | undefined {
  if (token.startsWith('"')) return token.slice(1, -1).replaceAll('""', '"')
  return isWord(token) ? token.toLowerCase() : undefined
}

function isWord(token: string): boolean {
  return /^[\p{L}_]/u.test(token) && !token.endsWith("'")
}

/** Whether what stands around a name leaves no other reading of it than a column. */
function isOperand(previous = '(', next = ')'): boolean {
  if (isWord(previous) ? !before.test(previous.toLowerCase()) : /^(?:\.|::|:)$|["'$\w]$/.test(previous)) return false
  return isWord(next) ? after.test(next.toLowerCase()) : !/^(?:\(|\.|=>)$|^["'$\w]|'$/.test(next)
}
