import { descendantsOf, findConstraint, findTable } from '../../catalog/lookup.ts'
import { printName, quoteIdentifier } from '../../name.ts'
import type { ForeignKeyConstraint, Operation } from '../../operation.ts'
import { printConstraint } from '../../print/print.ts'
import { constraintName } from '../../rule/definition.ts'
import type { Site } from '../../rule.ts'
import { spelled } from '../block/partition-index.ts'
import { alter, type On } from '../block/presence.ts'
import { bounding, unprovenBack } from '../block/restore.ts'
import { alone, atOnce, deploy, inTransaction } from '../change.ts'
import type { Change, Plan, Rollback } from '../plan.ts'

/** ADD FOREIGN KEY in two steps: it binds new rows at once, and the rows of before are looked up while traffic goes on. */
export function planAddForeignKey(op: Operation<'AddConstraint'>, at: Site): Plan {
  const { constraint } = op
  if (constraint.kind !== 'foreign key') return []
  const name = constraintName(constraint, op.table, at)
  const isPartitioned = findTable(at.before, op.table)?.partitionBy !== undefined
  // Before 18 a partitioned table refuses NOT VALID (manual of ALTER TABLE, 17).
  const steps =
    isPartitioned && at.postgres < 18
      ? byPartition(op, constraint, name, at)
      : twoSteps(op, constraint, name, partsBack(op, name, at))
  if (steps === undefined) return []
  const parent = printName(at.resolve(constraint.references))
  return [
    deploy(
      `code that writes a row of ${parent} before the rows that refer to it, and deletes or corrects rows that refer to none: validating ${quoteIdentifier(name)} fails while there are any`,
    ),
    ...steps,
  ]
}

/** A foreign key that binds what is written from here on, then is proven for the rows of before. */
export function twoSteps(on: On, constraint: ForeignKeyConstraint, name: string, back?: Rollback): readonly Change[] {
  return [bindingNew(on, constraint, name, back), validated(on, name)]
}

/**
 * The way back where partitions have such a foreign key already, which becomes part of the new one and goes with it: theirs are put back in the
 * same moment, and proven. Undefined where none has one.
 */
function partsBack(op: Operation<'AddConstraint'>, name: string, at: Site): Rollback | undefined {
  const taken = descendantsOf(at.before, op.table).flatMap((table) => {
    const after = findTable(at.after, table.name)?.constraints ?? []
    return table.constraints.flatMap((constraint) => {
      const isTaken =
        constraint.inherited !== true && after.some((each) => each.name === constraint.name && each.inherited === true)
      return isTaken ? [{ table, constraint, on: { table: spelled(table.name, op.table, at) } }] : []
    })
  })
  if (taken.length === 0) return undefined
  const backs = taken.map((one) => ({ on: one.on, back: unprovenBack(one.on, one.table, one.constraint, at) }))
  const known = backs.flatMap(({ on, back }) => (back === undefined ? [] : [{ on, ...back }]))
  if (known.length < taken.length)
    return { impossible: `a foreign key that a partition had before is part of ${name} now, and goes with it` }
  const exchange = atOnce([alter(op, `DROP CONSTRAINT ${quoteIdentifier(name)}`), ...known.map(({ on, add }) => alter(on, add))])
  return {
    transaction: false,
    statements: bounding(
      [exchange],
      known.flatMap(({ proofs }) => proofs),
    ),
  }
}

function bindingNew(on: On, constraint: ForeignKeyConstraint, name: string, back: Rollback | undefined): Change {
  return inTransaction({
    phase: 'contract',
    title: `add ${name}`,
    why: 'It binds what is written from here on. NOT VALID: rows of before are not looked up, so both tables are locked for a moment only.',
    statements: [alter(on, `ADD ${printConstraint({ ...constraint, name, notValid: true })}`)],
    tables: 'several',
    rollback: back ?? [alter(on, `DROP CONSTRAINT IF EXISTS ${quoteIdentifier(name)}`)],
  })
}

