import type { Expression } from '../expression.ts'
import type { QualifiedName } from '../name.ts'
import { quoteIdentifier, sameName } from '../name.ts'
import type { Constraint, IndexKey } from '../operation.ts'
import type { Index, Routine, Sequence, Table, TableConstraint, View } from './catalog.ts'
import type { Draft } from './draft.ts'
import {
  erase,
  hint,
  hintTable,
  indexOf,
  isName,
  markUncertain,
  put,
  relationOf,
  tableOf,
  updateConstraint,
  updateTable,
  viewOf,
} from './draft.ts'
import { renameInGrants } from './grant.ts'
import { hintsOf, isTable, keyOf, nameOf } from './lookup.ts'
import { renamedText } from './renamed-text.ts'

/** Gives a relation another name or schema, and everything that refers to it learns the new one. The old name is known to be free then. */
export function moveRelation(draft: Draft, from: QualifiedName, to: QualifiedName): void {
  const relation = relationOf(draft, from)
  if (relation === undefined || sameName(from, to)) return
  const swap = (name: QualifiedName) => (sameName(name, from) ? to : name)
  const uncertain = draft.catalog.uncertain.has(keyOf(from))
  erase(draft, from)
  if (uncertain) markUncertain(draft, keyOf(to))
  put(draft, { ...relation, name: to })
  if (isTable(relation)) moveTable(draft, relation, from, to, swap)
  else if (relation.kind === 'index') moveIndex(draft, relation, from, to, swap)
  else if (relation.kind === 'sequence') moveSequence(draft, relation, from, to)
  else moveView(draft, relation, to, swap)
  moveRoutines(draft, from, to, swap)
  moveLocals(draft, from, to, swap)
}

type Swap = (name: QualifiedName) => QualifiedName

function moveTable(draft: Draft, table: Table, from: QualifiedName, to: QualifiedName, swap: Swap): void {
  moveReaders(draft, table.dependentViews, swap)
  for (const index of table.indexes) {
    const known = indexOf(draft, index)
    if (known !== undefined) put(draft, { ...known, table: to })
  }
  const swapReference = (constraint: TableConstraint): TableConstraint =>
    constraint.references === undefined ? constraint : { ...constraint, references: swap(constraint.references) }
  for (const reference of table.referencedBy) {
    updateConstraint(draft, swap(reference.table), reference.constraint, swapReference)
  }
  for (const constraint of table.constraints) {
    hint(draft, 'constraint', { schema: to.schema, name: constraint.name }, keyOf(to))
    if (constraint.references === undefined) continue
    updateTable(draft, swap(constraint.references), (referenced) => ({
      ...referenced,
      referencedBy: referenced.referencedBy.map((each) => ({ ...each, table: swap(each.table) })),
    }))
  }
  for (const parent of parentsOf(table)) {
    updateTable(draft, parent, (known) => ({ ...known, children: known.children.map(swap) }))
  }
  for (const child of table.children) {
    updateTable(draft, child, (known) => ({
      ...known,
      inherits: known.inherits.map(swap),
      partitionOf: known.partitionOf && { ...known.partitionOf, parent: swap(known.partitionOf.parent) },
    }))
  }
  for (const key of hintsOf(draft.catalog, 'owner', from)) {
    const sequence = relationOf(draft, nameOf(key))
    if (sequence?.kind !== 'sequence' || sequence.ownedBy === undefined) continue
    put(draft, { ...sequence, ownedBy: { ...sequence.ownedBy, table: swap(sequence.ownedBy.table) } })
    hint(draft, 'owner', to, key)
  }
  const moved = tableOf(draft, to)
  if (moved !== undefined) hintTable(draft, moved)
  const publications = draft.catalog.publications.map((publication) =>
    publication.tables.some((each) => sameName(each.table, from))
      ? { ...publication, tables: publication.tables.map((each) => ({ ...each, table: swap(each.table) })) }
      : publication,
  )
  draft.catalog = { ...draft.catalog, publications }
}

function moveIndex(draft: Draft, index: Index, from: QualifiedName, to: QualifiedName, swap: Swap): void {
  const owner = relationOf(draft, index.table)
  if (owner === undefined || !('indexes' in owner)) return
  if (isTable(owner)) {
    put(draft, {
      ...owner,
      indexes: owner.indexes.map(swap),
      clusteredOn: owner.clusteredOn === from.name ? to.name : owner.clusteredOn,
      constraints: owner.constraints.map((each) => (each.index && sameName(each.index, from) ? { ...each, index: to } : each)),
    })
    for (const child of owner.children) {
      for (const name of tableOf(draft, child)?.indexes ?? []) {
        const attached = indexOf(draft, name)
        if (attached?.partitionOf && sameName(attached.partitionOf, from)) put(draft, { ...attached, partitionOf: to })
      }
    }
  } else put(draft, { ...owner, indexes: owner.indexes.map(swap) })
}

