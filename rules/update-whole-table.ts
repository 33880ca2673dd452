import { planUpdate } from '../src/plan/builder/bulk-change.ts'
import {
  advice,
  firstBatch,
  isLarge,
  type Operation,
  printName,
  quoteIdentifier,
  restricts,
  rule,
  type Site,
} from '../src/rule.ts'

export default rule({
  on: ['Update', 'Merge'],
  hazard: 'blocks writes',
  summary: 'one statement updates every row of a table',
  why: `UPDATE writes a new version of every row it touches and locks the row until the transaction ends: writers of the same rows wait for the whole
run, the table grows to twice its size, vacuum cannot clean up anywhere in the database meanwhile, and replicas get it all at once. A WHERE that is true of every
row (\`TRUE\`, \`IS NOT NULL\` of a NOT NULL column, \`IS NULL\` of a column just added) changes nothing about that.`,
  instead: `Update in batches of a few thousand rows by primary key, each in a transaction of its own, from a script or a job that can be stopped and
started again. A new column with one value for all rows needs no UPDATE: give it a constant default.`,
  references: [
    'https://www.postgresql.org/docs/current/explicit-locking.html#LOCKING-ROWS',
    'https://www.postgresql.org/docs/current/routine-vacuuming.html#VACUUM-FOR-SPACE-RECOVERY',
  ],
  knownAs: [
    'pgls/banUpdateWithoutWhere',
    'excellent_migrations/operation_update',
    'pgfence/update-in-migration',
    'bytebase/STATEMENT_WHERE_REQUIRE_UPDATE_DELETE',
    'bytebase/STATEMENT_AFFECTED_ROW_LIMIT',
    'bytebase/STATEMENT_DML_DRY_RUN',
    'bytebase/BUILTIN_PRIOR_BACKUP_CHECK',
    'pg-migration-lint/PGM302',
    'migrationpilot/MP011',
    'migrationpilot/unbatched-data-backfill',
  ],
  check(op, at) {
    if (at.refused !== undefined || at.isNew(op.table)) return undefined
    const name = printName(at.resolve(op.table))
    const message = `updating every row of ${name} in one statement blocks writes to them until its transaction ends`
    if (op.kind === 'Merge') {
      // How many rows match is the data's matter; with a whole table on the other side it can be all.
      if (!op.actions.includes('update') || !op.reads.some((source) => isLarge(source, at))) return undefined
      return {
        message: `merging a whole table into ${name} in one statement can update every row of it, and writes to these wait`,
        certainty: 'possible',
      }
    }
    if (restricts(op.where, op.table, at)) return undefined
    return { message, instead: stepsFor(op, at) }
  },
  rewrite: (op, at, wishes) => (op.kind === 'Update' ? planUpdate(op, at, wishes) : []),
})

function stepsFor(op: Operation<'Update'>, at: Site): string {
  const sentence = 'update in batches by key, each in a transaction of its own, outside the migration that changes the schema'
  const batch = firstBatch(op.table, at)
  if (batch === undefined || op.reads.length > 0 || op.inWith || op.assigned.length !== op.columns.length) return sentence
  const set = op.assigned.map(({ column, value }) => `${quoteIdentifier(column)} = ${value.sql}`).join(', ')
  const where = op.where === undefined || op.where.columns.length === 0 ? '' : ` AND (${op.where.sql})`
  // The alias of the table, if it has one, is not known here.
  if (/[\w"]\s*\.\s*["a-z_]/i.test(set + where)) return sentence
  return advice(
    sentence,
    `UPDATE ${op.only ? 'ONLY ' : ''}${printName(op.table)} SET ${set} WHERE ${batch}${where};`,
    '-- and so on, range by range',
  )
}
