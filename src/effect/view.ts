import { existence, findRelation, indexesOf } from '../catalog/lookup.ts'
import type { Kind } from '../operation.ts'
import { queryEffects, readsAlone, through } from './read.ts'
import type { EffectsOf } from './touch.ts'
import { created, labour, none, placeOf, rewritten, touch } from './touch.ts'

export const viewCases = {
  CreateView: (operation, at) => {
    const name = operation.temporary ? { schema: 'pg_temp', name: operation.view.name } : placeOf(at, operation.view)
    const replaced = operation.replace && existence(at.catalog, name) === 'exists'
    const own = replaced ? touch(at, name, 'ACCESS EXCLUSIVE', none, 'view') : created(name, 'view')
    return [own, ...readsAlone({ reads: operation.query.reads.filter((read) => printed(read) !== printed(operation.view)) }, at)]
  },

  CreateMaterializedView: (operation, at) => {
    if (operation.ifNotExists && existence(at.catalog, placeOf(at, operation.view)) === 'exists')
      return readsAlone(operation.query, at)
    const own = created(placeOf(at, operation.view), 'materialized view')
    return [own, ...(operation.withData ? queryEffects(operation.query, at) : readsAlone(operation.query, at))]
  },

  RefreshMaterializedView: (operation, at) => {
    const known = findRelation(at.catalog, operation.view)
    if (!operation.withData) {
      const indexes = indexesOf(at.catalog, operation.view).map((index) => touch(at, index.name, 'ACCESS EXCLUSIVE'))
      return [touch(at, operation.view, 'ACCESS EXCLUSIVE', none, 'materialized view'), ...indexes]
    }
    const reads = (known?.kind === 'materialized view' ? known.reads : []).flatMap((name) =>
      through(name, 'ACCESS SHARE', labour('the query of the materialized view reads it', 'scan'), at),
    )
    if (operation.concurrently) {
      const because = 'its rows are compared with those of a new run of its query'
      return [touch(at, operation.view, 'EXCLUSIVE', labour(because, 'scan'), 'materialized view'), ...reads]
    }
    const own = rewritten(at, operation.view, 'ACCESS EXCLUSIVE', 'its query runs anew and all its rows are written')
    return [
      ...own.map((effect, i) => (i === 0 && known === undefined ? { ...effect, kind: 'materialized view' as const } : effect)),
      ...reads,
    ]
  },

  RenameView: (operation, at) =>
    operation.ifExists && existence(at.catalog, operation.view) === 'absent'
      ? []
      : [touch(at, operation.view, 'ACCESS EXCLUSIVE', none, operation.materialized ? 'materialized view' : 'view')],
} satisfies { [K in Kind]?: EffectsOf<K> }

function printed(name: { readonly schema: string | undefined; readonly name: string }): string {
  return `${name.schema ?? ''}.${name.name}`
}
