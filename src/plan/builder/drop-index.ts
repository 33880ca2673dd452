import { definitionOfIndex } from '../../catalog/definition.ts'
import { findIndex, findTable } from '../../catalog/lookup.ts'
import { printName } from '../../name.ts'
import type { Operation } from '../../operation.ts'
import { print } from '../../print/print.ts'
import type { Site } from '../../rule.ts'
import { buildConcurrently } from '../block/concurrent-index.ts'
import { spelled } from '../block/partition-index.ts'
import { alone } from '../change.ts'
import type { Plan, Rollback } from '../plan.ts'

/**
 * DROP INDEX while traffic goes on. [] for CASCADE, which CONCURRENTLY does not know, and for the index of a partitioned table, which has
 * no concurrent form.
 */
export function planDropIndex(op: Operation<'DropIndex'>, at: Site): Plan {
  const known = findIndex(at.before, op.index)
  if (op.cascade || (known !== undefined && findTable(at.before, known.table)?.partitionBy !== undefined)) return []
  const again = known?.valid === true ? definitionOfIndex(at.before, known) : undefined
  const table = known && spelled(known.table, op.index, at)
  const rollback: Rollback =
    again === undefined || table === undefined
      ? { impossible: 'what makes it again is not known: write it by hand, as the migration did that made it' }
      : { transaction: false, statements: buildConcurrently(op.index, print({ ...again, table, concurrently: true })) }
  return [
    alone({
      phase: 'contract',
      title: `drop ${op.index.name}`,
      why: 'Dropped while reads and writes go on. Stopped half-way it stays behind INVALID: run it again.',
      // A first try that was stopped may have come to its end.
      statements: [`DROP INDEX CONCURRENTLY IF EXISTS ${printName(op.index)}`],
      rollback,
    }),
  ]
}
