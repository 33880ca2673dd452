import type { Name, QualifiedName } from '../name.ts'
import { sameName } from '../name.ts'
import type { Cases } from '../operation.ts'
import type { Index, Table, TableConstraint, View } from './catalog.ts'
import type { Draft } from './draft.ts'
import {
  erase,
  found,
  hintExpression,
  indexOf,
  put,
  refuse,
  relationOf,
  skip,
  tableOf,
  target,
  updateTable,
  writeRelation,
} from './draft.ts'
import { drop, dropAbsent } from './drop.ts'
import { isTable, keyOf, resolve, temporarySchema } from './lookup.ts'
import { indexColumnNames, indexName, relationNameTaken } from './names.ts'
import { attachedIndexes } from './part.ts'
import { moveRelation } from './rename.ts'

/** What tells one index from another, its name and place apart. */
export type IndexShape = Pick<Index, 'unique' | 'method' | 'keys' | 'include' | 'where' | 'nullsNotDistinct'>

export interface NewIndex extends IndexShape {
  readonly name: string | undefined
  readonly label: 'pkey' | 'key' | 'excl' | 'idx'
  readonly constraint: TableConstraint['definition'] | undefined
  readonly only: boolean
  readonly concurrently: boolean
  readonly partitionOf: QualifiedName | undefined
  readonly options?: readonly string[]
  readonly tablespace?: string | undefined
  /** Where it is a copy: the names of the original's columns. */
  readonly columnNames?: readonly string[]
}

/**
 * Builds an index, with the constraint it stands for, on a table or materialized view and, unless ONLY, on every partition, where an
 * index of the same shape is attached instead of a new one (manual, CREATE INDEX). Answers with its name.
 */
export function addIndex(draft: Draft, on: QualifiedName, wanted: NewIndex): QualifiedName | undefined {
  const owner = relationOf(draft, on)
  if (owner === undefined || !('indexes' in owner)) return undefined
  const columnNames = wanted.columnNames ?? indexColumnNames(wanted.keys, wanted.include)
  const name = {
    schema: on.schema,
    name: wanted.name ?? indexName(draft.catalog, on, columnNames, wanted.label),
  }
  const partitions = isTable(owner) && owner.kind === 'partitioned table' ? owner.children : []
  const index: Index = {
    kind: 'index',
    name,
    table: on,
    origin: draft.origin,
    unique: wanted.unique,
    method: wanted.method,
    keys: wanted.keys,
    include: wanted.include,
    where: wanted.where,
    nullsNotDistinct: wanted.nullsNotDistinct,
    options: wanted.options ?? [],
    tablespace: wanted.tablespace,
    valid: !wanted.only || partitions.length === 0,
    builtConcurrently: wanted.concurrently,
    constraint: wanted.constraint && name.name,
    partitionOf: wanted.partitionOf,
    columnNames,
  }
  put(draft, index)
  put(draft, withIndex(owner, index, wanted.constraint, draft))
  for (const key of index.keys) hintExpression(draft, key.expression, keyOf(on))
  hintExpression(draft, index.where, keyOf(on))
  if (!wanted.only) for (const partition of partitions) attachOrBuild(draft, index, wanted, partition, false)
  // A partition may have had an equal index that is not valid.
  if (!wanted.only && partitions.length > 0) revalidate(draft, name)
  return name
}

function withIndex(owner: Table | View, index: Index, definition: NewIndex['constraint'], draft: Draft): Table | View {
  const indexes = [...owner.indexes, index.name]
  if (definition === undefined || !isTable(owner)) return { ...owner, indexes }
  const columns = index.keys.flatMap((key) => key.column ?? [])
  const notNull = definition.kind === 'primary key'
  return {
    ...owner,
    indexes,
    columns: notNull
      ? owner.columns.map((column) => (columns.includes(column.name) ? { ...column, notNull: true } : column))
      : owner.columns,
    constraints: [
      ...owner.constraints,
      {
        name: index.name.name,
        definition: { ...definition, name: index.name.name },
        columns: [...new Set([...columns, ...index.include])],
        validated: true,
        index: index.name,
        references: undefined,
        origin: draft.origin,
        ...(index.partitionOf === undefined ? {} : { inherited: true }),
      },
    ],
  }
}

/**
 * Gives a partition its share of the parent's index: one that is there already, or a new one under a name of its own.
 * CREATE INDEX on the parent takes invalid ones too, ATTACH PARTITION does not.
 */
export function attachOrBuild(draft: Draft, parent: Index, wanted: NewIndex, partition: QualifiedName, onlyValid: boolean) {
  const table = tableOf(draft, partition)
  if (table === undefined || table.kind === 'foreign table') return
  const fits = table.indexes.find((name) => {
    const index = indexOf(draft, name)
    if (index === undefined || index.partitionOf !== undefined || (onlyValid && !index.valid) || !sameShape(index, parent))
      return false
    return (
      wanted.constraint === undefined ||
      table.constraints.some(
        (each) => each.index && sameName(each.index, name) && each.definition.kind === wanted.constraint?.kind,
      )
    )
  })
  if (fits !== undefined) return attachIndex(draft, fits, parent.name)
  addIndex(draft, partition, { ...wanted, name: undefined, partitionOf: parent.name, only: false })
}

