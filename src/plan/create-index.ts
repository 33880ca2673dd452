import { findTable } from '../catalog/lookup.ts'
import type { Operation } from '../operation.ts'
import { createIndex } from '../rule/definition.ts'
import type { Site } from '../rule.ts'
import { concurrentIndex } from './concurrent-index.ts'
import { joinedName } from './name.ts'
import type { Plan } from './plan.ts'

/** CREATE INDEX built while writes go on. */
export function planCreateIndex(op: Operation<'CreateIndex'>, at: Site): Plan {
  if (findTable(at.before, op.table)?.partitionBy !== undefined) return []
  const index = op.index ?? joinedName(op.table.name, ...op.keys.map((key) => key.column ?? 'expr'), 'idx')
  return [
    concurrentIndex({
      table: op.table,
      index,
      phase: op.unique ? 'contract' : 'expand',
      why: 'Built while reads and writes go on.',
      create: createIndex(op, { table: op.table, index, concurrently: true }).replace(/;$/, ''),
    }),
  ]
}
