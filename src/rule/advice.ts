import type { Name } from '../name.ts'
import { printName, quoteIdentifier } from '../name.ts'
import type { Site } from '../rule.ts'

/** Advice for one finding: a sentence or two on the first line, then SQL, one line or comment each. */
export function advice(sentence: string, ...sql: readonly string[]): string {
  return [sentence, ...sql].join('\n')
}

/** Comments that part the steps of an advice. */
export const inLaterMigration = '-- in a later migration'

/** The line before a statement that PostgreSQL refuses inside a transaction; none where the migration runs without one. */
export function outsideTransaction(at: Site): readonly string[] {
  return at.transaction.scope === 'none' ? [] : ['-- in a migration that runs without a transaction']
}

/** What to add where the statement has more commands than the one that the advice replaces. */
export function otherCommands(at: Site): readonly string[] {
  return at.statement.commands.length > 1 ? ['-- the other commands of the statement stay as they are'] : []
}

/** `ALTER TABLE app.orders …;` for the table of a command, with the words that the statement has around its name. */
export function alterTable(
  of: { readonly table: Name; readonly only?: boolean; readonly ifExists?: boolean },
  ...commands: readonly string[]
): string {
  return `ALTER TABLE ${of.ifExists ? 'IF EXISTS ' : ''}${of.only ? 'ONLY ' : ''}${printName(of.table)} ${commands.join(', ')};`
}

/** A name in the schema of another, as far as the SQL says it. */
export function beside(name: Name, other: string): Name {
  return { schema: name.schema, name: other }
}

/** Joins the parts of a derived name with `_`; the first part is cut so that the name keeps within PostgreSQL's 63 bytes. */
export function derivedName(base: string, ...rest: readonly string[]): string {
  const tail = rest.map((part) => `_${part}`).join('')
  const encoder = new TextEncoder()
  let head = base
  while (head.length > 1 && encoder.encode(head + tail).length > 63) head = head.slice(0, -1)
  return head + tail
}

/** `(a, "B")`. */
export function columnList(columns: readonly string[]): string {
  return `(${columns.map(quoteIdentifier).join(', ')})`
}

/** A string literal. */
export function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`
}
