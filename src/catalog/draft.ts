import { Set as PersistentSet } from 'immutable'
import type { Expression } from '../expression.ts'
import type { Name, QualifiedName } from '../name.ts'
import { printName } from '../name.ts'
import type { TypeName } from '../type-name.ts'
import type { Catalog, Index, Origin, Relation, Table, TableColumn, TableConstraint, Type, View } from './catalog.ts'
import { creationSchema, type HintKind, isTable, keyOf, resolve, resolveRoutine, resolveType, temporarySchema } from './lookup.ts'

/** The catalog while one operation is applied to it. It lives in one call of `apply` only. */
export interface Draft {
  catalog: Catalog
  readonly origin: Origin
  /** The operation may or may not run: what it makes or drops is not certain. */
  readonly conditional: boolean
  /** The server's major version; undefined: the newest. */
  readonly postgres: number | undefined
  /** Keys that the verdict rests on. */
  readonly about: Set<string>
  /** Keys of the relations written to: `writeRelation` alone writes. */
  readonly touched: Set<string>
  refused: string | undefined
  skipped: string | undefined
}

/** Partitions share their parent's identity column since 17; before, each had its own (seen on 16.14 and 17.10). */
export function sharesIdentity({ postgres }: Draft, table: Table): boolean {
  return table.kind === 'partitioned table' && (postgres === undefined || postgres >= 17)
}

/** The first reason stands: the server stops there. */
export function refuse(draft: Draft, message: string): void {
  if (!draft.conditional) draft.refused ??= message
}

export function skip(draft: Draft, message: string): void {
  draft.skipped ??= message
}

/** A relation that exists, with the verdict depending on it from now on. */
export function relationOf(draft: Draft, name: QualifiedName): Exclude<Relation, { kind: 'dropped' }> | undefined {
  draft.about.add(keyOf(name))
  const relation = draft.catalog.relations.get(keyOf(name))
  return relation === undefined || relation.kind === 'dropped' ? undefined : relation
}

export function tableOf(draft: Draft, name: QualifiedName): Table | undefined {
  const relation = relationOf(draft, name)
  return relation !== undefined && isTable(relation) ? relation : undefined
}

export function viewOf(draft: Draft, name: QualifiedName): View | undefined {
  const relation = relationOf(draft, name)
  return relation?.kind === 'view' || relation?.kind === 'materialized view' ? relation : undefined
}

export function indexOf(draft: Draft, name: QualifiedName): Index | undefined {
  const relation = relationOf(draft, name)
  return relation?.kind === 'index' ? relation : undefined
}

/** Enters a relation under its key, or takes out what is there. */
export function writeRelation(draft: Draft, key: string, relation: Relation | undefined): void {
  const { relations } = draft.catalog
  draft.touched.add(key)
  draft.catalog = { ...draft.catalog, relations: relation === undefined ? relations.delete(key) : relations.set(key, relation) }
}

export function put(draft: Draft, relation: Relation): void {
  const key = keyOf(relation.name)
  writeRelation(draft, key, draft.conditional && isTable(relation) ? { ...relation, complete: false } : relation)
  if (draft.conditional) markUncertain(draft, key)
}

export function updateTable(draft: Draft, name: QualifiedName, change: (table: Table) => Table): void {
  const table = tableOf(draft, name)
  if (table !== undefined) put(draft, change(table))
}

export function updateColumn(draft: Draft, table: QualifiedName, column: string, change: Partial<TableColumn>): void {
  updateTable(draft, table, (known) => ({
    ...known,
    columns: known.columns.map((each) => (each.name === column ? { ...each, ...change } : each)),
  }))
}

export function updateConstraint(
  draft: Draft,
  table: QualifiedName,
  constraint: string,
  change: (known: TableConstraint) => TableConstraint,
): void {
  updateTable(draft, table, (known) => ({
    ...known,
    constraints: known.constraints.map((each) => (each.name === constraint ? change(each) : each)),
  }))
}

export function putType(draft: Draft, type: Type): void {
  const key = keyOf(type.name)
  draft.catalog = { ...draft.catalog, types: draft.catalog.types.set(key, type) }
  if (draft.conditional) markUncertain(draft, `type ${key}`)
}

