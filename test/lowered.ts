import { loadGrammar, parseSql } from '../src/grammar/parse.ts'
import type { Name } from '../src/name.ts'
import { printName } from '../src/name.ts'
import type { Kind, Operation, Statement } from '../src/operation.ts'
import { printType, type TypeName } from '../src/type-name.ts'

await loadGrammar()

/** The one statement of a text; braces and colons in it are no placeholders. */
export function statementOf(sql: string): Statement {
  const [statement, ...others] = parseSql(sql, { placeholders: new Set() }).statements
  if (statement === undefined || others.length > 0) throw new Error(`not one statement: ${sql}`)
  return statement
}

/** What a statement does, as written; the server may do it in another order. */
export function operationsOf(sql: string): readonly Operation[] {
  const { commands } = statementOf(sql)
  const written = /^ALTER\b/i.test(sql) ? commands.toSorted((a, b) => a.span.start - b.span.start) : commands
  return written.map(({ operation }) => operation)
}

/** The only operation of its kind in a statement. */
export function operationOf<K extends Kind>(kind: K, sql: string): Extract<Operation, { kind: K }> {
  const isWanted = (operation: Operation): operation is Extract<Operation, { kind: K }> => operation.kind === kind
  const [found, ...others] = operationsOf(sql).filter(isWanted)
  if (found === undefined || others.length > 0) throw new Error(`not one ${kind}: ${sql}`)
  return found
}

/**
 * Operations as the tables of the tests write them: names, types, expressions and queries as their SQL, without what is
 * undefined, false or an empty list.
 */
export function brief(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(brief)
  if (typeof value !== 'object' || value === null) return value
  if (isType(value)) return `${value.setOf ? 'setof ' : ''}${printType(value)}${value.serial ? ' serial' : ''}`
  if (isName(value)) return printName(value)
  if ('sql' in value && ('conjuncts' in value || 'hasLimit' in value)) return value.sql
  const said = Object.entries(value).filter(
    ([, field]) => field !== undefined && field !== false && typeof field !== 'function' && !isEmptyList(field),
  )
  return Object.fromEntries(said.map(([key, field]) => [key, brief(field)]))
}

export function briefOf(sql: string): unknown {
  const operations = operationsOf(sql).map(brief)
  return operations.length === 1 ? operations[0] : operations
}

function isType(value: object): value is TypeName {
  return 'modifiers' in value
}

function isName(value: object): value is Name {
  return Object.keys(value).length === 2 && 'schema' in value && 'name' in value
}

function isEmptyList(value: unknown): boolean {
  return Array.isArray(value) && value.length === 0
}
