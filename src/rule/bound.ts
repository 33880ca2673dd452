import type { Table } from '../catalog/catalog.ts'
import { descendantsOf, findTable } from '../catalog/lookup.ts'
import { type Name, quoteIdentifier } from '../name.ts'
import type { PartitionBound } from '../operation.ts'
import type { Site } from '../rule.ts'

/**
 * The condition on a row that a partition's bound comes to, as a CHECK can prove it (manual 5.12.2.2), such as
 * `k IS NOT NULL AND k >= '2026-01-01' AND k < '2027-01-01'`. Undefined where it cannot be told from the text: an unknown parent, several key
 * columns, an expression, hash, DEFAULT.
 */
export function boundCondition(bound: PartitionBound, parent: Name, at: Site): string | undefined {
  const key = findTable(at.before, parent)?.partitionBy
  const [column, ...others] = key?.columns ?? []
  if (key === undefined || column === undefined || others.length > 0 || bound.isDefault) return undefined
  const name = quoteIdentifier(column)
  if (key.strategy === 'list') {
    const values = /^\s*(?:FOR\s+VALUES\s+)?IN\s*\((.*)\)\s*$/is.exec(bound.sql)?.[1]
    if (values === undefined || /\bnull\b/i.test(values)) return undefined
    return `${name} IS NOT NULL AND ${name} IN (${values.trim()})`
  }
  if (key.strategy !== 'range') return undefined
  const [, from, to] = /^\s*(?:FOR\s+VALUES\s+)?FROM\s*\(([^,]*?)\)\s*TO\s*\(([^,]*?)\)\s*$/is.exec(bound.sql) ?? []
  if (from === undefined || to === undefined || /\)\s*TO\s*\(/i.test(from + to)) return undefined
  return [
    `${name} IS NOT NULL`,
    ...(/^\s*MINVALUE\s*$/i.test(from) ? [] : [`${name} >= ${from.trim()}`]),
    ...(/^\s*MAXVALUE\s*$/i.test(to) ? [] : [`${name} < ${to.trim()}`]),
  ].join(' AND ')
}

/** The DEFAULT partition of a table; `unknown` for a table whose partitions the history does not tell. */
export function defaultPartition(parent: Name, at: Site): Table | undefined | 'unknown' {
  const known = findTable(at.before, parent)
  const found = descendantsOf(at.before, parent).find(
    (table) =>
      table.partitionOf?.bound.isDefault &&
      known?.children.some((child) => child.name === table.name.name && child.schema === table.name.schema),
  )
  return found ?? (known === undefined || !known.complete ? 'unknown' : undefined)
}
