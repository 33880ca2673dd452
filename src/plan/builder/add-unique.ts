import { findIndex, findTable } from '../../catalog/lookup.ts'
import { type Name, printName, quoteIdentifier } from '../../name.ts'
import type { Constraint, Operation } from '../../operation.ts'
import { print, printConstraint } from '../../print/print.ts'
import { constraintName } from '../../rule/definition.ts'
import type { Site } from '../../rule.ts'
import { concurrentIndex } from '../block/concurrent-index.ts'
import { indexByParts, indexParts } from '../block/partition-index.ts'
import { alter } from '../block/presence.ts'
import { indexWithout } from '../block/restore.ts'
import { deploy, inTransaction } from '../change.ts'
import { besideTable } from '../name.ts'
import type { Plan } from '../plan.ts'

export type KeyConstraint = Extract<Constraint, { kind: 'unique' | 'primary key' }>

/** ADD UNIQUE over an index that was built while writes went on. */
export function planAddUnique(op: Operation<'AddConstraint'>, at: Site): Plan {
  const { constraint } = op
  // USING INDEX takes no index of WITHOUT OVERLAPS (manual of ALTER TABLE).
  if (constraint.kind !== 'unique' || constraint.withoutOverlaps || constraint.usingIndex !== undefined) return []
  const name = constraintName(constraint, op.table, at)
  const columns = constraint.columns.map(quoteIdentifier).join(', ')
  const steps = keySteps(op, constraint, name, at)
  if (steps === undefined) return []
  return [
    deploy(
      `code that writes no duplicates of (${columns}) into ${printName(at.resolve(op.table))}, and remove those that are there: building ${quoteIdentifier(name)} fails on them`,
    ),
    ...steps,
  ]
}

/**
 * The index of a key, built while writes go on, and the constraint over it; on a partitioned table partition by partition, and undefined
 * where not all partitions are known.
 */
function keySteps(op: Operation<'AddConstraint'>, constraint: KeyConstraint, name: string, at: Site): Plan | undefined {
  if (findTable(at.before, op.table)?.partitionBy === undefined) {
    return [keyIndex(op, constraint, name), takeOver(op, constraint, name, at)]
  }
  return keyByParts(op, constraint, at)
}

/** A key of a partitioned table, which takes over no index as a whole (manual of ALTER TABLE): each partition's own does, and is attached. */
export function keyByParts(op: Operation<'AddConstraint'>, constraint: KeyConstraint, at: Site): Plan | undefined {
  const parts = op.only ? undefined : indexParts(op.table, at)
  return (
    parts &&
    indexByParts(parts, {
      phase: 'contract',
      // From 18 on the partitions' columns have NOT NULL constraints of their own then.
      marksParts: constraint.kind === 'primary key' && at.postgres >= 18,
      onParent: ({ table, index }) => alter({ table, only: true }, `ADD ${printConstraint({ ...constraint, name: index.name })}`),
      offParent: ({ table, index }) => alter({ table }, `DROP CONSTRAINT IF EXISTS ${quoteIdentifier(index.name)}`),
      build: ({ table, index }) => keyIndex({ ...op, table, ifExists: false }, constraint, index.name),
      adopt: ({ table, index }) => alter({ table }, `ADD ${overIndex(constraint, index.name, index.name)}`),
    })
  )
}

/** The index of a key, under the name of its constraint. */
export function keyIndex(op: Operation<'AddConstraint'>, constraint: KeyConstraint, name: string) {
  return concurrentIndex({
    table: op.table,
    index: name,
    phase: 'contract',
    why: 'The index of the constraint, built while reads and writes go on. From its first scan on it refuses duplicates.',
    create: print(indexOfKey(constraint, op.table, name)),
  })
}

function indexOfKey(constraint: KeyConstraint, table: Name, index: string): Operation<'CreateIndex'> {
  const plain = { expression: undefined, collation: undefined, operatorClass: undefined, order: 'asc', nulls: undefined } as const
  return {
    kind: 'CreateIndex',
    table,
    index,
    unique: true,
    concurrently: true,
    ifNotExists: false,
    only: false,
    method: 'btree',
    keys: constraint.columns.map((column) => ({ column, ...plain })),
    include: constraint.include,
    where: undefined,
    nullsNotDistinct: constraint.kind === 'unique' && constraint.nullsNotDistinct,
    tablespace: constraint.tablespace,
    options: constraint.options ?? [],
  }
}

/** The constraint takes the index over, `also` something else: a change of the catalog alone. `undo` is what else its way back has to undo. */
export function takeOver(
  op: Operation<'AddConstraint'>,
  constraint: KeyConstraint,
  name: string,
  at: Site,
  { also = [], undo = [] }: { readonly also?: readonly string[]; readonly undo?: readonly string[] } = {},
) {
  const given =
    constraint.usingIndex === undefined ? undefined : findIndex(at.before, besideTable(op.table, constraint.usingIndex))
  return inTransaction({
    phase: 'contract',
    title: `add ${name}`,
    why: 'The index is there already: a change of the catalog alone.',
    statements: [alter(op, `ADD ${overIndex(constraint, name, constraint.usingIndex ?? name)}`), ...also],
    rollback:
      given === undefined
        ? // The index goes with the constraint, as it would with the file before.
          [alter(op, `DROP CONSTRAINT IF EXISTS ${quoteIdentifier(name)}`), ...undo]
        : indexWithout(op, name, given, at, undo),
  })
}

/** The constraint with the index that it takes over in place of its columns. */
export function overIndex(constraint: KeyConstraint, name: string, usingIndex: string): string {
  const bare = { ...constraint, name, columns: [], include: [], usingIndex }
  return printConstraint(bare.kind === 'unique' ? { ...bare, nullsNotDistinct: false } : bare)
}
