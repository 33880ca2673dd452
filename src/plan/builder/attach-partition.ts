import type { Index, Table, TableConstraint } from '../../catalog/catalog.ts'
import { definitionOfConstraint, definitionOfIndex } from '../../catalog/definition.ts'
import { findIndex, findTable, indexesOf, keyOf } from '../../catalog/lookup.ts'
import { type Name, printName, quoteIdentifier } from '../../name.ts'
import type { Operation, PartitionBound } from '../../operation.ts'
import { print } from '../../print/print.ts'
import { boundCondition, defaultPartition } from '../../rule/bound.ts'
import { freeConstraintName } from '../../rule/definition.ts'
import type { Site } from '../../rule.ts'
import { concurrentIndex } from '../block/concurrent-index.ts'
import { spelled } from '../block/partition-index.ts'
import { alter } from '../block/presence.ts'
import { alone, deploy, inTransaction } from '../change.ts'
import { statementOf } from '../own-statement.ts'
import type { Change, Plan } from '../plan.ts'
import { twoSteps } from './add-foreign-key.ts'
import { keyIndex, takeOver } from './add-unique.ts'

/** A CHECK that says what a bound says, so that nothing is read when the bound comes. */
interface Proof {
  readonly table: Name
  /** Quoted where SQL needs it. */
  readonly name: string
  readonly condition: string
}

/**
 * ATTACH PARTITION without reading rows or building indexes under its locks: CHECKs prove the bound, the indexes and foreign keys of the table
 * are there before. [] where the bound is no condition that can be told from its text (hash, several key columns, DEFAULT), where not all of the
 * table or the partition is known, and where the partition is partitioned itself.
 */
export function planAttachPartition(op: Operation<'AttachPartition'>, at: Site): Plan {
  const parent = findTable(at.before, op.table)
  const partition = findTable(at.before, op.partition)
  const condition = boundCondition(op.bound, op.table, at)
  const rest = restOf(op.table, op.bound, op.partition, at)
  if (condition === undefined || rest === 'unknown' || at.refused !== undefined) return []
  if (parent?.complete !== true || partition?.complete !== true || partition.kind !== 'table') return []
  const own = ownParts(op, partition, at)
  if (own === undefined) return []
  const above = conditionsAbove(parent, at)
  if (above === undefined) return []
  const bound = {
    table: op.partition,
    name: quoteIdentifier(freeConstraintName(op.partition, at, 'bound')),
    condition: [...above, condition].join(' AND '),
  }
  const proofs = [bound, ...rest]
  return [
    ...noteFor(rest, op.table, condition),
    ...proofs.map((proof) => required(proof)),
    proven(proofs, op.partition),
    ...own,
    inTransaction({
      phase: 'contract',
      title: `attach ${op.partition.name}`,
      why: 'The constraints prove the bound, and what the table has its partition has too: no row is read. Then the constraints have served.',
      statements: [print({ ...op }), ...proofs.map(dropped)],
      tables: 'several',
      rollback: [alter(op, `DETACH PARTITION ${printName(op.partition)}`), ...proofs.map(validAgain)],
    }),
  ]
}

/** What the bounds of a partitioned table that is a partition itself ask of a row; undefined where one cannot be told from its text. */
function conditionsAbove(table: Table, at: Site): readonly string[] | undefined {
  if (table.partitionOf === undefined) return []
  const { parent, bound } = table.partitionOf
  const condition = boundCondition(bound, parent, at)
  const known = findTable(at.before, parent)
  const above = known && conditionsAbove(known, at)
  return condition === undefined || above === undefined ? undefined : [...above, condition]
}

/** CREATE TABLE … PARTITION OF where a DEFAULT partition would be searched for rows of the new one. */
export function planCreatePartition(op: Operation<'CreateTable'>, at: Site): Plan {
  const statement = statementOf(op, at)
  if (statement === undefined || op.partitionOf === undefined || op.ifNotExists || at.refused !== undefined) return []
  const { parent, bound } = op.partitionOf
  const rest = restOf(parent, bound, op.table, at)
  const condition = boundCondition(bound, parent, at)
  if (rest === 'unknown' || rest.length === 0 || condition === undefined) return []
  return [
    ...noteFor(rest, parent, condition),
    ...rest.map((proof) => required(proof)),
    proven(rest, op.table),
    inTransaction({
      phase: 'contract',
      title: `create ${op.table.name}`,
      why: 'The constraint proves that the DEFAULT partition has no row for it, so none is read. Then the constraint has served.',
      statements: [statement, ...rest.map(dropped)],
      tables: 'several',
      rollback: [`DROP TABLE ${printName(op.table)}`, ...rest.map(validAgain)],
    }),
  ]
}

