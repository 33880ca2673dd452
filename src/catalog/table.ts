import type { QualifiedName } from '../name.ts'
import type { Cases, Constraint, Operation } from '../operation.ts'
import type { Table, TableColumn } from './catalog.ts'
import { constraintsOf, makeColumn, mergeColumns, ownSequence, unknownColumn } from './column.ts'
import { addConstraint } from './constraint.ts'
import { startCreate } from './create.ts'
import type { Draft } from './draft.ts'
import {
  createdName,
  emptyTable,
  hint,
  hintTable,
  put,
  refuse,
  relationOf,
  stub,
  tableOf,
  target,
  targetTable,
  typeOf,
  updateTable,
  viewOf,
  withName,
} from './draft.ts'
import { drop, dropAbsent } from './drop.ts'
import { addIndex, likeIndex, renameRelation } from './index.ts'
import { isTable, keyOf, resolve, resolveType } from './lookup.ts'
import { relationNameTaken, sequenceName } from './names.ts'
import { ownedSequences } from './part.ts'
import { connectPartition, inheritChecks } from './partition.ts'
import { moveRelation } from './rename.ts'
import { addSetting } from './table-setting.ts'
import { outputOf } from './view.ts'

type CreateTable = Operation<'CreateTable'>

/** A parent named in CREATE TABLE. */
function parentOf(draft: Draft, name: CreateTable['table'], kind: Table['kind']): Table | undefined {
  const resolved = resolve(draft.catalog, name)
  if (!draft.catalog.relations.has(keyOf(resolved))) return stub(draft, resolved, kind)
  const relation = target(draft, name, false)
  return relation !== undefined && isTable(relation) ? relation : undefined
}

interface LikeSource {
  readonly source: Table
  readonly including: readonly string[]
}

/** What LIKE copies from: a table, or the columns of a view or composite type. */
function likeSource(draft: Draft, like: CreateTable['like'][number]): readonly LikeSource[] {
  const view = viewOf(draft, resolve(draft.catalog, like.source))
  const type = typeOf(draft, resolveType(draft.catalog, like.source))
  const attributes =
    type?.kind === 'composite' ? type.attributes : view?.columns.flatMap((name) => (name ? { name, type: undefined } : []))
  if (attributes !== undefined) {
    const complete = type !== undefined || (view?.columns.length ?? 0) > 0
    const columns = attributes.map((each) => plainColumn(draft, each))
    return [{ source: { ...emptyTable(resolve(draft.catalog, like.source)), complete, columns }, including: like.including }]
  }
  const source = parentOf(draft, like.source, 'table')
  return source === undefined ? [] : [{ source, including: like.including }]
}

function makeTable(
  draft: Draft,
  operation: CreateTable,
): { readonly table: Table; readonly sources: readonly LikeSource[] } | undefined {
  const name = createdName(draft, operation.table, operation.persistence === 'temporary')
  if (!startCreate(draft, name, operation.ifNotExists)) return undefined
  const partitioned = operation.partitionOf && parentOf(draft, operation.partitionOf.parent, 'partitioned table')
  const inherited = operation.inherits.map((parent) => parentOf(draft, parent, 'table'))
  if (operation.partitionOf !== undefined && partitioned === undefined) return undefined
  const parents = [partitioned, ...inherited].filter((parent) => parent !== undefined)
  const sources = operation.like.flatMap((like) => likeSource(draft, like))
  const seen = new Set<string>()
  for (const column of operation.columns) {
    if (seen.has(column.name)) refuse(draft, `column "${column.name}" specified more than once`)
    seen.add(column.name)
  }
  const typed = operation.ofType && typeOf(draft, resolveType(draft.catalog, operation.ofType))
  const own: TableColumn[] = [
    ...(typed?.kind === 'composite' ? typed.attributes.map((each) => plainColumn(draft, each)) : []),
    ...sources.flatMap(({ source, including }) => source.columns.map((column) => likeColumn(draft, name, column, including))),
  ]
  const table: Table = {
    ...emptyTable(name),
    kind: operation.partitionBy ? 'partitioned table' : operation.foreignServer === undefined ? 'table' : 'foreign table',
    origin: draft.origin,
    complete:
      parents.every((parent) => parent.complete) &&
      sources.every(({ source }) => source.complete) &&
      (operation.ofType === undefined || typed !== undefined),
    persistence: name.schema === 'pg_temp' ? 'temporary' : operation.persistence,
    partitionBy: operation.partitionBy,
    partitionOf: partitioned && operation.partitionOf && { parent: partitioned.name, bound: operation.partitionOf.bound },
    ofType: typed?.name,
    inherits: inherited.filter((parent) => parent !== undefined).map((parent) => parent.name),
    accessMethod: operation.accessMethod,
    tablespace: operation.tablespace,
    options: optionsOf(operation.options ?? []),
    mayHaveRows: draft.catalog.uncertain.has(keyOf(name)) || operation.foreignServer !== undefined,
  }
  // The sequences of serial and identity columns get their names before the table is there.
  const written = operation.columns.map((column) => {
    const made = makeColumn(draft, name, column)
    const overrides = partitioned !== undefined || operation.ofType !== undefined
    return overrides ? { ...made, type: undefined, collation: undefined } : made
  })
  const base = typed === undefined ? own : []
  const merged = mergeColumns(draft, [...base, ...written], typed === undefined ? parents : [{ ...table, columns: own }])
  const columns = typed === undefined ? merged : merged.map(({ inherited: _, ...column }) => column)
  const made = { ...table, columns }
  put(draft, made)
  hintTable(draft, made)
  if (typed !== undefined) hint(draft, 'type', typed.name, keyOf(name))
  for (const { source, including } of sources) copyLike(draft, name, source, including)
  return { table: made, sources }
}

