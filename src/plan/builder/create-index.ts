import type { Index } from '../../catalog/catalog.ts'
import { existence, findIndex, findTable, foreignKeysTo } from '../../catalog/lookup.ts'
import { type Name, printName, sameName } from '../../name.ts'
import type { Operation } from '../../operation.ts'
import { print } from '../../print/print.ts'
import { shapeOf } from '../../rule/index-shape.ts'
import type { Site } from '../../rule.ts'
import { concurrentIndex } from '../block/concurrent-index.ts'
import { indexByParts, indexParts, newIndex } from '../block/partition-index.ts'
import { besideTable, freeName, joinedName } from '../name.ts'
import type { Change, Plan } from '../plan.ts'

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
      offParent: ({ index }) => `DROP INDEX IF EXISTS ${printName(index)}`,
      build: ({ table, index }) => built({ ...op, ifNotExists: false }, table, index.name, phase),
    })
  }
  const index =
    op.index ?? newIndex(op.table, at)?.name ?? joinedName(op.table.name, ...op.keys.map((key) => key.column ?? 'expr'), 'idx')
  const there = findIndex(at.before, besideTable(op.table, index))
  return there !== undefined && !isFree(there, op, at)
    ? []
    : [built(op, op.table, index, phase, there !== undefined, asideOf(op.table, index, at))]
}

/** Whether an index of this name is what the statement asks for, and nothing hangs on it: it can go and be built anew. */
function isFree(there: Index, op: Operation<'CreateIndex'>, at: Site): boolean {
  const table = findTable(at.before, there.table)
  const isOwn = sameName(there.table, at.resolve(op.table)) && shapeOf(there) === shapeOf(op)
  const isUsed =
    there.constraint !== undefined ||
    there.partitionOf !== undefined ||
    table?.replicaIdentity === 'index' ||
    table?.clusteredOn === there.name.name ||
    (there.unique && foreignKeysTo(at.before, there.table).length > 0)
  return isOwn && !isUsed
}

function built(
  op: Operation<'CreateIndex'>,
  table: Name,
  index: string,
  phase: Change['phase'],
  again = false,
  aside = '',
): Change {
  const why = op.unique
    ? 'Built while reads and writes go on. From its first scan on it refuses duplicates, and it fails where there are any.'
    : 'Built while reads and writes go on.'
  const stays = 'A valid index of this name stays; the INVALID rest of a build that failed goes.'
  return concurrentIndex({
    table,
    index,
    phase,
    why: op.ifNotExists ? `${why} ${stays}` : why,
    create: print({ ...op, table, index, concurrently: true, only: false }),
    again,
    ...(op.ifNotExists ? { aside } : {}),
  })
}

function asideOf(table: Name, index: string, at: Site): string {
  return freeName([index, 'invalid'], (name) => existence(at.before, besideTable(table, name)) === 'exists')
}
