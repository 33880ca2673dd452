import type { Name } from '../name.ts'
import type { Column, Constraint, Operation, Statement } from '../operation.ts'
import type { Site } from '../rule.ts'
import type { TypeName } from '../type-name.ts'

/** A column that an operation makes, or gives a type. */
export interface WrittenColumn {
  readonly table: Name
  readonly name: string
  readonly type: TypeName
  /** undefined for a type change. */
  readonly column: Column | undefined
}

/** The columns whose types an operation writes; those of temporary tables, which are gone with the session, are left out. */
export function writtenColumns(op: Operation<'CreateTable' | 'AddColumn' | 'AlterColumnType'>): readonly WrittenColumn[] {
  switch (op.kind) {
    case 'CreateTable':
      return op.persistence === 'temporary'
        ? []
        : op.columns.map((column) => ({ table: op.table, name: column.name, type: column.type, column }))
    case 'AddColumn':
      return [{ table: op.table, name: op.column.name, type: op.column.type, column: op.column }]
    case 'AlterColumnType':
      return [{ table: op.table, name: op.column, type: op.type, column: undefined }]
  }
}

/** The constraints that an operation gives a table, those of its columns too. */
export function writtenConstraints(op: Operation): readonly { readonly table: Name; readonly constraint: Constraint }[] {
  switch (op.kind) {
    case 'CreateTable':
      return op.persistence === 'temporary'
        ? []
        : [...op.columns.flatMap((column) => column.constraints), ...op.constraints].map((constraint) => ({
            table: op.table,
            constraint,
          }))
    case 'AddColumn':
      return op.column.constraints.map((constraint) => ({ table: op.table, constraint }))
    case 'AddConstraint':
      return [{ table: op.table, constraint: op.constraint }]
    default:
      return []
  }
}

/** A built-in type by its internal name (`int4`, `bpchar`); undefined for any other type. */
export function builtInName(type: TypeName): string | undefined {
  return type.name.schema === 'pg_catalog' || type.name.schema === undefined ? type.name.name : undefined
}

/** Every operation of a migration with its statement and place, those of DO blocks too, in order. */
export function* operationsIn(
  statements: readonly Statement[],
): Generator<{ readonly operation: Operation; readonly statement: Statement; readonly span: Statement['span'] }> {
  for (const statement of statements) {
    for (const { operation, span } of statement.commands) yield { operation, statement, span }
    yield* operationsIn(statement.body)
  }
}

/** What the migration does after the statement that is looked at, in whichever transaction. */
export function* laterInMigration(at: Site): Generator<Operation> {
  for (const { operation, statement } of operationsIn(at.migration.statements)) {
    if (statement.span.start > at.statement.span.start) yield operation
  }
}

/** Whether some function of the database inserts into a table, as far as its text tells: then it is not the application alone that fills it. */
export function isFilledByFunctions(table: Name, at: Site): boolean {
  const insert = new RegExp(`insert\\s+into\\s+(?:\\S+\\.)?"?${table.name.replaceAll(/[^\w]/g, '.')}"?(?!\\w)`, 'i')
  return [...at.after.functions.values()].some((routines) => routines.some(({ body }) => insert.test(body)))
}
