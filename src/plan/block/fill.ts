import { findColumn, keyOf as relationKey } from '../../catalog/lookup.ts'
import { type Name, printName, quoteIdentifier } from '../../name.ts'
import type { Operation } from '../../operation.ts'
import { operationsIn } from '../../rule/written.ts'
import type { Site } from '../../rule.ts'
import { inTransaction } from '../change.ts'
import { columnName, syncName } from '../name.ts'
import type { Change, Wishes } from '../plan.ts'
import { batches, keyOf } from './batches.ts'
import { createSync, dropSync, ofNewRow, type Sync } from './sync.ts'

/** What gives every row of a table, old and new, a value in a column. */
export interface Fill {
  readonly table: Name
  readonly column: string
  /** SQL over the row's other columns. */
  readonly expression: string
}

/** The value that an UPDATE of the same migration, planned as well, before the statement looked at, gives a column that holds none. */
export function fillBefore(table: Name, column: string, at: Site, wishes: Wishes): Fill | undefined {
  for (const { operation, statement } of operationsIn(at.migration.statements)) {
    if (statement.span.start >= at.statement.span.start) return undefined
    if (operation.kind !== 'Update' || !wishes.replaces(operation) || !sameTable(operation.table, table, at)) continue
    const fill = fillOf(operation, at)
    if (fill?.column === column) return fill
  }
  return undefined
}

/** An UPDATE as the fill of one column: it sets nothing else, and only where there is no value yet. */
export function fillOf(op: Operation<'Update'>, at: Site): Fill | undefined {
  const [assigned, ...others] = op.assigned
  if (assigned === undefined || others.length > 0 || op.columns.length > 1 || op.inWith || op.reads.length > 0) return undefined
  // The trigger knows the row by its table's name; `tags[1] = 'x'` is no value of the column.
  if (op.alias !== undefined || assigned.partly === true) return undefined
  const { column, value } = assigned
  const onlyEmpty = new RegExp(`^"?${column.replace(/\W/g, '.')}"? is null$`, 'i')
  const known = findColumn(at.before, op.table, column)
  const isEmpty = at.inChangeSet(known?.origin) && known?.default === undefined
  const fitting = op.where === undefined ? isEmpty : onlyEmpty.test(op.where.sql.trim())
  if (!fitting || value.shape === 'null' || value.columns.includes(column)) return undefined
  return { table: op.table, column, expression: value.sql }
}

/** Whether the migration makes the column NOT NULL after the statement looked at. */
export function isRequiredLater(fill: Fill, at: Site, wishes: Wishes): boolean {
  for (const { operation, statement } of operationsIn(at.migration.statements)) {
    if (statement.span.start <= at.statement.span.start) continue
    if (operation.kind !== 'SetNotNull' || operation.column !== fill.column || !wishes.replaces(operation)) continue
    if (sameTable(operation.table, fill.table, at)) return true
  }
  return false
}

function sameTable(a: Name, b: Name, at: Site): boolean {
  return relationKey(at.resolve(a)) === relationKey(at.resolve(b))
}

/** The trigger that fills a column wherever old or new code leaves it empty. */
export function fillTrigger({ table, column, expression }: Fill, at: Site): Sync {
  const name = quoteIdentifier(column)
  return {
    table,
    name: syncName(table, column, at),
    names: 'own',
    body: [`IF NEW.${name} IS NULL THEN NEW.${name} := ${ofNewRow(expression, table)}; END IF;`],
  }
}

/** The trigger that fills from here on, and the batches that make it fill the rows of before. undefined: the table has no known key to walk along. */
export function fillSteps(fill: Fill, at: Site, before: readonly string[] = []): readonly Change[] | undefined {
  const { table, column } = fill
  const key = keyOf(table, at)
  if (key === undefined) return undefined
  const trigger = fillTrigger(fill, at)
  const title = columnName(table, column)
  const name = quoteIdentifier(column)
  const begin = inTransaction({
    phase: 'expand',
    title: `fill ${title}`,
    why: `Whatever code writes a row, ${title} is filled from now on: code that does not know the column goes on as before.`,
    statements: [...before, ...createSync(trigger)],
    rollback: dropSync(trigger),
  })
  const walk = batches(
    {
      table,
      key,
      job: `${column}_backfill`,
      forGood: at.inChangeSet(findColumn(at.before, table, column)?.origin)
        ? undefined
        : 'rows keep the values that they were filled with',
      why: `Fills ${title} of the rows of before: the trigger does it when they are written.`,
      change: (within) => `UPDATE ${printName(table)} t SET ${name} = NULL WHERE ${within('t')} AND t.${name} IS NULL`,
    },
    at,
  )
  return [begin, ...walk]
}