/** A type that exists, with the verdict depending on it from now on. */
export function typeOf(draft: Draft, name: QualifiedName): Exclude<Type, { kind: 'dropped' }> | undefined {
  draft.about.add(`type ${keyOf(name)}`)
  const type = draft.catalog.types.get(keyOf(name))
  return type === undefined || type.kind === 'dropped' ? undefined : type
}

/** Gone: known not to exist; where the statement is conditional, not known at all. */
export function erase(draft: Draft, name: QualifiedName): void {
  const key = keyOf(name)
  writeRelation(draft, key, draft.conditional ? undefined : { kind: 'dropped', name, origin: draft.origin })
  if (!draft.conditional) markCertain(draft, key)
}

export function markUncertain(draft: Draft, key: string): void {
  draft.catalog = { ...draft.catalog, uncertain: draft.catalog.uncertain.add(key) }
}

export function markCertain(draft: Draft, key: string): void {
  if (draft.catalog.uncertain.has(key)) draft.catalog = { ...draft.catalog, uncertain: draft.catalog.uncertain.delete(key) }
}

/** Remembers where a type, function, sequence or constraint name is used. */
export function hint(draft: Draft, kind: HintKind, name: QualifiedName, user: string): void {
  const key = `${kind} ${keyOf(name)}`
  const known = draft.catalog.hints.get(key)
  if (known?.has(user)) return
  const users = known ?? PersistentSet<string>()
  draft.catalog = { ...draft.catalog, hints: draft.catalog.hints.set(key, users.add(user)) }
}

/** Remembers what a type, as written, is used by. */
export function hintType(draft: Draft, type: TypeName | undefined, user: string): void {
  if (type !== undefined && type.name.schema !== 'pg_catalog') hint(draft, 'type', resolveType(draft.catalog, type.name), user)
}

/**
 * A type as the catalog keeps it: as written, but with its schema where it is not found in public, and without `serial`, which is a way to write three other things.
 */
export function storedType(draft: Draft, type: TypeName): TypeName {
  const found = type.name.schema === undefined ? resolveType(draft.catalog, type.name) : undefined
  const qualify =
    found !== undefined && (found.schema === 'pg_catalog' || (found.schema !== 'public' && draft.catalog.types.has(keyOf(found))))
  return { ...type, name: qualify ? found : type.name, serial: false }
}

/** The name of a type that `storedType` gave. */
export function storedTypeName(type: TypeName): QualifiedName {
  return { schema: type.name.schema ?? 'public', name: type.name.name }
}

/** Remembers all that a table uses, under the name it has now. */
export function hintTable(draft: Draft, table: Table): void {
  const user = keyOf(table.name)
  if (table.ofType !== undefined) hint(draft, 'type', table.ofType, user)
  for (const column of table.columns) {
    hintType(draft, column.type, user)
    hintExpression(draft, column.default, user)
    hintExpression(draft, column.generated?.expression, user)
  }
  for (const constraint of table.constraints) {
    if (constraint.definition.kind === 'check') hintExpression(draft, constraint.definition.expression, user)
  }
  for (const each of table.statistics ?? []) hint(draft, 'statistics', each, user)
  for (const trigger of table.triggers) {
    if (trigger.function !== undefined) hint(draft, 'function', trigger.function, user)
  }
  for (const each of [...table.policies, ...table.rules]) for (const read of each.reads ?? []) hint(draft, 'local', read, user)
  for (const { definition } of table.policies) {
    hintExpression(draft, definition?.using, user)
    hintExpression(draft, definition?.check, user)
  }
}

export function hintExpression(draft: Draft, expression: Expression | undefined, user: string): void {
  for (const type of expression?.casts ?? []) hintType(draft, type, user)
  for (const call of expression?.calls ?? []) {
    if (call.function.name === 'nextval' || call.function.name === 'currval') {
      for (const text of expression?.strings ?? []) hint(draft, 'sequence', resolve(draft.catalog, parseName(text)), user)
    } else if (call.function.schema !== 'pg_catalog') {
      hint(draft, 'function', resolveRoutine(draft.catalog, call.function), user)
    }
  }
}

