import type { Table } from './catalog.ts'
import type { Draft } from './draft.ts'
import { tableOf, writeRelation } from './draft.ts'
import { keyOf, resolve } from './lookup.ts'

type Setting = NonNullable<Table['settings']>[number]

/** Writes down what was said of a table and changes nothing else; past `put`, as what the table is stays as certain as it was. */
export function addSetting(draft: Draft, setting: Setting): void {
  const table = tableOf(draft, resolve(draft.catalog, setting.table))
  if (table === undefined || draft.conditional) return
  writeRelation(draft, keyOf(table.name), { ...table, settings: [...(table.settings ?? []), setting] })
}

/** The settings of a table that has lost a column. */
export function withoutColumn(settings: Table['settings'], column: string) {
  return settings === undefined ? {} : { settings: settings.filter((each) => !('column' in each) || each.column !== column) }
}
