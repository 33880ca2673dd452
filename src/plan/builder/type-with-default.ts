import { findColumn, keyOf } from '../../catalog/lookup.ts'
import type { Operation } from '../../operation.ts'
import { accepts } from '../../rule/type-fit.ts'
import type { Composer, Composite } from '../composite.ts'
import type { Placed } from '../verbatim.ts'
import { planSecondName } from './second-name.ts'

type OfDefault = Operation<'DropDefault' | 'SetDefault'>

/**
 * A type change whose column loses its default before and gets another behind: PostgreSQL refuses it otherwise where the default has no cast. In a
 * plan the old column keeps its default as long as old code relies on it. Where old code fits the new type, each part has a plan of its own.
 */
export const typesWithDefaults: Composer = (placed) =>
  placed.flatMap(({ operation, at }, place): readonly Composite[] => {
    if (operation.kind !== 'AlterColumnType') return []
    const before = placed.slice(0, place).findLast((one) => isDefaultOf(one, { operation, at }))
    const behind = placed.slice(place + 1).find((one) => isDefaultOf(one, { operation, at }))
    const dropped = before?.operation.kind === 'DropDefault' ? before : undefined
    const set = behind?.operation.kind === 'SetDefault' ? behind : undefined
    const first = dropped ?? { operation, at }
    const from = findColumn(first.at.before, operation.table, operation.column)
    if ((dropped === undefined && set === undefined) || from?.type === undefined || accepts(operation, from.type, at)) return []
    // A default that nobody dropped would be cast, or be refused.
    if (from.default !== undefined && dropped === undefined) return []
    const last = set ?? { operation, at }
    const text = set?.operation.kind === 'SetDefault' ? set.operation.default.sql : undefined
    return [
      {
        operations: [
          ...(dropped === undefined ? [] : [dropped.operation]),
          operation,
          ...(set === undefined ? [] : [set.operation]),
        ],
        steps: planSecondName(operation, first.at, { default: text, after: last.at.after }),
      },
    ]
  })

function isDefaultOf({ operation, at }: Placed, change: Placed): boolean {
  if (!isOfDefault(operation) || change.operation.kind !== 'AlterColumnType') return false
  const { table, column } = change.operation
  return operation.column === column && keyOf(at.resolve(operation.table)) === keyOf(change.at.resolve(table))
}

function isOfDefault(operation: Placed['operation']): operation is OfDefault {
  return operation.kind === 'DropDefault' || operation.kind === 'SetDefault'
}
