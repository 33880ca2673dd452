import type { Node } from 'libpg-query'
import type { Expression } from '../../expression.ts'
import type { IndexKey } from '../../operation.ts'
import { lowerExpression } from './expression.ts'
import { nameOfList } from './name.ts'
import { bodiesOf } from './node.ts'
import { listed, optionList } from './option.ts'
import type { Part } from './span.ts'
import { closeOf, ending, inside, isMark, nameEnd, tokenAt } from './span.ts'

/** The keys of an index or exclusion constraint, given the tokens of each. */
export function lowerKeys(nodes: readonly Node[] | undefined, parts: readonly Part[]): readonly IndexKey[] {
  return bodiesOf(nodes, 'IndexElem').map((key, index) => {
    const part = parts[index]
    return {
      column: key.name,
      expression: key.expr === undefined || part === undefined ? undefined : lowerKeyExpression(key.expr, part),
      collation: key.collation === undefined ? undefined : nameOfList(key.collation),
      operatorClass: key.opclass === undefined ? undefined : nameOfList(key.opclass),
      ...listed('operatorClassOptions', optionList(key.opclassopts)),
      order: key.ordering === 'SORTBY_DESC' ? 'desc' : 'asc',
      nulls:
        key.nulls_ordering === 'SORTBY_NULLS_FIRST' ? 'first' : key.nulls_ordering === 'SORTBY_NULLS_LAST' ? 'last' : undefined,
    }
  })
}

/** A key is an expression in parentheses of its own, or a function call; collation, operator class and order may follow it. */
export function lowerKeyExpression(node: Node, part: Part): Expression {
  if (isMark(tokenAt(part, part.from), '(')) return lowerExpression(node, inside(part, part.from))
  // CURRENT_DATE and its like are called without parentheses.
  const end = nameEnd(part, part.from)
  const open = isMark(tokenAt(part, end), '(') ? end : undefined
  return lowerExpression(node, ending(part, open === undefined ? end : closeOf(part, open) + 1))
}
