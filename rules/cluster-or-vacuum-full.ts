import { planRewriteTable } from '../src/plan/builder/rewrite-table.ts'
import { isInUse, listRelations, printName, rule, waitFor } from '../src/rule.ts'

export default rule({
  on: ['Vacuum', 'Cluster'],
  hazard: 'blocks reads',
  summary: 'VACUUM FULL or CLUSTER, which write a table anew',
  why: `VACUUM FULL and CLUSTER copy the table and build all its indexes anew while reads and writes wait. Without a table VACUUM FULL takes every table
of the database in turn, and CLUSTER every table that was clustered before.`,
  instead: `Plain VACUUM frees the space of dead rows for new ones while traffic goes on. To give space back to the system or to order a table, use the
pg_repack extension, or copy into a new table in batches, kept in step by a trigger, and exchange the names.`,
  references: [
    'https://www.postgresql.org/docs/current/sql-vacuum.html',
    'https://www.postgresql.org/docs/current/sql-cluster.html',
    'https://www.postgresql.org/docs/current/routine-vacuuming.html#VACUUM-FOR-SPACE-RECOVERY',
  ],
  knownAs: [
    'squawk/prefer-repack',
    'pgls/banVacuumFull',
    'pgfence/vacuum-full',
    'pg-migration-lint/PGM018',
    'pg-migration-lint/PGM021',
    'migrationpilot/MP006',
    'migrationpilot/no-vacuum-full',
    'migrationpilot/MP032',
    'migrationpilot/ban-cluster',
  ],
  check(op, at) {
    if (op.kind === 'Vacuum' && !op.full) return undefined
    if (at.skipped !== undefined || at.refused !== undefined) return undefined
    const what = op.kind === 'Vacuum' ? 'VACUUM FULL' : 'CLUSTER'
    const tables = op.kind === 'Vacuum' ? op.tables : op.table === undefined ? [] : [op.table]
    const instead =
      op.kind === 'Vacuum'
        ? [
            'let plain VACUUM free the space for new rows; to shrink the file use pg_repack or a copy in batches',
            `VACUUM ${op.analyze ? '(ANALYZE) ' : ''}${tables.map(printName).join(', ')}`,
          ]
        : ['order the rows with pg_repack, or by a copy in batches into a new table']
    const advised = instead.map((line, index) => (index === 0 ? line : `${line.trimEnd()};`)).join('\n')
    if (tables.length === 0) {
      const every = op.kind === 'Vacuum' ? 'every table of the database' : 'every table that was clustered before'
      return { message: `${what} blocks reads and writes to ${every}, one by one, while it is rewritten`, instead: advised }
    }
    const wait = waitFor(at)
    if (wait === undefined) return undefined
    const used = at.effects.filter((effect) => effect.kind !== 'index' && isInUse(effect, at))
    return {
      message: `${what} ${wait.blocks} while ${used.length > 1 ? `each of ${listRelations(used, at)} is` : 'the table is'} rewritten`,
      instead: advised,
      hazard: wait.hazard,
    }
  },
  rewrite: planRewriteTable,
})