/** Storage parameters from `name=value`; one without a value is true. */
function optionsOf(options: readonly string[]): Table['options'] {
  return new Map(
    options.map((text) => {
      const [name = '', ...value] = text.split('=')
      return [name.toLowerCase(), value.length === 0 ? undefined : value.join('=')] as const
    }),
  )
}

function plainColumn(draft: Draft, attribute: { readonly name: string; readonly type: TableColumn['type'] }): TableColumn {
  return { ...unknownColumn(attribute.name), type: attribute.type, notNull: false, origin: draft.origin }
}

function includes(including: readonly string[], what: string): boolean {
  return including.includes('all') || including.includes(what)
}

function likeColumn(draft: Draft, table: QualifiedName, column: TableColumn, including: readonly string[]): TableColumn {
  const identity = includes(including, 'identity') ? column.identity : undefined
  if (identity !== undefined) {
    const name = { schema: table.schema, name: sequenceName(draft.catalog, table, column.name) }
    ownSequence(draft, name, table, column.name, column.type)
  }
  return {
    name: column.name,
    type: column.type,
    collation: column.collation,
    notNull: column.notNull,
    default: includes(including, 'defaults') ? column.default : undefined,
    generated: includes(including, 'generated') ? column.generated : undefined,
    identity,
    origin: draft.origin,
  }
}

/** LIKE … INCLUDING CONSTRAINTS keeps the names of CHECKs; INCLUDING INDEXES makes new names; foreign keys are never copied. */
function copyLike(draft: Draft, name: QualifiedName, source: Table, including: readonly string[]): void {
  for (const { definition } of source.constraints) {
    const copied = definition.kind === 'not null' || (definition.kind === 'check' && includes(including, 'constraints'))
    if (copied) addConstraint(draft, name, definition, { inherited: false, only: true, created: true })
  }
}

function copyIndexes(draft: Draft, name: QualifiedName, source: Table): void {
  for (const indexName of source.indexes) {
    const index = relationOf(draft, indexName)
    if (index?.kind === 'index') addIndex(draft, name, likeIndex(draft, index))
  }
}

/** A key written twice in one CREATE TABLE is made once, under the first name written for it; a PRIMARY KEY comes first. */
function withoutRepeats(constraints: readonly Constraint[]): readonly Constraint[] {
  const kept: Constraint[] = constraints.filter((each) => each.kind === 'primary key')
  for (const each of constraints) {
    if (each.kind === 'primary key') continue
    const same = each.kind === 'unique' ? kept.findIndex((other) => isSameKey(other, each)) : -1
    const first = kept[same]
    if (first === undefined) kept.push(each)
    else kept[same] = { ...first, name: first.name ?? each.name }
  }
  return kept
}

