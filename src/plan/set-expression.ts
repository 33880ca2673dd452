import { findColumn } from '../catalog/lookup.ts'
import type { Operation } from '../operation.ts'
import { print } from '../print/print.ts'
import type { Site } from '../rule.ts'
import { columnName } from './name.ts'
import type { Plan } from './plan.ts'
import { type Difference, planByShadow } from './shadow-plan.ts'

/** SET EXPRESSION of a stored generated column (17): a copy of the table computes it anew. [] for a virtual one, whose NOT NULL alone is read again. */
export function planSetExpression(op: Operation<'SetExpression'>, at: Site): Plan {
  const difference = expressionDifference(op, at)
  return difference === undefined ? [] : planByShadow(op.table, difference, at)
}

/** What SET EXPRESSION asks of a copy; undefined where it rewrites nothing. */
export function expressionDifference(op: Operation<'SetExpression'>, at: Site): Difference | undefined {
  if (findColumn(at.before, op.table, op.column)?.generated?.stored !== true) return undefined
  const title = columnName(op.table, op.column)
  return {
    aim: `compute ${title} anew`,
    alter: ({ copy }) => [print({ ...op, table: copy, only: false, ifExists: false })],
    expressions: [op.expression],
    remark: `computes ${title} anew`,
  }
}
