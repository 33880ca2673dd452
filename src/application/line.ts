import type { CodeText } from './code-text.ts'
import type { Forms, Speaks, Tables } from './tables-named.ts'

/** What the rest of a line says of whose a name is. */
export interface LineSays {
  /** The table named last before the name; without one, the one that SQL behind it selects from. */
  readonly speaks: Speaks
  /** The line queries that table, and does not speak of the owner. */
  readonly isOnlyOf: boolean
}

/** A table that a line names. */
export interface NamedForm {
  /** Where in the line. */
  readonly start: number
  readonly end: number
  readonly form: string
  /** The line asks it for rows. */
  readonly queried: boolean
}

const word = /[\p{L}_$][\p{L}\d_$]*/gu
const queryBefore =
  /(?:\b(?:from|join|into|update)\s+["`[]?|\b(?:selectFrom|insertInto|updateTable|deleteFrom|from|into|table)\(\s*["'`]?)(?:\w+["`]?\.["`]?)?$/i
const queryAfter = /^\s*\.(?:where|find|select|pluck|order|joins|update|create|insert|filter|all)\w*\b/i
/** `ORDER BY` is not about orders, nor is Rails' `.order(`. */
const sorts = /^(?:order|group)(?:\s+by\b|\s*\()/i

/** Of the part of a line before `start` and the part from `end` on. */
export function lineSays(code: CodeText, line: number, start: number, end: number, tables: Tables): LineSays {
  let before: { readonly speaks: Speaks; readonly queried: boolean } | undefined
  let after: typeof before
  let hasOwner = false
  for (const one of code.named(line, tables.forms)) {
    const speaks = one.end <= start || one.start >= end ? tables.role(one.form) : undefined
    if (speaks === undefined) continue
    if (speaks === 'owner') hasOwner = true
    if (one.end <= start) before = { speaks, queried: one.queried }
    else if (one.queried) after ??= { speaks, queried: true }
  }
  const named = before ?? after
  return { speaks: named?.speaks, isOnlyOf: named?.queried === true && !hasOwner }
}

/** The tables that a line names. */
export function namedIn(text: string, forms: Forms): readonly NamedForm[] {
  return [...text.matchAll(word)].flatMap((match) => {
    const form = forms.in(match[0])
    if (form === undefined || sorts.test(text.slice(match.index))) return []
    const [start, end] = [match.index, match.index + match[0].length]
    const isModel = /^\p{Lu}/u.test(match[0]) && queryAfter.test(text.slice(end))
    return [{ start, end, form, queried: isModel || queryBefore.test(text.slice(0, start)) }]
  })
}
