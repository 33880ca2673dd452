import { findIndex, findTable, indexesOf } from '../../catalog/lookup.ts'
import { type Name, quoteIdentifier } from '../../name.ts'
import type { Operation } from '../../operation.ts'
import type { Site } from '../../rule.ts'
import { printType } from '../../type-name.ts'
import type { Key } from '../block/batches.ts'
import { clusterOn, planByShadow } from '../block/shadow-plan.ts'
import { deploy } from '../change.ts'
import { besideTable } from '../name.ts'
import type { Plan } from '../plan.ts'

/**
 * VACUUM FULL and CLUSTER: rows written anew to a copy, in the order of the index where that is one of plain columns. Of several or all tables:
 * a note, as each is a plan of its own.
 */
export function planRewriteTable(op: Operation<'Vacuum' | 'Cluster'>, at: Site): Plan {
  if (op.kind === 'Vacuum' && !op.full) return []
  const [table, ...others] = op.kind === 'Vacuum' ? op.tables : op.table === undefined ? [] : [op.table]
  const what = op.kind === 'Vacuum' ? 'VACUUM FULL' : 'CLUSTER'
  if (table === undefined || others.length > 0) {
    return [deploy(`nothing: ${what} of several tables is planned table by table. Write one statement for each that needs it`)]
  }
  if (op.kind === 'Vacuum') {
    return planByShadow(table, { aim: 'write it anew', remark: 'has no room of dead rows' }, at)
  }
  const index = op.index ?? findTable(at.before, table)?.clusteredOn
  if (index === undefined || !indexesOf(at.before, table).some(({ name }) => name.name === index)) return []
  const order = orderOf(table, index, at)
  return planByShadow(
    table,
    {
      aim: `order it by ${quoteIdentifier(index)}`,
      order: () => order,
      alter: (shadow) => clusterOn(shadow, index),
      remark:
        order === undefined
          ? `has its rows in the order of the primary key, as ${quoteIdentifier(index)} is no order that batches can follow (pg_repack can)`
          : `has its rows in the order of ${quoteIdentifier(index)}`,
    },
    at,
  )
}

/** The columns of an index and, behind them, those of the primary key; undefined where a column may be NULL or is ordered otherwise. */
function orderOf(table: Name, index: string, at: Site): Key | undefined {
  const known = findTable(at.before, table)
  const found = known && findIndex(at.before, besideTable(known.name, index))
  const primary = known?.constraints.find(({ definition }) => definition.kind === 'primary key')?.columns ?? []
  if (known === undefined || found === undefined || found.method !== 'btree' || found.where !== undefined) return undefined
  const plain = found.keys.every(
    ({ column, order, operatorClass, collation, nulls }) =>
      column !== undefined && order === 'asc' && operatorClass === undefined && collation === undefined && nulls === undefined,
  )
  const columns = [...new Set([...found.keys.flatMap(({ column }) => column ?? []), ...primary])]
  const key = columns.flatMap((name) => {
    const column = known.columns.find((each) => each.name === name)
    return column?.type === undefined || column.notNull !== true ? [] : [{ name, type: printType(column.type) }]
  })
  return plain && key.length === columns.length ? key : undefined
}
