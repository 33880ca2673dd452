import type { QualifiedName } from '../name.ts'
import { printName, sameName } from '../name.ts'
import type { Cases } from '../operation.ts'
import type { Table, TableColumn } from './catalog.ts'
import { constraintsOf, makeColumn, ownSequence, withColumn } from './column.ts'
import { addConstraint } from './constraint.ts'
import type { Draft } from './draft.ts'
import {
  hintExpression,
  hintType,
  put,
  refuse,
  sharesIdentity,
  skip,
  storedType,
  tableOf,
  target,
  targetTable,
  updateColumn,
  updateTable,
  viewOf,
} from './draft.ts'
import { drop } from './drop.ts'
import { renameInGrants } from './grant.ts'
import { isSystemColumn } from './index.ts'
import { isTable, keyOf, resolve } from './lookup.ts'
import { sequenceName } from './names.ts'
import { ownedSequences } from './part.ts'
import { parentsOf, renameColumn, renameInViews } from './rename.ts'
import { mergeOptions } from './sequence.ts'
import { addSetting } from './table-setting.ts'
import type { Thing } from './thing.ts'
import { viewUses } from './view-use.ts'

interface OnColumn {
  readonly table: { readonly schema: string | undefined; readonly name: string }
  readonly ifExists: boolean
  readonly column: string
}

/** The column that a subcommand works on: written down where its table was there before; undefined where there is none, and refused. */
function columnFor(draft: Draft, operation: OnColumn): { readonly table: Table; readonly column: TableColumn } | undefined {
  const found = targetTable(draft, operation)
  if (found === undefined) return undefined
  const table = withColumn(found, operation.column)
  if (table !== found) put(draft, table)
  const column = table.columns.find((each) => each.name === operation.column)
  if (column !== undefined) return { table, column }
  refuse(draft, `column "${operation.column}" of relation "${table.name.name}" does not exist`)
  return undefined
}

/** Changes a column here and, unless ONLY, in all that inherit it. */
function alter(draft: Draft, name: QualifiedName, column: string, only: boolean, change: Partial<TableColumn>): void {
  updateColumn(draft, name, column, change)
  if (only) return
  for (const child of tableOf(draft, name)?.children ?? []) alter(draft, child, column, false, change)
}

function isInherited(draft: Draft, table: Table, column: string): boolean {
  return parentsOf(table).some((parent) => tableOf(draft, parent)?.columns.some((each) => each.name === column))
}

function inPartitionKey(table: Table, column: string): boolean {
  const key = table.partitionBy
  return key !== undefined && (key.columns.includes(column) || key.expressions.some((each) => each.columns.includes(column)))
}

/** Adds a column here and in children; a child that has one of that name merges with it. */
function addColumn(draft: Draft, name: QualifiedName, column: TableColumn, inherited: boolean): void {
  const table = tableOf(draft, name)
  if (table === undefined) return
  const known = table.columns.some((each) => each.name === column.name)
  if (!known) put(draft, { ...table, columns: [...table.columns, inherited ? { ...column, inherited: true } : column] })
  else if (column.notNull) updateColumn(draft, name, column.name, { notNull: true })
  const user = keyOf(name)
  hintType(draft, column.type, user)
  hintExpression(draft, column.default, user)
  hintExpression(draft, column.generated?.expression, user)
  for (const child of table.children) addColumn(draft, child, column, true)
}

function dropColumn(draft: Draft, name: QualifiedName, column: string, cascade: boolean, only: boolean): void {
  const table = tableOf(draft, name)
  if (table === undefined) return
  const own: Thing = { kind: 'column', name, part: column }
  const following = only ? [] : followingColumns(draft, table, column)
  drop(draft, own, cascade, following.length > 0 ? [own, ...following] : [])
  for (const childName of table.children) {
    const child = tableOf(draft, childName)
    const own = child?.columns.find((each) => each.name === column)
    if (child === undefined || own === undefined) continue
    if (own.inherited !== true || (!only && isInherited(draft, child, column))) continue
    if (!only) dropColumn(draft, childName, column, cascade, false)
    else {
      const { inherited: _, ...local } = own
      updateTable(draft, childName, (each) => ({
        ...each,
        columns: each.columns.map((candidate) => (candidate === own ? local : candidate)),
      }))
    }
  }
}

