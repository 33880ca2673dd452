import { quoteIdentifier } from '../../name.ts'
import type { Operation } from '../../operation.ts'
import { addNotValid, constraintName } from '../../rule/definition.ts'
import type { Site } from '../../rule.ts'
import { alter } from '../block/presence.ts'
import { alone, deploy, inTransaction } from '../change.ts'
import type { Plan } from '../plan.ts'

/** ADD CHECK in two steps: it binds new rows at once, and the rows of before are read while traffic goes on. */
export function planAddCheck(op: Operation<'AddConstraint'>, at: Site): Plan {
  if (op.constraint.kind !== 'check') return []
  const constraint = constraintName(op.constraint, op.table, at)
  const name = quoteIdentifier(constraint)
  return [
    deploy(
      `code that writes only what ${name} allows, and repair the rows that break it: updates of such rows fail once it is there`,
    ),
    inTransaction({
      phase: 'contract',
      title: `add ${constraint}`,
      why: 'It binds what is written from here on. NOT VALID: rows of before are not read, so the lock is held for a moment only.',
      statements: [alter(op, addNotValid(op.constraint, constraint))],
      rollback: [alter(op, `DROP CONSTRAINT IF EXISTS ${name}`)],
    }),
    alone({
      phase: 'contract',
      title: `validate ${constraint}`,
      why: 'Reads every row while reads and writes go on. It fails where a row breaks the constraint: repair that row and run it again.',
      statements: [alter(op, `VALIDATE CONSTRAINT ${name}`)],
      rollback: { transaction: false, statements: [] },
    }),
  ]
}
