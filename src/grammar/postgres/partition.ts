import type { Node, PartitionBoundSpec, PartitionSpec } from 'libpg-query'
import type { Expression } from '../../expression.ts'
import type { PartitionBound, PartitionKey } from '../../operation.ts'
import { lowerKeyExpression } from './index-key.ts'
import { nameOfList } from './name.ts'
import { bodiesOf } from './node.ts'
import type { Part } from './span.ts'
import { closeOf, ending, findMark, indexAt, insideNext, isWord, split, starting, textOf, tokenAt } from './span.ts'

const strategies = {
  PARTITION_STRATEGY_LIST: 'list',
  PARTITION_STRATEGY_RANGE: 'range',
  PARTITION_STRATEGY_HASH: 'hash',
} as const

export function lowerPartitionKey(spec: PartitionSpec, part: Part): PartitionKey {
  const elements = bodiesOf(spec.partParams, 'PartitionElem')
  const parts = split(insideNext(part, indexAt(part, spec.location)))
  return {
    strategy: strategies[spec.strategy ?? 'PARTITION_STRATEGY_LIST'],
    columns: elements.map(({ name }) => name),
    expressions: elements.flatMap(({ expr }, index): Expression[] => keyExpression(expr, parts[index])),
    ...(elements.some(({ collation }) => collation !== undefined)
      ? { collations: elements.map(({ collation }) => collation && nameOfList(collation)) }
      : {}),
    ...(elements.some(({ opclass }) => opclass !== undefined)
      ? { operatorClasses: elements.map(({ opclass }) => opclass && nameOfList(opclass)) }
      : {}),
  }
}

function keyExpression(expr: Node | undefined, part: Part | undefined): Expression[] {
  return expr === undefined || part === undefined ? [] : [lowerKeyExpression(expr, part)]
}

/** FOR VALUES IN (…) | FROM (…) TO (…) | WITH (…), or DEFAULT. The tree's location is that of the word after FOR VALUES. */
export function lowerBound(bound: PartitionBoundSpec, part: Part): PartitionBound {
  const at = indexAt(part, bound.location)
  if (bound.is_default === true) return { sql: textOf({ ...part, from: at, to: at + 1 }), isDefault: true }
  let end = closeAfter(part, at)
  if (isWord(tokenAt(part, end), 'to')) end = closeAfter(part, end)
  return { sql: textOf(ending({ ...part, from: Math.max(part.from, at - 2) }, end)), isDefault: false }
}

function closeAfter(part: Part, from: number): number {
  const open = findMark(starting(part, from), '(')
  return open === undefined ? part.to : closeOf(part, open) + 1
}
