import type { Table } from '../catalog/catalog.ts'
import { findTable } from '../catalog/lookup.ts'
import type { Operation } from '../operation.ts'
import type { Site } from '../rule.ts'

/** The tables that a publication comes to send updates and deletes of, and that have nothing by which replicas find a row. */
export function unidentified(op: Operation<'CreatePublication' | 'AlterPublication'>, at: Site): readonly Table[] {
  if (op.kind === 'AlterPublication' && op.change !== 'add' && op.change !== 'set') return []
  const publish = /\bpublish\s*=\s*'([^']*)'/i.exec(at.statement.sql)?.[1]
  if (publish !== undefined && !/update|delete/i.test(publish)) return []
  const named = op.tables.flatMap(({ table }) => findTable(at.before, table) ?? [])
  const inSchemas = [...at.before.relations.values()].flatMap((relation) =>
    relation.kind === 'table' && (op.schemas.includes(relation.name.schema) || (op.kind === 'CreatePublication' && op.allTables))
      ? [relation]
      : [],
  )
  return [...named, ...inSchemas].filter(
    (table) => table.kind === 'table' && table.persistence === 'permanent' && lacksIdentity(table),
  )
}

/** Only where the history made the table, so that a key it does not list does not exist. */
export function lacksIdentity(table: Table): boolean {
  if (table.replicaIdentity === 'nothing') return true
  const hasKey = table.constraints.some(({ definition }) => definition.kind === 'primary key')
  return table.complete && table.replicaIdentity === 'default' && !hasKey
}
