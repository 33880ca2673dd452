import { printName, quoteIdentifier } from '../name.ts'
import type { Operation } from '../operation.ts'
import type { Site } from '../rule.ts'
import { batches, keyOf } from './batches.ts'
import { fillOf, fillSteps, isRequiredLater } from './fill.ts'
import type { Plan, Wishes } from './plan.ts'

/** An UPDATE of every row, in batches along the primary key; with a trigger where the column is to be NOT NULL later in the migration. */
export function planUpdate(op: Operation<'Update'>, at: Site, wishes: Wishes): Plan {
  const fill = fillOf(op, at)
  if (fill !== undefined && isRequiredLater(fill, at, wishes)) return fillSteps(fill, at) ?? []
  const key = keyOf(op.table, at)
  if (key === undefined || op.inWith || op.reads.length > 0 || op.assigned.length !== op.columns.length) return []
  const set = op.assigned.map(({ column, value }) => `${quoteIdentifier(column)} = ${value.sql}`).join(', ')
  const where = op.where === undefined ? '' : ` AND (${op.where.sql})`
  const alias = quoteIdentifier(op.table.name)
  return batches(
    {
      table: op.table,
      key,
      job: `${op.columns.join('_')}_update`,
      forGood: 'the values of before are gone',
      why: `Updates the rows of ${printName(at.resolve(op.table))}.`,
      change: (within) => `UPDATE ${op.only ? 'ONLY ' : ''}${printName(op.table)} SET ${set} WHERE ${within(alias)}${where}`,
    },
    at,
  )
}
