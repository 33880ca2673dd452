import { planOutside } from '../src/plan/builder/commits-itself.ts'
import { advice, kindsRefusedInside, refusedInside, rule, type Site } from '../src/rule.ts'

export default rule({
  on: kindsRefusedInside,
  hazard: 'fails',
  summary: 'a statement that PostgreSQL refuses inside a transaction stands in one',
  why: `Some statements commit on their way and are refused inside a transaction block: everything CONCURRENTLY (except REFRESH MATERIALIZED
VIEW), VACUUM, CLUSTER and REINDEX over several tables, ALTER SYSTEM, creating and dropping databases and tablespaces. The transaction need not be
written: most migration tools open one around a migration, and several statements sent as one message are one too. A DO block counts as
one, whatever surrounds it.`,
  instead: `Put the statement into a migration of its own and switch the tool's transaction off for it: \`-- +goose NO TRANSACTION\`,
\`-- migrate:up transaction:false\` (dbmate), \`-- no-transaction\` (sqlx), \`executeInTransaction=false\` (Flyway), \`runInTransaction:false\`
(Liquibase), \`-- atlas:txmode none\`. Tools that send the file as one message (golang-migrate, Prisma) run it as the only statement of its file.`,
  references: [
    'https://www.postgresql.org/docs/current/sql-createindex.html#SQL-CREATEINDEX-CONCURRENTLY',
    'https://www.postgresql.org/docs/current/protocol-flow.html#PROTOCOL-FLOW-MULTI-STATEMENT',
  ],
  knownAs: [
    'squawk/ban-concurrent-index-creation-in-transaction',
    'pgls/banConcurrentIndexCreationInTransaction',
    'excellent_migrations/index_concurrently_without_disable_ddl_transaction',
    'excellent_migrations/index_concurrently_without_disable_migration_lock',
    'django-migration-linter/CREATE_INDEX_EXCLUSIVE',
    'pgfence/concurrent-in-transaction',
    'atlas/PG103',
    'atlas/TX101',
    'bytebase/STATEMENT_NON_TRANSACTIONAL',
    'pg-migration-lint/PGM003',
    'migrationpilot/MP025',
    'migrationpilot/ban-concurrent-in-transaction',
  ],
  check(op, at) {
    const statement = refusedInside(op, at)
    if (statement === undefined) return undefined
    const where = whereFrom(at)
    if (where === undefined) return undefined
    return {
      message: `${statement} is refused inside a transaction, and ${where.reason}`,
      instead: advice(where.instead, `${at.statement.sql};`),
    }
  },
  rewrite: planOutside,
})

function whereFrom(at: Site): { readonly reason: string; readonly instead: string } | undefined {
  const { migration, transaction } = at
  const own = 'give it a migration of its own that runs without a transaction'
  if (!migration.statements.includes(at.statement)) {
    return { reason: 'a DO block runs in one', instead: `take it out of the DO block and ${own}` }
  }
  if (transaction.scope === 'explicit') return { reason: 'a BEGIN has opened one', instead: 'move it behind the COMMIT' }
  // A guess about the runner is no ground for an error; the first statement of a pipeline passes, what follows shares its transaction.
  if (transaction.scope === 'none' || migration.transactionAssumed) return undefined
  if (transaction.scope === 'pipeline' && transaction.entries.length === 0) return undefined
  const reasons = {
    unit: 'this migration runs in one',
    run: 'all pending migrations run in one',
    string: 'the statements of this file are sent as one message, which is a transaction',
    pipeline: 'the statements before it have opened one',
  } as const
  return {
    reason: reasons[transaction.scope],
    instead: transaction.scope === 'unit' || transaction.scope === 'run' ? own : 'make it the only statement of its file',
  }
}
