import { Map as PersistentMap, Set as PersistentSet } from 'immutable'
import type { Name, QualifiedName } from '../name.ts'
import { printName } from '../name.ts'
import type { TypeName } from '../type-name.ts'
import { printType } from '../type-name.ts'
import { builtInTypes } from './built-in-types.ts'
import type { Catalog, Index, Relation, Routine, Sequence, Table, TableColumn, TableConstraint, Type, View } from './catalog.ts'

/** A database that nobody has told anything about: everything may exist. */
export const unknownCatalog: Catalog = {
  searchPath: ['public'],
  sessionSearchPath: ['public'],
  schemas: PersistentMap(),
  relations: PersistentMap(),
  types: PersistentMap(),
  functions: PersistentMap(),
  extensions: PersistentMap(),
  publications: PersistentMap(),
  hints: PersistentMap(),
  uncertain: PersistentSet(),
}

/** Where temporary tables live, whatever number the server's own schema has. */
export const temporarySchema = 'pg_temp'

export function keyOf(name: QualifiedName): string {
  return printName(name)
}

/** The name behind a key. */
export function nameOf(key: string): QualifiedName {
  const parts = /^("(?:[^"]|"")*"|[^".]+)\.("(?:[^"]|"")*"|.+)$/s.exec(key)
  const unquote = (part: string) => (part.startsWith('"') ? part.slice(1, -1).replaceAll('""', '"') : part)
  return { schema: unquote(parts?.[1] ?? 'public'), name: unquote(parts?.[2] ?? key) }
}

/** The schema that the search_path finds a relation in; where none is known to have it, the first that may have it. */
export function resolve(catalog: Catalog, name: Name): QualifiedName {
  if (name.schema !== undefined) return resolveIn(catalog, name, relationAt, true)
  let known = resolved.get(catalog)
  if (known === undefined) {
    known = new Map()
    resolved.set(catalog, known)
  }
  let found = known.get(name.name)
  if (found === undefined) {
    found = resolveIn(catalog, name, relationAt, true)
    known.set(name.name, found)
  }
  return found
}

/** Names without a schema as one state of the schema has them: effects and rules ask for the few of a statement again and again. */
const resolved = new WeakMap<Catalog, Map<string, QualifiedName>>()

/** As `resolve`, for types; a built-in one is found in pg_catalog, a table's row type is not found here. */
export function resolveType(catalog: Catalog, name: Name): QualifiedName {
  // pg_catalog is searched first unless the search_path says otherwise (manual 5.10.5).
  if (name.schema === undefined && builtInTypes.has(name.name)) return { schema: 'pg_catalog', name: name.name }
  return resolveIn(catalog, name, typeAt, true)
}

/** As `resolve`, for functions and procedures; the temporary schema is never searched for them. */
export function resolveRoutine(catalog: Catalog, name: Name): QualifiedName {
  return resolveIn(catalog, name, (catalog, key) => (catalog.functions.has(key) ? 'exists' : 'unknown'), false)
}

type Existence = 'exists' | 'absent' | 'unknown'

function relationAt(catalog: Catalog, key: string): Existence {
  const relation = catalog.relations.get(key)
  if (relation === undefined) return 'unknown'
  return relation.kind === 'dropped' ? 'absent' : 'exists'
}

function typeAt(catalog: Catalog, key: string): Existence {
  const type = catalog.types.get(key)
  if (type === undefined) return 'unknown'
  return type.kind === 'dropped' ? 'absent' : 'exists'
}

