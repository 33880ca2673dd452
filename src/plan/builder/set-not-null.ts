import { findTable } from '../../catalog/lookup.ts'
import { printName, quoteIdentifier } from '../../name.ts'
import type { Operation } from '../../operation.ts'
import { derivedName } from '../../rule/advice.ts'
import type { Site } from '../../rule.ts'
import { fillBefore, fillSteps, fillTrigger } from '../block/fill.ts'
import { alter, presence, setNotNull } from '../block/presence.ts'
import { createSync, dropSync, type Sync } from '../block/sync.ts'
import { alone, deploy, inTransaction } from '../change.ts'
import { columnName } from '../name.ts'
import type { Change, Plan, Wishes } from '../plan.ts'
import { fillOption } from '../wish.ts'

/** SET NOT NULL without a scan under its lock: the column is filled, proven to hold no NULL while traffic goes on, then tightened. */
export function planSetNotNull(op: Operation<'SetNotNull'>, at: Site, wishes: Wishes): Plan {
  const { table, column } = op
  const fromUpdate = fillBefore(table, column, at, wishes)
  // What the migration itself says comes before what was told.
  const told = fromUpdate === undefined ? wishes.fillOf(at.resolve(table), column) : undefined
  const fill = fromUpdate ?? (told === undefined ? undefined : { table, column, expression: told })
  const steps = fill === undefined ? undefined : fillSteps(fill, at)
  if (fill === undefined || steps === undefined) return [deploy(noteFor(op, at)), ...tighten(op, at)]
  const title = columnName(table, column)
  return [
    // The plan of the UPDATE has made them already.
    ...(told === undefined ? [] : steps),
    deploy(`the code that reads and writes ${title}; wait until no older process is left`),
    ...tighten(op, at, fillTrigger(fill, at)),
  ]
}

/** What has to be true before a column is required, where nothing says how it is filled. */
function noteFor({ table, column }: Operation<'SetNotNull'>, at: Site): string {
  const name = quoteIdentifier(column)
  return (
    `code that never writes NULL into ${columnName(table, column)}, and no row that still holds one: ` +
    `SELECT count(*) FROM ${printName(at.resolve(table))} WHERE ${name} IS NULL must be 0 ` +
    `(phasewise plan ${fillOption(table, column)} writes the batches that fill them)`
  )
}

/** Proof, SET NOT NULL, and the end of the trigger that filled the column. */
export function tighten(op: Operation<'SetNotNull'>, at: Site, trigger?: Sync): Plan {
  const { table, column } = op
  const then = trigger === undefined ? [] : dropSync(trigger)
  const undo = trigger === undefined ? [] : createSync(trigger)
  const title = columnName(table, column)
  const pending = findTable(at.before, table)?.constraints.find(
    ({ definition, validated }) =>
      !validated && definition.kind === 'check' && definition.expression.provesNotNull.includes(column),
  )
  if (pending !== undefined) {
    // The constraint is the user's own: it stays.
    return [
      validated(op, pending.name, title),
      inTransaction({
        phase: 'contract',
        title: `set ${title} not null`,
        why: `${quoteIdentifier(pending.name)} proves it, so no row is read.`,
        statements: [alter(op, `ALTER COLUMN ${quoteIdentifier(column)} SET NOT NULL`), ...then],
        rollback: [...undo, alter(op, `ALTER COLUMN ${quoteIdentifier(column)} DROP NOT NULL`)],
      }),
    ]
  }
  if (at.postgres < 18) {
    const { name, require, prove } = presence(op, column, at)
    return [require, prove, setNotNull(op, column, name, { also: then, undo })]
  }
  // The name that SET NOT NULL gives (18, manual of ALTER TABLE).
  const constraint = derivedName(table.name, column, 'not_null')
  const name = quoteIdentifier(constraint)
  const done = inTransaction({
    phase: 'contract',
    title: `finish ${title}`,
    why: 'What filled the column has served.',
    statements: then,
    rollback: undo,
  })
  return [
    inTransaction({
      phase: 'contract',
      title: `require ${title}`,
      why: `From here on nothing writes NULL into ${title}. NOT VALID: rows of before are not read, so the lock is held for a moment only.`,
      statements: [alter(op, `ADD CONSTRAINT ${name} NOT NULL ${quoteIdentifier(column)} NOT VALID`)],
      rollback: [alter(op, `DROP CONSTRAINT IF EXISTS ${name}`)],
    }),
    validated(op, constraint, title),
    ...(then.length === 0 ? [] : [done]),
  ]
}

/** Reads the rows of before while traffic goes on. */
function validated(op: Operation<'SetNotNull'>, constraint: string, title: string): Change {
  return alone({
    phase: 'contract',
    title: `prove ${title}`,
    why: 'Reads every row while reads and writes go on. It fails where a row still holds NULL: fill that row and run it again.',
    statements: [alter(op, `VALIDATE CONSTRAINT ${quoteIdentifier(constraint)}`)],
    rollback: { transaction: false, statements: [] },
  })
}
