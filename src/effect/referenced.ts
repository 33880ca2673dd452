import type { Table, TableConstraint } from '../catalog/catalog.ts'
import { descendantsOf, findTable, resolve } from '../catalog/lookup.ts'
import type { LockMode } from '../lock.ts'
import type { Name, QualifiedName } from '../name.ts'
import type { Effect } from './effect.ts'
import type { At } from './touch.ts'
import { isSame, touch } from './touch.ts'

/** The lock on a table that a foreign key refers to: its triggers are there, and in each of its partitions. */
export function referencedBy(at: At, table: Name, lock: LockMode): readonly Effect[] {
  return [
    touch(at, table, lock),
    ...descendantsOf(at.catalog, table)
      .filter(isPartition)
      .map(({ name }) => touch(at, name, lock)),
  ]
}

export function isPartition(table: Table): boolean {
  return table.partitionOf !== undefined
}

export interface ForeignKey {
  readonly constraint: TableConstraint
  readonly references: QualifiedName
  readonly columns: readonly string[]
  readonly referencedColumns: readonly string[]
  /** Rows that are there already were checked, and new ones are. */
  readonly validated: boolean
}

export function foreignKeysOf(at: Pick<At, 'catalog'>, table: Table | undefined): readonly ForeignKey[] {
  return (table?.constraints ?? []).flatMap((constraint) => {
    const { definition } = constraint
    if (definition.kind !== 'foreign key') return []
    const references = constraint.references ?? resolve(at.catalog, definition.references)
    const key = findTable(at.catalog, references)?.constraints.find((other) => other.definition.kind === 'primary key')
    return [
      {
        constraint,
        references,
        columns: definition.columns,
        referencedColumns: definition.referencedColumns.length > 0 ? definition.referencedColumns : (key?.columns ?? []),
        validated: constraint.validated && definition.enforced,
      },
    ]
  })
}

/** A foreign key of a partition that serves as its parent's: same columns, same target. */
export function equivalent(a: ForeignKey, b: ForeignKey): boolean {
  return (
    isSame(a.references, b.references) &&
    a.columns.join() === b.columns.join() &&
    a.referencedColumns.join() === b.referencedColumns.join()
  )
}
