import { findConstraint, findTable, foreignKeysTo } from '../../catalog/lookup.ts'
import { printName, quoteIdentifier } from '../../name.ts'
import type { Operation } from '../../operation.ts'
import { print } from '../../print/print.ts'
import type { Site } from '../../rule.ts'
import { constraintBack } from '../block/restore.ts'
import { deploy, inTransaction } from '../change.ts'
import type { Plan } from '../plan.ts'

/** DROP of a unique guarantee once no code says ON CONFLICT over its columns. [] for CASCADE where foreign keys would go, too. */
export function planDropConstraint(op: Operation<'DropConstraint'>, at: Site): Plan {
  const table = findTable(at.before, op.table)
  const constraint = findConstraint(at.before, op.table, op.constraint)
  if (table === undefined || constraint === undefined) return []
  if (op.cascade && (!table.complete || foreignKeysTo(at.before, op.table).length > 0)) return []
  const { definition } = constraint
  // The columns of INCLUDE are not part of the key.
  const columns = ('columns' in definition ? definition.columns : constraint.columns).map(quoteIdentifier).join(', ')
  const name = printName({ schema: undefined, name: op.table.name })
  return [
    deploy(
      `code that does not say ON CONFLICT (${columns}) or ON CONFLICT ON CONSTRAINT ${quoteIdentifier(op.constraint)} on ${name}, and does not rely on there being no duplicates; wait until no older process is left`,
    ),
    inTransaction({
      phase: 'contract',
      title: `drop ${op.constraint}`,
      why: 'No running code relies on it any more. Its index goes with it.',
      statements: [print({ ...op, cascade: false })],
      rollback: constraintBack(op, table, constraint, at),
    }),
  ]
}