/** The proof that the DEFAULT partition, where there is one, holds no row of the bound. */
function restOf(parent: Name, bound: PartitionBound, partition: Name, at: Site): readonly Proof[] | 'unknown' {
  const rest = defaultPartition(parent, at)
  const condition = boundCondition(bound, parent, at)
  if (rest === 'unknown' || condition === undefined) return 'unknown'
  if (rest === undefined) return []
  const table = spelled(rest.name, parent, at)
  const name = quoteIdentifier(freeConstraintName(table, at, 'without', partition.name))
  return [{ table, name, condition: `NOT (${condition})` }]
}

function noteFor(rest: readonly Proof[], table: Name, condition: string): Plan {
  return rest.map((proof) =>
    deploy(
      `code that writes no row where ${condition} into ${printName(table)} until its partition is there, and move the rows out that ${printName(proof.table)} has: SELECT count(*) FROM ${printName(proof.table)} WHERE ${condition} must be 0`,
    ),
  )
}

function required({ table, name, condition }: Proof): Change {
  return inTransaction({
    phase: 'contract',
    title: `bound ${table.name}`,
    why: 'Says what the bound says. NOT VALID: rows of before are not read, so the lock is held for a moment only.',
    statements: [alter({ table }, `ADD CONSTRAINT ${name} CHECK (${condition}) NOT VALID`)],
    rollback: [alter({ table }, `DROP CONSTRAINT IF EXISTS ${name}`)],
  })
}

function proven(proofs: readonly Proof[], partition: Name): Change {
  return alone({
    phase: 'contract',
    title: `prove the bound of ${partition.name}`,
    why: 'Reads every row while reads and writes go on. It fails where a row does not fit: move that row and run it again.',
    statements: proofs.map(({ table, name }) => alter({ table }, `VALIDATE CONSTRAINT ${name}`)),
    rollback: { transaction: false, statements: [] },
  })
}

function dropped({ table, name }: Proof): string {
  return alter({ table }, `DROP CONSTRAINT ${name}`)
}

function validAgain({ table, name, condition }: Proof): string {
  return alter({ table }, `ADD CONSTRAINT ${name} CHECK (${condition}) NOT VALID`)
}

/** What the partition gets of the table's indexes, keys and foreign keys, made before; undefined where that is not known. */
function ownParts(op: Operation<'AttachPartition'>, partition: Table, at: Site): Plan | undefined {
  const before = new Set(partition.indexes.map(keyOf))
  const after = findTable(at.after, op.partition)
  const steps: Change[] = []
  for (const index of indexesOf(at.after, op.partition).filter(({ name }) => !before.has(keyOf(name)))) {
    const made = index.constraint === undefined ? indexSteps(op, index, at) : keySteps(op, index, after, at)
    if (made === undefined) return undefined
    steps.push(...made)
  }
  const known = new Set(partition.constraints.map(({ name }) => name))
  for (const constraint of after?.constraints ?? []) {
    if (constraint.definition.kind !== 'foreign key' || known.has(constraint.name)) continue
    const definition = after && definitionOfConstraint(at.after, after, constraint)?.constraint
    if (definition?.kind !== 'foreign key') return undefined
    steps.push(...twoSteps({ table: op.partition }, { ...definition, notValid: false }, constraint.name))
  }
  return steps
}

function indexSteps({ partition }: Operation<'AttachPartition'>, index: Index, at: Site): readonly Change[] | undefined {
  const parent = index.partitionOf && findIndex(at.before, index.partitionOf)
  const definition = definitionOfIndex(at.after, index)
  if (parent?.valid !== true || definition === undefined) return undefined
  return [
    concurrentIndex({
      table: partition,
      index: index.name.name,
      phase: 'contract',
      why: 'What the index of the table asks of its partition, built while reads and writes go on.',
      create: print({ ...definition, table: partition, concurrently: true }),
    }),
  ]
}

function keySteps(
  { partition }: Operation<'AttachPartition'>,
  index: Index,
  after: Table | undefined,
  at: Site,
): readonly Change[] | undefined {
  const constraint = after?.constraints.find(({ name }: TableConstraint) => name === index.constraint)
  const definition = after && constraint && definitionOfConstraint(at.after, after, constraint)?.constraint
  if (definition === undefined || (definition.kind !== 'unique' && definition.kind !== 'primary key')) return undefined
  if (definition.withoutOverlaps) return undefined
  const on: Operation<'AddConstraint'> = {
    kind: 'AddConstraint',
    table: partition,
    only: false,
    ifExists: false,
    constraint: definition,
  }
  return [keyIndex(on, definition, index.name.name), takeOver(on, definition, index.name.name, at)]
}
