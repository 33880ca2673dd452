import type { QualifiedName } from '../name.ts'
import { sameName } from '../name.ts'
import type {
  Cases,
  CheckConstraint,
  Constraint,
  ExcludeConstraint,
  ForeignKeyConstraint,
  IndexKey,
  NotNullConstraint,
  PrimaryKeyConstraint,
  UniqueConstraint,
} from '../operation.ts'
import type { Table, TableConstraint } from './catalog.ts'
import { withColumn } from './column.ts'
import { inheritsFrom, uniqueIndexFor } from './dependency.ts'
import type { Draft } from './draft.ts'
import {
  hint,
  hintExpression,
  indexOf,
  isName,
  put,
  refuse,
  skip,
  tableOf,
  target,
  targetTable,
  updateColumn,
  updateConstraint,
  updateTable,
} from './draft.ts'
import { drop } from './drop.ts'
import { addIndex, lackingPartitionColumn, missingColumn } from './index.ts'
import { isTable, keyOf } from './lookup.ts'
import { constraintName, relationNameTaken } from './names.ts'
import { moveRelation, parentsOf, renameConstraint } from './rename.ts'

/** How a constraint comes to a table: by a statement on it, on its parent, or as the parent's CREATE TABLE had it. */
export interface Adding {
  readonly inherited: boolean
  readonly only: boolean
  /** In CREATE TABLE, where there are no rows, NOT VALID is not heeded. */
  readonly created?: boolean
}

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

function nameFree(draft: Draft, table: Table, name: string | undefined): boolean {
  if (name === undefined || !table.constraints.some((each) => each.name === name)) return true
  refuse(draft, `constraint "${name}" for relation "${table.name.name}" already exists`)
  return false
}

