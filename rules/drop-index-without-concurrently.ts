import { planDropIndex } from '../src/plan/builder/drop-index.ts'
import {
  advice,
  blocksReads,
  findIndex,
  findTable,
  insertConcurrently,
  isInUse,
  listRelations,
  type Operation,
  outsideTransaction,
  printName,
  quoteIdentifier,
  rule,
  type Site,
} from '../src/rule.ts'

export default rule({
  on: ['DropIndex'],
  hazard: 'queues traffic',
  certainty: 'possible',
  summary: 'an index dropped without CONCURRENTLY',
  why: `DROP INDEX takes its table for itself, for reads too. The drop lasts a moment, but it first waits for every transaction that uses the table, and
everything that comes later waits behind it. DROP INDEX CONCURRENTLY waits without anyone waiting behind it.`,
  instead: `Drop it with CONCURRENTLY, one index per statement, without CASCADE, in a migration that runs without a transaction. The index of a partitioned table
and the index of a constraint cannot be dropped so: for the first keep lock_timeout short, for the second drop the constraint.`,
  references: ['https://www.postgresql.org/docs/current/sql-dropindex.html'],
  knownAs: [
    'squawk/require-concurrent-index-deletion',
    'pgls/requireConcurrentIndexDeletion',
    'strong_migrations/remove_index',
    'online_migrations/remove_index',
    'safe-pg-migrations/remove_index',
    'excellent_migrations/index_not_concurrently',
    'django-migration-linter/DROP_INDEX',
    'pgfence/drop-index-not-concurrent',
    'atlas/PG102',
    'pg-schema-diff/ACQUIRES_ACCESS_EXCLUSIVE_LOCK',
    'pg-schema-diff/INDEX_DROPPED',
    'bytebase/INDEX_CREATE_CONCURRENTLY',
    'pg-migration-lint/PGM002',
    'migrationpilot/MP009',
    'migrationpilot/require-drop-index-concurrently',
  ],
  check(op, at) {
    if (op.concurrently || at.skipped !== undefined || at.refused !== undefined) return undefined
    const index = findIndex(at.before, op.index)
    // It has no concurrent form, so the plain one is what there is to do.
    if (index !== undefined && findTable(at.before, index.table)?.partitionBy !== undefined) return undefined
    const tables = at.effects.filter((effect) => effect.kind !== 'index' && blocksReads(effect.lock))
    if (index !== undefined && !tables.some((effect) => isInUse(effect, at) && !isHeld(effect, at))) return undefined
    const table = tables.length > 0 ? listRelations(tables, at) : 'its table'
    return {
      message: `dropping ${quoteIdentifier(op.index.name)} makes reads and writes to ${table} wait behind it until it gets its lock`,
      instead: stepsFor(op, at),
      fix: () => insertConcurrently(op, at),
    }
  },
  rewrite: planDropIndex,
})

/** The transaction has the table for itself already: the drop adds no wait. */
function isHeld(effect: Site['effects'][number], at: Site): boolean {
  const held = at.held.get(printName(effect.relation))
  return held !== undefined && blocksReads(held)
}

function stepsFor(op: Operation<'DropIndex'>, at: Site): string {
  return advice(
    op.cascade
      ? 'drop it while traffic goes on; CASCADE is not possible then: drop what depends on it first'
      : 'drop it while traffic goes on',
    ...outsideTransaction(at),
    `DROP INDEX CONCURRENTLY ${op.ifExists ? 'IF EXISTS ' : ''}${printName(op.index)};`,
  )
}