/** What `addIndex` needs to know to build an index of the same kind elsewhere. */
export function likeIndex(draft: Draft, index: Index): NewIndex {
  const definition =
    index.constraint === undefined
      ? undefined
      : tableOf(draft, index.table)?.constraints.find((each) => each.name === index.constraint)?.definition
  const labels = { 'primary key': 'pkey', unique: 'key', exclude: 'excl' } as const
  const label = definition !== undefined && definition.kind in labels ? labels[definition.kind as keyof typeof labels] : 'idx'
  return { ...index, name: undefined, label, constraint: definition, only: false, concurrently: false, partitionOf: undefined }
}

export function attachIndex(draft: Draft, child: QualifiedName, parent: QualifiedName): void {
  const index = indexOf(draft, child)
  if (index === undefined) return
  put(draft, { ...index, partitionOf: parent })
  updateTable(draft, index.table, (table) => ({
    ...table,
    constraints: table.constraints.map((each) =>
      each.index && sameName(each.index, child) ? { ...each, inherited: true } : each,
    ),
  }))
}

export function sameShape(a: IndexShape, b: IndexShape): boolean {
  const shape = (index: IndexShape) =>
    JSON.stringify([
      index.unique,
      index.method,
      index.nullsNotDistinct,
      index.keys.map((key) => [key.column, key.expression && compact(key.expression.sql), key.operatorClass, key.collation]),
      index.include,
      index.where && compact(index.where.sql),
    ])
  return shape(a) === shape(b)
}

function compact(sql: string): string {
  return sql
    .replace(/[\s()]+/g, ' ')
    .trim()
    .toLowerCase()
}

/** The first column of an index that a complete table does not have. */
export function missingColumn(table: Table, columns: readonly (string | undefined)[]): string | undefined {
  if (!table.complete) return undefined
  return columns.find(
    (column) => column !== undefined && !isSystemColumn(column) && !table.columns.some((each) => each.name === column),
  )
}

/** Columns that every table has (manual 5.5). */
export function isSystemColumn(column: string): boolean {
  return ['tableoid', 'xmin', 'cmin', 'xmax', 'cmax', 'ctid'].includes(column)
}

export const indexCases = {
  CreateIndex(operation, draft) {
    const relation = target(draft, operation.table, false)
    if (relation === undefined || !('indexes' in relation)) return
    if (operation.index !== undefined) {
      const name = { schema: relation.name.schema, name: operation.index }
      relationOf(draft, name)
      if (relationNameTaken(draft.catalog, name)) {
        if (operation.ifNotExists) skip(draft, `relation "${operation.index}" already exists, skipping`)
        else refuse(draft, `relation "${operation.index}" already exists`)
        return
      }
    }
    if (isTable(relation)) {
      if (relation.kind === 'partitioned table' && operation.concurrently && relation.persistence !== 'temporary') {
        refuse(draft, `cannot create index on partitioned table "${relation.name.name}" concurrently`)
      }
      const missing = missingColumn(relation, [
        ...operation.keys.flatMap((key) => key.column ?? key.expression?.columns ?? []),
        ...operation.include,
        ...(operation.where?.columns ?? []),
      ])
      if (missing !== undefined) {
        refuse(draft, `column "${missing}" does not exist`)
        return
      }
      if (relation.kind === 'partitioned table' && operation.unique) refuseWithoutPartitionKey(draft, relation, operation)
    }
    const made = addIndex(draft, relation.name, {
      ...operation,
      // The server still takes the name of a method that GiST replaced.
      method: operation.method === 'rtree' ? 'gist' : operation.method,
      name: operation.index,
      label: 'idx',
      constraint: undefined,
      partitionOf: undefined,
    })
    // IF NOT EXISTS over a table that was there before: the index may have been, too.
    if (operation.ifNotExists && made !== undefined && isTable(relation) && !relation.complete) {
      draft.catalog = { ...draft.catalog, uncertain: draft.catalog.uncertain.add(keyOf(made)) }
    }
  },

  DropIndex(operation, draft) {
    const name = resolve(draft.catalog, operation.index)
    const relation = relationOf(draft, name)
    if (relation === undefined) return dropAbsent(draft, operation.index, operation.ifExists, 'index')
    if (relation.kind !== 'index') return refuse(draft, `"${name.name}" is not an index`)
    if (relation.constraint !== undefined) {
      refuse(
        draft,
        `cannot drop index ${name.name} because constraint ${relation.constraint} on table ${relation.table.name} requires it`,
      )
    } else if (relation.partitionOf !== undefined) {
      refuse(draft, `cannot drop index ${name.name} because index ${relation.partitionOf.name} requires it`)
    }
    const partitioned =
      relation.table.schema !== temporarySchema && relationOf(draft, relation.table)?.kind === 'partitioned table'
    if (operation.concurrently && partitioned) refuse(draft, `cannot drop partitioned index "${name.name}" concurrently`)
    drop(draft, { kind: 'relation', name }, operation.cascade)
  },

  RenameIndex(operation, draft) {
    renameFound(draft, operation.index, operation.to, operation.ifExists)
  },

  AttachIndex(operation, draft) {
    const parent = indexOf(draft, resolve(draft.catalog, operation.index))
    const child = indexOf(draft, resolve(draft.catalog, operation.partition))
    if (parent === undefined || child === undefined) return
    if (child.partitionOf !== undefined && sameName(child.partitionOf, parent.name)) return
    if (attachedIndexes(draft, parent.name).some((each) => sameName(indexOf(draft, each)?.table ?? each, child.table))) {
      return refuse(draft, `cannot attach index "${child.name.name}" as a partition of index "${parent.name.name}"`)
    }
    if (parent.constraint !== undefined && child.constraint === undefined) {
      return refuse(draft, `cannot attach index "${child.name.name}" as a partition of index "${parent.name.name}"`)
    }
    attachIndex(draft, child.name, parent.name)
    revalidate(draft, parent.name)
  },

  AlterIndex(operation, draft) {
    const index = found(draft, operation.index, operation.ifExists)
    if (index === undefined || index === 'unknown' || index.kind !== 'index') return
    if (operation.change === 'tablespace') put(draft, { ...index, tablespace: operation.tablespace })
    if (operation.change !== 'options') return
    const changed = operation.options ?? []
    const kept = (index.options ?? []).filter((option) => !changed.includes(option.replace(/=.*$/s, '')))
    const set = Object.entries(operation.values ?? {}).map(([name, value]) => `${name}=${value}`)
    put(draft, { ...index, options: [...kept, ...set] })
  },

  Reindex() {},
} satisfies Partial<Cases<[Draft], void>>

