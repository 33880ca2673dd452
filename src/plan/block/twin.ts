import type { Index, Table, TableColumn, TableConstraint } from '../../catalog/catalog.ts'
import { definitionOfColumn, definitionOfConstraint, definitionOfIndex } from '../../catalog/definition.ts'
import { existence, findColumn, findIndex, findTable, findView, hintsOf } from '../../catalog/lookup.ts'
import { renamedText } from '../../catalog/renamed-text.ts'
import type { Expression } from '../../expression.ts'
import { type Name, type QualifiedName, sameName } from '../../name.ts'
import type { Column, ForeignKeyConstraint, IndexKey, PrimaryKeyConstraint, UniqueConstraint } from '../../operation.ts'
import { print, printConstraint } from '../../print/print.ts'
import { mentionsColumn } from '../../rule/index-shape.ts'
import type { Site } from '../../rule.ts'
import { besideTable, freeName, syncName } from '../name.ts'
import { type Bystanders, bystanders, recompiled } from './bystander.ts'
import { columnGrants, columnSettings, ownedSequences } from './column-settings.ts'
import { isWhole } from './family.ts'

/** A column beside another that takes its place in the end, and what of the other's it gets. */
export interface Twin {
  readonly table: Name
  readonly column: TableColumn
  /** What makes the column anew, without NOT NULL and default. */
  readonly bare: Column
  /** Name of the new column. */
  readonly name: string
  readonly indexes: readonly TwinIndex[]
  readonly checks: readonly TwinConstraint[]
  readonly keys: readonly TwinKey[]
  /** Foreign keys that point at the column. */
  readonly references: readonly TwinReference[]
  /** Sequences that belong to the column. */
  readonly sequences: readonly QualifiedName[]
  /** GRANTs of the new column what is granted of the old one alone. */
  readonly grants: readonly string[]
  /** Says of a column what was said of the old one: GRANT, COMMENT, SET STATISTICS. */
  said(name: string): readonly string[]
  /** What other triggers of the table do where rows of before are filled. */
  readonly bystanders: Bystanders
  /** Let sessions compile functions of triggers anew that name the column. */
  readonly functions: readonly string[]
  /** The name that the server keeps of its NOT NULL, where it is not the usual one (18). */
  readonly notNullName: string | undefined
  /** The one of its indexes that CLUSTER goes by. */
  readonly clusteredOn: string | undefined
}

export interface TwinIndex {
  readonly old: Index
  readonly name: string
  /** CREATE INDEX CONCURRENTLY of the twin, without semicolon. */
  readonly create: string
  /** The same over a column and under a name that are given. */
  over(column: string, name: string): string
  /** Of the old index, where it is one's. */
  readonly constraint: UniqueConstraint | PrimaryKeyConstraint | undefined
}

export interface TwinConstraint {
  readonly old: TableConstraint
  readonly name: string
  /** ADD CONSTRAINT … NOT VALID of the twin, without ALTER TABLE. */
  readonly add: string
  /** The same over a column and under a name that are given. */
  over(column: string, name: string): string
}

export interface TwinKey extends TwinConstraint {
  /** The user's own name of the referenced table, where there is one. */
  readonly references: Name
}

export interface TwinReference extends TwinConstraint {
  /** The table that has it; where it is the column's own table, as the user spells that. */
  readonly owner: Name
  /** The column that points. */
  readonly from: TableColumn | undefined
  /** A comment line before the statement that adds the twin. */
  readonly remark?: string
}

/**
 * What a column's twin needs. Undefined where the migrations do not tell all that hangs on the column, or something does that follows the old
 * column alone: views, policies, triggers that name it or do more than give values, generated columns, statistics, publications, partitions;
 * where `of` is `plain`, primary keys, identities and foreign keys that point at it, too.
 */
