import type { Expression } from '../expression.ts'
import { printName, quoteIdentifier } from '../name.ts'
import type { IndexKey, Operation } from '../operation.ts'
import { printColumns, words } from './list.ts'
import { printOptions, printStorage } from './option.ts'

type CreateIndex = Operation<'CreateIndex'>

/** What an index is, its name and table apart. */
export type IndexDefinition = Pick<
  CreateIndex,
  'method' | 'keys' | 'include' | 'nullsNotDistinct' | 'options' | 'tablespace' | 'where'
>

/** `a, lower(b) COLLATE "C" text_pattern_ops DESC NULLS LAST`, without the parentheses around. */
export function printIndexKeys(keys: readonly IndexKey[]): string {
  return keys.map(printIndexKey).join(', ')
}

export function printIndexKey(key: Partial<IndexKey>): string {
  const { column, expression, collation, operatorClass, operatorClassOptions = [], order, nulls } = key
  return words(
    column === undefined ? expression && printKeyExpression(expression) : quoteIdentifier(column),
    collation && `COLLATE ${printName(collation)}`,
    operatorClass && printName(operatorClass) + (operatorClassOptions.length > 0 ? ` ${printOptions(operatorClassOptions)}` : ''),
    order === 'desc' && 'DESC',
    nulls && `NULLS ${nulls.toUpperCase()}`,
  )
}

/** A function call needs no parentheses of its own; anything else does (manual, CREATE INDEX). */
export function printKeyExpression(expression: Expression): string {
  return isCall(expression.sql) ? expression.sql : `(${expression.sql})`
}

/** Words that look like functions before a parenthesis and start another kind of expression. */
const noFunctions = /^(?:all|any|array|case|exists|grouping|in|interval|not|row|setof|some|values)$/i

function isCall(sql: string): boolean {
  const name = /^(?:[a-z_]\w*\.)?([a-z_]\w*)\(/i.exec(sql)
  // Where quotes or comments stand, parentheses are not counted but written.
  if (name === null || noFunctions.test(name[1] ?? '') || /['"$]|--|\/\*/.test(sql)) return false
  let depth = 0
  for (let at = name[0].length - 1; at < sql.length; at++) {
    if (sql[at] === '(') depth++
    else if (sql[at] === ')' && --depth === 0) return at === sql.length - 1
  }
  return false
}

/** `USING gin (…) INCLUDE (…) NULLS NOT DISTINCT WITH (…) TABLESPACE … WHERE …`; `USING btree` goes without saying. */
export function printIndexDefinition(index: IndexDefinition): string {
  const { method, keys, include, nullsNotDistinct, where } = index
  return words(
    method !== 'btree' && `USING ${quoteIdentifier(method)}`,
    `(${printIndexKeys(keys)})`,
    include.length > 0 && `INCLUDE ${printColumns(include)}`,
    nullsNotDistinct && 'NULLS NOT DISTINCT',
    printStorage(index).trimStart(),
    where && `WHERE ${where.sql}`,
  )
}

export function printCreateIndex(operation: CreateIndex): string {
  const { table, index, unique, concurrently, ifNotExists, only } = operation
  return words(
    'CREATE',
    unique && 'UNIQUE',
    'INDEX',
    concurrently && 'CONCURRENTLY',
    ifNotExists && 'IF NOT EXISTS',
    index !== undefined && quoteIdentifier(index),
    'ON',
    only && 'ONLY',
    printName(table),
    printIndexDefinition(operation),
  )
}
