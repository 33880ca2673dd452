import type { QualifiedName } from '../name.ts'
import type { Cases, Constraint, NotNullConstraint } from '../operation.ts'
import type { Table, TableColumn, TableConstraint } from './catalog.ts'
import { addConstraint } from './constraint.ts'
import type { Draft } from './draft.ts'
import { isName, markUncertain, refuse, skip, tableOf, targetTable, updateColumn, updateConstraint } from './draft.ts'
import { drop } from './drop.ts'
import { keyOf } from './lookup.ts'
import { relationNameTaken } from './names.ts'
import { inheritsFrom } from './part.ts'
import { parentsOf, renameConstraint } from './rename.ts'

export const constraintCases = {
  AddConstraint(operation, draft) {
    const table = targetTable(draft, operation)
    if (table === undefined) return
    addConstraint(draft, table.name, operation.constraint, { inherited: false, only: operation.only })
  },

  AlterConstraint(operation, draft) {
    const table = targetTable(draft, operation)
    const known = table && constraintOf(draft, table, operation.constraint)
    if (table === undefined || known === undefined) return
    updateConstraint(draft, table.name, known.name, (each) => ({
      ...each,
      validated: operation.enforced ?? each.validated,
      definition: altered(each.definition, operation),
    }))
  },

  ValidateConstraint(operation, draft) {
    const table = targetTable(draft, operation)
    if (table !== undefined && constraintOf(draft, table, operation.constraint) !== undefined) {
      validate(draft, table.name, operation.constraint)
    }
  },

  DropConstraint(operation, draft) {
    const table = targetTable(draft, operation)
    if (table === undefined) return
    const known = constraintOf(draft, table, operation.constraint, operation.constraintIfExists)
    if (known === undefined) return dropUnlisted(draft, table, operation.constraint)
    if (known.inherited === true) {
      return refuse(draft, `cannot drop inherited constraint "${known.name}" of relation "${table.name.name}"`)
    }
    if (operation.only) {
      for (const child of table.children) {
        const own = tableOf(draft, child)?.constraints.some((each) => inheritsFrom(draft, each, known))
        if (own) updateConstraint(draft, child, known.name, ({ inherited: _, declared: __, ...each }) => each)
      }
    }
    dropWithInherited(draft, table, known, operation.cascade)
  },

  RenameConstraint(operation, draft) {
    const table = targetTable(draft, operation)
    if (table === undefined) return
    const message = `constraint "${operation.constraint}" for table "${table.name.name}" does not exist`
    const known = constraintOf(draft, table, operation.constraint, false, message)
    if (known === undefined) return renameUnlisted(draft, table, operation.constraint, operation.to)
    if (known.inherited === true && (known.definition.kind === 'check' || known.definition.kind === 'not null')) {
      return refuse(draft, `cannot rename inherited constraint "${known.name}"`)
    }
    const to = { schema: table.name.schema, name: operation.to }
    if (known.index !== undefined && relationNameTaken(draft.catalog, to))
      return refuse(draft, `relation "${to.name}" already exists`)
    if (table.constraints.some((each) => each.name === operation.to)) {
      return refuse(draft, `constraint "${operation.to}" for relation "${table.name.name}" already exists`)
    }
    renameEverywhere(draft, table, known, operation.to)
  },
} satisfies Partial<Cases<[Draft], void>>

function constraintOf(
  draft: Draft,
  table: Table,
  constraint: string,
  ifExists = false,
  message = `constraint "${constraint}" of relation "${table.name.name}" does not exist`,
): TableConstraint | undefined {
  const known = table.constraints.find((each) => each.name === constraint)
  if (known === undefined && table.complete && !isUnlisted(constraint)) {
    if (ifExists) skip(draft, `${message}, skipping`)
    else refuse(draft, message)
  }
  return known
}

/** Children lose what they inherited; what they declared themselves stays, as their own. */
function dropWithInherited(draft: Draft, table: Table, constraint: TableConstraint, cascade: boolean): void {
  const inherited = table.children.flatMap((name) => {
    const child = tableOf(draft, name)
    const own = child?.constraints.find((each) => inheritsFrom(draft, each, constraint))
    return child === undefined || own === undefined ? [] : [{ child, own }]
  })
  drop(draft, { kind: 'constraint', name: table.name, part: constraint.name }, cascade)
  for (const { child, own } of inherited) {
    const elsewhere = parentsOf(child).some(
      (parent) => !isName(table.name)(parent) && tableOf(draft, parent)?.constraints.some((each) => each.name === own.name),
    )
    if (elsewhere) continue
    if (own.declared === true) updateConstraint(draft, child.name, own.name, ({ inherited: _, declared: __, ...each }) => each)
    else dropWithInherited(draft, child, own, cascade)
  }
}

