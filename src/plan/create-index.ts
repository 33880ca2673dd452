import { findIndex, findTable } from '../catalog/lookup.ts'
import { type Name, printName } from '../name.ts'
import type { Operation } from '../operation.ts'
import { print } from '../print/print.ts'
import type { Site } from '../rule.ts'
import { concurrentIndex } from './concurrent-index.ts'
import { besideTable, joinedName } from './name.ts'
import { indexByParts, indexParts, newIndex } from './partition-index.ts'
import type { Change, Plan } from './plan.ts'

/** CREATE INDEX built while writes go on, on a partitioned table partition by partition. [] where not all partitions are known. */
export function planCreateIndex(op: Operation<'CreateIndex'>, at: Site): Plan {
  const phase = op.unique ? 'contract' : 'expand'
  if (findTable(at.before, op.table)?.partitionBy !== undefined) {
    const parts = op.only ? undefined : indexParts(op.table, at)
    if (parts === undefined) return []
    return indexByParts(parts, {
      phase,
      onParent: ({ table, index }) =>
        print({ ...op, table, index: index.name, only: true, ifNotExists: false, concurrently: false }),
      offParent: ({ index }) => `DROP INDEX ${printName(index)}`,
      build: ({ table, index }) => built(op, table, index.name, phase),
    })
  }
  const index =
    op.index ?? newIndex(op.table, at)?.name ?? joinedName(op.table.name, ...op.keys.map((key) => key.column ?? 'expr'), 'idx')
  return [built(op, op.table, index, phase, findIndex(at.before, besideTable(op.table, index)) !== undefined)]
}

function built(op: Operation<'CreateIndex'>, table: Name, index: string, phase: Change['phase'], again = false): Change {
  return concurrentIndex({
    table,
    index,
    phase,
    why: again
      ? 'What is there under this name may be the INVALID rest of a build that failed: it goes, and is built anew while reads and writes go on.'
      : 'Built while reads and writes go on.',
    create: print({ ...op, table, index, concurrently: true, ifNotExists: false, only: false }),
    again,
  })
}
