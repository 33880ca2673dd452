import type { QualifiedName } from '../name.ts'
import { sameName } from '../name.ts'
import type { ExcludeConstraint, IndexKey, PrimaryKeyConstraint, UniqueConstraint } from '../operation.ts'
import { type Adding, nameFree, store } from './adding.ts'
import type { Table } from './catalog.ts'
import { withColumn } from './column.ts'
import type { Draft } from './draft.ts'
import { hint, indexOf, put, refuse, tableOf, updateColumn, updateTable } from './draft.ts'
import { addIndex, lackingPartitionColumn, missingColumn } from './index.ts'
import { keyOf } from './lookup.ts'
import { relationNameTaken } from './names.ts'
import { moveRelation } from './rename.ts'

type Indexed = UniqueConstraint | PrimaryKeyConstraint | ExcludeConstraint

export function addIndexed(draft: Draft, table: Table, definition: Indexed, how: Adding) {
  if (definition.kind === 'primary key' && table.constraints.some((each) => each.definition.kind === 'primary key')) {
    return refuse(draft, `multiple primary keys for table "${table.name.name}" are not allowed`)
  }
  if (definition.kind !== 'exclude' && definition.usingIndex !== undefined) {
    return useIndex(draft, table, definition, definition.usingIndex)
  }
  const name = definition.name
  if (name !== undefined && relationNameTaken(draft.catalog, { schema: table.name.schema, name })) {
    return refuse(draft, `relation "${name}" already exists`)
  }
  if (!nameFree(draft, table, name)) return
  const keys = keysOf(definition)
  const include = definition.include ?? []
  const columns = keys.flatMap((key) => key.column ?? key.expression?.columns ?? [])
  const missing = missingColumn(table, [...columns, ...include])
  if (missing !== undefined) {
    return refuse(
      draft,
      definition.kind === 'exclude' ? `column "${missing}" does not exist` : `column "${missing}" named in key does not exist`,
    )
  }
  if (definition.kind !== 'exclude' && lackingPartitionColumn(table, columns) !== undefined) {
    refuse(draft, 'unique constraint on partitioned table must include all partitioning columns')
  }
  if (definition.kind === 'primary key') for (const column of columns) setNotNull(draft, table.name, column)
  const index = addIndex(draft, table.name, {
    name,
    label: definition.kind === 'primary key' ? 'pkey' : definition.kind === 'unique' ? 'key' : 'excl',
    unique: definition.kind !== 'exclude',
    method: definition.kind === 'exclude' ? definition.method : definition.withoutOverlaps ? 'gist' : 'btree',
    keys,
    include,
    where: definition.kind === 'exclude' ? definition.where : undefined,
    nullsNotDistinct: definition.kind === 'unique' && definition.nullsNotDistinct,
    options: definition.options ?? [],
    tablespace: definition.tablespace,
    constraint: definition,
    only: how.only,
    concurrently: false,
    partitionOf: undefined,
  })
  if (index !== undefined) hint(draft, 'constraint', index, keyOf(table.name))
}

/** PRIMARY KEY makes its columns NOT NULL, in children too. */
function setNotNull(draft: Draft, on: QualifiedName, column: string): void {
  updateTable(draft, on, (table) => withColumn(table, column))
  updateColumn(draft, on, column, { notNull: true })
  for (const child of tableOf(draft, on)?.children ?? []) setNotNull(draft, child, column)
}

export function keysOf(definition: Indexed): readonly IndexKey[] {
  const plain = { collation: undefined, operatorClass: undefined, order: 'asc', nulls: undefined } as const
  if (definition.kind !== 'exclude') return definition.columns.map((column) => ({ column, expression: undefined, ...plain }))
  return definition.elements.map(({ operator: _, operatorSchema: __, ...key }) => ({ ...plain, ...key }))
}

/** ADD CONSTRAINT … USING INDEX: the index is renamed to the constraint (manual, ALTER TABLE). */
function useIndex(draft: Draft, table: Table, definition: UniqueConstraint | PrimaryKeyConstraint, using: string) {
  const old = { schema: table.name.schema, name: using }
  const index = indexOf(draft, old)
  if (index === undefined) {
    const known = draft.catalog.relations.get(keyOf(old))
    if (known !== undefined || table.complete) refuse(draft, `index "${using}" does not exist`)
    if (known !== undefined || table.complete) return
  }
  if (index !== undefined && !sameName(index.table, table.name)) {
    return refuse(draft, `index "${using}" does not belong to table "${table.name.name}"`)
  }
  if (index?.constraint !== undefined) return refuse(draft, `index "${using}" is already associated with a constraint`)
  if (index?.valid === false) return refuse(draft, `index "${using}" is not valid`)
  if (index !== undefined && !index.unique) return refuse(draft, `"${using}" is not a unique index`)
  if (index?.keys.some((key) => key.expression !== undefined)) return refuse(draft, `index "${using}" contains expressions`)
  if (index?.where !== undefined) return refuse(draft, `"${using}" is a partial index`)
  const name = definition.name ?? using
  if (!nameFree(draft, table, name)) return
  const to = { schema: table.name.schema, name }
  if (name !== using && relationNameTaken(draft.catalog, to)) return refuse(draft, `relation "${name}" already exists`)
  if (index === undefined) {
    addUnknownIndex(draft, table, to)
  } else if (name !== using) moveRelation(draft, old, to)
  const made = indexOf(draft, to)
  const columns = made?.keys.flatMap((key) => key.column ?? []) ?? []
  if (made !== undefined) put(draft, { ...made, constraint: name })
  if (definition.kind === 'primary key') for (const column of columns) setNotNull(draft, table.name, column)
  store(draft, table.name, {
    name,
    definition: { ...definition, name, columns, include: made?.include ?? [], usingIndex: undefined },
    columns: [...columns, ...(made?.include ?? [])],
    validated: true,
    index: to,
    references: undefined,
    origin: draft.origin,
  })
}

/** An index that was there before and is now spoken of by its name alone. */
function addUnknownIndex(draft: Draft, table: Table, name: QualifiedName): void {
  put(draft, {
    kind: 'index',
    name,
    table: table.name,
    origin: undefined,
    unique: true,
    method: 'btree',
    keys: [],
    include: [],
    where: undefined,
    nullsNotDistinct: false,
    valid: true,
    builtConcurrently: false,
    constraint: undefined,
    partitionOf: undefined,
  })
  updateTable(draft, table.name, (known) => ({ ...known, indexes: [...known.indexes, name] }))
}
