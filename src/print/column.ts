import type { Expression } from '../expression.ts'
import { printName, quoteIdentifier } from '../name.ts'
import type { Column, Generated, Identity } from '../operation.ts'
import { printColumnConstraint } from './constraint.ts'
import { words } from './list.ts'
import { printForeignOptions } from './option.ts'
import { printSequenceOptions } from './sequence.ts'
import { printColumnType } from './type.ts'

/** A column as CREATE TABLE and ADD COLUMN define it, its own constraints included. */
export function printColumn(column: Column): string {
  const { name, type, collation, generated, identity, constraints, storage, compression, foreignOptions } = column
  return words(
    quoteIdentifier(name),
    printColumnType(type),
    storage && `STORAGE ${storage.toUpperCase()}`,
    compression && `COMPRESSION ${quoteUnlessDefault(compression)}`,
    printForeignOptions(foreignOptions).trimStart(),
    collation && `COLLATE ${printName(collation)}`,
    notNullOf(column),
    column.default && `DEFAULT ${printDefault(column.default)}`,
    generated && printGenerated(generated),
    identity && printIdentity(identity),
    ...constraints.map(printColumnConstraint),
  )
}

function notNullOf({ name: column, notNull, notNullName: name, notNullNoInherit: noInherit = false }: Column): string | false {
  return notNull && printColumnConstraint({ kind: 'not null', name, column, notValid: false, noInherit })
}

export function quoteUnlessDefault(word: string): string {
  return word === 'default' ? 'DEFAULT' : quoteIdentifier(word)
}

export function printIdentity({ always, options }: Identity): string {
  const written = printSequenceOptions(options)
  return words('GENERATED', always ? 'ALWAYS' : 'BY DEFAULT', 'AS IDENTITY', written && `(${written})`)
}

/** VIRTUAL is of 18; before, every generated column was stored. */
export function printGenerated({ expression, stored }: Generated): string {
  return `GENERATED ALWAYS AS (${expression.sql}) ${stored ? 'STORED' : 'VIRTUAL'}`
}

/** Words and marks that may stand in an expression but not bare in a column's default (b_expr in PostgreSQL's gram.y). */
const notBare = /\b(?:and|at|between|collate|ilike|in|is|isnull|like|not|notnull|or|overlaps|similar)\b/i

/** The default of a column's definition, in parentheses where it was written for ALTER COLUMN … SET DEFAULT, which takes more. */
export function printDefault(expression: Expression): string {
  return notBare.test(outside(expression.sql)) ? `(${expression.sql})` : expression.sql
}

/** The text without what stands in quotes and parentheses. */
function outside(sql: string): string {
  let text = sql.replace(/'(?:[^']|'')*'|"(?:[^"]|"")*"/g, ' ')
  for (let before = ''; before !== text; ) {
    before = text
    text = text.replace(/\([^()]*\)|\[[^[\]]*\]/g, ' ')
  }
  return text
}