/** Looks the rows of before up. */
export function validated(on: On, name: string): Change {
  return alone({
    phase: 'contract',
    title: `validate ${name}`,
    why: 'Looks up every row while reads and writes go on. It fails where a row refers to none: correct that row and run it again.',
    statements: [alter(on, `VALIDATE CONSTRAINT ${quoteIdentifier(name)}`)],
    rollback: { transaction: false, statements: [] },
  })
}

/**
 * Every partition gets the foreign key first, under the name that it will have, and the table takes those over without looking at a row.
 * Undefined where not all partitions are known, or one has such a foreign key already that is not its own.
 */
function byPartition(
  op: Operation<'AddConstraint'>,
  constraint: ForeignKeyConstraint,
  name: string,
  at: Site,
): readonly Change[] | undefined {
  const tables = [op.table, ...descendantsOf(at.before, op.table).map((table) => table.name)].map((each) =>
    findTable(at.before, each),
  )
  const known = tables.flatMap((table) => (table?.complete === true && table.kind !== 'foreign table' ? [table] : []))
  const children = known.flatMap((table) => table.children)
  if (op.only || known.length < tables.length || children.length + 1 !== known.length) return undefined
  const leaves = known.filter((table) => table.partitionBy === undefined)
  const added = leaves.flatMap((leaf) => {
    const before = new Set(leaf.constraints.map((each) => each.name))
    const made = (findTable(at.after, leaf.name)?.constraints ?? []).filter(
      (each) => each.definition.kind === 'foreign key' && !before.has(each.name),
    )
    // One that is there already is taken over as it is.
    return made.map((each) => twoSteps({ table: spelled(leaf.name, op.table, at) }, constraint, each.name))
  })
  return [
    ...added.flatMap(([bind]) => bind ?? []),
    ...added.flatMap(([, prove]) => prove ?? []),
    inTransaction({
      phase: 'contract',
      title: `add ${name} to ${op.table.name}`,
      why: 'The foreign keys of the partitions become parts of the one of the table: no row is looked up. A partition that was made meanwhile needs its own first.',
      statements: [alter(op, `ADD ${printConstraint({ ...constraint, name })}`)],
      tables: 'several',
      // Those of the partitions go with it, as they would with the files before.
      rollback: partsBack(op, name, at) ?? [alter(op, `DROP CONSTRAINT IF EXISTS ${quoteIdentifier(name)}`)],
    }),
  ]
}

/** ALTER CONSTRAINT … ENFORCED (18), which looks up every row: one that binds new rows takes the place of the one that binds none. */
export function planEnforce(op: Operation<'AlterConstraint'>, at: Site): Plan {
  const known = findConstraint(at.before, op.table, op.constraint)
  if (op.enforced !== true || known?.definition.kind !== 'foreign key' || known.references === undefined) return []
  const { definition } = known
  const deferrable = op.deferrable ?? definition.deferrable
  const initiallyDeferred = deferrable && (op.initiallyDeferred ?? definition.initiallyDeferred)
  const name = quoteIdentifier(op.constraint)
  const put = (change: Partial<ForeignKeyConstraint>) =>
    alter(op, `ADD ${printConstraint({ ...definition, name: op.constraint, ...change })}`)
  return [
    deploy(
      `code that writes a row of ${printName(known.references)} before the rows that refer to it, and deletes or corrects rows that refer to none: validating ${name} fails while there are any`,
    ),
    inTransaction({
      phase: 'contract',
      title: `enforce ${op.constraint}`,
      why: 'It binds what is written from here on. NOT VALID: rows of before are not looked up, so both tables are locked for a moment only.',
      statements: [alter(op, `DROP CONSTRAINT ${name}`), put({ enforced: true, notValid: true, deferrable, initiallyDeferred })],
      tables: 'several',
      rollback: [alter(op, `DROP CONSTRAINT ${name}`), put({ enforced: false, notValid: false })],
    }),
    validated(op, op.constraint),
  ]
}