function isSameKey(a: Constraint, b: Constraint): boolean {
  if (a.kind !== 'unique' && a.kind !== 'primary key') return false
  if (b.kind !== 'unique') return false
  return (
    a.columns.join('\0') === b.columns.join('\0') &&
    a.include.join('\0') === b.include.join('\0') &&
    a.deferrable === b.deferrable &&
    (a.kind === 'unique' && a.nullsNotDistinct) === b.nullsNotDistinct
  )
}

export const tableCases = {
  CreateTable(operation, draft) {
    const made = makeTable(draft, operation)
    if (made === undefined) return
    const { table, sources } = made
    const { name } = table
    for (const parentName of table.inherits) {
      const parent = tableOf(draft, parentName)
      if (parent === undefined) continue
      updateTable(draft, parentName, (known) => ({ ...known, children: withName(known.children, name) }))
      inheritChecks(draft, name, parent, true)
    }
    const all = withoutRepeats([...operation.columns.flatMap(constraintsOf), ...operation.constraints])
    const add = (kinds: readonly Constraint['kind'][]) => {
      for (const definition of all) {
        if (kinds.includes(definition.kind)) {
          addConstraint(draft, name, definition, { inherited: false, only: false, created: true })
        }
      }
    }
    // The order in which the server makes them decides who gets an unnumbered name.
    const parent = operation.partitionOf && tableOf(draft, resolve(draft.catalog, operation.partitionOf.parent))
    if (parent !== undefined) inheritChecks(draft, name, parent, true)
    add(['check', 'not null'])
    if (parent !== undefined && operation.partitionOf !== undefined) {
      connectPartition(draft, name, parent, operation.partitionOf.bound, true)
    }
    add(['primary key'])
    add(['unique', 'exclude'])
    for (const { source, including } of sources) if (includes(including, 'indexes')) copyIndexes(draft, name, source)
    add(['foreign key'])
  },

  CreateTableAs(operation, draft) {
    const name = createdName(draft, operation.table, operation.persistence === 'temporary')
    if (!startCreate(draft, name, operation.ifNotExists)) return
    const output = outputOf(draft, operation.query, operation.columns)
    const reads = operation.query.reads.map((read) => tableOf(draft, resolve(draft.catalog, read)))
    const only = reads.length === 1 ? reads[0] : undefined
    const table: Table = {
      ...emptyTable(name),
      origin: draft.origin,
      complete: output?.every((column) => column !== undefined) ?? false,
      persistence: name.schema === 'pg_temp' ? 'temporary' : operation.persistence,
      columns: (output ?? []).flatMap((column) => {
        if (column === undefined) return []
        // A column that goes by the same name where it is read keeps its type where nothing else can stand behind it.
        const same = operation.columns.length === 0 ? only?.columns.find((each) => each.name === column) : undefined
        const bare = same !== undefined && !/\bas\b|\(/i.test(operation.query.sql)
        return [{ ...plainColumn(draft, { name: column, type: bare ? same.type : undefined }), notNull: false }]
      }),
      mayHaveRows: operation.withData,
    }
    put(draft, table)
    hintTable(draft, table)
  },

  DropTable(operation, draft) {
    const name = resolve(draft.catalog, operation.table)
    const relation = relationOf(draft, name)
    const word = operation.foreign ? 'foreign table' : 'table'
    // The server minds no table named twice.
    const twice = operation.together.filter((each) => keyOf(resolve(draft.catalog, each)) === keyOf(name)).length > 1
    if (relation === undefined && twice) return
    if (relation === undefined) return dropAbsent(draft, operation.table, operation.ifExists, word)
    if (!isTable(relation) || (relation.kind === 'foreign table') !== operation.foreign) {
      if (!isTable(relation) || relation.origin !== undefined) {
        return refuse(draft, `"${name.name}" is not a ${word}`)
      }
    }
    const together = operation.together.map((each) => ({ kind: 'relation' as const, name: resolve(draft.catalog, each) }))
    drop(draft, { kind: 'relation', name }, operation.cascade, together)
  },

  RenameTable(operation, draft) {
    const relation = target(draft, operation.table, operation.ifExists)
    if (relation !== undefined) renameRelation(draft, relation.name, operation.to)
  },

  SetTableSchema(operation, draft) {
    const relation = target(draft, operation.table, operation.ifExists)
    if (relation !== undefined) moveToSchema(draft, relation.name, operation.schema)
  },

  SetTableOwner(operation, draft) {
    target(draft, operation.table, operation.ifExists)
    addSetting(draft, operation)
  },

  OfType(operation, draft) {
    const type = resolveType(draft.catalog, operation.type)
    change(draft, operation, { ofType: type })
    hint(draft, 'type', type, keyOf(resolve(draft.catalog, operation.table)))
  },
  NotOfType(operation, draft) {
    change(draft, operation, { ofType: undefined })
  },

  SetLogged(operation, draft) {
    change(draft, operation, { persistence: operation.logged ? 'permanent' : 'unlogged' })
  },
  SetTablespace(operation, draft) {
    change(draft, operation, { tablespace: operation.tablespace })
  },
  SetAccessMethod(operation, draft) {
    change(draft, operation, { accessMethod: operation.method })
  },
  SetTableOptions(operation, draft) {
    const table = targetTable(draft, operation)
    if (table === undefined) return
    const options = new Map(table.options)
    for (const [option, value] of Object.entries(operation.options)) {
      if (operation.reset) options.delete(option)
      else options.set(option, value)
    }
    put(draft, { ...table, options })
  },
  ClusterOn(operation, draft) {
    const table = targetTable(draft, operation)
    if (table === undefined) return
    if (table.complete && !table.indexes.some((index) => index.name === operation.index)) {
      return refuse(draft, `index "${operation.index}" for table "${table.name.name}" does not exist`)
    }
    put(draft, { ...table, clusteredOn: operation.index })
  },
  SetWithoutCluster(operation, draft) {
    change(draft, operation, { clusteredOn: undefined })
  },
  SetWithoutOids(operation, draft) {
    targetTable(draft, operation)
  },
  ReplicaIdentity(operation, draft) {
    const table = targetTable(draft, operation)
    if (table === undefined) return
    const { index } = operation
    if (index !== undefined && table.complete && !table.indexes.some((each) => each.name === index)) {
      return refuse(draft, `index "${index}" for table "${table.name.name}" does not exist`)
    }
    put(draft, { ...table, replicaIdentity: operation.identity })
  },
  SetRowSecurity(operation, draft) {
    if (operation.change === 'enable') change(draft, operation, { rowSecurity: true })
    else if (operation.change === 'disable') change(draft, operation, { rowSecurity: false })
    else targetTable(draft, operation)
    addSetting(draft, operation)
  },
  SetTrigger(operation, draft) {
    const table = targetTable(draft, operation)
    const { trigger } = operation
    if (table === undefined) return
    const isMeant = (name: string) => trigger === 'ALL' || trigger === 'USER' || name === trigger
    if (table.complete && trigger !== 'ALL' && trigger !== 'USER' && !table.triggers.some((each) => each.name === trigger)) {
      return refuse(draft, `trigger "${trigger}" for table "${table.name.name}" does not exist`)
    }
    const state = operation.state === 'enabled' ? undefined : operation.state
    if (!table.triggers.some((each) => isMeant(each.name) && each.state !== state)) return
    put(draft, { ...table, triggers: table.triggers.map((each) => (isMeant(each.name) ? { ...each, state } : each)) })
  },
  SetRule(operation, draft) {
    targetTable(draft, operation)
  },
  MoveAllInTablespace() {},
} satisfies Partial<Cases<[Draft], void>>

function change(
  draft: Draft,
  operation: { readonly table: CreateTable['table']; readonly ifExists: boolean },
  to: Partial<Table>,
): void {
  const table = targetTable(draft, operation)
  if (table !== undefined) put(draft, { ...table, ...to })
}

/** Indexes and owned sequences go along with their table (manual, ALTER TABLE, SET SCHEMA). */
export function moveToSchema(draft: Draft, name: QualifiedName, schema: string) {
  if (name.schema === schema) return
  const relation = relationOf(draft, name)
  const to = { schema, name: name.name }
  relationOf(draft, to)
  if (relationNameTaken(draft.catalog, to)) return refuse(draft, `relation "${name.name}" already exists in schema "${schema}"`)
  if (draft.catalog.schemas.get(schema)?.dropped) refuse(draft, `schema "${schema}" does not exist`)
  const sequences = relation !== undefined && isTable(relation) ? ownedSequences(draft, name) : []
  moveRelation(draft, name, to)
  if (relation !== undefined && 'indexes' in relation) {
    for (const index of relation.indexes) moveRelation(draft, index, { schema, name: index.name })
  }
  for (const sequence of sequences) moveRelation(draft, sequence, { schema, name: sequence.name })
}
