import { planCreateIndex } from '../src/plan/builder/create-index.ts'
import {
  advice,
  createIndex,
  derivedName,
  findTable,
  indexByPartition,
  indexesOf,
  insertConcurrently,
  type Operation,
  outsideTransaction,
  printName,
  quoteIdentifier,
  rule,
  type Site,
  waitFor,
} from '../src/rule.ts'

export default rule({
  on: ['CreateIndex'],
  hazard: 'blocks writes',
  summary: 'an index built on an existing table without CONCURRENTLY',
  why: `CREATE INDEX locks the table against writes for as long as the build takes; reads go on. CREATE INDEX CONCURRENTLY reads the table twice and
takes longer, but lets writes through. It cannot run inside a transaction and is refused on a partitioned table.`,
  instead: `Build it with CONCURRENTLY, in a migration that runs without a transaction and without a lock_timeout: a build that fails leaves an INVALID
index behind, which has to be dropped before the next try (IF NOT EXISTS would keep it). On a partitioned table create the index ON ONLY the parent,
build one per partition concurrently, and attach each.`,
  references: [
    'https://www.postgresql.org/docs/current/sql-createindex.html#SQL-CREATEINDEX-CONCURRENTLY',
    'https://www.postgresql.org/docs/current/ddl-partitioning.html#DDL-PARTITIONING-DECLARATIVE-MAINTENANCE',
  ],
  knownAs: [
    'squawk/require-concurrent-index-creation',
    'pgls/requireConcurrentIndexCreation',
    'eugene/E6',
    'strong_migrations/add_index',
    'online_migrations/add_index',
    'safe-pg-migrations/add_index',
    'excellent_migrations/index_not_concurrently',
    'django-migration-linter/CREATE_INDEX',
    'pgfence/create-index-not-concurrent',
    'atlas/PG101',
    'atlas/PG108',
    'pg-schema-diff/ACQUIRES_SHARE_LOCK',
    'bytebase/INDEX_CREATE_CONCURRENTLY',
    'pg-migration-lint/PGM001',
    'migrationpilot/MP001',
    'migrationpilot/require-concurrent-index-creation',
    'migrationpilot/MP092',
    'migrationpilot/require-partitioned-index-strategy',
  ],
  check(op, at) {
    // CONCURRENTLY inside a transaction is refused, not slow: another rule says so.
    if (op.concurrently) return undefined
    const wait = waitFor(at)
    if (wait === undefined || !wait.work.has('index build')) return undefined
    const name = op.index ?? nameGiven(op, at)
    const what = name === undefined ? `an index on ${printName(at.resolve(op.table))}` : quoteIdentifier(name)
    return {
      message: `building ${what} ${wait.blocks} until it is done`,
      instead: stepsFor(op, name, at),
      hazard: wait.hazard,
      fix: () => insertConcurrently(op, at),
    }
  },
  rewrite: planCreateIndex,
})

/** The name that PostgreSQL made up for an unnamed index. */
function nameGiven(op: Operation<'CreateIndex'>, at: Site): string | undefined {
  const before = new Set(indexesOf(at.before, op.table).map(({ name }) => printName(name)))
  return indexesOf(at.after, op.table).find(({ name }) => !before.has(printName(name)))?.name.name
}

function stepsFor(op: Operation<'CreateIndex'>, name: string | undefined, at: Site): string {
  if (findTable(at.before, op.table)?.partitionBy === undefined) {
    return advice(
      'build it while writes go on',
      ...outsideTransaction(at),
      createIndex(op, { table: op.table, index: op.index, concurrently: true }),
    )
  }
  const index = name ?? derivedName(op.table.name, ...op.keys.map((key) => key.column ?? 'expr'), 'idx')
  return advice(
    'no index of a partitioned table can be built concurrently: make it on the parent alone, then partition by partition',
    ...indexByPartition(op.table, at, {
      index,
      nameFor: (partition) => derivedName(partition.name, ...op.keys.map((key) => key.column ?? 'expr'), 'idx'),
      onParent: (table, own) => createIndex(op, { table, index: own, only: true }),
      onPartition: (table, own) => createIndex(op, { table, index: own, concurrently: true }),
    }),
  )
}