/** A CHECK or NOT NULL is renamed in the children that inherit it; other constraints have names of their own there. */
function renameEverywhere(draft: Draft, table: Table, constraint: TableConstraint, to: string): void {
  renameConstraint(draft, table.name, constraint.name, to)
  if (constraint.definition.kind !== 'check' && constraint.definition.kind !== 'not null') return
  for (const child of table.children) {
    const known = tableOf(draft, child)
    const own = known?.constraints.find((each) => each.name === constraint.name && each.inherited === true)
    if (known !== undefined && own !== undefined) renameEverywhere(draft, known, own, to)
  }
}

function validate(draft: Draft, on: QualifiedName, name: string): void {
  const table = tableOf(draft, on)
  const known = table?.constraints.find((each) => each.name === name)
  if (table === undefined || known === undefined) return
  updateConstraint(draft, on, name, (each) => ({ ...each, validated: true }))
  if (known.definition.kind === 'not null') updateColumn(draft, on, known.definition.column, { notNull: true })
  for (const child of table.children) validate(draft, child, name)
}

/** 18 stores every NOT NULL as a constraint, which this catalog does not list where nobody named it. */
function isUnlisted(constraint: string): boolean {
  return constraint.includes('not_null')
}

/** DROP CONSTRAINT of a NOT NULL constraint that 18 named by itself. */
function dropUnlisted(draft: Draft, table: Table, name: string): void {
  if (!isUnlisted(name)) return
  const column = unlistedColumn(table, name)
  if (column !== undefined) {
    allowNull(draft, table, column.name, false)
    return
  }
  doubt(draft, table)
  const keys = new Set(
    table.constraints.flatMap(({ definition }) => (definition.kind === 'primary key' ? definition.columns : [])),
  )
  for (const each of table.columns) {
    if (each.notNull === true && each.identity === undefined && !keys.has(each.name))
      allowNull(draft, table, each.name, undefined)
  }
}

function allowNull(draft: Draft, table: Table, column: string, notNull: false | undefined): void {
  updateColumn(draft, table.name, column, { notNull })
  for (const child of table.children.flatMap((name) => tableOf(draft, name) ?? [])) allowNull(draft, child, column, notNull)
}

/** RENAME CONSTRAINT of one: with a name of its own it is listed. */
function renameUnlisted(draft: Draft, table: Table, name: string, to: string): void {
  if (!isUnlisted(name)) return
  const column = unlistedColumn(table, name)
  if (column === undefined) {
    doubt(draft, table)
    return
  }
  const definition: NotNullConstraint = { kind: 'not null', name: to, column: column.name, noInherit: false, notValid: false }
  addConstraint(draft, table.name, definition, { inherited: false, only: false })
}

/** The column of `t_col_not_null`; the table may have got another name since, a child has its parent's. */
function unlistedColumn(table: Table, name: string): TableColumn | undefined {
  const fitting = table.columns.filter((each) => each.notNull === true && name.endsWith(`_${each.name}_not_null`))
  return (
    fitting.find((each) => name === `${table.name.name}_${each.name}_not_null`) ?? (fitting.length === 1 ? fitting[0] : undefined)
  )
}

/** Which constraint it was is not known, so that nothing is certain of those that are left. */
function doubt(draft: Draft, table: Table): void {
  if (table.complete) markUncertain(draft, keyOf(table.name))
}

function altered(
  definition: Constraint,
  change: {
    deferrable: boolean | undefined
    initiallyDeferred: boolean | undefined
    enforced: boolean | undefined
    inherit: boolean | undefined
  },
): Constraint {
  switch (definition.kind) {
    case 'not null':
      return { ...definition, noInherit: change.inherit === undefined ? definition.noInherit : !change.inherit }
    case 'check':
      return { ...definition, enforced: change.enforced ?? definition.enforced }
    case 'foreign key':
      return {
        ...definition,
        enforced: change.enforced ?? definition.enforced,
        deferrable: change.deferrable ?? definition.deferrable,
        initiallyDeferred: change.initiallyDeferred ?? definition.initiallyDeferred,
      }
    default:
      return {
        ...definition,
        deferrable: change.deferrable ?? definition.deferrable,
        initiallyDeferred: change.initiallyDeferred ?? definition.initiallyDeferred,
      }
  }
}
