import { apply } from '../catalog/apply.ts'
import type { Catalog, Index, Relation, Table } from '../catalog/catalog.ts'
import { isTable } from '../catalog/lookup.ts'
import type { Operation } from '../operation.ts'
import type { At } from './touch.ts'

type Existing = Exclude<Relation, { kind: 'dropped' }>

/** What an operation makes, drops and changes: the schema before it compared with the schema after it. */
export interface Difference {
  readonly after: Catalog
  readonly made: readonly Existing[]
  readonly dropped: readonly Existing[]
  /** Tables that are there before and after, in both states. */
  readonly changed: readonly { readonly before: Table; readonly after: Table }[]
  /** The operation does nothing (IF EXISTS, IF NOT EXISTS). */
  readonly skipped: boolean
}

/** The origin of what an operation makes while we only look at what it would make. */
export const trial = { migration: -1, transaction: -1 }

export function differenceOf(
  operation: Operation,
  { catalog, server }: Pick<At, 'catalog'> & Partial<Pick<At, 'server'>>,
): Difference {
  const applied = apply(operation, catalog, trial, {
    conditional: false,
    ...(server === undefined ? {} : { postgres: server.postgres }),
  })
  const made: Existing[] = []
  const dropped: Existing[] = []
  const changed: { before: Table; after: Table }[] = []
  for (const key of applied.touched) {
    const before = catalog.relations.get(key)
    const after = applied.catalog.relations.get(key)
    if (before === after) continue
    if (before === undefined || before.kind === 'dropped') {
      // What a statement only mentions is entered as having been there before.
      if (after !== undefined && after.kind !== 'dropped' && after.origin?.migration === trial.migration) made.push(after)
    } else if (after === undefined || after.kind === 'dropped') dropped.push(before)
    else if (isTable(before) && isTable(after)) changed.push({ before, after })
  }
  return { after: applied.catalog, made, dropped, changed, skipped: applied.skipped !== undefined }
}

export function isIndex(relation: Relation): relation is Index {
  return relation.kind === 'index'
}
