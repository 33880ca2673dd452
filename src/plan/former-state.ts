import { definitionOfConstraint, definitionOfPolicy } from '../catalog/definition.ts'
import { findColumn, findConstraint, findIndex, findTable } from '../catalog/lookup.ts'
import { quoteIdentifier } from '../name.ts'
import type { Operation } from '../operation.ts'
import { print, printConstraint } from '../print/print.ts'
import { constraintName } from '../rule/definition.ts'
import type { Site } from '../rule.ts'
import { spelled } from './block/partition-index.ts'
import { alter } from './block/presence.ts'
import { constraintBack, indexesBack, indexWithout } from './block/restore.ts'
import { besideTable } from './name.ts'
import type { Rollback } from './plan.ts'

/** A constraint that was added. An index that it took over goes with it, and is built again. */
export function constraintOff(operation: Operation<'AddConstraint'>, at: Site): Rollback | undefined {
  const { constraint, table } = operation
  const name = constraintName(constraint, table, at)
  const isKey = constraint.kind === 'primary key' || constraint.kind === 'unique'
  const index =
    isKey && constraint.usingIndex !== undefined ? findIndex(at.before, besideTable(table, constraint.usingIndex)) : undefined
  if (isKey && constraint.usingIndex !== undefined && index === undefined) return undefined
  // A primary key leaves its columns NOT NULL when it goes.
  const columns =
    constraint.kind !== 'primary key' ? [] : (index?.keys.flatMap(({ column }) => column ?? []) ?? constraint.columns)
  const known = columns.map((column) => findColumn(at.before, table, column))
  if (known.some((column) => column?.notNull === undefined)) return undefined
  const nullable = known.flatMap((column) => (column?.notNull === false ? [column.name] : []))
  const relaxed = nullable.map((column) => alter(operation, `ALTER COLUMN ${quoteIdentifier(column)} DROP NOT NULL`))
  return index === undefined
    ? { transaction: true, statements: [alter(operation, `DROP CONSTRAINT ${quoteIdentifier(name)}`), ...relaxed] }
    : indexWithout(operation, name, index, at, relaxed)
}

/** A constraint that was dropped; of a table that this migration made, whose rows nobody waits for, at once. */
export function constraintAgain(operation: Operation<'DropConstraint'>, at: Site): string | Rollback | undefined {
  const table = findTable(at.before, operation.table)
  const constraint = findConstraint(at.before, operation.table, operation.constraint)
  if (table === undefined || constraint === undefined) return undefined
  const known = definitionOfConstraint(at.before, table, constraint)?.constraint
  if (known !== undefined && table.origin?.migration === at.origin.migration)
    return alter(operation, `ADD ${printConstraint({ ...known, name: constraint.name })}`)
  return constraintBack(operation, table, constraint, at)
}

/** An index that was dropped. */
export function indexAgain({ index: name }: Operation<'DropIndex'>, at: Site): Rollback | undefined {
  const index = findIndex(at.before, name)
  if (index?.valid !== true || index.constraint !== undefined || index.partitionOf !== undefined) return undefined
  const table = findTable(at.before, index.table)
  return table?.kind === 'table' ? indexesBack(spelled(index.table, name, at), [index], at) : undefined
}

export function policyBack({ policy: name, table: on }: Operation<'AlterPolicy' | 'DropPolicy'>, at: Site): Rollback | undefined {
  const table = findTable(at.before, on)
  const policy = table?.policies.find((each) => each.name === name)
  const definition = table && policy && definitionOfPolicy(at.before, table, policy)
  if (definition === undefined) return undefined
  return {
    transaction: true,
    statements: [
      // ALTER POLICY takes no condition away that there was none of (manual, ALTER POLICY).
      print({ kind: 'DropPolicy', policy: name, table: on, ifExists: true, cascade: false }),
      print({ ...definition, table: on }),
    ],
  }
}

export function deferralBack(operation: Operation<'AlterConstraint'>, at: Site): string | undefined {
  const known = findConstraint(at.before, operation.table, operation.constraint)?.definition
  if (known?.kind !== 'foreign key' || operation.enforced !== undefined || operation.inherit !== undefined) return undefined
  const { deferrable, initiallyDeferred } = known
  const timing = deferrable ? `DEFERRABLE INITIALLY ${initiallyDeferred ? 'DEFERRED' : 'IMMEDIATE'}` : 'NOT DEFERRABLE'
  return alter(operation, `ALTER CONSTRAINT ${quoteIdentifier(operation.constraint)} ${timing}`)
}

export function nullBack(operation: Operation<'SetNotNull'>, at: Site): string | Rollback | undefined {
  const known = findColumn(at.before, operation.table, operation.column)
  if (known?.notNull === undefined) return undefined
  return known.notNull
    ? { transaction: true, statements: [] }
    : alter(operation, `ALTER COLUMN ${quoteIdentifier(operation.column)} DROP NOT NULL`)
}

export function defaultBack(operation: Operation<'SetDefault' | 'DropDefault'>, at: Site): string | undefined {
  const known = findColumn(at.before, operation.table, operation.column)
  // Only of a column that the history made is it known that it had none.
  if (known?.origin === undefined) return undefined
  const back = known.default === undefined ? 'DROP DEFAULT' : `SET DEFAULT ${known.default.sql}`
  return alter(operation, `ALTER COLUMN ${quoteIdentifier(operation.column)} ${back}`)
}

/** A setting of a table that the history made: of another it is not known what it was. */
export function settingBack(
  operation: Operation<'SetRowSecurity' | 'SetTableOptions' | 'ReplicaIdentity' | 'ClusterOn' | 'SetWithoutCluster'>,
  at: Site,
): string | Rollback | undefined {
  const table = findTable(at.before, operation.table)
  if (table?.complete !== true) return undefined
  switch (operation.kind) {
    case 'SetRowSecurity':
      // Whether it was FORCE is not kept.
      if (operation.change === 'force' || operation.change === 'no force') return undefined
      return alter(operation, `${table.rowSecurity ? 'ENABLE' : 'DISABLE'} ROW LEVEL SECURITY`)
    case 'SetTableOptions': {
      const named = Object.keys(operation.options)
      const unset = named.filter((name) => table.options.get(name) === undefined)
      const set = named.flatMap((name) => {
        const value = table.options.get(name)
        return value === undefined ? [] : [`${name} = ${value}`]
      })
      return {
        transaction: true,
        statements: [
          ...(unset.length === 0 ? [] : [alter(operation, `RESET (${unset.join(', ')})`)]),
          ...(set.length === 0 ? [] : [alter(operation, `SET (${set.join(', ')})`)]),
        ],
      }
    }
    case 'ReplicaIdentity':
      return table.replicaIdentity === 'index'
        ? undefined
        : alter(operation, `REPLICA IDENTITY ${table.replicaIdentity.toUpperCase()}`)
    default:
      return alter(
        operation,
        table.clusteredOn === undefined ? 'SET WITHOUT CLUSTER' : `CLUSTER ON ${quoteIdentifier(table.clusteredOn)}`,
      )
  }
}
