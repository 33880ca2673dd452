import type { Catalog, RelationKind, Table } from '../catalog/catalog.ts'
import {
  creationSchema,
  descendantsOf,
  existence,
  findRelation,
  findTable,
  indexesOf,
  keyOf,
  resolve,
} from '../catalog/lookup.ts'
import type { LockMode } from '../lock.ts'
import type { Name, QualifiedName } from '../name.ts'
import type { Kind, Operation } from '../operation.ts'
import type { Effect, Server, Work } from './effect.ts'

/** What an operation meets: the schema that it sees and the server that it runs on. */
export interface At {
  readonly catalog: Catalog
  readonly server: Server
}

/** What operations of one kind lock and do. */
export type EffectsOf<K extends Kind> = (operation: Operation<K>, at: At) => readonly Effect[]

/** The work on one relation and why there is any. */
export interface Labour {
  readonly work: readonly Work[]
  readonly because: string | undefined
}

export const none: Labour = { work: [], because: undefined }

export function labour(because: string, ...work: readonly Work[]): Labour {
  return { work, because }
}

/** Both, with the reason of the first that has one. */
export function and(a: Labour, b: Labour): Labour {
  return { work: [...a.work, ...b.work], because: a.because ?? b.because }
}

/** The effect on one relation; `fallback` is its kind where the catalog does not know it. */
export function touch(
  at: At,
  name: Name,
  lock: LockMode,
  { work, because }: Labour = none,
  fallback: RelationKind = 'table',
): Effect {
  const relation = resolve(at.catalog, name)
  const kind = findRelation(at.catalog, relation)?.kind ?? fallback
  return { relation, kind, lock, work: new Set(work), because: work.length > 0 ? because : undefined, existed: true }
}

/** Where something is made: in the first schema of the search_path, whatever another schema of it has under that name. */
export function placeOf(at: At, { schema, name }: Name): QualifiedName {
  return { schema: schema ?? creationSchema(at.catalog), name }
}

export function created(relation: QualifiedName, kind: RelationKind, labour: Labour = none): Effect {
  return { ...untouched, relation, kind, work: new Set(labour.work), because: labour.because }
}

const untouched = { lock: 'ACCESS EXCLUSIVE', existed: false } as const

/** Whether a table has rows of its own to work on: a partitioned table has them in its partitions, a foreign table elsewhere. */
export function hasStorage(kind: RelationKind): boolean {
  return kind === 'table' || kind === 'materialized view'
}

/**
 * A lock on a table and, unless ONLY is written, on all that inherit from it or are its partitions; `labourOn` says what is
 * done with each that has rows.
 */
export function family(
  at: At,
  { table, only }: { readonly table: Name; readonly only: boolean },
  lock: LockMode,
  labourOn: (table: Table | undefined) => Labour = () => none,
): readonly Effect[] {
  const known = findTable(at.catalog, table)
  return [
    touch(at, table, lock, hasRows(at, table) ? labourOn(known) : none),
    ...(only ? [] : descendantsOf(at.catalog, table)).map((child) =>
      touch(at, child.name, lock, hasStorage(child.kind) ? labourOn(child) : none),
    ),
  ]
}

/** As `hasStorage`, for a name; what is unknown has rows. */
export function hasRows(at: At, name: Name): boolean {
  const relation = findRelation(at.catalog, name)
  return relation === undefined || hasStorage(relation.kind)
}

/** All indexes of a table that is written anew are built anew under its lock. */
export function rewritten(at: At, name: Name, lock: LockMode, because: string): readonly Effect[] {
  const indexes = indexesOf(at.catalog, name)
  const work = labour(because, 'rewrite', ...(indexes.length > 0 ? (['index build'] as const) : []))
  return [
    touch(at, name, lock, work),
    ...indexes.map((index) => touch(at, index.name, 'ACCESS EXCLUSIVE', labour(because, 'index build'))),
  ]
}

/** As `family`, every table with rows written anew, which takes ACCESS EXCLUSIVE. */
export function familyRewritten(
  at: At,
  { table, only }: { readonly table: Name; readonly only: boolean },
  because: string,
): readonly Effect[] {
  const names = [resolve(at.catalog, table), ...(only ? [] : descendantsOf(at.catalog, table).map(({ name }) => name))]
  return names.flatMap((name) =>
    hasRows(at, name) ? rewritten(at, name, 'ACCESS EXCLUSIVE', because) : [touch(at, name, 'ACCESS EXCLUSIVE')],
  )
}

/** Locks on a table's parents, its siblings left out. */
export function parentOf(table: Table | undefined): QualifiedName | undefined {
  return table?.partitionOf?.parent
}

/** The DEFAULT partition of a partitioned table. */
export function defaultPartitionOf(at: At, parent: Name): Table | undefined {
  return (findTable(at.catalog, parent)?.children ?? [])
    .flatMap((child) => findTable(at.catalog, child) ?? [])
    .find((child) => child.partitionOf?.bound.isDefault === true)
}

export function isSame(a: QualifiedName, b: QualifiedName): boolean {
  return keyOf(a) === keyOf(b)
}

/** A statement with IF EXISTS on what is known not to exist does nothing. */
export function absent(at: At, operation: { readonly table: Name; readonly ifExists: boolean }): boolean {
  return operation.ifExists && existence(at.catalog, operation.table) === 'absent'
}

/** The same lock on every index of a table. */
export function indexLocks(at: At, table: Name, lock: LockMode): readonly Effect[] {
  return indexesOf(at.catalog, table).map((index) => touch(at, index.name, lock))
}
