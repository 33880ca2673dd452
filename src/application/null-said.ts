/** Tests for NULL and types that allow it: neither writes any. */
const harmless =
  /\bis(?:\s+not)?\s+(?:null|none)\b|\bnull\s*\||\|\s*(?:null|none)\b|[!=]==?\s*(?:null|nil|none)\b|\bnot\s+null\b/gi
/** `region ?? null`, `x ? y : null`, `name or None`, `VALUES (1, NULL)`. */
const given = /(?:\?\?|\|\||\bor\b|\belse\b|\?[^:]*:)\s*(?:null|nil|none)\b|\bvalues\b.*\bnull\b/i

/**
 * Whether a line of code that names a column may write NULL into it: `region: null`, `SET region = NULL`, `region: input ?? null`.
 * That a type or a model allows NULL does not count: it does until the column is NOT NULL, whether code makes use of it or not.
 */
export function saysNull(line: string, spellings: readonly string[]): boolean {
  const rest = line.replace(harmless, ' ')
  if (given.test(rest)) return true
  return /null|nil|none/i.test(rest) && givesNull(spellings).test(rest)
}

const expressions = new Map<string, RegExp>()

function givesNull(spellings: readonly string[]): RegExp {
  const names = spellings.map((spelling) => spelling.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&')).join('|')
  const known =
    expressions.get(names) ?? new RegExp(`(?<![\\w$])(?:${names})["'\`)\\]]*\\s*(?::|=>|:?=|,)\\s*(?:null|NULL|Null|nil|None)\\b`)
  expressions.set(names, known)
  return known
}
