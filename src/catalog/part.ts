import type { QualifiedName } from '../name.ts'
import { sameName } from '../name.ts'
import type { Table, TableConstraint, View } from './catalog.ts'
import type { Draft } from './draft.ts'
import { indexOf, relationOf, tableOf } from './draft.ts'
import { hintsOf, isTable, nameOf } from './lookup.ts'
import { relation, type Thing } from './thing.ts'

/** What goes with a thing without CASCADE. */
export function partsOf(draft: Draft, thing: Thing): readonly Thing[] {
  switch (thing.kind) {
    case 'relation':
      return partsOfRelation(draft, thing.name)
    case 'column': {
      const table = tableOf(draft, thing.name)
      if (table === undefined) return []
      return [
        ...table.constraints
          .filter((each) => each.columns.includes(thing.part))
          .map((each): Thing => ({ kind: 'constraint', name: table.name, part: each.name })),
        ...indexesWith(draft, table, thing.part)
          .filter((index) => !table.constraints.some((each) => each.index !== undefined && sameName(each.index, index)))
          .map(relation),
        ...ownedSequences(draft, table.name, thing.part).map(relation),
        { kind: 'default', name: table.name, part: thing.part },
        ...(generatedFollow(draft) ? generatedFrom(table, thing.part) : []),
      ]
    }
    case 'constraint': {
      const constraint = tableOf(draft, thing.name)?.constraints.find((each) => each.name === thing.part)
      return constraint?.index === undefined ? [] : [relation(constraint.index)]
    }
    case 'trigger': {
      const children = tableOf(draft, thing.name)?.children ?? []
      return children.flatMap((child): readonly Thing[] =>
        tableOf(draft, child)?.triggers.some((each) => each.inherited === true && each.name === thing.part)
          ? [{ ...thing, name: child }]
          : [],
      )
    }
    default:
      return []
  }
}

/** Before 15 a generated column goes with a column that it is computed from, without CASCADE and without a word (release notes of 15; seen on 12.22 and 14.23). */
function generatedFollow({ postgres }: Draft): boolean {
  return postgres !== undefined && postgres < 15
}

export function generatedFrom(table: Table, column: string): readonly Thing[] {
  return table.columns
    .filter(({ name, generated }) => name !== column && generated?.expression.columns.includes(column))
    .map(({ name }): Thing => ({ kind: 'column', name: table.name, part: name }))
}

function partsOfRelation(draft: Draft, name: QualifiedName): readonly Thing[] {
  const known = relationOf(draft, name)
  if (known === undefined) return []
  if (known.kind === 'index') return attachedIndexes(draft, name).map(relation)
  if (!('indexes' in known)) return []
  const indexes = known.indexes.map(relation)
  if (!isTable(known)) return indexes
  return [
    ...indexes,
    ...known.columns.map((column): Thing => ({ kind: 'default', name, part: column.name })),
    ...known.constraints.map((each): Thing => ({ kind: 'constraint', name, part: each.name })),
    ...ownedSequences(draft, name).map(relation),
    ...known.children.filter((child) => tableOf(draft, child)?.partitionOf !== undefined).map(relation),
  ]
}

/** Whether a child's constraint is the parent's own: by its attached index, or by its name. */
export function inheritsFrom(draft: Draft, child: TableConstraint, parent: TableConstraint): boolean {
  if (child.inherited !== true || child.definition.kind !== parent.definition.kind) return false
  if (parent.index === undefined) {
    return (
      child.name === parent.name ||
      (child.definition.kind === 'foreign key' &&
        child.references !== undefined &&
        parent.references !== undefined &&
        sameName(child.references, parent.references) &&
        child.columns.join('\0') === parent.columns.join('\0'))
    )
  }
  const attachedTo = child.index && indexOf(draft, child.index)?.partitionOf
  return attachedTo !== undefined && sameName(attachedTo, parent.index)
}

/** Indexes of partitions that are attached to an index. */
export function attachedIndexes(draft: Draft, name: QualifiedName): readonly QualifiedName[] {
  const index = indexOf(draft, name)
  const table = index && tableOf(draft, index.table)
  return (table?.children ?? []).flatMap((child) =>
    (tableOf(draft, child)?.indexes ?? []).filter((each) => {
      const attachedTo = indexOf(draft, each)?.partitionOf
      return attachedTo !== undefined && sameName(attachedTo, name)
    }),
  )
}

export function indexesWith(draft: Draft, table: Table | View, column: string): readonly QualifiedName[] {
  return table.indexes.filter((name) => {
    const index = indexOf(draft, name)
    return (
      index !== undefined &&
      (index.keys.some((key) => key.column === column || key.expression?.columns.includes(column)) ||
        index.include.includes(column) ||
        index.where?.columns.includes(column))
    )
  })
}

export function ownedSequences(draft: Draft, table: QualifiedName, column?: string): readonly QualifiedName[] {
  return hintsOf(draft.catalog, 'owner', table)
    .toArray()
    .map(nameOf)
    .filter((name) => {
      const sequence = relationOf(draft, name)
      if (sequence?.kind !== 'sequence' || sequence.ownedBy === undefined) return false
      return sameName(sequence.ownedBy.table, table) && (column === undefined || sequence.ownedBy.column === column)
    })
}
