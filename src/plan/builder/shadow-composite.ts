import { findIndex, findType } from '../../catalog/lookup.ts'
import { type Name, printName } from '../../name.ts'
import { columnDifference } from '../block/copied-column.ts'
import { type Difference, planByShadow } from '../block/shadow-plan.ts'
import type { Composer } from '../composite.ts'
import type { Placed } from '../verbatim.ts'
import { excludeDifference } from './add-exclude.ts'
import { expressionDifference } from './set-expression.ts'
import { storageDifference } from './set-storage.ts'

/** What an operation asks of a copy of a table. */
interface Asked {
  readonly place: Placed
  readonly table: Name
  readonly difference: Difference
}

/** Several operations that ask for a copy of one table: one copy has all of it. */
export const copiedTables: Composer = (placed) => {
  const byTable = new Map<string, Asked[]>()
  for (const asked of placed.flatMap(askedBy)) {
    const key = printName(asked.place.at.resolve(asked.table))
    byTable.set(key, [...(byTable.get(key) ?? []), asked])
  }
  return [...byTable.values()].flatMap((all) => {
    const [first] = all
    if (first === undefined || all.length < 2) return []
    const whole = all.map(({ difference }) => difference).reduce(merged)
    return [{ operations: all.map(({ place }) => place.operation), steps: planByShadow(first.table, whole, first.place.at) }]
  })
}

/** Nothing for what asks for no copy, and for tables that are new. */
function askedBy(place: Placed): readonly Asked[] {
  const { operation, at } = place
  const works = at.effects.some(({ work, existed, relation }) => existed && work.size > 0 && !at.isNew(relation))
  if (!works || !('table' in operation) || operation.table === undefined || !('name' in operation.table)) return []
  const { table } = operation
  const difference = differenceOf(place)
  return difference === undefined ? [] : [{ place, table, difference }]
}

function differenceOf({ operation, at }: Placed): Difference | undefined {
  switch (operation.kind) {
    case 'AddConstraint':
      return excludeDifference(operation, at)
    case 'AddColumn': {
      const { column, ifNotExists } = operation
      const isCopied = column.generated !== undefined || findType(at.before, column.type.name)?.kind === 'domain'
      const isRewritten = at.effects.some(({ work }) => work.has('rewrite'))
      const isKey = column.constraints.some(({ kind }) => kind === 'primary key')
      return isCopied && isRewritten && !isKey && !ifNotExists ? columnDifference(operation, at) : undefined
    }
    case 'SetExpression':
      return expressionDifference(operation, at)
    case 'SetTablespace':
      return findIndex(at.before, operation.table) === undefined ? storageDifference(operation, at) : undefined
    case 'SetLogged':
    case 'SetAccessMethod':
      return storageDifference(operation, at)
    default:
      return undefined
  }
}

/** Both, in this order. */
function merged(a: Difference, b: Difference): Difference {
  const all = [a, b]
  const needs = all.flatMap(({ first }) => first ?? [])
  return {
    aim: `${a.aim} and ${b.aim}`,
    create: { ...a.create, ...b.create },
    differs: all.flatMap(({ differs }) => differs ?? []),
    alter: (shadow) => all.flatMap((each) => each.alter?.(shadow) ?? []),
    added: (shadow) => {
      const added = all.flatMap((each) => each.added?.(shadow) ?? [])
      return {
        names: added.flatMap(({ names }) => names),
        forth: added.flatMap(({ forth }) => forth),
        back: added.toReversed().flatMap(({ back }) => back),
      }
    },
    expressions: all.flatMap(({ expressions }) => expressions ?? []),
    ...(needs.length === 0 ? {} : { first: (shadow) => needs.map((need) => need(shadow)).join(';\n') }),
    hindrance: (shadow) => a.hindrance?.(shadow) ?? b.hindrance?.(shadow),
    remark: `${a.remark} and ${b.remark}`,
  }
}
