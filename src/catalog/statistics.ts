import type { Name, QualifiedName } from '../name.ts'
import { sameName } from '../name.ts'
import type { Cases } from '../operation.ts'
import type { Table } from './catalog.ts'
import type { Draft } from './draft.ts'
import { createdName, hint, put, refuse, skip, targetTable, writtenName } from './draft.ts'
import { findStatistics, keyOf } from './lookup.ts'
import { statisticsName } from './names.ts'

export const statisticsCases = {
  CreateStatistics(operation, draft) {
    const [on] = operation.tables
    const table = on && targetTable(draft, { table: on })
    if (table === undefined) return
    const { schema } = table.name
    const isTaken = (name: string) => findStatistics(draft.catalog, { schema, name }) !== undefined
    const name =
      operation.statistics === undefined
        ? { schema, name: statisticsName(table.name, operation.columns, isTaken) }
        : createdName(draft, operation.statistics)
    if (findStatistics(draft.catalog, name) !== undefined) {
      const message = `statistics object "${writtenName(operation.statistics ?? name)}" already exists`
      return operation.ifNotExists ? skip(draft, `${message}, skipping`) : refuse(draft, message)
    }
    change(draft, table, [...(table.statistics ?? []), name])
    hint(draft, 'statistics', name, keyOf(table.name))
  },
  AlterStatistics() {},
  DropStatistics(operation, draft) {
    moveStatistics(draft, operation.statistics, undefined)
  },
} satisfies Partial<Cases<[Draft], void>>

/** Gives extended statistics another name or schema; undefined drops them. */
export function moveStatistics(draft: Draft, written: Name, to: Partial<QualifiedName> | undefined): void {
  const found = findStatistics(draft.catalog, written)
  if (found === undefined) return
  const { table, statistics } = found
  const others = (table.statistics ?? []).filter((each) => !sameName(each, statistics))
  const moved = { ...statistics, ...to }
  change(draft, table, to === undefined ? others : [...others, moved])
  if (to !== undefined) hint(draft, 'statistics', moved, keyOf(table.name))
}

function change(draft: Draft, table: Table, statistics: readonly QualifiedName[]): void {
  put(draft, { ...table, statistics })
}
