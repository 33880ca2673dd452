import type { Table, View } from '../../catalog/catalog.ts'
import { definitionOfGrants } from '../../catalog/grant.ts'
import { findTable, findType, findView, hintsOf, keyOf as keyText, resolve, resolveType } from '../../catalog/lookup.ts'
import { printName, quoteIdentifier, sameName } from '../../name.ts'
import type { Site } from '../../rule.ts'
import { keyOf } from './batches.ts'

/**
 * Why a copy of a table could not take its place: what the migrations do not tell of it, or what hangs on it and follows the old table alone.
 * Undefined where nothing is in the way. A part of a sentence: `it is partitioned`.
 */
export function inTheWayOfCopy(table: Table, at: Site): string | undefined {
  return shapeOf(table) ?? contentsOf(table, at) ?? dependentsOf(table, at)
}

function shapeOf(table: Table): string | undefined {
  if (!table.complete) return 'the migrations do not tell all that it has'
  if (table.kind !== 'table' || table.partitionBy !== undefined) return 'it is partitioned'
  if (table.partitionOf !== undefined) return 'it is a partition'
  if (table.ofType !== undefined) return 'it is a typed table'
  if (table.persistence === 'temporary') return 'it is temporary'
  if (table.inherits.length + table.children.length > 0) return 'it inherits, or others inherit from it'
  return undefined
}

function contentsOf(table: Table, at: Site): string | undefined {
  const key = keyOf(table.name, at)
  const primary = table.constraints.find(({ definition }) => definition.kind === 'primary key')?.definition
  if (key === undefined || primary?.kind !== 'primary key') return 'it has no primary key to copy it along'
  if (primary.deferrable) return 'its primary key is deferrable'
  if (primary.withoutOverlaps) return 'its primary key has WITHOUT OVERLAPS'
  if (table.rules.length > 0) return 'it has rules'
  if ((table.statistics ?? []).length > 0) return 'it has extended statistics'
  if (table.replicaIdentity === 'index') return 'its replica identity is an index'
  if (table.grantsUncertain === true || definitionOfGrants(table) === undefined) return 'its grants are not certain'
  if (table.settings?.some((each) => each.kind === 'SetRowSecurity' && each.change === 'force')) {
    return 'row security holds for its owner, too'
  }
  const untold = table.triggers.find(({ definition }) => {
    if (definition === undefined) return true
    return !sameName(resolve(at.before, definition.table), table.name)
  })
  if (untold !== undefined) return `what trigger ${quoteIdentifier(untold.name)} says is not told`
  const odd = table.constraints.find(({ definition, validated, inherited }) => {
    if (inherited === true) return true
    if (definition.kind === 'not null') return !validated
    return (definition.kind === 'check' || definition.kind === 'foreign key') && !definition.enforced
  })
  if (odd !== undefined) return `${quoteIdentifier(odd.name)} is not enforced or not proven`
  return table.columns.some(({ type, notNull }) => type === undefined || notNull === undefined)
    ? 'the migrations do not tell all its columns'
    : undefined
}

function dependentsOf(table: Table, at: Site): string | undefined {
  const { before } = at
  for (const name of table.dependentViews) {
    const view = findView(before, name)
    if (view === undefined) return `what reads it is not told`
    if (view.kind === 'materialized view')
      return `the materialized view ${printName(name)} reads it and would have to be built anew`
    if (!isCurrent(view, table, at)) return `the text of view ${printName(name)} no longer says what it reads`
  }
  for (const { name, allTables, tables, schemas } of before.publications.values()) {
    const isPublished =
      allTables || schemas.includes(table.name.schema) || tables.some((each) => sameName(each.table, table.name))
    if (isPublished) return `publication ${quoteIdentifier(name)} has it, whose subscribers would have to have both tables`
  }
  if (hintsOf(before, 'local', table.name).size > 0) return 'policies or rules of other tables read it'
  const bodies = [...hintsOf(before, 'body', table.name)].some((key) =>
    before.functions.get(key)?.some(({ dependsOn }) => dependsOn.some((name) => sameName(name, table.name))),
  )
  if (bodies) return 'a function with an SQL body depends on it'
  const typed = [...before.functions.values()]
    .flat()
    .find((routine) =>
      [...routine.arguments, ...(routine.returns === undefined ? [] : [routine.returns])].some((type) =>
        isRowOf(type.name, table, at),
      ),
    )
  if (typed !== undefined) return `function ${printName(typed.name)} takes or returns its rows`
  for (const { table: owner, constraint } of table.referencedBy) {
    const other = findTable(before, owner)
    const known = other?.constraints.find(({ name }) => name === constraint)
    if (other === undefined || known?.definition.kind !== 'foreign key') return `what refers to it is not told`
    if ((other.partitionBy ?? other.partitionOf) !== undefined || known.inherited === true)
      return `${printName(owner)} refers to it and is partitioned`
    if (!known.definition.enforced || known.definition.period)
      return `${quoteIdentifier(constraint)} of ${printName(owner)} cannot be added unproven`
  }
  return undefined
}

/** Whether the text of a view says what the view is: a rename since then is not in it, and a star stands for the columns of that time. */
function isCurrent({ query, reads, columns }: View, table: Table, { before }: Site): boolean {
  const found = query.reads.map((name) => keyText(resolve(before, name)))
  const text = query.sql.toLowerCase()
  const star = table.columns.map(({ name }) => name)
  return (
    columns.length > 0 &&
    columns.every((column) => column !== undefined) &&
    reads.every((name) => found.includes(keyText(name))) &&
    query.columns.every((column) =>
      column === '*' ? columns.join('\0') === star.join('\0') : text.includes(column.toLowerCase()),
    )
  )
}

function isRowOf(name: { readonly schema: string | undefined; readonly name: string }, table: Table, { before }: Site): boolean {
  if (name.name !== table.name.name || findType(before, name) !== undefined) return false
  return name.schema === undefined ? resolveType(before, name).schema !== 'pg_catalog' : name.schema === table.name.schema
}
