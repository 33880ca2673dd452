import type { Operation } from '../../operation.ts'
import type { kindsRefusedInside } from '../../rule/refused-inside.ts'
import { runsAlone } from '../../rule/refused-inside.ts'
import type { Site } from '../../rule.ts'
import { statementOf } from '../own-statement.ts'
import type { Plan } from '../plan.ts'
import { verbatim } from '../verbatim.ts'
import { planCreateIndex } from './create-index.ts'
import { planDetachPartition } from './detach-partition.ts'
import { planDropIndex } from './drop-index.ts'
import { planReindex } from './reindex.ts'

/**
 * A statement that commits on its way, in a file of its own without a transaction and without timeouts; a concurrent build with what removes
 * the rest of a failed one and tells whether it is valid. [] inside a DO block, and for a command among others of its statement.
 */
export function planOutside(op: Operation<(typeof kindsRefusedInside)[number]>, at: Site): Plan {
  if (!runsAlone(op, at)) return []
  switch (op.kind) {
    case 'CreateIndex':
      return planCreateIndex(op, at)
    case 'DropIndex':
      return planDropIndex(op, at)
    case 'Reindex': {
      const plan = planReindex(op, at)
      return plan.length > 0 ? plan : own(op, at)
    }
    case 'DetachPartition':
      return planDetachPartition(op, at)
    default:
      return own(op, at)
  }
}

function own(op: Operation, at: Site): Plan {
  const statement = statementOf(op, at)
  return statement === undefined ? [] : [verbatim(statement, [{ operation: op, at }])]
}