/** The columns of children that go with a parent's, and so do not stand in its way. */
function followingColumns(draft: Draft, table: Table, column: string): readonly Thing[] {
  return table.children.flatMap((name): readonly Thing[] => {
    const child = tableOf(draft, name)
    const isFollowing = child?.columns.some((each) => each.name === column && each.inherited === true)
    const others = child === undefined ? [] : parentsOf(child).filter((parent) => !sameName(parent, table.name))
    if (child === undefined || !isFollowing) return []
    if (others.some((parent) => tableOf(draft, parent)?.columns.some((each) => each.name === column))) return []
    return [{ kind: 'column', name, part: column }, ...followingColumns(draft, child, column)]
  })
}

/** What forbids a type change, in the server's words. */
function typeIsFixed(draft: Draft, table: Table, column: string): string | undefined {
  const reads = table.dependentViews.some((name) => {
    const view = viewOf(draft, name)
    return view !== undefined && viewUses(draft, view, table.name, column) === 'certain'
  })
  if (reads) return 'cannot alter type of a column used by a view or rule'
  if (table.triggers.some((trigger) => trigger.updateOf.includes(column))) {
    return 'cannot alter type of a column used in a trigger definition'
  }
  if (table.policies.some((policy) => policy.columns.includes(column))) {
    return 'cannot alter type of a column used in a policy definition'
  }
  if (table.columns.some((each) => each.name !== column && each.generated?.expression.columns.includes(column))) {
    return 'cannot alter type of a column used by a generated column'
  }
  return undefined
}

function renameInFamily(draft: Draft, name: QualifiedName, from: string, to: string): void {
  const table = tableOf(draft, name)
  if (table === undefined || !table.columns.some((each) => each.name === from)) return
  renameColumn(draft, name, from, to)
  for (const child of table.children) renameInFamily(draft, child, from, to)
}

