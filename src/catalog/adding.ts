import type { QualifiedName } from '../name.ts'
import type { Table, TableConstraint } from './catalog.ts'
import type { Draft } from './draft.ts'
import { hint, refuse, updateTable } from './draft.ts'
import { keyOf } from './lookup.ts'

/** How a constraint comes to a table: by a statement on it, on its parent, or as the parent's CREATE TABLE had it. */
export interface Adding {
  readonly inherited: boolean
  readonly only: boolean
  /** In CREATE TABLE, where there are no rows, NOT VALID is not heeded. */
  readonly created?: boolean
}

export function nameFree(draft: Draft, table: Table, name: string | undefined): boolean {
  if (name === undefined || !table.constraints.some((each) => each.name === name)) return true
  refuse(draft, `constraint "${name}" for relation "${table.name.name}" already exists`)
  return false
}

export function store(draft: Draft, on: QualifiedName, constraint: TableConstraint): void {
  updateTable(draft, on, (table) => ({ ...table, constraints: [...table.constraints, constraint] }))
  hint(draft, 'constraint', { schema: on.schema, name: constraint.name }, keyOf(on))
}
