import { findTable } from '../catalog/lookup.ts'
import type { Name } from '../name.ts'
import { quoteIdentifier } from '../name.ts'
import type { Site } from '../rule.ts'

/** The predicate of a first batch by a whole-number primary key of one column; undefined where the table has none as far as is known. */
export function firstBatch(table: Name, at: Site): string | undefined {
  const known = findTable(at.before, table)
  const key = known?.constraints.find(({ definition }) => definition.kind === 'primary key')?.columns
  const [name, ...others] = key ?? []
  const column = known?.columns.find((candidate) => candidate.name === name)
  const whole = column?.type !== undefined && ['int2', 'int4', 'int8'].includes(column.type.name.name)
  if (name === undefined || others.length > 0 || !whole) return undefined
  return `${quoteIdentifier(name)} >= 1 AND ${quoteIdentifier(name)} < 10001`
}