/** Reads a name as regclass does: `app."My Seq"`. */
export function parseName(text: string): Name {
  const parts = (text.match(/"(?:[^"]|"")*"|[^".]+/g) ?? []).map((part) =>
    part.startsWith('"') ? part.slice(1, -1).replaceAll('""', '"') : part.trim().toLowerCase(),
  )
  const name = parts.at(-1) ?? text
  return { schema: parts.length > 1 ? parts.at(-2) : undefined, name }
}

/** Where a CREATE puts a thing. */
export function createdName(draft: Draft, name: Name, temporary = false): QualifiedName {
  if (temporary) return { schema: temporarySchema, name: name.name }
  if (name.schema !== undefined) return resolve(draft.catalog, name)
  if (draft.catalog.searchPath.length === 0) refuse(draft, 'no schema has been selected to create in')
  return { schema: creationSchema(draft.catalog), name: name.name }
}

/** The name as the server's messages about dependencies have it: with its schema where the search_path does not find it. */
export function shownName(draft: Draft, name: QualifiedName): string {
  const found = resolve(draft.catalog, { schema: undefined, name: name.name })
  return printName(found.schema === name.schema ? { schema: undefined, name: name.name } : name)
}

/** The name between the quotes of `relation "app.t" does not exist`: as written. */
export function writtenName(name: Name): string {
  return name.schema === undefined ? name.name : `${name.schema}.${name.name}`
}

/** What an ALTER works on, where that is known; what is known not to exist is refused or skipped. */
export function found(
  draft: Draft,
  name: Name,
  ifExists: boolean,
): Exclude<Relation, { kind: 'dropped' }> | 'unknown' | undefined {
  const resolved = resolve(draft.catalog, name)
  const relation = relationOf(draft, resolved)
  if (relation !== undefined) return relation
  const key = keyOf(resolved)
  if (!draft.catalog.relations.has(key) || draft.catalog.uncertain.has(key) || draft.conditional) return 'unknown'
  const message = `relation "${writtenName(name)}" does not exist`
  if (ifExists) skip(draft, `${message}, skipping`)
  else refuse(draft, message)
  return undefined
}

/** As `found`; a relation that the history never mentioned is written down as a table of which nothing more is known. */
export function target(draft: Draft, name: Name, ifExists: boolean): Exclude<Relation, { kind: 'dropped' }> | undefined {
  const relation = found(draft, name, ifExists)
  if (relation !== 'unknown') return relation
  const resolved = resolve(draft.catalog, name)
  if (ifExists) markUncertain(draft, keyOf(resolved))
  return stub(draft, resolved)
}

export function targetTable(draft: Draft, operation: { readonly table: Name; readonly ifExists?: boolean }): Table | undefined {
  const relation = target(draft, operation.table, operation.ifExists ?? false)
  return relation !== undefined && isTable(relation) ? relation : undefined
}

/** A table that exists for all we know, of which nothing is known. */
export function stub(draft: Draft, name: QualifiedName, kind: Table['kind'] = 'table'): Table {
  const table: Table = { ...emptyTable(name), kind }
  put(draft, table)
  return table
}

/** A table without anything. */
export function emptyTable(name: QualifiedName): Table {
  return {
    kind: 'table',
    name,
    origin: undefined,
    complete: false,
    persistence: name.schema === temporarySchema ? 'temporary' : 'permanent',
    columns: [],
    constraints: [],
    indexes: [],
    referencedBy: [],
    partitionBy: undefined,
    partitionOf: undefined,
    inherits: [],
    children: [],
    dependentViews: [],
    triggers: [],
    policies: [],
    rules: [],
    rowSecurity: false,
    replicaIdentity: 'default',
    clusteredOn: undefined,
    options: new Map(),
    accessMethod: undefined,
    tablespace: undefined,
    mayHaveRows: true,
  }
}

export function isName(a: QualifiedName): (b: QualifiedName) => boolean {
  return (b) => a.name === b.name && a.schema === b.schema
}

export function isNotName(a: QualifiedName): (b: QualifiedName) => boolean {
  return (b) => a.name !== b.name || a.schema !== b.schema
}

export function withName(names: readonly QualifiedName[], name: QualifiedName): readonly QualifiedName[] {
  return names.some(isName(name)) ? names : [...names, name]
}
