import type { QualifiedName } from '../name.ts'
import type { CheckConstraint, Constraint, NotNullConstraint } from '../operation.ts'
import { type Adding, nameFree, store } from './adding.ts'
import type { Table } from './catalog.ts'
import { withColumn } from './column.ts'
import type { Draft } from './draft.ts'
import { hintExpression, refuse, tableOf, updateColumn, updateConstraint, updateTable } from './draft.ts'
import { addForeignKey } from './foreign-key.ts'
import { missingColumn } from './index.ts'
import { addIndexed } from './key.ts'
import { keyOf } from './lookup.ts'
import { constraintName } from './names.ts'

/** Adds a constraint as CREATE TABLE, ADD COLUMN and ADD CONSTRAINT do, with its index, and to children. */
export function addConstraint(draft: Draft, on: QualifiedName, definition: Constraint, how: Adding) {
  const table = tableOf(draft, on)
  if (table === undefined) return
  switch (definition.kind) {
    case 'check':
      return addCheck(draft, table, definition, how)
    case 'not null':
      return addNotNull(draft, table, definition, how)
    case 'foreign key':
      return addForeignKey(draft, table, definition, how)
    default:
      return addIndexed(draft, table, definition, how)
  }
}

function addCheck(draft: Draft, table: Table, definition: CheckConstraint, how: Adding) {
  const same = table.constraints.find((each) => each.name === definition.name)
  if (
    same?.inherited === true &&
    !how.inherited &&
    same.definition.kind === 'check' &&
    isSameCheck(same.definition, definition)
  ) {
    // A partition has nothing of its own that its parent has, too.
    if (table.partitionOf !== undefined) return
    return updateConstraint(draft, table.name, same.name, (each) => ({ ...each, declared: true }))
  }
  if (same?.definition.kind === 'check' && how.inherited) {
    // A child's own constraint of the same name becomes the inherited one too.
    return updateConstraint(draft, table.name, same.name, (each) => ({
      ...each,
      inherited: true,
      ...(each.inherited === true || table.partitionOf !== undefined ? {} : { declared: true }),
    }))
  }
  if (!nameFree(draft, table, definition.name)) return
  const missing = missingColumn(table, definition.expression.columns)
  if (missing !== undefined) return refuse(draft, `column "${missing}" does not exist`)
  const { columns } = definition.expression
  const name = definition.name ?? constraintName(draft.catalog, table.name, columns, 'check')
  store(draft, table.name, {
    name,
    definition: { ...definition, name },
    columns,
    validated: (!definition.notValid || how.created === true) && definition.enforced,
    index: undefined,
    references: undefined,
    origin: draft.origin,
    ...(how.inherited ? { inherited: true } : {}),
  })
  hintExpression(draft, definition.expression, keyOf(table.name))
  if (definition.noInherit || how.only) return
  for (const child of table.children) addConstraint(draft, child, { ...definition, name }, { inherited: true, only: false })
}

function isSameCheck(a: CheckConstraint, b: CheckConstraint): boolean {
  return a.expression.conjuncts.join('\0') === b.expression.conjuncts.join('\0')
}

function addNotNull(draft: Draft, table: Table, definition: NotNullConstraint, how: Adding) {
  const missing = missingColumn(table, [definition.column])
  if (missing !== undefined) return refuse(draft, `column "${missing}" of relation "${table.name.name}" does not exist`)
  if (!how.inherited && !nameFree(draft, table, definition.name)) return
  const known = table.constraints.find(
    (each) => each.definition.kind === 'not null' && each.definition.column === definition.column,
  )
  updateTable(draft, table.name, (each) => withColumn(each, definition.column))
  if (!definition.notValid) updateColumn(draft, table.name, definition.column, { notNull: true })
  // Without a name the server of 18 makes one up, and older ones keep none: listed only where the name can matter.
  const isSo = table.columns.some((column) => column.name === definition.column && column.notNull === true)
  if (known === undefined && (definition.name !== undefined || (definition.notValid && !isSo))) {
    const name = definition.name ?? constraintName(draft.catalog, table.name, [definition.column], 'not_null')
    store(draft, table.name, {
      name,
      definition: { ...definition, name },
      columns: [definition.column],
      validated: !definition.notValid,
      index: undefined,
      references: undefined,
      origin: draft.origin,
      ...(how.inherited ? { inherited: true } : {}),
    })
  }
  if (definition.noInherit || how.only) return
  for (const child of table.children) addConstraint(draft, child, definition, { inherited: true, only: false })
}