function moveSequence(draft: Draft, sequence: Sequence, from: QualifiedName, to: QualifiedName): void {
  if (sequence.ownedBy !== undefined) hint(draft, 'owner', sequence.ownedBy.table, keyOf(to))
  // Defaults hold the sequence itself, so that nextval('…') shows the new name.
  for (const key of hintsOf(draft.catalog, 'sequence', from)) {
    hint(draft, 'sequence', to, key)
    updateTable(draft, nameOf(key), (table) => ({
      ...table,
      columns: table.columns.map((column) =>
        column.default?.strings.some((text) => text === from.name || text === keyOf(from))
          ? {
              ...column,
              default: {
                ...column.default,
                strings: column.default.strings.map((text) => (text === from.name || text === keyOf(from) ? keyOf(to) : text)),
              },
            }
          : column,
      ),
    }))
  }
}

function moveView(draft: Draft, view: View, to: QualifiedName, swap: Swap): void {
  moveReaders(draft, view.dependentViews, swap)
  for (const index of view.indexes) {
    const known = indexOf(draft, index)
    if (known !== undefined) put(draft, { ...known, table: to })
  }
  for (const read of view.reads) {
    const known = relationOf(draft, read)
    if (known !== undefined && 'dependentViews' in known) {
      put(draft, { ...known, dependentViews: known.dependentViews.map(swap) })
    }
  }
}

function moveReaders(draft: Draft, views: readonly QualifiedName[], swap: Swap): void {
  for (const name of views) {
    const view = viewOf(draft, name)
    if (view !== undefined) put(draft, { ...view, reads: view.reads.map(swap) })
  }
}

/** Policies and rules of other tables hold the relation itself. */
function moveLocals(draft: Draft, from: QualifiedName, to: QualifiedName, swap: Swap): void {
  for (const key of hintsOf(draft.catalog, 'local', from)) {
    hint(draft, 'local', to, key)
    updateTable(draft, nameOf(key), (table) => ({
      ...table,
      policies: table.policies.map((each) => (each.reads === undefined ? each : { ...each, reads: each.reads.map(swap) })),
      rules: table.rules.map((each) => ({ ...each, reads: each.reads.map(swap) })),
    }))
  }
}

function moveRoutines(draft: Draft, from: QualifiedName, to: QualifiedName, swap: Swap): void {
  for (const key of hintsOf(draft.catalog, 'body', from)) {
    const routines = draft.catalog.functions.get(key)
    if (routines === undefined) continue
    const moved = routines.map(
      (routine): Routine => ({
        ...routine,
        dependsOn: routine.dependsOn.map(swap),
        // Its text still has the old name.
        follow: undefined,
      }),
    )
    draft.catalog = { ...draft.catalog, functions: draft.catalog.functions.set(key, moved) }
    hint(draft, 'body', to, key)
  }
}

export function parentsOf(table: Table): readonly QualifiedName[] {
  return table.partitionOf === undefined ? table.inherits : [table.partitionOf.parent, ...table.inherits]
}

/** Renames a column of one table wherever the catalog speaks of it; children are the caller's. */
export function renameColumn(draft: Draft, name: QualifiedName, from: string, to: string): void {
  const table = tableOf(draft, name)
  if (table === undefined) return
  const swap = (column: string) => (column === from ? to : column)
  put(draft, {
    ...table,
    columns: table.columns.map((column) => ({
      ...column,
      name: swap(column.name),
      generated: column.generated && {
        ...column.generated,
        expression: renameInExpression(column.generated.expression, from, to),
      },
    })),
    constraints: table.constraints.map((constraint) => ({
      ...constraint,
      columns: constraint.columns.map(swap),
      definition: renameInConstraint(constraint.definition, from, to),
    })),
    ...renameInGrants(table.grants, from, to),
    triggers: table.triggers.map((trigger) => ({ ...trigger, updateOf: trigger.updateOf.map(swap), definition: undefined })),
    ...(table.settings === undefined
      ? {}
      : { settings: table.settings.map((each) => ('column' in each ? { ...each, column: swap(each.column) } : each)) }),
    policies: table.policies.map((policy) => ({
      ...policy,
      columns: policy.columns.map(swap),
      definition: policy.definition && {
        ...policy.definition,
        using: policy.definition.using && renameInExpression(policy.definition.using, from, to),
        check: policy.definition.check && renameInExpression(policy.definition.check, from, to),
      },
    })),
    partitionBy: table.partitionBy && {
      ...table.partitionBy,
      columns: table.partitionBy.columns.map((column) => column && swap(column)),
      expressions: table.partitionBy.expressions.map((expression) => renameInExpression(expression, from, to)),
    },
  })
  for (const index of table.indexes) {
    const known = indexOf(draft, index)
    if (known !== undefined) {
      put(draft, {
        ...known,
        keys: known.keys.map((key) => renameInKey(key, from, to)),
        include: known.include.map(swap),
        where: known.where && renameInExpression(known.where, from, to),
      })
    }
  }
  for (const reference of table.referencedBy) {
    updateConstraint(draft, reference.table, reference.constraint, (constraint) =>
      constraint.definition.kind === 'foreign key'
        ? {
            ...constraint,
            definition: { ...constraint.definition, referencedColumns: constraint.definition.referencedColumns.map(swap) },
          }
        : constraint,
    )
  }
  for (const key of hintsOf(draft.catalog, 'owner', name)) {
    const sequence = relationOf(draft, nameOf(key))
    if (sequence?.kind !== 'sequence' || sequence.ownedBy === undefined || !isName(name)(sequence.ownedBy.table)) continue
    put(draft, { ...sequence, ownedBy: { table: name, column: swap(sequence.ownedBy.column) } })
  }
  renameInViews(draft, table.dependentViews, name, from, to)
  const publications = draft.catalog.publications.map((publication) =>
    publication.tables.some((each) => sameName(each.table, name) && each.columns?.includes(from))
      ? {
          ...publication,
          tables: publication.tables.map((each) =>
            sameName(each.table, name) ? { ...each, columns: each.columns?.map(swap) } : each,
          ),
        }
      : publication,
  )
  draft.catalog = { ...draft.catalog, publications }
}

