import type { Table } from '../../catalog/catalog.ts'
import { findIndex, findTable } from '../../catalog/lookup.ts'
import { mentionsColumn } from '../../rule/index-shape.ts'
import type { Site } from '../../rule.ts'

/**
 * Whether a table can get a second column beside one of its own with nobody else being asked: it stands by itself, or it is partitioned and its
 * partitions are known and have of the column what the table gave them. Not where an index is over the column of a partitioned table,
 * which would be built partition by partition, nor before 13, which has no BEFORE triggers for the rows of one.
 */
export function isWhole(table: Table, column: string, at: Site): boolean {
  if (table.ofType !== undefined || table.partitionOf !== undefined || table.inherits.length > 0 || !isBare(table)) return false
  if (table.partitionBy === undefined) return table.kind === 'table' && table.children.length === 0
  const { columns, expressions } = table.partitionBy
  // A trigger may not move a row to another partition.
  const isKey = columns.includes(column) || expressions.some((expression) => expression.columns.includes(column))
  return (
    at.postgres >= 13 &&
    !isKey &&
    isWithoutIndex(table, column, at) &&
    table.children.every((name) => isPart(findTable(at.before, name)))
  )

  function isPart(child: Table | undefined): boolean {
    if (child === undefined || child.kind === 'foreign table' || !isBare(child) || !isWithoutIndex(child, column, at))
      return false
    const [own, of] = [child, table].map(({ columns: all }) => all.find(({ name }) => name === column))
    const isSame = own?.default?.sql === of?.default?.sql && own?.notNull === of?.notNull && own?.comment === of?.comment
    const isGiven = child.constraints.every((each) => !each.columns.includes(column) || each.inherited === true)
    const isQuiet = child.triggers.every(({ inherited }) => inherited === true) && child.dependentViews.length === 0
    const isPlain = child.policies.length === 0 && (child.statistics ?? []).length === 0 && child.referencedBy.length === 0
    const isGranted = child.grantsUncertain === true || child.grants?.some((grant) => grant.columns.includes(column)) === true
    if (!isSame || !isGiven || !isQuiet || !isPlain || isGranted) return false
    return child.children.every((name) => isPart(findTable(at.before, name)))
  }
}

function isBare({ complete, rules }: Table): boolean {
  return complete && rules.length === 0
}

function isWithoutIndex(table: Table, column: string, at: Site): boolean {
  return table.indexes.every((name) => {
    const index = findIndex(at.before, name)
    return index !== undefined && !mentionsColumn(index, column)
  })
}
