import type { QualifiedName } from '../name.ts'
import { sameName } from '../name.ts'
import type { ForeignKeyConstraint } from '../operation.ts'
import { type Adding, nameFree, store } from './adding.ts'
import type { Table } from './catalog.ts'
import { uniqueIndexFor } from './dependent.ts'
import type { Draft } from './draft.ts'
import { refuse, tableOf, target, updateConstraint, updateTable } from './draft.ts'
import { missingColumn } from './index.ts'
import { isTable } from './lookup.ts'
import { constraintName } from './names.ts'

export function addForeignKey(draft: Draft, table: Table, definition: ForeignKeyConstraint, how: Adding) {
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
