import type { Index, Table } from '../catalog/catalog.ts'
import { findIndex, findTable } from '../catalog/lookup.ts'
import type { Name } from '../name.ts'
import type { Site } from '../rule.ts'

/** The word for the name of an index or a constraint, which its table has once. */
export function nameWord(name: string | undefined, table: string): readonly string[] {
  return name === undefined ? [] : [`${table} named ${name}`]
}

/** Names of the indexes and constraints of a table that read a column. */
export function namesOver(table: Name, column: string, named: string, { before }: Site): readonly string[] {
  const known = findTable(before, table)
  const reading = [
    ...(known?.indexes ?? [])
      .filter((name) => {
        const index = findIndex(before, name)
        return index === undefined || indexColumns(index).includes(column)
      })
      .map(({ name }) => name),
    ...(known?.constraints ?? []).filter(({ columns }) => columns.includes(column)).map(({ name }) => name),
  ]
  return [...new Set(reading)].flatMap((name) => nameWord(name, named))
}

/** Names of indexes and constraints that an operation on a table frees. */
export function namesGone(table: Name, named: string, { before, after }: Site): readonly string[] {
  return namesLost(findTable(before, table), findTable(after, table), named)
}

/** Names of indexes and constraints that an operation on a table takes. */
export function namesMade(table: Name, named: string, { before, after }: Site): readonly string[] {
  return namesLost(findTable(after, table), findTable(before, table), named)
}

function namesLost(old: Table | undefined, left: Table | undefined, named: string): readonly string[] {
  const namesOf = (known: typeof old) => [
    ...(known?.indexes ?? []).map((index) => index.name),
    ...(known?.constraints ?? []).map(({ name }) => name),
  ]
  const stays = new Set(namesOf(left))
  return namesOf(old)
    .filter((name) => !stays.has(name))
    .flatMap((name) => nameWord(name, named))
}

/** Every column that an index reads. */
export function indexColumns({ keys, include, where }: Pick<Index, 'keys' | 'include' | 'where'>): readonly string[] {
  const columns = keys.flatMap(({ column, expression }) => column ?? expression?.columns ?? [])
  return [...columns, ...include, ...(where?.columns ?? [])]
}
