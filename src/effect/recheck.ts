import { descendantsOf, findTable, foreignKeysTo } from '../catalog/lookup.ts'
import { printName } from '../name.ts'
import type { Judged } from './combine.ts'
import type { Effect } from './effect.ts'
import { foreignKeysOf } from './referenced.ts'
import { hasStorage } from './touch.ts'

/**
 * Relations, by their printed name, whose rows are checked again against a foreign key (its name) because the statement writes the
 * table of a type change anew: that the key's operator compares as before saves the check only where nothing else rewrites the
 * table (ATPostAlterTypeCleanup; measured: 15, 18). `effects` are those of the whole statement.
 */
export function keysCheckedAgain(commands: readonly Judged[], effects: readonly Effect[]): ReadonlyMap<string, string> {
  const rewritten = new Set(effects.flatMap(({ relation, work }) => (work.has('rewrite') ? [printName(relation)] : [])))
  const again = new Map<string, string>()
  for (const { operation, catalog } of commands) {
    if (operation.kind !== 'AlterColumnType') continue
    const own = findTable(catalog, operation.table)
    const tables = [...(own === undefined ? [] : [own]), ...(operation.only ? [] : descendantsOf(catalog, operation.table))]
    for (const table of tables.filter(({ name }) => rewritten.has(printName(name)))) {
      for (const key of foreignKeysOf({ catalog }, table)) {
        if (key.validated && key.columns.includes(operation.column)) again.set(printName(table.name), key.constraint.name)
      }
      for (const { table: other, constraint } of foreignKeysTo(catalog, table.name)) {
        const key = foreignKeysOf({ catalog }, other).find((each) => each.constraint === constraint)
        if (key?.validated && key.referencedColumns.includes(operation.column) && hasStorage(other.kind))
          again.set(printName(other.name), constraint.name)
      }
    }
  }
  return again
}
