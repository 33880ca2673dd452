import type { QualifiedName } from '../name.ts'
import { printName, sameName } from '../name.ts'
import type { View } from './catalog.ts'
import type { Draft } from './draft.ts'
import { relationOf } from './draft.ts'
import { isTable } from './lookup.ts'

/**
 * Whether a view's query reads a column of a relation. A query's facts do not say which relation a column belongs to:
 * `certain` where only this relation can have it, `possible` where the text leaves it open.
 */
export function viewUses(draft: Draft, view: View, read: QualifiedName, column: string): 'certain' | 'possible' | 'no' {
  const { query } = view
  const star = query.columns.includes('*')
  if (!query.columns.includes(column) && !star) return 'no'
  if (star && readsAllOf(query.sql, read) && isOlder(draft, read, column, view)) return 'certain'
  // A star stands for the columns that there were when the view was made.
  if (!query.columns.includes(column) && isYounger(draft, read, column, view)) return 'no'
  // A sub-query, a CTE or an alias may own the name.
  if ((query.sql.match(/\bselect\b/gi) ?? []).length > 1) return 'possible'
  if (new Set(query.reads.map(printName)).size !== query.reads.length) return 'possible'
  if (!query.columns.includes(column)) return view.reads.length === 1 && query.reads.length === 1 ? 'certain' : 'possible'
  if (new RegExp(`\\bas\\s+"?${column.replace(/[^\w]/g, '\\$&')}"?(?!\\w)`, 'i').test(query.sql)) return 'possible'
  const others = view.reads.filter((each) => !sameName(each, read))
  const elsewhere = others.some((each) => {
    const other = relationOf(draft, each)
    if (other === undefined) return true
    if (isTable(other)) return !other.complete || other.columns.some((candidate) => candidate.name === column)
    return !('query' in other) || other.columns.some((candidate) => candidate === undefined || candidate === column)
  })
  return elsewhere || view.reads.length !== query.reads.length ? 'possible' : 'certain'
}

/** `SELECT * FROM` the relation itself, wherever in the text. */
function readsAllOf(sql: string, { name }: QualifiedName): boolean {
  const sources = sql.matchAll(/\bselect\s+\*\s+from\s+(?:only\s+)?(?:(?:"[^"]+"|\w+)\.)?("[^"]+"|\w+)/gi)
  return [...sources].some(([, source = '']) => (source.startsWith('"') ? source.slice(1, -1) : source.toLowerCase()) === name)
}

function isOlder(draft: Draft, read: QualifiedName, column: string, view: View): boolean {
  const age = ageOf(draft, read, column)
  return age !== undefined && view.origin !== undefined && age < view.origin.transaction
}

function isYounger(draft: Draft, read: QualifiedName, column: string, view: View): boolean {
  const age = ageOf(draft, read, column)
  return age !== undefined && view.origin !== undefined && age > view.origin.transaction
}

/** The transaction that made a column: -1 where it was there before the history, undefined where the column is not known. */
function ageOf(draft: Draft, read: QualifiedName, column: string): number | undefined {
  const relation = relationOf(draft, read)
  const known = relation !== undefined && isTable(relation) ? relation.columns.find(({ name }) => name === column) : undefined
  return known && (known.origin?.transaction ?? -1)
}
