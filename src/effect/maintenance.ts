import type { Relation } from '../catalog/catalog.ts'
import { descendantsOf, findRelation, findTable, resolve } from '../catalog/lookup.ts'
import { type Name, printName } from '../name.ts'
import type { Kind } from '../operation.ts'
import { isPartition } from './referenced.ts'
import type { At, EffectsOf } from './touch.ts'
import { family, familyRewritten, hasRows, labour, touch } from './touch.ts'

export const maintenanceCases = {
  Vacuum: ({ tables, full }, at) =>
    (tables.length > 0 ? tables : allTables(at)).flatMap((table) => {
      // Since 18 the children of a table that is not partitioned are vacuumed too.
      const target = { table, only: at.server.postgres < 18 && !isPartitioned(table, at) }
      return full
        ? familyRewritten(at, target, 'VACUUM FULL writes every live row to a new file')
        : family(at, target, 'SHARE UPDATE EXCLUSIVE', () =>
            labour('VACUUM reads the pages that changed since the last one', 'scan'),
          )
    }),

  Analyze: ({ tables }, at) =>
    (tables.length > 0 ? tables : allTables(at)).flatMap((table) => {
      const sampled = labour('ANALYZE reads a sample of the rows', 'scan')
      const own = touch(at, table, 'SHARE UPDATE EXCLUSIVE', hasRows(at, table) ? sampled : undefined)
      // Since 18 the children of a table that is not partitioned are analyzed too, before they were only sampled.
      return [
        own,
        ...descendantsOf(at.catalog, table).map((child) => {
          const isAnalyzed = isPartition(child) || at.server.postgres >= 18
          return touch(
            at,
            child.name,
            isAnalyzed ? 'SHARE UPDATE EXCLUSIVE' : 'ACCESS SHARE',
            hasRows(at, child.name) ? sampled : undefined,
          )
        }),
      ]
    }),

  Cluster: ({ table }, at) => {
    const because = 'every row is written anew in the order of the index'
    if (table !== undefined) {
      const known = findRelation(at.catalog, table)
      // Its index is opened, and then there is nothing to write anew.
      if (known?.kind === 'materialized view' && !known.populated) return [touch(at, table, 'ACCESS EXCLUSIVE')]
      const effects = familyRewritten(at, { table, only: !isPartitioned(table, at) }, because)
      // Only the root and the partitions that hold rows: measured on 15 to 18.
      const root = printName(resolve(at.catalog, table))
      return effects.filter(({ kind, relation }) => kind !== 'partitioned table' || printName(relation) === root)
    }
    return allTables(at).flatMap((name) =>
      findTable(at.catalog, name)?.clusteredOn === undefined ? [] : familyRewritten(at, { table: name, only: true }, because),
    )
  },
} satisfies { [K in Kind]?: EffectsOf<K> }

function isPartitioned(table: Name, at: At): boolean {
  return findTable(at.catalog, resolve(at.catalog, table))?.kind === 'partitioned table'
}

/** Without a name, everything in the database, as far as the history knows it. */
function allTables(at: At): readonly Name[] {
  const wanted = (relation: Relation) => relation.kind === 'table' || relation.kind === 'materialized view'
  return [...at.catalog.relations.values()].filter(wanted).map(({ name }) => name)
}
