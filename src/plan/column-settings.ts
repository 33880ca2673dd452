import type { Table, TableColumn } from '../catalog/catalog.ts'
import { type Name, printName, quoteIdentifier } from '../name.ts'
import { print } from '../print/print.ts'
import { literal } from '../rule/advice.ts'

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