/** Views go on reading the column under its new name; where another relation they read may own the old name, both stay listed. */
export function renameInViews(
  draft: Draft,
  views: readonly QualifiedName[],
  read: QualifiedName,
  from: string,
  to: string,
): void {
  for (const name of views) {
    const view = viewOf(draft, name)
    if (view === undefined || !view.query.columns.includes(from)) continue
    const alone = view.reads.every(isName(read))
    const columns = view.query.columns.flatMap((column) => (column !== from ? [column] : alone ? [to] : [from, to]))
    put(draft, { ...view, query: { ...view.query, columns: [...new Set(columns)] } })
  }
}

function renameInKey(key: IndexKey, from: string, to: string): IndexKey {
  return {
    ...key,
    column: key.column === from ? to : key.column,
    expression: key.expression && renameInExpression(key.expression, from, to),
  }
}

/** Facts about an expression follow a rename, and so does its text where it tells for certain what the old name means in it. */
export function renameInExpression(expression: Expression, from: string, to: string): Expression {
  if (!expression.columns.includes(from)) return expression
  const swap = (column: string) => (column === from ? to : column)
  const token = quoteIdentifier(from)
  const sql = renamedText(expression.sql, from, to)
  return {
    ...expression,
    ...(sql === undefined ? { outdated: true } : { sql }),
    columns: expression.columns.map(swap),
    provesNotNull: expression.provesNotNull.map(swap),
    conjuncts: expression.conjuncts.map((text) =>
      text
        .split(' ')
        .map((each) => (each === token || each === `"${from}"` ? quoteIdentifier(to) : each))
        .join(' '),
    ),
  }
}

function renameInConstraint(definition: Constraint, from: string, to: string): Constraint {
  const swap = (column: string) => (column === from ? to : column)
  switch (definition.kind) {
    case 'check':
      return { ...definition, expression: renameInExpression(definition.expression, from, to) }
    case 'not null':
      return { ...definition, column: swap(definition.column) }
    case 'foreign key':
      return {
        ...definition,
        columns: definition.columns.map(swap),
        ...(definition.onDeleteColumns === undefined ? {} : { onDeleteColumns: definition.onDeleteColumns.map(swap) }),
      }
    case 'exclude':
      return {
        ...definition,
        elements: definition.elements.map((element) => ({
          ...element,
          column: element.column && swap(element.column),
          expression: element.expression && renameInExpression(element.expression, from, to),
        })),
        ...(definition.include === undefined ? {} : { include: definition.include.map(swap) }),
        where: definition.where && renameInExpression(definition.where, from, to),
      }
    default:
      return { ...definition, columns: definition.columns.map(swap), include: definition.include.map(swap) }
  }
}

/** Renames a constraint of one table, and the index behind it, which always bears its name. */
export function renameConstraint(draft: Draft, name: QualifiedName, from: string, to: string): void {
  const constraint = tableOf(draft, name)?.constraints.find((each) => each.name === from)
  if (constraint === undefined) return
  updateConstraint(draft, name, from, (known) => ({
    ...known,
    name: to,
    definition: { ...known.definition, name: to },
  }))
  hint(draft, 'constraint', { schema: name.schema, name: to }, keyOf(name))
  if (constraint.references !== undefined) {
    updateTable(draft, constraint.references, (referenced) => ({
      ...referenced,
      referencedBy: referenced.referencedBy.map((each) =>
        each.constraint === from && sameName(each.table, name) ? { ...each, constraint: to } : each,
      ),
    }))
  }
  const index = constraint.index && indexOf(draft, constraint.index)
  if (index !== undefined) {
    put(draft, { ...index, constraint: to })
    moveRelation(draft, index.name, { schema: index.name.schema, name: to })
  }
}
