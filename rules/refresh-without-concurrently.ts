import { planRefresh } from '../src/plan/builder/refresh.ts'
import { advice, findView, hasUniqueIndex, insertConcurrently, printName, quoteIdentifier, rule, waitFor } from '../src/rule.ts'

export default rule({
  on: ['RefreshMaterializedView'],
  hazard: 'blocks reads',
  summary: 'a materialized view refreshed without CONCURRENTLY',
  why: `REFRESH MATERIALIZED VIEW keeps everybody from reading the view while its query runs and the result is written. With CONCURRENTLY readers go on
with the old content; only one refresh can run at a time. It needs a unique index on plain columns that covers all rows, and a view that has been
filled before.`,
  instead: `Make a unique index on plain columns, without WHERE, once; then refresh with CONCURRENTLY, which is allowed inside a transaction.`,
  references: ['https://www.postgresql.org/docs/current/sql-refreshmaterializedview.html'],
  knownAs: [
    'pgls/requireConcurrentRefreshMatview',
    'pgfence/refresh-matview-blocking',
    'migrationpilot/MP033',
    'migrationpilot/require-concurrent-refresh-matview',
  ],
  check(op, at) {
    // A view that was never filled cannot be read, so nobody waits; and its first filling cannot be concurrent.
    if (op.concurrently || findView(at.before, op.view)?.populated === false) return undefined
    const wait = waitFor(at)
    if (wait === undefined) return undefined
    const view = printName(op.view)
    const refresh = `REFRESH MATERIALIZED VIEW CONCURRENTLY ${view};`
    return {
      message: `refreshing ${quoteIdentifier(op.view.name)} ${wait.blocks} until its query is done`,
      instead: hasUniqueIndex(op.view, at)
        ? advice('refresh it while readers go on with the old content', refresh)
        : advice(
            `refresh it while readers go on with the old content; that needs a unique index on plain columns, and no migration makes one on ${view}`,
            `-- CREATE UNIQUE INDEX CONCURRENTLY … ON ${view} (the columns that tell its rows apart)`,
            refresh,
          ),
      hazard: wait.hazard,
      fix: () => insertConcurrently(op, at),
    }
  },
  rewrite: planRefresh,
})
