import type { Catalog, TableColumn } from '../catalog/catalog.ts'
import { findTable } from '../catalog/lookup.ts'
import type { Expression, Query } from '../expression.ts'
import type { Name } from '../name.ts'
import type { Operation } from '../operation.ts'
import type { TypeName } from '../type-name.ts'

const textTypes = ['text', 'varchar', 'bpchar', 'name']

/** Text of a statement that may name an enum value, and the types that its context gives it. */
export interface Use {
  readonly strings: readonly string[]
  readonly types: readonly TypeName[]
  /** Whether the same strings may as well be meant for something else. */
  readonly ambiguous: boolean
}

/** Where an operation makes the server read string constants as values of a type. */
export function usesOf(op: Operation, catalog: Catalog): readonly Use[] {
  switch (op.kind) {
    case 'Insert': {
      const all = findTable(catalog, op.table)?.columns ?? []
      const columns = op.columns.length === 0 ? all : all.filter(({ name }) => op.columns.includes(name))
      const use = {
        strings: [...op.strings, ...(op.query?.strings ?? [])],
        types: typesOf(columns),
        ambiguous: columns.some(takesText),
      }
      return op.query === undefined ? [use] : [use, ofQuery(op.query, catalog)]
    }
    case 'Update':
      return [
        ...op.assigned.map(({ column, value }) => ofExpression(value, catalog, [op.table], [column])),
        ...ofOptional(op.where, catalog, [op.table, ...op.reads]),
      ]
    case 'Delete':
      return ofOptional(op.where, catalog, [op.table, ...op.reads])
    case 'Select':
    case 'CreateView':
      return [ofQuery(op.query, catalog)]
    case 'AddColumn':
      return op.column.default === undefined ? [] : [withTypes(op.column.default, [op.column.type])]
    case 'CreateTable':
      return op.columns.flatMap((column) => (column.default === undefined ? [] : [withTypes(column.default, [column.type])]))
    case 'SetDefault':
      return [ofExpression(op.default, catalog, [op.table], [op.column])]
    case 'AddConstraint':
      return op.constraint.kind === 'check' ? [ofExpression(op.constraint.expression, catalog, [op.table])] : []
    case 'CreateIndex':
      return ofOptional(op.where, catalog, [op.table])
    default:
      return []
  }
}

const ofOptional = (expression: Expression | undefined, catalog: Catalog, tables: readonly Name[]): readonly Use[] =>
  expression === undefined ? [] : [ofExpression(expression, catalog, tables)]

function ofQuery(query: Query, catalog: Catalog): Use {
  const columns = columnsOf(catalog, query.reads, query.columns)
  return { strings: query.strings, types: [...query.types, ...typesOf(columns)], ambiguous: columns.some(takesText) }
}

/** An expression over tables, or one whose value goes to the named columns. */
function ofExpression(expression: Expression, catalog: Catalog, tables: readonly Name[], targets: readonly string[] = []): Use {
  const columns = columnsOf(catalog, tables, [...targets, ...expression.columns])
  const ambiguous = columns.some(takesText) || expression.casts.some(({ name }) => textTypes.includes(name.name))
  return { strings: expression.strings, types: [...expression.casts, ...typesOf(columns)], ambiguous }
}

const withTypes = (expression: Expression, types: readonly TypeName[]): Use => ({
  strings: expression.strings,
  types,
  ambiguous: expression.shape === 'other',
})

const columnsOf = (catalog: Catalog, tables: readonly Name[], names: readonly string[]): readonly TableColumn[] =>
  tables.flatMap((table) => (findTable(catalog, table)?.columns ?? []).filter(({ name }) => names.includes(name)))

const typesOf = (columns: readonly TableColumn[]): readonly TypeName[] => columns.flatMap(({ type }) => type ?? [])

const takesText = ({ type }: TableColumn): boolean => type === undefined || textTypes.includes(type.name.name)