/** Children that indexes go to: foreign tables have none. */
function partitionsOf(draft: Draft, table: Table): readonly QualifiedName[] {
  return table.children.filter((child) => tableOf(draft, child)?.kind !== 'foreign table')
}

/** A parent's index is valid once every partition has a valid index attached to it. */
function revalidate(draft: Draft, name: QualifiedName): void {
  const index = indexOf(draft, name)
  const table = index && tableOf(draft, index.table)
  if (index === undefined || table === undefined) return
  const attached = attachedIndexes(draft, name).map((each) => indexOf(draft, each))
  const valid = partitionsOf(draft, table).every((child) => attached.some((each) => each?.valid && sameName(each.table, child)))
  if (valid === index.valid) return
  put(draft, { ...index, valid })
  if (valid && index.partitionOf !== undefined) revalidate(draft, index.partitionOf)
}

export { revalidate as revalidateIndex }

function refuseWithoutPartitionKey(draft: Draft, table: Table, index: IndexShape): void {
  const lacking = lackingPartitionColumn(
    table,
    index.keys.map((key) => key.column),
  )
  if (lacking !== undefined) refuse(draft, 'unique constraint on partitioned table must include all partitioning columns')
}

export function lackingPartitionColumn(table: Table, columns: readonly (string | undefined)[]): string | undefined {
  return table.partitionBy?.columns.find((column) => column !== undefined && !columns.includes(column))
}

/** As `renameRelation`; what is unknown is no more than gone under the old name and maybe there under the new one. */
export function renameFound(draft: Draft, written: Name, to: string, ifExists: boolean): void {
  const relation = found(draft, written, ifExists)
  if (relation === undefined) return
  if (relation !== 'unknown') return void renameRelation(draft, relation.name, to)
  const name = resolve(draft.catalog, written)
  erase(draft, name)
  const renamed = keyOf({ schema: name.schema, name: to })
  if (draft.catalog.relations.get(renamed)?.kind === 'dropped') writeRelation(draft, renamed, undefined)
}

/** Renames any relation in its schema; an index that stands for a constraint takes the constraint with it. */
export function renameRelation(draft: Draft, name: QualifiedName, to: string) {
  const renamed = { schema: name.schema, name: to }
  relationOf(draft, renamed)
  if (relationNameTaken(draft.catalog, renamed)) return refuse(draft, `relation "${to}" already exists`)
  const index = indexOf(draft, name)
  moveRelation(draft, name, renamed)
  if (index?.constraint === undefined) return
  put(draft, { ...index, name: renamed, constraint: to })
  updateTable(draft, index.table, (table) => ({
    ...table,
    constraints: table.constraints.map((each) =>
      each.name === index.constraint ? { ...each, name: to, definition: { ...each.definition, name: to } } : each,
    ),
  }))
}