function resolveIn(
  catalog: Catalog,
  name: Name,
  existenceAt: (catalog: Catalog, key: string) => Existence,
  inTemporary: boolean,
): QualifiedName {
  if (name.schema !== undefined) {
    // pg_temp_3 is the same schema under the server's own name.
    const temporary = name.schema.startsWith('pg_temp_') && /^pg_temp_\d+$/.test(name.schema)
    return { schema: temporary ? temporarySchema : name.schema, name: name.name }
  }
  const path =
    inTemporary && !catalog.searchPath.includes(temporarySchema) ? [temporarySchema, ...catalog.searchPath] : catalog.searchPath
  for (const schema of path) {
    const candidate = { schema, name: name.name }
    if (existenceAt(catalog, keyOf(candidate)) === 'exists') return candidate
  }
  // System catalogs are found before anything else; nobody else may name a thing so and live well.
  if (inTemporary && name.name.startsWith('pg_')) return { schema: 'pg_catalog', name: name.name }
  const open = catalog.searchPath.find(
    (schema) => mayHoldUnknown(catalog, schema) && existenceAt(catalog, keyOf({ schema, name: name.name })) === 'unknown',
  )
  return { schema: open ?? creationSchema(catalog), name: name.name }
}

/** A schema that the history made or dropped, and the session's own, hold nothing that it did not tell of. */
function mayHoldUnknown(catalog: Catalog, schema: string): boolean {
  if (schema === temporarySchema || schema === 'pg_catalog') return false
  const known = catalog.schemas.get(schema)
  return known === undefined || (!known.dropped && known.origin === undefined) || catalog.uncertain.has(`schema ${schema}`)
}

/** Where an unqualified CREATE puts things. */
export function creationSchema(catalog: Catalog): string {
  return catalog.searchPath.find((schema) => schema !== 'pg_catalog' && catalog.schemas.get(schema)?.dropped !== true) ?? 'public'
}

/** What hints are kept about. */
export type HintKind = 'type' | 'function' | 'sequence' | 'owner' | 'constraint' | 'body' | 'local' | 'statistics'

/** Keys of what may use a type, function or sequence, have a constraint of a name, or a policy or rule that reads a relation (`local`). */
export function hintsOf(catalog: Catalog, kind: HintKind, name: QualifiedName) {
  return catalog.hints.get(`${kind} ${keyOf(name)}`) ?? PersistentSet<string>()
}

/** Whether two types written at different places are one: schemas found by the search_path; arrays have no fixed number of dimensions. */
export function sameType(catalog: Catalog, a: TypeName, b: TypeName): boolean {
  const resolved = (type: TypeName) =>
    printType({ ...type, serial: false, dimensions: Math.min(type.dimensions, 1), name: resolveType(catalog, type.name) })
  return resolved(a) === resolved(b)
}

/** What the history knows under a name; undefined both for the unknown and for what is known not to exist (ask `existence`). */
export function findRelation(catalog: Catalog, name: Name): Exclude<Relation, { kind: 'dropped' }> | undefined {
  const relation = catalog.relations.get(keyOf(resolve(catalog, name)))
  return relation === undefined || relation.kind === 'dropped' ? undefined : relation
}

/** Three-valued: a relation that no migration mentions may well exist. */
export function existence(catalog: Catalog, name: Name): Existence {
  return relationAt(catalog, keyOf(resolve(catalog, name)))
}

export function findTable(catalog: Catalog, name: Name): Table | undefined {
  const relation = findRelation(catalog, name)
  return relation !== undefined && isTable(relation) ? relation : undefined
}

export function findView(catalog: Catalog, name: Name): View | undefined {
  const relation = findRelation(catalog, name)
  return relation?.kind === 'view' || relation?.kind === 'materialized view' ? relation : undefined
}

export function findIndex(catalog: Catalog, name: Name): Index | undefined {
  const relation = findRelation(catalog, name)
  return relation?.kind === 'index' ? relation : undefined
}

export function findSequence(catalog: Catalog, name: Name): Sequence | undefined {
  const relation = findRelation(catalog, name)
  return relation?.kind === 'sequence' ? relation : undefined
}

export function isTable(relation: Relation): relation is Table {
  return relation.kind === 'table' || relation.kind === 'partitioned table' || relation.kind === 'foreign table'
}

