import { definitionOfColumn } from '../../catalog/definition.ts'
import { findColumn, findTable } from '../../catalog/lookup.ts'
import { objectName } from '../../catalog/names.ts'
import { quoteIdentifier } from '../../name.ts'
import type { Operation } from '../../operation.ts'
import { print } from '../../print/print.ts'
import type { Site } from '../../rule.ts'
import { alter } from '../block/presence.ts'
import { bounding } from '../block/restore.ts'
import { type Difference, planByShadow } from '../block/shadow-plan.ts'
import { alone, atOnce, inTransaction } from '../change.ts'
import { columnName } from '../name.ts'
import type { Plan } from '../plan.ts'

/**
 * SET EXPRESSION of a generated column (17): a copy of the table computes a stored one anew. Of a virtual one (18) only NOT NULL is read again: it
 * goes, and comes back unproven in the same moment.
 */
export function planSetExpression(op: Operation<'SetExpression'>, at: Site): Plan {
  const difference = expressionDifference(op, at)
  return difference === undefined ? withoutNotNull(op, at) : planByShadow(op.table, difference, at)
}

function withoutNotNull(op: Operation<'SetExpression'>, at: Site): Plan {
  const known = findTable(at.before, op.table)
  const column = findColumn(at.before, op.table, op.column)
  const isAlone =
    known?.kind === 'table' && known.partitionOf === undefined && known.inherits.length + known.children.length === 0
  const before = known && column && definitionOfColumn(at.before, known, column)?.column
  if (!isAlone || before?.generated === undefined || !before.notNull) return []
  const name = before.notNullName ?? objectName(known.name.name, op.column, 'not_null')
  const title = columnName(op.table, op.column)
  const quoted = quoteIdentifier(op.column)
  const change = (expression: string) => [
    alter(op, `ALTER COLUMN ${quoted} DROP NOT NULL`),
    alter(op, `ALTER COLUMN ${quoted} SET EXPRESSION AS (${expression})`),
    alter(op, `ADD CONSTRAINT ${quoteIdentifier(name)} NOT NULL ${quoted} NOT VALID`),
  ]
  const validate = alter(op, `VALIDATE CONSTRAINT ${quoteIdentifier(name)}`)
  return [
    inTransaction({
      phase: 'contract',
      title: `compute ${title} anew`,
      why: 'A virtual column is computed when it is read. Its NOT NULL, which would be read again row by row, goes and comes back in the same moment: it binds all writes, and is proven in the next file.',
      statements: change(op.expression.sql),
      rollback: {
        transaction: false,
        statements: bounding([atOnce(change(before.generated.expression.sql))], [validate]),
      },
    }),
    alone({
      phase: 'contract',
      title: `prove ${title}`,
      why: 'Reads every row while reads and writes go on. It fails where the new expression gives NULL: change that row and run it again.',
      statements: [validate],
      rollback: { transaction: false, statements: [] },
    }),
  ]
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