export function twinOf(table: Name, column: string, name: string, of: 'plain' | 'key', at: Site): Twin | undefined {
  const known = findTable(at.before, table)
  const own = findColumn(at.before, table, column)
  if (known === undefined || own?.type === undefined || own.notNull === undefined || own.default?.outdated) return undefined
  if (isHeld(known, column, at) || own.generated !== undefined) return undefined
  const beside = bystanders(known, column, { ours: syncName(table, column, at), names: [] }, at)
  if (beside === undefined || known.grantsUncertain === true) return undefined
  const references = referencesOf(known, table, column, name, at)
  if (references === undefined) return undefined
  const inKey = known.constraints.some(({ definition, columns }) => definition.kind === 'primary key' && columns.includes(column))
  if (of === 'plain' && (own.identity !== undefined || inKey || references.length > 0)) return undefined
  if (known.columns.some((each) => each.name === name)) return undefined
  const definition = definitionOfColumn(at.before, known, own)?.column
  if (definition === undefined) return undefined
  const rename = renamer(column)
  const allIndexes = twinIndexes(known, table, column, name, at)
  const constraints = known.constraints.filter((each) => each.columns.includes(column))
  const checks = constraints
    .filter(({ definition }) => definition.kind === 'check')
    .map((constraint) => twinCheck(constraint, known, name, rename, at))
  const keys = constraints
    .filter(({ definition }) => definition.kind === 'foreign key')
    .map((constraint) => twinKey(constraint, known, name, rename, at))
  // Foreign keys of partitioned tables are NOT VALID from 18 on alone, their identities from 17 on.
  const isParted = known.partitionBy !== undefined
  if (isParted && (keys.length > 0 || references.length > 0 || own.identity !== undefined)) return undefined
  const notNull = constraints.find(({ definition }) => definition.kind === 'not null')
  if (notNull !== undefined && (!notNull.validated || notNull.inherited)) return undefined
  const [allChecks, allKeys] = [complete(checks), complete(keys)]
  if (allIndexes === undefined || allChecks === undefined || allKeys === undefined) return undefined
  return {
    table,
    column: own,
    bare: {
      ...definition,
      type: { ...definition.type, serial: false },
      name,
      notNull: false,
      notNullName: undefined,
      default: undefined,
      identity: undefined,
    },
    name,
    indexes: allIndexes,
    checks: allChecks,
    keys: allKeys,
    references,
    sequences: ownedSequences(known, column, at),
    grants: columnGrants(known, column, table, name),
    said: (other) => [...columnGrants(known, column, table, other), ...columnSettings(known, own, table, other)],
    bystanders: beside,
    functions: recompiled(known, column, at),
    notNullName: notNull?.name,
    clusteredOn: allIndexes.some((index) => index.old.name.name === known.clusteredOn) ? known.clusteredOn : undefined,
  }
}

/** The indexes over a column, each with its like over another one, which may be there for reads alone; undefined where one is not known well enough. */
export function twinIndexes(
  known: Table,
  table: Name,
  column: string,
  name: string,
  at: Site,
  use: 'guard' | 'read' = 'guard',
): readonly TwinIndex[] | undefined {
  const rename = renamer(column)
  return complete(
    known.indexes
      .flatMap((each) => findIndex(at.before, each) ?? [])
      .filter((index) => mentionsColumn(index, column))
      .map((index) => twinIndex(index, known, table, name, rename, use, at)),
  )
}

function complete<T>(all: readonly (T | undefined)[]): readonly T[] | undefined {
  const known = all.filter((each) => each !== undefined)
  return known.length === all.length ? known : undefined
}

/** Whether something depends on the column that the twin cannot take over. */
function isHeld(table: Table, column: string, at: Site): boolean {
  const { before } = at
  if (!isWhole(table, column, at)) return true
  // Which index the replica identity has is not told.
  const guards = table.indexes.some((name) => {
    const index = findIndex(before, name)
    return index === undefined || (index.unique && mentionsColumn(index, column))
  })
  if ((table.replicaIdentity === 'index' && guards) || (table.statistics ?? []).length > 0) return true
  if (table.policies.some(({ columns, definition, hasSubquery }) => columns.includes(column) || hasSubquery || !definition))
    return true
  if (table.columns.some(({ generated }) => generated?.expression.columns.includes(column))) return true
  if (table.constraints.some(({ definition, columns }) => definition.kind === 'exclude' && columns.includes(column))) return true
  const readers = table.dependentViews.map((name) => findView(before, name))
  if (readers.some((view) => view === undefined || view.query.columns.includes(column) || view.query.columns.includes('*')))
    return true
  const published = [...before.publications.values()].flatMap(({ tables }) => tables)
  if (published.some((each) => sameName(each.table, table.name) && each.columns?.includes(column))) return true
  // Policies and rules of other tables may read it.
  if (hintsOf(before, 'local', table.name).size > 0) return true
  return [...hintsOf(before, 'body', table.name)].some((key) =>
    before.functions.get(key)?.some(({ dependsOn }) => dependsOn.some((name) => sameName(name, table.name))),
  )
}

interface Renamer {
  column(name: string, to: string): string
  /** undefined where the text cannot be told. */
  expression(expression: Expression, to: string): Expression | undefined
}

function renamer(from: string): Renamer {
  return {
    column: (name, to) => (name === from ? to : name),
    expression: (expression, to) => {
      if (!expression.columns.includes(from)) return expression
      const sql = renamedText(expression.sql, from, to)
      return sql === undefined ? undefined : { ...expression, sql }
    },
  }
}