export function findColumn(catalog: Catalog, table: Name, column: string): TableColumn | undefined {
  return findTable(catalog, table)?.columns.find((known) => known.name === column)
}

export function findConstraint(catalog: Catalog, table: Name, constraint: string): TableConstraint | undefined {
  return findTable(catalog, table)?.constraints.find((known) => known.name === constraint)
}

export function findType(catalog: Catalog, name: Name): Type | undefined {
  const type = catalog.types.get(keyOf(resolveType(catalog, name)))
  return type === undefined || type.kind === 'dropped' ? undefined : type
}

export function findRoutines(catalog: Catalog, name: Name): readonly Routine[] {
  return catalog.functions.get(keyOf(resolveRoutine(catalog, name))) ?? []
}

/** The table that extended statistics are about, and the name under which they are found. */
export function findStatistics(
  catalog: Catalog,
  name: Name,
): { readonly table: Table; readonly statistics: QualifiedName } | undefined {
  for (const schema of name.schema === undefined ? catalog.searchPath : [name.schema]) {
    const statistics = { schema, name: name.name }
    for (const key of hintsOf(catalog, 'statistics', statistics)) {
      const table = catalog.relations.get(key)
      if (table === undefined || !isTable(table)) continue
      if (table.statistics?.some((each) => keyOf(each) === keyOf(statistics))) return { table, statistics }
    }
  }
  return undefined
}

/** The indexes of a table or materialized view. */
export function indexesOf(catalog: Catalog, name: Name): readonly Index[] {
  const relation = findRelation(catalog, name)
  if (relation === undefined || !('indexes' in relation)) return []
  return relation.indexes.flatMap((index) => findIndex(catalog, index) ?? [])
}

/** Foreign keys that point at a table. */
export function foreignKeysTo(
  catalog: Catalog,
  name: Name,
): readonly { readonly table: Table; readonly constraint: TableConstraint }[] {
  return (findTable(catalog, name)?.referencedBy ?? []).flatMap((reference) => {
    const table = findTable(catalog, reference.table)
    const constraint = table?.constraints.find((known) => known.name === reference.constraint)
    return table && constraint ? [{ table, constraint }] : []
  })
}

/** Partitions or inheriting tables at all levels, parents before children; the table itself is not among them. */
export function descendantsOf(catalog: Catalog, name: Name): readonly Table[] {
  const found = new Map<string, Table>()
  const visit = (table: Table | undefined) => {
    for (const child of table?.children ?? []) {
      const next = findTable(catalog, child)
      if (next === undefined || found.has(keyOf(child))) continue
      found.set(keyOf(child), next)
      visit(next)
    }
  }
  visit(findTable(catalog, name))
  return [...found.values()]
}

/** Views and materialized views that read a relation, directly or through other views. */
export function viewsOver(catalog: Catalog, name: Name): readonly View[] {
  const found = new Map<string, View>()
  const visit = (next: Name) => {
    const relation = findRelation(catalog, next)
    if (relation === undefined || !('dependentViews' in relation)) return
    for (const viewName of relation.dependentViews) {
      const view = findView(catalog, viewName)
      if (view === undefined || found.has(keyOf(viewName))) continue
      found.set(keyOf(viewName), view)
      visit(viewName)
    }
  }
  visit(name)
  return [...found.values()]
}

/**
 * Whether the server can skip the scan of SET NOT NULL: a column already NOT NULL, or a validated CHECK that contains
 * `column IS NOT NULL` alone or as a branch of an AND (12 and later; a NOT VALID one, or `c > 0`, proves nothing).
 */
export function provenNotNull(catalog: Catalog, table: Name, column: string): boolean {
  const known = findTable(catalog, table)
  if (known === undefined) return false
  return (
    known.columns.some((candidate) => candidate.name === column && candidate.notNull === true) ||
    known.constraints.some(
      (constraint) =>
        constraint.validated &&
        constraint.definition.kind === 'check' &&
        constraint.definition.expression.provesNotNull.includes(column),
    )
  )
}
