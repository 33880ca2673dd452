import type { Query } from '../expression.ts'
import type { QualifiedName } from '../name.ts'
import type { Cases, Operation } from '../operation.ts'
import type { Relation, View } from './catalog.ts'
import { startCreate } from './create.ts'
import type { Draft } from './draft.ts'
import { createdName, hint, hintType, isName, isNotName, put, refuse, relationOf, target, viewOf, withName } from './draft.ts'
import { drop, dropAbsent } from './drop.ts'
import { renameFound } from './index.ts'
import { isTable, keyOf, resolve, resolveRoutine } from './lookup.ts'

/** The output columns of a query as far as they are known: stars over one known relation are spread; undefined for a star over the unknown. */
export function outputOf(draft: Draft, query: Query, names: readonly string[]): readonly (string | undefined)[] | undefined {
  const columns = spread(draft, query)
  if (columns === undefined) return names.length > 0 ? names : undefined
  return columns.map((column, i) => names[i] ?? column)
}

function spread(draft: Draft, query: Query): readonly (string | undefined)[] | undefined {
  if (query.output.every((column) => column !== undefined)) return query.output
  const read = query.reads.length === 1 ? query.reads[0] : undefined
  const relation = read && relationOf(draft, resolve(draft.catalog, read))
  if (relation === undefined || (query.sql.match(/\bselect\b/gi) ?? []).length > 1) return undefined
  const star = isTable(relation) && relation.complete ? relation.columns.map((column) => column.name) : columnsOfView(relation)
  return star && query.output.flatMap((column): readonly (string | undefined)[] => (column === undefined ? star : [column]))
}

/** A view without known columns is one whose columns are not known: one that has none is nothing to select from. */
function columnsOfView(relation: Relation): readonly (string | undefined)[] | undefined {
  return 'query' in relation && relation.columns.length > 0 ? relation.columns : undefined
}

/** Ties a view to what it reads: relations both ways, types and functions by hints. */
export function connectView(draft: Draft, view: View): void {
  put(draft, view)
  for (const read of view.reads) {
    const relation = relationOf(draft, read)
    if (relation !== undefined && 'dependentViews' in relation) {
      put(draft, { ...relation, dependentViews: withName(relation.dependentViews, view.name) })
    }
  }
  const user = keyOf(view.name)
  for (const type of view.query.types) hintType(draft, type, user)
  for (const call of view.query.calls) {
    if (call.function.schema !== 'pg_catalog') hint(draft, 'function', resolveRoutine(draft.catalog, call.function), user)
  }
}

/** Relations that a query reads, those never heard of as stubs, so that they know their readers; undefined where one is known to be gone. */
function readsOf(draft: Draft, query: Query): readonly QualifiedName[] {
  const reads: QualifiedName[] = []
  for (const read of query.reads) {
    // System catalogs and the information schema are nobody's to alter.
    if (read.schema === 'pg_catalog' || read.schema === 'information_schema' || read.name.startsWith('pg_')) continue
    const relation = target(draft, read, false)
    if (relation !== undefined && !reads.some(isName(relation.name))) reads.push(relation.name)
  }
  return reads
}

function replaceView(draft: Draft, view: View, operation: Operation<'CreateView'>): void {
  const columns = outputOf(draft, operation.query, operation.columns)
  if (columns !== undefined) {
    for (const [i, old] of view.columns.entries()) {
      const next = columns[i]
      if (i >= columns.length) refuse(draft, 'cannot drop columns from view')
      else if (old !== undefined && next !== undefined && old !== next) {
        refuse(draft, `cannot change name of view column "${old}" to "${next}"`)
      }
    }
  }
  for (const read of view.reads) {
    const relation = relationOf(draft, read)
    if (relation !== undefined && 'dependentViews' in relation) {
      put(draft, { ...relation, dependentViews: relation.dependentViews.filter(isNotName(view.name)) })
    }
  }
  connectView(draft, {
    ...view,
    query: operation.query,
    columns: columns ?? [],
    reads: readsOf(draft, operation.query),
    options: operation.options,
  })
}

export const viewCases = {
  CreateView(operation, draft) {
    const reads = readsOf(draft, operation.query)
    // A view over a temporary table is temporary itself.
    const temporary = operation.temporary || reads.some((read) => read.schema === 'pg_temp')
    const name = createdName(draft, operation.view, temporary)
    const existing = relationOf(draft, name)
    if (operation.replace && existing !== undefined) {
      if (existing.kind === 'view') return replaceView(draft, existing, operation)
      return refuse(draft, `"${name.name}" is not a view`)
    }
    if (!startCreate(draft, name, operation.replace)) return
    if (draft.refused !== undefined && reads.length === 0 && operation.query.reads.length > 0) return
    connectView(draft, {
      kind: 'view',
      name,
      origin: draft.origin,
      query: operation.query,
      columns: outputOf(draft, operation.query, operation.columns) ?? [],
      reads,
      dependentViews: [],
      indexes: [],
      populated: true,
      options: operation.options,
    })
  },

  CreateMaterializedView(operation, draft) {
    const name = createdName(draft, operation.view)
    if (!startCreate(draft, name, operation.ifNotExists)) return
    connectView(draft, {
      kind: 'materialized view',
      name,
      origin: draft.origin,
      query: operation.query,
      columns: outputOf(draft, operation.query, operation.columns) ?? [],
      reads: readsOf(draft, operation.query),
      dependentViews: [],
      indexes: [],
      populated: operation.withData,
    })
  },

  RefreshMaterializedView(operation, draft) {
    const view = viewOf(draft, resolve(draft.catalog, operation.view))
    if (view?.kind !== 'materialized view') return
    if (operation.concurrently && !view.populated) {
      refuse(draft, 'CONCURRENTLY cannot be used when the materialized view is not populated')
    }
    put(draft, { ...view, populated: operation.withData })
  },

  DropView(operation, draft) {
    const name = resolve(draft.catalog, operation.view)
    const relation = relationOf(draft, name)
    const word = operation.materialized ? 'materialized view' : 'view'
    if (relation === undefined) return dropAbsent(draft, operation.view, operation.ifExists, word)
    if (relation.kind !== word && relation.origin !== undefined) return refuse(draft, `"${name.name}" is not a ${word}`)
    const together = operation.together.map((each) => ({ kind: 'relation' as const, name: resolve(draft.catalog, each) }))
    drop(draft, { kind: 'relation', name }, operation.cascade, together)
  },

  RenameView(operation, draft) {
    renameFound(draft, operation.view, operation.to, operation.ifExists)
  },
} satisfies Partial<Cases<[Draft], void>>
