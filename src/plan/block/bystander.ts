import type { Table, Trigger } from '../../catalog/catalog.ts'
import { findRoutines } from '../../catalog/lookup.ts'
import { printName } from '../../name.ts'
import type { Site } from '../../rule.ts'

/**
 * What a table's own triggers mean for a column that ours keeps in step with another: `none` fires where only the new column is filled; what those do
 * that fire has to be taken `back`; undefined where it cannot be.
 */
export type Bystanders = 'none' | 'back'

/**
 * `ours` is the name of our trigger, `names` are the columns that the triggers must not speak of, since two of them go by turns: those of a rename. Under a type change the name stays
 * that of the column that counts, and what a trigger gives it ours sees, as it fires last.
 */
export function bystanders(
  table: Table,
  column: string,
  { ours, names }: { readonly ours: string; readonly names: readonly string[] },
  at: Site,
): Bystanders | undefined {
  let found: Bystanders = 'none'
  for (const trigger of table.triggers) {
    const { timing, events, updateOf, definition } = trigger
    if (timing === undefined || events === undefined || definition === undefined) return undefined
    if (timing === 'before' && trigger.name >= ours) return undefined
    // PostgreSQL refuses a type change under such a one, and what is written under a new name would not fire it.
    if (updateOf.includes(column) || (/\bwhen\s*\(/i.test(definition.sql) && speaksOf(definition.sql, column))) return undefined
    const body = bodyOf(trigger, at)
    if (names.length > 0 && (body === undefined || names.some((name) => speaksOf(body, name) || speaksOf(definition.sql, name))))
      return undefined
    if (!events.includes('update') || updateOf.length > 0) continue
    if (timing !== 'before' || trigger.forEachRow !== true || body === undefined || !onlyAssigns(body)) return undefined
    found = 'back'
  }
  return found
}

/**
 * Lets every session compile the functions of a table's triggers anew: one that has run under the old type of a column that it names fails with
 * "type of parameter does not match that when preparing the plan" to the end of its session (seen on 15 and 18). Says of them what is so already.
 */
export function recompiled({ triggers }: Table, column: string, at: Site): readonly string[] {
  const named = new Map(triggers.flatMap(({ function: name }) => (name === undefined ? [] : [[printName(name), name] as const])))
  return [...named.values()].flatMap((name) => {
    const [routine] = findRoutines(at.before, name)
    if (routine?.language !== 'plpgsql' || !speaksOf(routine.body, column)) return []
    return [`ALTER FUNCTION ${printName(routine.name)}() ${routine.volatility.toUpperCase()}`]
  })
}

function bodyOf({ function: name }: Trigger, at: Site): string | undefined {
  const [routine, ...others] = name === undefined ? [] : findRoutines(at.before, name)
  return routine === undefined || others.length > 0 || routine.language !== 'plpgsql' ? undefined : routine.body
}

function speaksOf(text: string, name: string): boolean {
  return text.toLowerCase().includes(name.toLowerCase())
}

/** Functions that do nothing but give a value, as triggers call them. */
const harmless =
  /^(?:now|clock_timestamp|statement_timestamp|transaction_timestamp|timezone|date_trunc|lower|upper|initcap|trim|btrim|ltrim|rtrim|coalesce|nullif|greatest|least|concat|concat_ws|length|left|right|substr|substring|replace|regexp_replace|round|abs|md5|to_tsvector|setweight|and|or|not|in|if|elsif|when|then|else)$/i

/** A body that gives the written row values, and nothing else: `NEW.updated_at := now(); RETURN NEW;` */
function onlyAssigns(body: string): boolean {
  const bare = body.replace(/--[^\n]*|\/\*[\s\S]*?\*\//g, ' ').replace(/'(?:[^']|'')*'/g, "''")
  const inside = /^\s*begin\b([\s\S]*)\bend\s*;?\s*$/i.exec(bare)?.[1]
  if (
    inside === undefined ||
    /\$|\b(?:select|perform|execute|insert|update|delete|merge|call|into|raise|loop|for|begin|null\s*;)\b/i.test(inside)
  )
    return false
  const calls = [...inside.matchAll(/([\w$".]+)\s*\(/g)].map(([, name]) => name ?? '')
  if (!calls.every((name) => harmless.test(name.replace(/^pg_catalog\./i, '')))) return false
  return inside
    .split(';')
    .map((statement) => statement.trim().replace(/^(?:(?:if|elsif)\b[\s\S]*?\bthen\b|else\b)\s*/i, ''))
    .every((statement) => /^(?:|end\s+if|return\s+new|new\s*\.\s*(?:\w+|"[^"]+")\s*:?=[\s\S]+)$/i.test(statement.trim()))
}
