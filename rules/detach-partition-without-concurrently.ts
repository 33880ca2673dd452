import { planDetachPartition } from '../src/plan/builder/detach-partition.ts'
import {
  advice,
  alterTable,
  blocksReads,
  defaultPartition,
  isInUse,
  listRelations,
  outsideTransaction,
  printName,
  rule,
  waitFor,
} from '../src/rule.ts'

export default rule({
  on: ['DetachPartition'],
  hazard: 'queues traffic',
  certainty: 'possible',
  summary: 'a partition detached without CONCURRENTLY',
  why: `DETACH PARTITION takes the parent and the partition for itself, for reads too. It lasts a moment, but it first waits for every transaction that uses
them, and all traffic of the partitioned table waits behind it. DETACH … CONCURRENTLY (14 and later) waits without anyone waiting behind it.`,
  instead: `Detach with CONCURRENTLY, in a migration that runs without a transaction; if it is interrupted, finish with FINALIZE. It is refused while the
table has a DEFAULT partition, and does not exist before PostgreSQL 14: keep lock_timeout short then.`,
  references: ['https://www.postgresql.org/docs/current/sql-altertable.html#SQL-ALTERTABLE-DESC-DETACH-PARTITION'],
  knownAs: [
    'squawk/require-concurrent-partition-detach',
    'pgls/requireConcurrentDetachPartition',
    'pgfence/detach-partition',
    'pg-migration-lint/PGM004',
    'migrationpilot/MP046',
    'migrationpilot/require-concurrent-detach-partition',
  ],
  check(op, at) {
    // Where the concurrent form does not exist or is refused, the plain one is what there is to do.
    const rest = defaultPartition(op.table, at)
    if (op.concurrently || op.finalize || at.postgres < 14 || typeof rest === 'object') return undefined
    if (at.skipped !== undefined || at.refused !== undefined) return undefined
    // detach-partition-with-scan speaks of foreign keys, which CONCURRENTLY looks up as well.
    if (waitFor(at) !== undefined) return undefined
    const waiting = at.effects.filter((effect) => effect.kind !== 'index' && blocksReads(effect.lock) && isInUse(effect, at))
    if (waiting.length === 0) return undefined
    return {
      message: `detaching ${printName(op.partition)} makes reads and writes to ${listRelations(waiting, at)} wait behind it until it gets its locks`,
      instead: advice(
        rest === 'unknown'
          ? 'detach it while traffic goes on; only a table with a DEFAULT partition refuses that'
          : 'detach it while traffic goes on',
        ...outsideTransaction(at),
        alterTable(op, `DETACH PARTITION ${printName(op.partition)} CONCURRENTLY`),
      ),
    }
  },
  rewrite: planDetachPartition,
})
