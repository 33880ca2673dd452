import type { Table } from '../catalog/catalog.ts'
import {
  existence,
  findColumn,
  findIndex,
  findRoutines,
  findTable,
  findType,
  resolveRoutine,
  resolveType,
} from '../catalog/lookup.ts'
import { type Name, printName, quoteIdentifier } from '../name.ts'
import type { Kind, Operation } from '../operation.ts'
import { isPrintable, print } from '../print/print.ts'
import type { Site } from '../rule.ts'
import { printType } from '../type-name.ts'
import { alter } from './block/presence.ts'
import { notNullBack } from './block/restore.ts'
import {
  constraintAgain,
  constraintOff,
  defaultBack,
  deferralBack,
  indexAgain,
  nullBack,
  policyBack,
  settingBack,
} from './former-state.ts'
import type { Rollback } from './plan.ts'

const nothing: Rollback = { transaction: true, statements: [] }

/** What undoes an operation of the user's own; undefined where it cannot be told from the SQL and the schema. */
export function inverseOf(operation: Operation, at: Site): Rollback | undefined {
  if (at.refused !== undefined) return undefined
  // What is there already was made by somebody else.
  if (at.skipped !== undefined) return nothing
  if (mayDoNothing(operation, at)) return undefined
  const own = ownInverse(operation, at)
  if (own === undefined) return goesWithTable(operation, at) ? nothing : undefined
  return typeof own === 'string' ? { transaction: true, statements: [own] } : own
}

/** The ways back of several operations, given in their order, as one. */
export function combined(backs: readonly { readonly transaction: boolean; readonly statements: readonly string[] }[]): Rollback {
  const all = backs.toReversed().filter(({ statements }) => statements.length > 0)
  if (all.every(({ transaction }) => transaction))
    return { transaction: true, statements: all.flatMap(({ statements }) => statements) }
  // Outside of a transaction each says by itself whether it waits for its locks as long as it takes.
  const limit = (timeout: string) => `SET lock_timeout = ${timeout}`
  const statements = all.flatMap((back, index) => {
    if (back.transaction) return [limit("'2s'"), ...back.statements]
    return index === 0 ? back.statements : [limit('0'), ...back.statements]
  })
  return { transaction: false, statements }
}

function ownInverse(operation: Operation, at: Site): string | Rollback | undefined {
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
      // What may have been there before stays: it is in nobody's way.
      return operation.ifNotExists ? nothing : `DROP SCHEMA ${quoteIdentifier(operation.schema)}`
    case 'CreateFunction':
      return isNewFunction(operation, at)
        ? `DROP ${operation.procedure ? 'PROCEDURE' : 'FUNCTION'} ${printName(operation.function)}(${operation.arguments.map(printType).join(', ')})`
        : undefined
    case 'CreateExtension':
      return operation.ifNotExists ? nothing : `DROP EXTENSION ${quoteIdentifier(operation.extension)}`
    case 'CreateStatistics':
      return operation.statistics === undefined || operation.ifNotExists
        ? undefined
        : `DROP STATISTICS ${printName(operation.statistics)}`
    case 'CreatePublication':
      return `DROP PUBLICATION ${quoteIdentifier(operation.publication)}`
    case 'CreateTrigger':
      return operation.replace && !lacks(operation, at, ({ triggers }) => triggers.some(({ name }) => name === operation.trigger))
        ? undefined
        : `DROP TRIGGER ${quoteIdentifier(operation.trigger)} ON ${printName(operation.table)}`
    case 'CreateRule':
      return operation.replace && !lacks(operation, at, ({ rules }) => rules.some(({ name }) => name === operation.rule))
        ? undefined
        : `DROP RULE ${quoteIdentifier(operation.rule)} ON ${printName(operation.table)}`
    case 'CreatePolicy':
      return `DROP POLICY ${quoteIdentifier(operation.policy)} ON ${printName(operation.table)}`
    case 'AlterPolicy':
    case 'DropPolicy':
      return policyBack(operation, at)
    case 'AddColumn':
      return alter(operation, `DROP COLUMN ${quoteIdentifier(operation.column.name)}`)
    case 'AddConstraint':
      return constraintOff(operation, at)
    case 'DropConstraint':
      return operation.cascade ? undefined : constraintAgain(operation, at)
    case 'DropIndex':
      return operation.cascade ? undefined : indexAgain(operation, at)
    case 'AlterConstraint':
      return deferralBack(operation, at)
    case 'ValidateConstraint':
    case 'ValidateDomainConstraint':
    case 'RefreshMaterializedView':
    case 'Analyze':
    case 'Vacuum':
    case 'Reindex':
    case 'LockTable':
      return nothing
    case 'SetNotNull':
      return nullBack(operation, at)
    case 'DropNotNull': {
      const known = findColumn(at.before, operation.table, operation.column)
      if (known?.notNull === undefined) return undefined
      return known.notNull ? notNullBack(operation, operation.column, at) : nothing
    }
    case 'SetDefault':
    case 'DropDefault':
      return defaultBack(operation, at)
    case 'AddIdentity':
      return alter(operation, `ALTER COLUMN ${quoteIdentifier(operation.column)} DROP IDENTITY`)
    case 'SetRowSecurity':
    case 'SetTableOptions':
    case 'ReplicaIdentity':
    case 'ClusterOn':
    case 'SetWithoutCluster':
      return settingBack(operation, at)
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
    case 'RenameView':
      return print({ ...operation, view: { ...operation.view, name: operation.to }, to: operation.view.name })
    case 'RenameSequence':
      return print({ ...operation, sequence: { ...operation.sequence, name: operation.to }, to: operation.sequence.name })
    case 'RenameEnumValue':
      return print({ ...operation, value: operation.to, to: operation.value })
    case 'RenameObject':
      return isPrintable(operation)
        ? print({ ...operation, name: { ...operation.name, name: operation.to }, to: operation.name.name })
        : undefined
    case 'SetObjectSchema': {
      const isType = operation.object === 'type' || operation.object === 'domain'
      if (!isType && operation.object !== 'sequence') return undefined
      const from = isType ? resolveType(at.before, operation.name) : at.resolve(operation.name)
      return print({ ...operation, name: { ...from, schema: operation.schema }, schema: from.schema })
    }
    case 'SetTableSchema': {
      const from = at.resolve(operation.table).schema
      return alter(
        { ...operation, table: { schema: operation.schema, name: operation.table.name } },
        `SET SCHEMA ${quoteIdentifier(from)}`,
      )
    }
    case 'AddDomainConstraint':
      return operation.constraint.name === undefined
        ? undefined
        : `ALTER DOMAIN ${printName(operation.domain)} DROP CONSTRAINT ${quoteIdentifier(operation.constraint.name)}`
    case 'SetDomainDefault': {
      const known = findType(at.before, operation.domain)
      return known?.kind === 'domain' ? print({ ...operation, default: known.default }) : undefined
    }
    default:
      return undefined
  }
}

