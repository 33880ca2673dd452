import type { Table } from '../catalog/catalog.ts'
import { descendantsOf, findRelation, indexesOf, isTable } from '../catalog/lookup.ts'
import type { Expression, Query } from '../expression.ts'
import type { LockMode } from '../lock.ts'
import type { Name } from '../name.ts'
import { printName } from '../name.ts'
import type { Effect } from './effect.ts'
import { sequencesCalled } from './sequence-call.ts'
import type { At, Labour } from './touch.ts'
import { hasStorage, labour, none, touch } from './touch.ts'

/** A query that runs: what it reads, through views too, with the partitions and inheriting tables of each table; FOR UPDATE takes ROW SHARE. */
export function queryEffects(query: Query, at: At): readonly Effect[] {
  const locked = new Set(query.locks.map(printName))
  const isPinned = query.reads.length === 1 && query.reads.every((name) => pins(query.where, name, at))
  const work = isPinned ? none : labour('the query reads it', 'scan')
  return [
    ...query.reads.flatMap((name) => through(name, locked.has(printName(name)) ? 'ROW SHARE' : 'ACCESS SHARE', work, at)),
    ...query.locks.flatMap((name) => through(name, 'ROW SHARE', none, at)),
    ...sequencesCalled(query).map((name) => touch(at, name, 'ROW EXCLUSIVE', none, 'sequence')),
  ]
}

/** A query that is only looked at: the relations it names. */
export function readsAlone(query: Pick<Query, 'reads'>, at: At): readonly Effect[] {
  return query.reads.map((name) => touch(at, name, 'ACCESS SHARE'))
}

/** A lock on a relation, on what a view reads, and on the children of tables. */
export function through(name: Name, lock: LockMode, work: Labour, at: At): readonly Effect[] {
  const relation = findRelation(at.catalog, name)
  if (relation?.kind === 'view') {
    return [touch(at, name, lock), ...relation.reads.flatMap((read) => through(read, lock, work, at))]
  }
  const own = touch(at, name, lock, relation === undefined || hasStorage(relation.kind) ? work : none)
  return [
    own,
    ...descendantsOf(at.catalog, name).map((child) => touch(at, child.name, lock, hasStorage(child.kind) ? work : none)),
  ]
}

/** Whether a WHERE picks rows by a unique key, each column of it compared with constants: then the work is a few rows, whatever the table's size. */
export function pins(where: Expression | undefined, table: Name, at: At): boolean {
  if (where === undefined) return false
  const fixed = new Set(where.conjuncts.flatMap((branch) => fixedColumn(branch, where) ?? []))
  if (fixed.size === 0) return false
  const known = findRelation(at.catalog, table)
  return (
    indexesOf(at.catalog, table).some(
      (index) =>
        index.unique &&
        index.valid &&
        index.where === undefined &&
        index.keys.every((key) => key.column !== undefined && fixed.has(key.column)),
    ) || hasUniqueKey(known !== undefined && isTable(known) ? known : undefined, fixed)
  )
}

function hasUniqueKey(table: Table | undefined, fixed: ReadonlySet<string>): boolean {
  return (table?.constraints ?? []).some(
    ({ definition }) =>
      (definition.kind === 'primary key' || definition.kind === 'unique') &&
      definition.columns.length > 0 &&
      definition.columns.every((column) => fixed.has(column)),
  )
}

/** The column of `c = 1`, `t.c = $1` or `c IN (1, 2)`. */
function fixedColumn(branch: string, { columns, hasSubquery }: Expression): string | undefined {
  if (hasSubquery) return undefined
  const text = branch.replace(/^\( (.*) \)$/, '$1')
  const [, name, rest] = /^(?:(?:"(?:[^"]|"")*"|[\w$]+) \. )?("(?:[^"]|"")*"|[\w$]+) (?:=|in) (.+)$/i.exec(text) ?? []
  if (name === undefined || rest === undefined) return undefined
  const column = name.startsWith('"') ? name.slice(1, -1).replaceAll('""', '"') : name.toLowerCase()
  const isConstant = !rest
    .split(' ')
    .some((token) => columns.includes(token.replaceAll('"', '')) || /^(?:any|all|or)$/i.test(token))
  return isConstant ? column : undefined
}