function store(draft: Draft, on: QualifiedName, constraint: TableConstraint): void {
  updateTable(draft, on, (table) => ({ ...table, constraints: [...table.constraints, constraint] }))
  hint(draft, 'constraint', { schema: on.schema, name: constraint.name }, keyOf(on))
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
  if (known === undefined && (definition.name !== undefined || definition.notValid)) {
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

function addForeignKey(draft: Draft, table: Table, definition: ForeignKeyConstraint, how: Adding) {
  if (!nameFree(draft, table, definition.name)) return
  const lacking = missingColumn(table, definition.columns)
  if (lacking !== undefined) return refuse(draft, `column "${lacking}" referenced in foreign key constraint does not exist`)
  const relation = target(draft, definition.references, false)
  if (relation === undefined) return
  if (!isTable(relation)) return refuse(draft, `referenced relation "${relation.name.name}" is not a table`)
  const columns = referencedColumns(draft, relation, definition)
  if (columns === undefined) return
  const name = definition.name ?? constraintName(draft.catalog, table.name, definition.columns, 'fkey')
  const notValid = definition.notValid && how.created !== true
  storeForeignKey(draft, table.name, relation.name, { ...definition, name, referencedColumns: columns, notValid }, how.inherited)
  if (table.kind !== 'partitioned table' || how.only) return
  for (const child of table.children)
    cloneForeignKey(draft, child, relation.name, { ...definition, name, referencedColumns: columns })
}

/** A partition's own copy of its parent's foreign key, under the same name where that is free; an equal one there is taken over. */
export function cloneForeignKey(draft: Draft, on: QualifiedName, references: QualifiedName, definition: ForeignKeyConstraint) {
  const table = tableOf(draft, on)
  if (table === undefined) return
  const equal = table.constraints.find(
    (each) =>
      each.definition.kind === 'foreign key' &&
      each.inherited !== true &&
      each.references !== undefined &&
      sameName(each.references, references) &&
      each.columns.join('\0') === definition.columns.join('\0') &&
      each.definition.onDelete === definition.onDelete &&
      each.definition.onUpdate === definition.onUpdate &&
      each.definition.match === definition.match &&
      each.definition.deferrable === definition.deferrable &&
      each.definition.initiallyDeferred === definition.initiallyDeferred &&
      each.definition.enforced === definition.enforced,
  )
  if (equal !== undefined) {
    return updateConstraint(draft, on, equal.name, (each) => ({ ...each, inherited: true, validated: true }))
  }
  const taken = table.constraints.some((each) => each.name === definition.name)
  const name =
    taken || definition.name === undefined ? constraintName(draft.catalog, on, definition.columns, 'fkey') : definition.name
  storeForeignKey(draft, on, references, { ...definition, name }, true)
  if (table.kind === 'partitioned table')
    for (const child of table.children) cloneForeignKey(draft, child, references, definition)
}

function storeForeignKey(
  draft: Draft,
  on: QualifiedName,
  references: QualifiedName,
  definition: ForeignKeyConstraint & { readonly name: string },
  inherited: boolean,
): void {
  store(draft, on, {
    name: definition.name,
    definition,
    columns: definition.columns,
    validated: !definition.notValid && definition.enforced,
    index: undefined,
    references,
    origin: draft.origin,
    ...(inherited ? { inherited: true } : {}),
  })
  updateTable(draft, references, (known) => ({
    ...known,
    referencedBy: [...known.referencedBy, { table: on, constraint: definition.name }],
  }))
}

/** The columns a foreign key points to, the primary key's where none are written; undefined where the server refuses them. */
function referencedColumns(draft: Draft, referenced: Table, definition: ForeignKeyConstraint): readonly string[] | undefined {
  let columns = definition.referencedColumns
  if (columns.length === 0) {
    const key = referenced.constraints.find((each) => each.definition.kind === 'primary key')
    if (key?.definition.kind === 'primary key') columns = key.definition.columns
    else if (referenced.complete) {
      refuse(draft, `there is no primary key for referenced table "${referenced.name.name}"`)
      return draft.conditional ? [] : undefined
    } else return []
  }
  const lacking = missingColumn(referenced, columns)
  if (lacking !== undefined) {
    refuse(draft, `column "${lacking}" referenced in foreign key constraint does not exist`)
    return undefined
  }
  if (referenced.complete && uniqueIndexFor(draft, referenced, columns) === undefined) {
    refuse(draft, `there is no unique constraint matching given keys for referenced table "${referenced.name.name}"`)
  } else if (columns.length !== definition.columns.length) {
    refuse(draft, 'number of referencing and referenced columns for foreign key disagree')
  }
  return columns
}

type Indexed = UniqueConstraint | PrimaryKeyConstraint | ExcludeConstraint

function addIndexed(draft: Draft, table: Table, definition: Indexed, how: Adding) {
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
  const include = definition.kind === 'exclude' ? [] : definition.include
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
  return definition.elements.map((element) => ({ column: element.column, expression: element.expression, ...plain }))
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

function constraintOf(
  draft: Draft,
  table: Table,
  constraint: string,
  ifExists = false,
  message = `constraint "${constraint}" of relation "${table.name.name}" does not exist`,
): TableConstraint | undefined {
  const known = table.constraints.find((each) => each.name === constraint)
  // 18 stores every NOT NULL as a constraint, which this catalog does not list where nobody named it.
  const unlisted = constraint.includes('not_null')
  if (known === undefined && table.complete && !unlisted) {
    if (ifExists) skip(draft, `${message}, skipping`)
    else refuse(draft, message)
  }
  return known
}

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
        updateConstraint(draft, child, known.name, ({ inherited: _, declared: __, ...each }) => each)
      }
    }
    dropWithInherited(draft, table, known, operation.cascade)
  },

  RenameConstraint(operation, draft) {
    const table = targetTable(draft, operation)
    if (table === undefined) return
    const message = `constraint "${operation.constraint}" for table "${table.name.name}" does not exist`
    const known = constraintOf(draft, table, operation.constraint, false, message)
    if (known === undefined) return
    if (known.inherited === true && known.definition.kind === 'check') {
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

/** A CHECK is renamed in the children that inherit it; other constraints have names of their own there. */
function renameEverywhere(draft: Draft, table: Table, constraint: TableConstraint, to: string): void {
  renameConstraint(draft, table.name, constraint.name, to)
  if (constraint.definition.kind !== 'check') return
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

/** DROP CONSTRAINT of a NOT NULL constraint that 18 named by itself: `t_col_not_null`. */
function dropUnlisted(draft: Draft, table: Table, name: string): void {
  const column = table.columns.find((each) => each.notNull === true && name === `${table.name.name}_${each.name}_not_null`)
  if (column !== undefined) updateColumn(draft, table.name, column.name, { notNull: false })
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