/** IF EXISTS and IF NOT EXISTS over what no migration tells of: whether there is anything to undo is not known, and rows are not dropped on a guess. */
function mayDoNothing(operation: Operation, at: Site): boolean {
  if ('ifNotExists' in operation && operation.ifNotExists) {
    switch (operation.kind) {
      case 'AddColumn':
      case 'CreateIndex':
        return findTable(at.before, operation.table)?.complete !== true
      case 'CreateTable':
      case 'CreateTableAs':
        return existence(at.before, operation.table) !== 'absent'
      case 'CreateSequence':
        return existence(at.before, operation.sequence) !== 'absent'
      default:
    }
  }
  if (!('ifExists' in operation) || !operation.ifExists) return false
  const name = 'index' in operation ? operation.index : 'table' in operation ? operation.table : undefined
  return typeof name !== 'object' || existence(at.before, name) !== 'exists'
}

function dropIndex({ table, index, concurrently }: Operation<'CreateIndex'>): Rollback {
  const name = printName({ schema: table.schema, name: index ?? '' })
  return concurrently
    ? { transaction: false, statements: [`DROP INDEX CONCURRENTLY IF EXISTS ${name}`] }
    : { transaction: true, statements: [`DROP INDEX ${name}`] }
}

/** OR REPLACE may have found one, which nobody knows to make again; a new one is known to be new where its schema is. */
function isNewFunction({ function: name, replace }: Operation<'CreateFunction'>, at: Site): boolean {
  const schema = at.before.schemas.get(resolveRoutine(at.before, name).schema)
  return !replace || (schema?.origin !== undefined && findRoutines(at.before, name).length === 0)
}

/** Whether a table is known not to have something. */
function lacks({ table }: { readonly table: Name }, at: Site, has: (table: Table) => boolean): boolean {
  const known = findTable(at.before, table)
  return known?.complete === true && !has(known)
}

/** What changes a table and nothing else, and stands in no other statement's way when it stays. */
const staying: ReadonlySet<Kind> = new Set([
  'Comment',
  'Grant',
  'SetTableOwner',
  'SetStatistics',
  'SetStorage',
  'SetCompression',
  'SetColumnOptions',
  'SetTableOptions',
  'SetRowSecurity',
  'ReplicaIdentity',
  'ClusterOn',
  'SetTrigger',
  'DropNotNull',
  'AlterColumnType',
  'Insert',
  'Update',
  'Delete',
  'Copy',
  'Truncate',
])

/** What this migration did to tables that it made goes when they go. */
function goesWithTable(operation: Operation, at: Site): boolean {
  if (!staying.has(operation.kind)) return false
  const changed = at.effects.filter(({ lock }) => lock !== 'ACCESS SHARE' && lock !== 'ROW SHARE')
  return (
    changed.length > 0 &&
    changed.every(({ relation, kind }) => {
      const table = kind === 'index' ? findIndex(at.before, relation)?.table : relation
      return table !== undefined && findTable(at.before, table)?.origin?.migration === at.origin.migration
    })
  )
}