function twinIndex(
  index: Index,
  table: Table,
  name: Name,
  to: string,
  rename: Renamer,
  use: 'guard' | 'read',
  at: Site,
): TwinIndex | undefined {
  const definition = definitionOfIndex(at.before, index)
  if (definition === undefined || index.partitionOf !== undefined || !index.valid) return undefined
  const owner = table.constraints.find((each) => each.index !== undefined && sameName(each.index, index.name))
  const known = owner && definitionOfConstraint(at.before, table, owner)?.constraint
  if (owner !== undefined && ((known?.kind !== 'unique' && known?.kind !== 'primary key') || known.withoutOverlaps))
    return undefined
  const twin = freeName([index.name.name, 'new'], (other) => existence(at.before, besideTable(name, other)) === 'exists')
  // An index by itself is not deferred: it would refuse what the constraint lets pass for a moment.
  const isLate = use === 'read' && (known?.kind === 'unique' || known?.kind === 'primary key') && known.deferrable
  const guards = isLate ? { unique: false, nullsNotDistinct: false } : {}
  const over = (column: string, called: string): string | undefined => {
    const keys = complete(definition.keys.map((key) => renamedKey(key, column, rename)))
    const where = definition.where && rename.expression(definition.where, column)
    if (keys === undefined || (definition.where !== undefined && where === undefined)) return undefined
    const include = definition.include.map((each) => rename.column(each, column))
    return print({ ...definition, ...guards, table: name, index: called, concurrently: true, keys, where, include })
  }
  const create = over(to, twin)
  if (create === undefined) return undefined
  const constraint = known?.kind === 'unique' || known?.kind === 'primary key' ? { ...known, name: owner?.name } : undefined
  // Whether the text can be told does not hang on the new name.
  return { old: index, name: twin, create, over: (column, called) => over(column, called) ?? create, constraint }
}

function renamedKey(key: IndexKey, to: string, rename: Renamer): IndexKey | undefined {
  const expression = key.expression && rename.expression(key.expression, to)
  if (key.expression !== undefined && expression === undefined) return undefined
  return { ...key, column: key.column === undefined ? undefined : rename.column(key.column, to), expression }
}

function freeConstraint(table: Table, name: string): string {
  return freeName([name, 'new'], (other) => table.constraints.some((each) => each.name === other))
}

function twinCheck(constraint: TableConstraint, table: Table, to: string, rename: Renamer, at: Site): TwinConstraint | undefined {
  const known = definitionOfConstraint(at.before, table, constraint)?.constraint
  if (known?.kind !== 'check' || !known.enforced || rename.expression(known.expression, to) === undefined) return undefined
  const over = (column: string, called: string) => {
    const expression = rename.expression(known.expression, column) ?? known.expression
    return `ADD ${printConstraint({ ...known, expression, name: called, notValid: true })}`
  }
  const name = freeConstraint(table, constraint.name)
  return { old: constraint, name, add: over(to, name), over }
}

function twinKey(constraint: TableConstraint, table: Table, to: string, rename: Renamer, at: Site): TwinKey | undefined {
  const known = definitionOfConstraint(at.before, table, constraint)?.constraint
  const isPlain = (each: ForeignKeyConstraint) => each.enforced && !each.period && (each.onDeleteColumns ?? []).length === 0
  if (known?.kind !== 'foreign key' || !isPlain(known)) return undefined
  const over = (column: string, called: string) => {
    const columns = known.columns.map((each) => rename.column(each, column))
    return `ADD ${printConstraint({ ...known, columns, name: called, notValid: true })}`
  }
  const name = freeConstraint(table, constraint.name)
  return { old: constraint, name, add: over(to, name), over, references: known.references }
}

/** Undefined where one of them is not known well enough, or the column points at itself. */
function referencesOf(table: Table, spelled: Name, column: string, twin: string, at: Site): readonly TwinReference[] | undefined {
  const key = table.constraints.find(({ definition }) => definition.kind === 'primary key')?.definition
  const keyColumns = key?.kind === 'primary key' ? key.columns : []
  const all = table.referencedBy.map((reference): TwinReference | 'other' | undefined => {
    const owner = findTable(at.before, reference.table)
    const constraint = owner?.constraints.find(({ name }) => name === reference.constraint)
    const known = owner && constraint && definitionOfConstraint(at.before, owner, constraint)?.constraint
    if (owner === undefined || constraint === undefined || known?.kind !== 'foreign key') return undefined
    const pointsAt = known.referencedColumns.length > 0 ? known.referencedColumns : keyColumns
    if (!pointsAt.includes(column)) return 'other'
    const isOwn = sameName(owner.name, table.name)
    const isPart = owner.partitionBy ?? owner.partitionOf
    if (isPart !== undefined || !known.enforced || known.period || constraint.inherited) return undefined
    if (isOwn && known.columns.includes(column)) return undefined
    const name = freeConstraint(owner, constraint.name)
    const over = (to: string, called: string) => {
      const referencedColumns = pointsAt.map((each) => (each === column ? to : each))
      return `ADD ${printConstraint({ ...known, references: spelled, referencedColumns, name: called, notValid: true })}`
    }
    const pointing = known.columns[pointsAt.indexOf(column)]
    const from = owner.columns.find((each) => each.name === pointing)
    return { owner: isOwn ? spelled : owner.name, from, old: constraint, name, add: over(twin, name), over }
  })
  return complete(all.filter((each) => each !== 'other'))
}
