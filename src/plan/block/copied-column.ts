import { findView } from '../../catalog/lookup.ts'
import { objectName } from '../../catalog/names.ts'
import type { Constraint, Operation } from '../../operation.ts'
import { printColumn } from '../../print/print.ts'
import { constraintName } from '../../rule/definition.ts'
import type { Site } from '../../rule.ts'
import { columnName } from '../name.ts'
import type { Plan } from '../plan.ts'
import { alter } from './presence.ts'
import { type Shadow, type ThreeNames, threeNames } from './shadow.ts'
import { type Difference, planByShadow } from './shadow-plan.ts'

type AddColumn = Operation<'AddColumn'>

/**
 * ADD COLUMN of what no later step can give a column that is there: stored generation (before 17 there is no way to it, and from then on one that
 * rewrites), or a domain whose constraints each row is checked by. A copy of the table has it.
 */
export function planCopiedColumn(op: AddColumn, at: Site): Plan {
  return planByShadow(op.table, columnDifference(op, at), at)
}

/** What such a column asks of a copy. */
export function columnDifference(op: AddColumn, at: Site): Difference {
  const { table, column } = op
  const title = columnName(table, column.name)
  const named = column.constraints.map((constraint) => nameOf(constraint, op, at))
  const constraints = named.map(({ constraint }) => constraint)
  // The copy's name is in the one that the server would give.
  const notNullName = column.notNull ? (column.notNullName ?? objectName(table.name, column.name, 'not_null')) : undefined
  return {
    aim: `add ${title}`,
    alter: ({ copy }) => [alter({ table: copy }, `ADD COLUMN ${printColumn({ ...column, notNullName, constraints })}`)],
    added: () => ({ names: named.flatMap(({ names }) => names ?? []), forth: [], back: [] }),
    expressions: column.generated === undefined ? [] : [column.generated.expression],
    hindrance: (shadow) => hindranceOf(op, shadow, at),
    remark: `has ${title}`,
  }
}

function hindranceOf({ column }: AddColumn, { views }: Shadow, at: Site): string | undefined {
  if (column.constraints.some(({ kind }) => kind === 'foreign key'))
    return 'the column comes with a foreign key: add that in a migration of its own'
  const spread = views.find(({ view }) => findView(at.before, view)?.query.columns.includes('*'))
  return spread === undefined ? undefined : `the view ${spread.view.name} reads * and would have one column more`
}

/** A constraint of the column under the name that it has in the end, or, where that is an index's too, under one of the copy's own. */
function nameOf(
  constraint: Constraint,
  { table }: AddColumn,
  at: Site,
): { readonly constraint: Constraint; readonly names: ThreeNames | undefined } {
  const name = constraintName(constraint, table, at)
  if (constraint.kind !== 'unique' && constraint.kind !== 'exclude')
    return { constraint: { ...constraint, name }, names: undefined }
  const names = threeNames(name, at.resolve(table).schema, at)
  return { constraint: { ...constraint, name: names.copy }, names }
}