export const alterTableCases = {
  AddColumn(operation, draft) {
    const table = targetTable(draft, operation)
    if (table === undefined) return
    const { column } = operation
    const shown = `column "${column.name}" of relation "${table.name.name}"`
    if (table.columns.some((each) => each.name === column.name)) {
      if (operation.ifNotExists) skip(draft, `${shown} already exists, skipping`)
      else refuse(draft, `${shown} already exists`)
      return
    }
    if (table.partitionOf !== undefined) return refuse(draft, 'cannot add column to a partition')
    if (operation.only && table.children.length > 0) return refuse(draft, 'column must be added to child tables too')
    if (operation.ifNotExists && !table.complete)
      draft.catalog = { ...draft.catalog, uncertain: draft.catalog.uncertain.add(keyOf(table.name)) }
    addColumn(draft, table.name, makeColumn(draft, table.name, column), false)
    for (const definition of constraintsOf(column)) {
      addConstraint(draft, table.name, definition, { inherited: false, only: operation.only })
    }
  },

  DropColumn(operation, draft) {
    const table = targetTable(draft, operation)
    if (table === undefined) return
    const { column } = operation
    if (isSystemColumn(column)) return refuse(draft, `cannot drop system column "${column}"`)
    if (!table.columns.some((each) => each.name === column)) {
      const message = `column "${column}" of relation "${table.name.name}" does not exist`
      if (table.complete) {
        if (operation.columnIfExists) skip(draft, `${message}, skipping`)
        else refuse(draft, message)
        return
      }
    }
    if (inPartitionKey(table, column)) {
      refuse(draft, `cannot drop column "${column}" because it is part of the partition key of relation "${table.name.name}"`)
    }
    if (isInherited(draft, table, column)) return refuse(draft, `cannot drop inherited column "${column}"`)
    dropColumn(draft, table.name, column, operation.cascade, operation.only)
  },

  AlterColumnType(operation, draft) {
    const found = columnFor(draft, operation)
    if (found === undefined) return
    const { table, column } = found
    if (isInherited(draft, table, column.name)) return refuse(draft, `cannot alter inherited column "${column.name}"`)
    if (inPartitionKey(table, column.name)) {
      refuse(
        draft,
        `cannot alter column "${column.name}" because it is part of the partition key of relation "${table.name.name}"`,
      )
    }
    const fixed = typeIsFixed(draft, table, column.name)
    if (fixed !== undefined) refuse(draft, fixed)
    const type = storedType(draft, operation.type)
    for (const key of [table.name, ...table.children].map(keyOf)) hintType(draft, type, key)
    alter(draft, table.name, column.name, operation.only, {
      type,
      collation: operation.collation && printName(operation.collation),
      // The new type brings its own (measured: 18).
      storage: undefined,
      compression: undefined,
    })
  },

  SetDefault(operation, draft) {
    const found = columnFor(draft, operation)
    if (found === undefined) return
    if (defaultIsFixed(draft, found.table, found.column)) return
    hintExpression(draft, operation.default, keyOf(found.table.name))
    alter(draft, found.table.name, operation.column, operation.only, { default: operation.default })
  },

  DropDefault(operation, draft) {
    const found = columnFor(draft, operation)
    if (found === undefined || defaultIsFixed(draft, found.table, found.column)) return
    alter(draft, found.table.name, operation.column, operation.only, { default: undefined })
  },

  SetNotNull(operation, draft) {
    const found = columnFor(draft, operation)
    if (found !== undefined) alter(draft, found.table.name, operation.column, operation.only, { notNull: true })
  },

  DropNotNull(operation, draft) {
    const found = columnFor(draft, operation)
    if (found === undefined) return
    const { table, column } = found
    const primary = table.constraints.some(
      ({ definition }) => definition.kind === 'primary key' && definition.columns.includes(column.name),
    )
    if (column.identity !== undefined) {
      return refuse(draft, `column "${column.name}" of relation "${table.name.name}" is an identity column`)
    }
    if (primary) return refuse(draft, `column "${column.name}" is in a primary key`)
    alter(draft, table.name, column.name, operation.only, { notNull: false })
    updateTable(draft, table.name, (known) => ({
      ...known,
      constraints: known.constraints.filter(
        ({ definition }) => definition.kind !== 'not null' || definition.column !== column.name,
      ),
    }))
  },

  SetExpression(operation, draft) {
    const found = columnFor(draft, operation)
    if (found === undefined) return
    const { table, column } = found
    if (column.generated === undefined && column.type !== undefined) {
      return refuse(draft, `column "${column.name}" of relation "${table.name.name}" is not a generated column`)
    }
    hintExpression(draft, operation.expression, keyOf(table.name))
    alter(draft, table.name, column.name, operation.only, {
      generated: { expression: operation.expression, stored: column.generated?.stored ?? true },
    })
  },

  DropExpression(operation, draft) {
    const found = columnFor(draft, operation)
    if (found === undefined) return
    const { table, column } = found
    if (column.generated === undefined && column.type !== undefined) {
      const message = `column "${column.name}" of relation "${table.name.name}" is not a generated column`
      if (operation.expressionIfExists) skip(draft, `${message}, skipping`)
      else refuse(draft, message)
      return
    }
    alter(draft, table.name, column.name, operation.only, { generated: undefined })
  },

  AddIdentity(operation, draft) {
    const found = columnFor(draft, operation)
    if (found === undefined) return
    const { table, column } = found
    const shown = `column "${column.name}" of relation "${table.name.name}"`
    if (column.notNull === false) return refuse(draft, `${shown} must be declared NOT NULL before identity can be added`)
    // Partitions share their parent's identity since 17; before, each had its own.
    if (column.identity !== undefined && table.partitionOf === undefined)
      return refuse(draft, `${shown} is already an identity column`)
    if (column.default !== undefined) return refuse(draft, `${shown} already has a default value`)
    const name = { schema: table.name.schema, name: sequenceName(draft.catalog, table.name, column.name) }
    ownSequence(draft, name, table.name, column.name, operation.identity.options.type ?? column.type)
    alter(draft, table.name, column.name, !sharesIdentity(draft, table), { identity: operation.identity, notNull: true })
  },

  SetIdentity(operation, draft) {
    const found = columnFor(draft, operation)
    if (found === undefined) return
    const { table, column } = found
    if (column.identity === undefined) {
      if (column.type === undefined) return
      return refuse(draft, `column "${column.name}" of relation "${table.name.name}" is not an identity column`)
    }
    const options = mergeOptions(column.identity.options, operation.options)
    const identity = { always: operation.always ?? column.identity.always, options }
    alter(draft, table.name, column.name, !sharesIdentity(draft, table), { identity })
  },

  DropIdentity(operation, draft) {
    const found = columnFor(draft, operation)
    if (found === undefined) return
    const { table, column } = found
    if (column.identity === undefined) {
      if (column.type === undefined) return
      const message = `column "${column.name}" of relation "${table.name.name}" is not an identity column`
      if (operation.identityIfExists) skip(draft, `${message}, skipping`)
      else refuse(draft, message)
      return
    }
    alter(draft, table.name, column.name, !sharesIdentity(draft, table), { identity: undefined })
    for (const sequence of ownedSequences(draft, table.name, column.name)) {
      drop(draft, { kind: 'relation', name: sequence }, true)
    }
  },

  SetStatistics(operation, draft) {
    // The column may be a number of an index's expression: nothing to look up then.
    target(draft, operation.table, operation.ifExists)
    if (operation.byNumber !== true) addSetting(draft, operation)
  },
  SetColumnOptions(operation, draft) {
    if (columnFor(draft, operation) !== undefined) addSetting(draft, operation)
  },
  SetStorage(operation, draft) {
    const { column: name, storage } = operation
    if (columnFor(draft, operation) !== undefined)
      alter(draft, resolve(draft.catalog, operation.table), name, operation.only, { storage: storage.toLowerCase() })
  },
  SetCompression(operation, draft) {
    const { column: name, compression } = operation
    if (columnFor(draft, operation) !== undefined)
      alter(draft, resolve(draft.catalog, operation.table), name, operation.only, { compression })
  },
  SetForeignOptions(operation, draft) {
    targetTable(draft, operation)
  },

  RenameColumn(operation, draft) {
    const relation = target(draft, operation.table, operation.ifExists)
    if (relation === undefined) return
    const { column: from, to } = operation
    if (!isTable(relation)) {
      if (!('query' in relation)) return
      const columns = relation.columns.map((column) => (column === from ? to : column))
      put(draft, { ...relation, columns, ...renameInGrants(relation.grants, from, to) })
      return renameInViews(draft, relation.dependentViews, relation.name, from, to)
    }
    const table = withColumn(relation, from)
    if (table !== relation) put(draft, table)
    if (!table.columns.some((each) => each.name === from)) return refuse(draft, `column "${from}" does not exist`)
    if (operation.only && table.children.length > 0) {
      return refuse(draft, `inherited column "${from}" must be renamed in child tables too`)
    }
    if (isInherited(draft, table, from)) return refuse(draft, `cannot rename inherited column "${from}"`)
    if (table.columns.some((each) => each.name === to)) {
      return refuse(draft, `column "${to}" of relation "${table.name.name}" already exists`)
    }
    renameInFamily(draft, table.name, from, to)
  },
} satisfies Partial<Cases<[Draft], void>>

/** Generated and identity columns have no default to change. */
function defaultIsFixed(draft: Draft, table: Table, column: TableColumn): boolean {
  const kind =
    column.identity !== undefined ? 'an identity column' : column.generated !== undefined ? 'a generated column' : undefined
  if (kind !== undefined) refuse(draft, `column "${column.name}" of relation "${table.name.name}" is ${kind}`)
  return kind !== undefined
}
