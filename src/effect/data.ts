import type { Table } from '../catalog/catalog.ts'
import { descendantsOf, findRelation, findTable, foreignKeysTo, keyOf, resolve } from '../catalog/lookup.ts'
import type { LockMode } from '../lock.ts'
import type { Name } from '../name.ts'
import { printName } from '../name.ts'
import type { Kind, ObjectKind, Operation } from '../operation.ts'
import type { Effect } from './effect.ts'
import { ownedSequences } from './owned.ts'
import { pins, queryEffects, through } from './read.ts'
import { type ForeignKey, foreignKeysOf } from './referenced.ts'
import { sequencesCalled } from './sequence-call.ts'
import type { At, EffectsOf, Labour } from './touch.ts'
import { hasRows, indexLocks, labour, none, touch } from './touch.ts'

export const dataCases = {
  Select: ({ query }, at) => queryEffects(query, at),

  Insert: (operation, at) => [
    touch(at, operation.table, 'ROW EXCLUSIVE'),
    ...underlying(operation.table, 'ROW EXCLUSIVE', none, at),
    ...(operation.query ? queryEffects(operation.query, at) : reading(operation.reads, at)),
    ...filledKeys(operation, at).map((key) => touch(at, key.references, 'ROW SHARE')),
    ...drawnSequences(operation, at),
  ],

  Update: (operation, at) => [
    ...changed(operation, 'every row that the WHERE may pick is read and written anew', at),
    ...updatedKeys(operation, at).map((key) => touch(at, key.references, 'ROW SHARE')),
    ...followers(resolve(at.catalog, operation.table), 'onUpdate', new Set(operation.columns), at),
    ...operation.assigned.flatMap(({ value }) =>
      sequencesCalled(value).map((name) => touch(at, name, 'ROW EXCLUSIVE', none, 'sequence')),
    ),
  ],

  Delete: (operation, at) => [
    ...changed(operation, 'every row is read to find those to delete', at),
    ...followers(resolve(at.catalog, operation.table), 'onDelete', undefined, at),
  ],

  Merge: (operation, at) => [
    ...changed({ ...operation, where: undefined }, 'every row is read to find those that match', at),
    ...foreignKeysOf(at, findTable(at.catalog, operation.table))
      .filter(() => operation.actions.some((action) => action === 'insert' || action === 'update'))
      .map((key) => touch(at, key.references, 'ROW SHARE')),
    ...(operation.actions.includes('delete') ? followers(resolve(at.catalog, operation.table), 'onDelete', undefined, at) : []),
  ],

  Copy: ({ table, from, query }, at) => {
    if (query) return queryEffects(query, at)
    if (table === undefined) return []
    if (!from) return [touch(at, table, 'ACCESS SHARE', labour('all its rows are read', 'scan'))]
    const keys = foreignKeysOf(at, findTable(at.catalog, table))
    return [touch(at, table, 'ROW EXCLUSIVE'), ...keys.map((key) => touch(at, key.references, 'ROW SHARE'))]
  },

  LockTable: ({ table, only, mode }, at) => {
    const relation = findRelation(at.catalog, table)
    if (relation?.kind === 'view') return lockView(relation.name, mode, at)
    return [touch(at, table, mode), ...(only ? [] : descendantsOf(at.catalog, table)).map(({ name }) => touch(at, name, mode))]
  },

  // What its body does is followed for all that call.
  Call: () => [],

  Truncate: (operation, at) => {
    const own = [
      resolve(at.catalog, operation.table),
      ...(operation.only ? [] : descendantsOf(at.catalog, operation.table).map(({ name }) => name)),
    ]
    const all = operation.cascade ? referencing(own, at) : own
    return all.flatMap((name) => [
      touch(at, name, 'ACCESS EXCLUSIVE'),
      ...(hasRows(at, name) ? indexLocks(at, name, 'ACCESS EXCLUSIVE') : []),
      ...(operation.restartIdentity ? ownedSequences(at, name).map((sequence) => touch(at, sequence, 'ACCESS EXCLUSIVE')) : []),
    ])
  },
} satisfies { [K in Kind]?: EffectsOf<K> }

/** The object kinds that are relations. */
export const relationKinds: ReadonlySet<ObjectKind> = new Set([
  'table',
  'foreign table',
  'view',
  'materialized view',
  'index',
  'sequence',
])

function changed(
  operation: Pick<Operation<'Update'>, 'table' | 'only' | 'reads' | 'where'>,
  because: string,
  at: At,
): readonly Effect[] {
  const work = pins(operation.where, operation.table, at) ? none : labour(because, 'scan')
  const own = operation.only
    ? [touch(at, operation.table, 'ROW EXCLUSIVE', work)]
    : through(operation.table, 'ROW EXCLUSIVE', work, at)
  return [...own, ...reading(operation.reads, at)]
}

