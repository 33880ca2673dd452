import { findTable } from '../catalog/lookup.ts'
import { printName, quoteIdentifier } from '../name.ts'
import type { Constraint, Operation } from '../operation.ts'
import { printConstraint } from '../print/print.ts'
import { constraintName, uniqueIndexFor } from '../rule/definition.ts'
import type { Site } from '../rule.ts'
import { deploy, inTransaction } from './change.ts'
import { concurrentIndex } from './concurrent-index.ts'
import type { Plan } from './plan.ts'
import { alter } from './presence.ts'

export type KeyConstraint = Extract<Constraint, { kind: 'unique' | 'primary key' }>

/** ADD UNIQUE over an index that was built while writes went on. */
export function planAddUnique(op: Operation<'AddConstraint'>, at: Site): Plan {
  const { constraint } = op
  // USING INDEX takes no index of WITHOUT OVERLAPS, and none of a partitioned table (manual of ALTER TABLE).
  if (constraint.kind !== 'unique' || constraint.withoutOverlaps || constraint.usingIndex !== undefined) return []
  if (findTable(at.before, op.table)?.partitionBy !== undefined) return []
  const name = constraintName(constraint, op.table, at)
  const columns = constraint.columns.map(quoteIdentifier).join(', ')
  return [
    deploy(
      `code that writes no duplicates of (${columns}) into ${printName(at.resolve(op.table))}, and remove those that are there: building ${quoteIdentifier(name)} fails on them`,
    ),
    keyIndex(op, constraint, name),
    takeOver(op, constraint, name),
  ]
}

/** The index of a key, under the name of its constraint. */
export function keyIndex(op: Operation<'AddConstraint'>, constraint: KeyConstraint, name: string) {
  return concurrentIndex({
    table: op.table,
    index: name,
    phase: 'contract',
    why: 'The index of the constraint, built while reads and writes go on. From its first scan on it refuses duplicates.',
    create: uniqueIndexFor(constraint, op.table, name).replace(/;$/, ''),
  })
}

/** The constraint takes the index over: a change of the catalog alone. */
export function takeOver(op: Operation<'AddConstraint'>, constraint: KeyConstraint, name: string, then: readonly string[] = []) {
  const bare = { ...constraint, name, columns: [], include: [], usingIndex: constraint.usingIndex ?? name }
  return inTransaction({
    phase: 'contract',
    title: `add ${name}`,
    why: 'The index is there already: a change of the catalog alone.',
    statements: [
      alter(op, `ADD ${printConstraint(bare.kind === 'unique' ? { ...bare, nullsNotDistinct: false } : bare)}`),
      ...then,
    ],
    rollback: { impossible: 'dropping the constraint drops its index with it: build that again first' },
  })
}
