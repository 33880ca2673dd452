import { findColumn, findRelation } from '../catalog/lookup.ts'
import type { Expression } from '../expression.ts'
import type { Name } from '../name.ts'
import { sameName } from '../name.ts'
import type { Operation, Statement } from '../operation.ts'
import type { Site } from '../rule.ts'

/**
 * Whether a WHERE leaves rows out. It does not where every ANDed branch is true of all rows: TRUE, 1 = 1, `c IS NOT NULL` of a
 * NOT NULL column, `c IS NULL` of a column that the same migration has added without a default and nothing has filled since.
 */
export function restricts(where: Expression | undefined, table: Name, at: Site): boolean {
  if (where === undefined) return false
  return !(where.conjuncts.length > 0 && where.conjuncts.every((branch) => isTrueOfAll(branch, where, table, at)))
}

function isTrueOfAll(branch: string, where: Expression, table: Name, at: Site): boolean {
  const text = branch.replace(/^(?:\(\s*)+|(?:\s*\))+$/g, '').trim()
  if (/^(?:true|(\d+|'[^']*') = \1)$/i.test(text)) return true
  const test = / is (not )?null$/i.exec(text)
  if (test === null) return false
  const column = where.columns.find((name) => namesColumn(text.slice(0, test.index), name))
  const known = column === undefined ? undefined : findColumn(at.before, table, column)
  if (known === undefined) return false
  if (test[1] !== undefined) return known.notNull === true
  const isEmpty = known.default === undefined && known.generated === undefined && known.identity === undefined
  return isEmpty && known.origin?.migration === at.origin.migration && !isFilled(known.name, table, at)
}

/** Whether the migration has written to the column before, or run something that is not known. */
function isFilled(column: string, table: Name, at: Site): boolean {
  const name = at.resolve(table)
  const entries = [...at.earlier, at.transaction].flatMap((transaction) => transaction.entries)
  const writes = (operation: Operation): boolean => {
    switch (operation.kind) {
      case 'Update':
      case 'Insert':
      case 'Merge':
      case 'Copy': {
        const columns = 'columns' in operation ? operation.columns : []
        return (
          operation.table !== undefined &&
          sameName(at.resolve(operation.table), name) &&
          (columns.length === 0 || columns.includes(column))
        )
      }
      case 'DoBlock':
        return operation.dynamic.length > 0
      case 'Opaque':
      case 'Unparsed':
      case 'Call':
        return true
      default:
        return false
    }
  }
  const writesIn = ({ commands, body }: Statement): boolean =>
    commands.some(({ operation }) => writes(operation)) || body.some(writesIn)
  return entries.some(({ statement }) => writesIn(statement))
}

/** `c`, `"c"`, `t.c` or `t . c`. */
function namesColumn(text: string, column: string): boolean {
  const own = text.split('.').at(-1)?.trim() ?? ''
  return own === `"${column.replaceAll('"', '""')}"` || own.toLowerCase() === column
}

/** A table that was there before the change set: how many rows it holds is not known, so it is taken for large. */
export function isLarge(table: Name, at: Site): boolean {
  const known = findRelation(at.before, table)
  if (known?.kind === 'view' || known?.kind === 'sequence' || known?.kind === 'index') return false
  return !at.isNew(table) && !isSystemSchema(at.resolve(table).schema)
}

function isSystemSchema(schema: string): boolean {
  return schema === 'pg_catalog' || schema === 'information_schema'
}
