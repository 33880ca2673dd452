import type { Table, TableColumn } from '../../catalog/catalog.ts'
import { hintsOf, keyOf } from '../../catalog/lookup.ts'
import { type Name, printName, type QualifiedName, quoteIdentifier } from '../../name.ts'
import { print } from '../../print/print.ts'
import { literal } from '../../rule/advice.ts'
import type { Site } from '../../rule.ts'

/** Privileges on the column by itself, given on another one. */
export function columnGrants({ grants = [] }: Table, column: string, table: Name, name: string): readonly string[] {
  return grants
    .filter(({ columns }) => columns.includes(column))
    .map(({ privilege, grantee, grantable }) =>
      print({
        kind: 'Grant',
        revoke: false,
        object: 'table',
        names: [table],
        inSchemas: [],
        privileges: [privilege],
        columns: [[name]],
        grantees: [grantee],
        ...(grantable ? { grantOption: true } : {}),
      }),
    )
}

/** What was said of a column and is no part of its definition, said of another one. */
export function columnSettings({ settings = [] }: Table, column: TableColumn, table: Name, name: string): readonly string[] {
  return [
    ...(column.comment === undefined
      ? []
      : [`COMMENT ON COLUMN ${printName(table)}.${quoteIdentifier(name)} IS ${literal(column.comment)}`]),
    ...settings.flatMap((each) =>
      'column' in each && each.column === column.name ? [print({ ...each, table, column: name })] : [],
    ),
  ]
}

/** The sequences that belong to a column. */
export function ownedSequences(table: Table, column: string, at: Site): readonly QualifiedName[] {
  return [...hintsOf(at.before, 'owner', table.name)].flatMap((key) => {
    const sequence = at.before.relations.get(key)
    const owner = sequence?.kind === 'sequence' ? sequence.ownedBy : undefined
    return sequence !== undefined && owner?.column === column && keyOf(owner.table) === keyOf(table.name) ? [sequence.name] : []
  })
}
