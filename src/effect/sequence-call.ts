import type { Expression } from '../expression.ts'
import type { Name } from '../name.ts'

/** The sequences that an expression or query draws from by name: `nextval('app.numbers')`. */
export function sequencesCalled({ calls, strings }: Pick<Expression, 'calls' | 'strings'>): readonly Name[] {
  const draws = calls.some((call) => ['nextval', 'setval'].includes(call.function.name))
  return draws ? strings.filter((text) => /^[\w$."]+$/.test(text)).map(readName) : []
}

/** Reads a name as regclass does. */
function readName(text: string): Name {
  const parts = (text.match(/"(?:[^"]|"")*"|[^".]+/g) ?? []).map((part) =>
    part.startsWith('"') ? part.slice(1, -1).replaceAll('""', '"') : part.toLowerCase(),
  )
  return { schema: parts.at(-2), name: parts.at(-1) ?? text }
}
