import { existence, findTable, indexesOf, resolve } from '../catalog/lookup.ts'
import type { Kind, Operation } from '../operation.ts'
import { differenceOf } from './difference.ts'
import type { Effect } from './effect.ts'
import { madeBy } from './made.ts'
import { beside, pointing, pointingLock } from './partition.ts'
import { queryEffects, readsAlone } from './read.ts'
import { foreignKeysOf, referencedBy } from './referenced.ts'
import type { At, EffectsOf } from './touch.ts'
import { created, isSame, none, placeOf, touch } from './touch.ts'

export const createTableCases = {
  CreateTable: (operation, at) => {
    if (operation.ifNotExists && existence(at.catalog, placeOf(at, operation.table)) === 'exists') return []
    const keys = [...operation.constraints, ...operation.columns.flatMap((column) => column.constraints)]
    const own = ownName(operation, at)
    return [
      ...madeBy(differenceOf(operation, at), at),
      ...keys.flatMap((key) =>
        key.kind === 'foreign key' && !isSame(resolve(at.catalog, key.references), own)
          ? referencedBy(at, key.references, 'SHARE ROW EXCLUSIVE')
          : [],
      ),
      ...operation.inherits.map((parent) => touch(at, parent, 'SHARE UPDATE EXCLUSIVE')),
      ...operation.like.map(({ source }) => touch(at, source, 'ACCESS SHARE')),
      ...partitionEffects(operation, at),
    ]
  },

  CreateTableAs: (operation, at) => {
    if (operation.ifNotExists && existence(at.catalog, placeOf(at, operation.table)) === 'exists')
      return readsAlone(operation.query, at)
    const made = madeBy(differenceOf(operation, at), at)
    const own = made.length > 0 ? made : [created(ownName(operation, at), 'table')]
    return [...own, ...(operation.withData ? queryEffects(operation.query, at) : readsAlone(operation.query, at))]
  },
} satisfies { [K in Kind]?: EffectsOf<K> }

function ownName(operation: Pick<Operation<'CreateTable'>, 'table' | 'persistence'>, at: At): Effect['relation'] {
  if (operation.persistence === 'temporary') return { schema: 'pg_temp', name: operation.table.name }
  return placeOf(at, operation.table)
}

/** CREATE TABLE … PARTITION OF: the parent and its DEFAULT partition wait for everyone, unlike with ATTACH. */
function partitionEffects({ partitionOf }: Operation<'CreateTable'>, at: At): readonly Effect[] {
  if (partitionOf === undefined) return []
  const { parent, bound } = partitionOf
  return [
    touch(at, parent, 'ACCESS EXCLUSIVE', none, 'partitioned table'),
    ...indexesOf(at.catalog, parent).map((index) => touch(at, index.name, 'SHARE UPDATE EXCLUSIVE')),
    ...(bound.isDefault ? [] : beside(parent, bound, at)),
    ...foreignKeysOf(at, findTable(at.catalog, parent)).flatMap((key) => referencedBy(at, key.references, 'SHARE ROW EXCLUSIVE')),
    ...pointing(parent, at).map(({ name }) => touch(at, name, pointingLock(at))),
  ]
}
