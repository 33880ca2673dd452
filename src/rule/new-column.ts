import type { Catalog } from '../catalog/catalog.ts'
import { findColumn, findTable, findType } from '../catalog/lookup.ts'
import { printName, quoteIdentifier } from '../name.ts'
import type { Operation } from '../operation.ts'
import type { Site } from '../rule.ts'
import { printType } from '../type-name.ts'
import { advice, alterTable, beside, derivedName, inLaterMigration, literal, otherCommands } from './advice.ts'
import { addColumn } from './definition.ts'

/** How to add a column whose value differs per row so that nobody waits for it: SQL made from the statement, first steps of a longer way. */
export function newColumnSteps(op: Operation<'AddColumn'>, at: Site): string {
  const { column } = op
  const name = quoteIdentifier(column.name)
  const bare = { default: false, notNull: false }
  const setDefault = column.default === undefined ? [] : [`ALTER COLUMN ${name} SET DEFAULT ${column.default.sql}`]
  const rest = [
    '-- then fill the old rows in batches',
    ...(column.notNull || column.constraints.length > 0
      ? ['-- then NOT NULL and the constraints of the column, each proven before it is set']
      : []),
    ...otherCommands(at),
  ]
  const domain = findType(at.before, column.type.name)
  if (column.generated !== undefined) {
    const virtual = alterTable(op, `${addColumn(op, bare)} GENERATED ALWAYS AS (${column.generated.expression.sql}) VIRTUAL`)
    return at.postgres >= 18
      ? advice(
          'a virtual column is computed when it is read and rewrites nothing; it cannot be indexed',
          virtual,
          ...otherCommands(at),
        )
      : advice(
          'add a plain column, let a BEFORE INSERT OR UPDATE trigger compute it, and fill the old rows in batches',
          alterTable(op, addColumn(op, bare)),
          `-- in the trigger: NEW.${name} := (${column.generated.expression.sql}), each column of it as NEW.column`,
          ...rest,
        )
  }
  if (column.type.serial || column.identity !== undefined) {
    const sequence = beside(op.table, derivedName(op.table.name, column.name, column.identity ? 'fill_seq' : 'seq'))
    return advice(
      'add a plain column, let its own sequence number new rows, and number the old rows in batches',
      alterTable(op, addColumn(op, bare)),
      `CREATE SEQUENCE ${printName(sequence)} AS ${printType(column.type)}${column.identity ? '' : ` OWNED BY ${printName(op.table)}.${name}`};`,
      alterTable(op, `ALTER COLUMN ${name} SET DEFAULT nextval(${literal(printName(sequence))})`),
      ...rest,
      ...(column.identity
        ? [
            `${inLaterMigration}, in one transaction: drop that default and the sequence, and with its next value`,
            `-- ALTER COLUMN ${name} ADD GENERATED ${column.identity.always ? 'ALWAYS' : 'BY DEFAULT'} AS IDENTITY`,
          ]
        : []),
    )
  }
  if (domain?.kind === 'domain' && (domain.notNull || domain.constraints.length > 0)) {
    const type = { ...domain.base, dimensions: column.type.dimensions }
    const checks = domain.constraints.map(({ expression }) => `CHECK (${expression.sql})`)
    return advice(
      `add the column with the type that ${printName(column.type.name)} is made of, and say on the table what the domain says of its values`,
      alterTable(op, addColumn(op, { default: true, notNull: true, type })),
      ...(checks.length > 0 ? [`-- then ${checks.join(', ')} with ${name} for VALUE, NOT VALID first`] : []),
      ...(domain.notNull && !column.notNull ? ['-- then NOT NULL, proven before it is set'] : []),
      ...otherCommands(at),
    )
  }
  return advice(
    'add the column empty, give new rows the default in the same statement, and fill the old rows in batches',
    alterTable(op, addColumn(op, bare), ...setDefault),
    ...rest,
  )
}

/** Whether a new column refuses NULL and has nothing else for the rows that are there: PostgreSQL adds it to an empty table alone. */
export function lacksValue({ column }: Operation<'AddColumn'>, catalog: Catalog): boolean {
  const found = findType(catalog, column.type.name)
  const domain = found?.kind === 'domain' ? found : undefined
  const isRequired =
    column.notNull ||
    column.constraints.some(({ kind }) => kind === 'primary key' || kind === 'not null') ||
    (domain?.notNull === true && column.type.dimensions === 0)
  if (!isRequired || column.type.serial || column.identity !== undefined || column.generated !== undefined) return false
  const value = column.default ?? domain?.default
  return value === undefined || value.shape === 'null'
}

/** Whether its statement drops a column of that name, which the deployed schema has as far as is known. */
export function isAddedAgain({ table, column }: Operation<'AddColumn'>, at: Site): boolean {
  const isKnown = findColumn(at.deployed, table, column.name) !== undefined || findTable(at.deployed, table)?.complete !== true
  return (
    isKnown && at.statement.commands.some(({ operation }) => operation.kind === 'DropColumn' && operation.column === column.name)
  )
}
