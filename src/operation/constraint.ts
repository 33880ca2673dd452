import type { Constraint } from './column.ts'

/** The columns that a constraint names. */
export function columnsOf(constraint: Constraint): readonly string[] {
  switch (constraint.kind) {
    case 'check':
      return constraint.expression.columns
    case 'not null':
      return [constraint.column]
    case 'exclude':
      return constraint.elements.flatMap(({ column, expression }) => column ?? expression?.columns ?? [])
    default:
      return constraint.columns
  }
}
