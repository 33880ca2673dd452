import type { Operation } from '../operation.ts'
import { isPrintable, print } from '../print/print.ts'
import type { Site } from '../rule.ts'

/** The user's own statement, or one of its commands as a statement of its own; undefined where the command cannot be told from its siblings. */
export function statementOf(op: Operation, at: Pick<Site, 'statement'>): string | undefined {
  if (at.statement.commands.length === 1) return at.statement.sql
  return isPrintable(op) ? print(op) : undefined
}
