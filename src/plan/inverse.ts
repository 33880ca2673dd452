import { existence, findColumn } from '../catalog/lookup.ts'
import { printName, quoteIdentifier } from '../name.ts'
import type { Operation } from '../operation.ts'
import { constraintName } from '../rule/definition.ts'
import type { Site } from '../rule.ts'
import { alter } from './presence.ts'

/** The statement, without semicolon, that undoes an operation of the user's own; undefined where it cannot be told from the SQL and the schema. */
export function inverseOf(operation: Operation, at: Site): string | undefined {
  if (at.skipped !== undefined || mayDoNothing(operation, at)) return undefined
  switch (operation.kind) {
    case 'CreateTable':
    case 'CreateTableAs':
      return `DROP TABLE ${printName(operation.table)}`
    case 'CreateIndex':
      return operation.index === undefined ? undefined : dropIndex(operation)
    case 'CreateView':
      return operation.replace ? undefined : `DROP VIEW ${printName(operation.view)}`
    case 'CreateMaterializedView':
      return `DROP MATERIALIZED VIEW ${printName(operation.view)}`
    case 'CreateSequence':
      return `DROP SEQUENCE ${printName(operation.sequence)}`
    case 'CreateEnum':
    case 'CreateCompositeType':
    case 'CreateRangeType':
      return `DROP TYPE ${printName(operation.type)}`
    case 'CreateDomain':
      return `DROP DOMAIN ${printName(operation.domain)}`
    case 'CreateSchema':
      return operation.schema === undefined ? undefined : `DROP SCHEMA ${quoteIdentifier(operation.schema)}`
    case 'CreateTrigger':
      return operation.replace ? undefined : `DROP TRIGGER ${quoteIdentifier(operation.trigger)} ON ${printName(operation.table)}`
    case 'CreatePolicy':
      return `DROP POLICY ${quoteIdentifier(operation.policy)} ON ${printName(operation.table)}`
    case 'AddColumn':
      return alter(operation, `DROP COLUMN ${quoteIdentifier(operation.column.name)}`)
    case 'AddConstraint':
      return alter(operation, `DROP CONSTRAINT ${quoteIdentifier(constraintName(operation.constraint, operation.table, at))}`)
    case 'ValidateConstraint':
      return ''
    case 'SetNotNull':
      return nullBack(operation, at)
    case 'SetDefault':
    case 'DropDefault':
      return defaultBack(operation, at)
    case 'RenameColumn':
      return alter(operation, `RENAME COLUMN ${quoteIdentifier(operation.to)} TO ${quoteIdentifier(operation.column)}`)
    case 'RenameTable':
      return alter(
        { ...operation, table: { schema: operation.table.schema, name: operation.to } },
        `RENAME TO ${quoteIdentifier(operation.table.name)}`,
      )
    case 'RenameConstraint':
      return alter(operation, `RENAME CONSTRAINT ${quoteIdentifier(operation.to)} TO ${quoteIdentifier(operation.constraint)}`)
    case 'RenameIndex':
      return `ALTER INDEX ${printName({ schema: operation.index.schema, name: operation.to })} RENAME TO ${quoteIdentifier(operation.index.name)}`
    default:
      return undefined
  }
}

function dropIndex({ table, index, concurrently }: Operation<'CreateIndex'>): string {
  return `DROP INDEX ${concurrently ? 'CONCURRENTLY IF EXISTS ' : ''}${printName({ schema: table.schema, name: index ?? '' })}`
}

/** IF EXISTS over what no migration made: whether there is anything to undo is not known. */
function mayDoNothing(operation: Operation, at: Site): boolean {
  if (!('ifExists' in operation) || !operation.ifExists) return false
  const name = 'index' in operation ? operation.index : 'table' in operation ? operation.table : undefined
  return typeof name !== 'object' || existence(at.before, name) !== 'exists'
}

function nullBack(operation: Operation<'SetNotNull'>, at: Site): string | undefined {
  const known = findColumn(at.before, operation.table, operation.column)
  if (known?.notNull === undefined) return undefined
  return known.notNull ? '' : alter(operation, `ALTER COLUMN ${quoteIdentifier(operation.column)} DROP NOT NULL`)
}

function defaultBack(operation: Operation<'SetDefault' | 'DropDefault'>, at: Site): string | undefined {
  const known = findColumn(at.before, operation.table, operation.column)
  // Only of a column that the history made is it known that it had none.
  if (known?.origin === undefined) return undefined
  const back = known.default === undefined ? 'DROP DEFAULT' : `SET DEFAULT ${known.default.sql}`
  return alter(operation, `ALTER COLUMN ${quoteIdentifier(operation.column)} ${back}`)
}
