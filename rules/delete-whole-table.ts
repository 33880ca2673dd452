import { planEmpty } from '../src/plan/builder/bulk-change.ts'
import { advice, firstBatch, isLarge, type Operation, printName, restricts, rule, type Site } from '../src/rule.ts'

export default rule({
  on: ['Delete', 'Merge'],
  hazard: 'loses data',
  summary: 'one statement deletes every row of a table',
  why: `DELETE without a WHERE, or with one that is true of every row, empties the table: nothing brings the rows back once it has committed. Until
then every row stays locked, so that writers of these rows wait, foreign keys with ON DELETE CASCADE empty other tables in the same statement, and
nothing of the space is free before a vacuum.`,
  instead: `Make sure that the table is to be empty. If only some rows are to go, say which. Large numbers go in batches by primary key, each in a
transaction of its own, from a script or a job.`,
  references: [
    'https://www.postgresql.org/docs/current/sql-delete.html',
    'https://www.postgresql.org/docs/current/explicit-locking.html#LOCKING-ROWS',
  ],
  knownAs: [
    'pgls/banDeleteWithoutWhere',
    'excellent_migrations/operation_delete',
    'pgfence/delete-without-where',
    'bytebase/STATEMENT_WHERE_REQUIRE_UPDATE_DELETE',
    'pg-migration-lint/PGM303',
    'migrationpilot/MP067',
    'migrationpilot/warn-backfill-no-batching',
  ],
  check(op, at) {
    if (at.refused !== undefined || at.isNew(op.table)) return undefined
    const name = printName(at.resolve(op.table))
    if (op.kind === 'Merge') {
      if (!op.actions.includes('delete') || !op.reads.some((source) => isLarge(source, at))) return undefined
      return { message: `merging a whole table into ${name} in one statement can delete every row of it`, certainty: 'possible' }
    }
    if (restricts(op.where, op.table, at)) return undefined
    return {
      message: `deleting every row of ${name} loses them for good, and writes to them wait until the transaction ends`,
      instead: stepsFor(op, at),
    }
  },
  rewrite: (op, at) => (op.kind === 'Delete' ? planEmpty(op, at) : []),
})

function stepsFor(op: Operation<'Delete'>, at: Site): string {
  const sentence = 'if only some rows are to go, say which; delete in batches by key, each in a transaction of its own'
  const batch = firstBatch(op.table, at)
  if (batch === undefined || op.reads.length > 0 || op.inWith) return sentence
  return advice(
    sentence,
    `DELETE FROM ${op.only ? 'ONLY ' : ''}${printName(op.table)} WHERE ${batch};`,
    '-- and so on, range by range',
  )
}