function reading(names: readonly Name[], at: At): readonly Effect[] {
  return names.flatMap((name) => through(name, 'ACCESS SHARE', labour('the statement reads it', 'scan'), at))
}

/** What stands behind an updatable view. */
function underlying(name: Name, lock: LockMode, work: Labour, at: At): readonly Effect[] {
  return findRelation(at.catalog, name)?.kind === 'view' ? through(name, lock, work, at) : []
}

/** Foreign keys that an INSERT fills: those whose columns it lists, or all where it lists none. */
function filledKeys({ table, columns, rows }: Operation<'Insert'>, at: At): readonly ForeignKey[] {
  const known = findTable(at.catalog, table)
  return foreignKeysOf(at, known).filter((key) =>
    key.columns.every((column) => {
      const isListed = columns.includes(column) || (columns.length === 0 && rows !== 0)
      return isListed || known?.columns.some(({ name, default: fill }) => name === column && fill !== undefined)
    }),
  )
}

function updatedKeys({ table, columns }: Operation<'Update'>, at: At): readonly ForeignKey[] {
  return foreignKeysOf(at, findTable(at.catalog, table)).filter((key) => key.columns.some((column) => columns.includes(column)))
}

/** Sequences behind the columns that an INSERT leaves to their defaults. */
function drawnSequences({ table, columns, rows }: Operation<'Insert'>, at: At): readonly Effect[] {
  const known = findTable(at.catalog, table)
  const left = (known?.columns ?? []).filter(({ name }) => rows === 0 || (columns.length > 0 && !columns.includes(name)))
  return left.flatMap((column) => [
    ...(column.default ? sequencesCalled(column.default).map((name) => touch(at, name, 'ROW EXCLUSIVE', none, 'sequence')) : []),
    ...(column.identity && known
      ? ownedSequences(at, known.name, column.name).map((name) => touch(at, name, 'ROW EXCLUSIVE'))
      : []),
  ])
}

/**
 * The tables whose foreign keys look up, or follow, a row that is deleted or whose key changes: NO ACTION and RESTRICT lock the rows
 * that refer to it, CASCADE and SET change them, and so on down.
 */
function followers(
  table: ReturnType<typeof resolve>,
  event: 'onDelete' | 'onUpdate',
  columns: ReadonlySet<string> | undefined,
  at: At,
  seen: ReadonlySet<string> = new Set(),
): readonly Effect[] {
  if (seen.has(keyOf(table))) return []
  return keysTo(table, at).flatMap(({ table: other, constraint }) => {
    const key = foreignKeysOf(at, other).find((each) => each.constraint === constraint)
    const { definition } = constraint
    if (key === undefined || definition.kind !== 'foreign key' || !definition.enforced) return []
    if (columns !== undefined && !key.referencedColumns.some((column) => columns.has(column))) return []
    const action = definition[event]
    if (action === 'no action' || action === 'restrict') return [touch(at, other.name, 'ROW SHARE')]
    const because = `${constraint.name} makes its rows follow those of ${printName(table)}`
    const next =
      event === 'onDelete' && action === 'cascade'
        ? followers(other.name, event, undefined, at, new Set([...seen, keyOf(table)]))
        : []
    return [touch(at, other.name, 'ROW EXCLUSIVE', leads(other, key) ? none : labour(because, 'scan')), ...next]
  })
}

/** Whether an index finds the rows that refer to a key. */
function leads(table: Table, key: ForeignKey): boolean {
  return table.indexes.length > 0 && key.columns.length > 0
}

/** LOCK on a view reaches the tables and views that it reads. */
function lockView(view: ReturnType<typeof resolve>, mode: LockMode, at: At): readonly Effect[] {
  const relation = findRelation(at.catalog, view)
  if (relation?.kind === 'materialized view') return []
  const below = relation?.kind === 'view' ? relation.reads.flatMap((read) => lockView(read, mode, at)) : []
  const children = descendantsOf(at.catalog, view).map(({ name }) => touch(at, name, mode))
  return [touch(at, view, mode), ...children, ...below]
}

/** The foreign keys that refer to a table; what refers to a partitioned table refers to each of its partitions. */
function keysTo(name: Name, at: At): ReturnType<typeof foreignKeysTo> {
  const parent = findTable(at.catalog, name)?.partitionOf?.parent
  return [...foreignKeysTo(at.catalog, name), ...(parent === undefined ? [] : keysTo(parent, at))]
}

/** TRUNCATE … CASCADE: all tables with foreign keys to these, and so on, with their partitions. */
function referencing(names: readonly ReturnType<typeof resolve>[], at: At): readonly ReturnType<typeof resolve>[] {
  const found = new Map(names.map((name) => [keyOf(name), name]))
  for (const name of found.values()) {
    for (const { table } of keysTo(name, at)) {
      for (const each of [table.name, ...descendantsOf(at.catalog, table.name).map((child) => child.name)])
        found.set(keyOf(each), each)
    }
  }
  return [...found.values()]
}
