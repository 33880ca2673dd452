import type { Speaks, Tables } from './tables-named.ts'

/** What the rest of a line says of whose a name is. */
export interface LineSays {
  /** The table named last before the name; without one, the one that SQL behind it selects from. */
  readonly speaks: Speaks
  /** The line queries that table, and does not speak of the owner. */
  readonly isOnlyOf: boolean
}

const word = /[\p{L}_$][\p{L}\d_$]*/gu
const queryBefore =
  /(?:\b(?:from|join|into|update)\s+["`[]?|\b(?:selectFrom|insertInto|updateTable|deleteFrom|from|into|table)\(\s*["'`]?)(?:\w+["`]?\.["`]?)?$/i
const queryAfter = /^\s*\.(?:where|find|select|pluck|order|joins|update|create|insert|filter|all)\w*\b/i
/** `ORDER BY` is not about orders, nor is Rails' `.order(`. */
const sorts = /^(?:order|group)(?:\s+by\b|\s*\()/i

interface Named {
  readonly speaks: Speaks
  readonly queried: boolean
}

export function lineSays(before: string, after: string, tables: Tables): LineSays {
  const [first, second] = [namedIn(before, tables), namedIn(after, tables)]
  const named = first.at(-1) ?? second.find(({ queried }) => queried)
  const hasOwner = [...first, ...second].some(({ speaks }) => speaks === 'owner')
  return { speaks: named?.speaks, isOnlyOf: named?.queried === true && !hasOwner }
}

function namedIn(text: string, tables: Tables): readonly Named[] {
  return [...text.matchAll(word)].flatMap((match) => {
    const speaks = tables.of(match[0])
    if (speaks === undefined || sorts.test(text.slice(match.index))) return []
    const isModel = /^\p{Lu}/u.test(match[0]) && queryAfter.test(text.slice(match.index + match[0].length))
    return [{ speaks, queried: isModel || queryBefore.test(text.slice(0, match.index)) }]
  })
}
