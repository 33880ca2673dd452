import { printName } from '../name.ts'
import { type Difference, isIndex } from './difference.ts'
import type { Effect } from './effect.ts'
import type { At } from './touch.ts'
import { created, hasRows, labour, touch } from './touch.ts'

/**
 * The relations that an operation makes, and what building its indexes does to the tables that were there before: an index
 * that a partitioned table gets holds nothing, its partitions' do.
 */
export function madeBy(
  difference: Difference,
  at: At,
  on: 'SHARE' | 'SHARE UPDATE EXCLUSIVE' | 'ACCESS EXCLUSIVE' = 'ACCESS EXCLUSIVE',
): readonly Effect[] {
  const newTables = new Set(difference.made.filter((relation) => !isIndex(relation)).map(({ name }) => printName(name)))
  return difference.made.flatMap((relation): readonly Effect[] => {
    if (!isIndex(relation)) return [created(relation.name, relation.kind)]
    if (newTables.has(printName(relation.table)) || !hasRows(at, relation.table)) return [created(relation.name, 'index')]
    const work = labour(`${printName(relation.name)} is built`, 'index build')
    return [touch(at, relation.table, on, work), created(relation.name, 'index', work)]
  })
}
