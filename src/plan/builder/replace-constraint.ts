import { findConstraint, findTable } from '../../catalog/lookup.ts'
import { quoteIdentifier, sameName } from '../../name.ts'
import type { ForeignKeyConstraint, Operation } from '../../operation.ts'
import { print } from '../../print/print.ts'
import { addNotValid, constraintName } from '../../rule/definition.ts'
import { alter } from '../block/presence.ts'
import { bounding, unprovenBack } from '../block/restore.ts'
import { deploy, inTransaction, rolledOut } from '../change.ts'
import type { Composer } from '../composite.ts'
import type { Plan, Rollback } from '../plan.ts'
import type { Placed } from '../verbatim.ts'
import { planAddCheck } from './add-check.ts'
import { planAddForeignKey } from './add-foreign-key.ts'
import { type Add, type Drop, isAdd, isDrop, isSame, sameTable } from './key-replacement.ts'

/**
 * A foreign key or CHECK that is dropped and added again with other words: in one transaction, the new one NOT VALID, so that there is no moment in
 * which nothing is checked; proven afterwards.
 */
export const replacedConstraints: Composer = (placed) => {
  const taken = new Set<Operation>()
  return placed.flatMap((drop, place) => {
    if (!isDrop(drop) || drop.operation.cascade || drop.at.skipped !== undefined || drop.at.refused !== undefined) return []
    if (drop.at.isNew(drop.operation.table)) return []
    const add = placed.slice(place + 1).find((later): later is Add => !taken.has(later.operation) && takesPlace(later, drop))
    if (add === undefined) return []
    taken.add(add.operation)
    return [{ operations: [drop.operation, add.operation], steps: stepsOf(drop, add) }]
  })
}

/** One of the same name; a foreign key also under another one, where it is over the same columns. */
function takesPlace(add: Placed, drop: Drop): boolean {
  const { before } = drop.at
  const old = findConstraint(before, drop.operation.table, drop.operation.constraint)?.definition
  if (!isAdd(add) || !sameTable(add, drop) || add.at.refused !== undefined) return false
  const { constraint, table } = add.operation
  const isNamesake = constraintName(constraint, table, add.at) === drop.operation.constraint
  if (old?.kind === 'check') return constraint.kind === 'check' && isNamesake
  // Before 18 a partitioned table refuses NOT VALID (manual of ALTER TABLE, 17).
  if (findTable(before, table)?.partitionBy !== undefined && add.at.postgres < 18) return false
  return (
    old?.kind === 'foreign key' && constraint.kind === 'foreign key' && (isNamesake || isSame(old.columns, constraint.columns))
  )
}

function stepsOf(drop: Drop, add: Add): Plan {
  const { operation: on, at } = add
  const { constraint } = on
  const [note, bind, prove] = constraint.kind === 'check' ? planAddCheck(on, at) : planAddForeignKey(on, at)
  if ((constraint.kind !== 'check' && constraint.kind !== 'foreign key') || bind === undefined || prove === undefined) return []
  const name = constraintName(constraint, on.table, at)
  const told = constraint.kind === 'foreign key' ? noteFor(constraint, drop, note) : noteForCheck(name)
  return [
    ...told,
    inTransaction({
      phase: 'contract',
      title: `replace ${drop.operation.constraint}`,
      why: 'One goes and the other comes in one transaction: nothing is written unchecked. NOT VALID: rows of before are not read, so the locks are held for a moment only.',
      statements: [print(drop.operation), alter(on, addNotValid(constraint, name))],
      tables: constraint.kind === 'check' ? 'one' : 'several',
      rollback: wayBack(drop, name),
    }),
    prove,
  ]
}

/** What code has to do for a foreign key that refers to something else, or lets less go; nothing for one that only acts otherwise. */
function noteFor(constraint: ForeignKeyConstraint, { operation, at }: Drop, note: Plan[number] | undefined): Plan {
  const known = findConstraint(at.before, operation.table, operation.constraint)
  const old = known?.definition
  if (old?.kind !== 'foreign key' || known?.references === undefined) return note === undefined ? [] : [note]
  const isAlike =
    known.validated &&
    old.match === constraint.match &&
    sameName(known.references, at.resolve(constraint.references)) &&
    sameList(old.columns, constraint.columns) &&
    (sameList(old.referencedColumns, constraint.referencedColumns) ||
      old.referencedColumns.length * constraint.referencedColumns.length === 0)
  if (!isAlike) return note === undefined ? [] : [note]
  const refuses = (action: ForeignKeyConstraint['onDelete']) => action === 'no action' || action === 'restrict'
  const asks = [
    ...(refuses(constraint.onDelete) && !refuses(old.onDelete) ? ['deletes'] : []),
    ...(refuses(constraint.onUpdate) && !refuses(old.onUpdate) ? ['changes the keys of'] : []),
  ]
  const name = quoteIdentifier(operation.constraint)
  return asks.length === 0
    ? []
    : [
        deploy(
          `code that ${asks.join(' or ')} no row that others still refer to: ${name} does not do it for them any more${rolledOut}`,
        ),
      ]
}

function noteForCheck(name: string): Plan {
  return [
    deploy(
      `code that writes only what ${quoteIdentifier(name)} allows, as it is and as it will be, and repair the rows that break the new one: updates of such rows fail once it is there; what only the new one allows is written by code that comes after`,
    ),
  ]
}

function wayBack({ operation, at }: Drop, name: string): Rollback {
  const table = findTable(at.before, operation.table)
  const known = findConstraint(at.before, operation.table, operation.constraint)
  const back = table && known && unprovenBack(operation, table, known, at)
  if (back === undefined) return { impossible: 'the migrations do not tell all of what is dropped here' }
  const exchange = alter(operation, `DROP CONSTRAINT ${quoteIdentifier(name)}`, back.add)
  return { transaction: false, statements: bounding([exchange], back.proofs) }
}

function sameList(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((column, index) => column === b[index])
}
