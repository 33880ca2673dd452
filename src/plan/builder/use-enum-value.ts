import type { Operation } from '../../operation.ts'
import type { Site } from '../../rule.ts'
import { statementOf } from '../own-statement.ts'
import type { Plan } from '../plan.ts'
import { verbatim } from '../verbatim.ts'

/**
 * What uses a new enum value, in a file of its own behind the one that adds it: a transaction can only use what has been committed. [] for a
 * command that cannot stand without its siblings, and inside DO blocks, which are one statement.
 */
export function planUseOfEnumValue(op: Operation, at: Site): Plan {
  const statement = statementOf(op, at)
  if (statement === undefined || !at.statement.commands.some(({ operation }) => operation === op)) return []
  const change = verbatim(statement, [{ operation: op, at }])
  return [
    {
      ...change,
      why: 'As it was written, in a transaction after the one that adds the value: before that has committed, it cannot be used.',
    },
  ]
}
