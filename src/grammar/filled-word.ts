import type { StatementText } from './statement-text.ts'

/**
 * The words among tokens `from` to `to` (exclusive) that stand for placeholders, lower case. A template may put a value there, and nobody knows
 * whether it is a name.
 */
export function filledWords({ tokens, original }: StatementText, from: number, to: number): ReadonlySet<string> {
  const filled = tokens.slice(from, to).filter(({ start, end, text }) => original.slice(start, end) !== text)
  return new Set(filled.map(({ text }) => text.toLowerCase()))
}
