import type { Table, TableColumn } from '../catalog/catalog.ts'
import { findTable } from '../catalog/lookup.ts'
import type { Operation, Statement } from '../operation.ts'
import type { Site } from '../rule.ts'

/** A column that takes its values from a sequence, and that an INSERT gives values of its own. */
export interface OwnKey {
  readonly table: Table
  readonly column: TableColumn
}

/** The numbered column that the rows of an INSERT bring themselves; undefined where the sequence is asked, or hands out no such values. */
export function ownKey(op: Operation<'Insert'>, { sql }: Statement, { after }: Site): OwnKey | undefined {
  // DEFAULT and nextval ask the sequence.
  if (op.inWith || /\b(?:default|nextval)\b/i.test(sql)) return undefined
  const table = findTable(after, op.table)
  const column = table?.columns.find((each) => isNumbered(each) && op.columns.includes(each.name))
  if (table === undefined || column === undefined || table.persistence === 'temporary') return undefined
  return isBelowStart(op, column.name, sql) ? undefined : { table, column }
}

/** Keys of 0 and less, of which a sequence hands out none. */
function isBelowStart(op: Operation<'Insert'>, column: string, sql: string): boolean {
  if (op.rows === undefined || op.rows === 0 || op.columns[0] !== column) return false
  return [...sql.matchAll(/\(\s*(?:0|-\s*\d+)\s*[,)]/g)].length === op.rows
}

function isNumbered(column: TableColumn): boolean {
  return (
    column.identity !== undefined ||
    column.type?.serial === true ||
    column.default?.calls.some((call) => call.function.name === 'nextval') === true
  )
}

/** Whether an operation moves sequences on, or may do so. */
export function movesSequence(op: Operation): boolean {
  switch (op.kind) {
    case 'Select':
      return op.query.calls.some((call) => call.function.name === 'setval')
    case 'AlterSequence':
    case 'SetIdentity':
      return 'restart' in op.options.others
    case 'DoBlock':
      return op.dynamic.length > 0
    case 'Opaque':
    case 'Unparsed':
      return true
    default:
      return false
  }
}
