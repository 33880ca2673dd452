import { quoteIdentifier } from '../name.ts'

/** `(a, "B")` */
export function printColumns(columns: readonly string[]): string {
  return `(${columns.map(quoteIdentifier).join(', ')})`
}

/** The parts that say something, one blank between them. */
export function words(...parts: readonly (string | false | undefined)[]): string {
  return parts.filter((part) => part !== false && part !== undefined && part !== '').join(' ')
}

const roleWords: ReadonlySet<string> = new Set(['CURRENT_ROLE', 'CURRENT_USER', 'SESSION_USER', 'PUBLIC'])

/** A role, or one of the grammar's words for one. */
export function printRole(role: string): string {
  return roleWords.has(role) ? role : quoteIdentifier(role)
}
