/** Names of peers' rules that we have no rule for, on purpose, and why. One reason for several where it is the same. */
export interface Refusal {
  readonly ids: readonly string[]
  readonly reason: string
}

function mp(...names: readonly string[]): readonly string[] {
  return names.flatMap((name) => name.split(' ')).map((name) => `migrationpilot/${name}`)
}

export const refusals: readonly Refusal[] = [
  {
    ids: ['online_migrations/add_inheritance_column'],
    reason: 'the meaning of such a column is in the classes of the application, which SQL does not show',
  },
  {
    ids: ['squawk/ban-create-domain-with-constraint', 'pgfence/ban-create-domain-with-constraint'],
    reason:
      'creating a domain touches no table; its constraint is judged where it is changed, and where a column of the domain is added',
  },
  {
    ids: [
      'bytebase/TABLE_NO_FOREIGN_KEY',
      'bytebase/STATEMENT_DISALLOW_ON_DEL_CASCADE',
      ...mp('MP086 require-explicit-on-delete', 'MP074 require-deferrable-fk'),
    ],
    reason: 'whether to have foreign keys, and what they do, is a decision about the data, no hazard of the migration',
  },
  {
    ids: ['strong_migrations/add_index_corruption', 'online_migrations/add_index_corruption'],
    reason:
      'only servers between 14.0 and 14.3 (before June 2022) have it; a migration does not say which minor version it runs on',
  },
  {
    ids: ['pg-schema-diff/INDEX_BUILD'],
    reason:
      'true of every concurrent build, which is the remedy; what can stop one half-way is lock-timeout-around-concurrent-build',
  },
  {
    ids: ['bytebase/INDEX_TOTAL_NUMBER_LIMIT'],
    reason: 'no number of indexes is too many by itself; create-redundant-index finds those that serve nothing',
  },
  {
    ids: ['pgls/concurrentRefreshMatviewLock', 'pgfence/refresh-matview-concurrent', ...mp('MP096 warn-matview-with-data')],
    reason:
      'nobody waits: REFRESH CONCURRENTLY lets reads through and nobody writes to a materialized view; a new one is not read yet',
  },
  {
    ids: ['eugene/W13', 'pgls/creatingEnum'],
    reason: 'an enum is a fair choice; what is hard about it (adding, renaming, removing values) is judged where it is done',
  },
  {
    ids: ['pgls/requireIdleInTransactionTimeout', 'pgfence/missing-idle-timeout', 'pgfence/missing-application-name'],
    reason: 'settings of the role or the connection: a migration that runs is not idle, and a name protects nobody',
  },
  {
    ids: ['django-migration-linter/RUNPYTHON_REVERSIBLE', 'django-migration-linter/RUNSQL_REVERSIBLE'],
    reason: 'whether a step needs a way back is policy; what cannot be undone is said where data goes',
  },
  {
    ids: ['pg-migration-lint/PGM109', 'bytebase/COLUMN_TYPE_DISALLOW_LIST'],
    reason: 'floating point is right for measurements, and which types a project bans is its own list',
  },
  {
    ids: ['NAMING_TABLE', 'NAMING_COLUMN', 'NAMING_INDEX_IDX', 'NAMING_INDEX_PK', 'NAMING_INDEX_UK', 'NAMING_INDEX_FK'].map(
      (id) => `bytebase/${id}`,
    ),
    reason: "patterns of a project's own; name-hard-to-use finds the names that PostgreSQL itself makes hard",
  },
  {
    ids: ['atlas/PG110', ...mp('MP061 suboptimal-column-order')],
    reason: 'saves a few bytes per row and nothing of a hazard; the most suppressed finding where it exists',
  },
  {
    ids: ['bytebase/COLUMN_NO_NULL', 'bytebase/COLUMN_REQUIRE_DEFAULT'],
    reason: 'whether a column may be NULL is what it means; a default for every column hides forgotten values',
  },
  {
    ids: [
      'atlas/OW101',
      'atlas/OW102',
      'bytebase/STATEMENT_OBJECT_OWNER_CHECK',
      'bytebase/STATEMENT_CHECK_SET_ROLE_VARIABLE',
      ...mp('MP091 warn-privilege-drift', 'MP073 ban-superuser-role'),
    ],
    reason: 'who owns and may do what is policy that only the organisation knows; the server refuses what a role may not do',
  },
  { ids: ['pg-migration-lint/PGM901'], reason: 'down migrations are judged on request (--down), with their own severity' },
  {
    ids: ['pgfence/trace-only', 'pgfence/trace-error'],
    reason: 'no findings: trace is a command of its own and shows observed beside predicted',
  },
  {
    ids: ['pg-schema-diff/IS_USER_GENERATED'],
    reason: 'every statement here was written by somebody; what is not modelled is statement-not-understood',
  },
  {
    ids: ['change_column_null_mysql', 'add_foreign_key_mysql', 'add_check_constraint_mysql', 'copy_algorithm', 'lock_option'].map(
      (id) => `strong_migrations/${id}`,
    ),
    reason: 'MySQL only',
  },
  {
    ids: ['ARGS_NAMING_CONVENTION', 'MODEL_IMPORT', 'MODEL_VARIABLE_NAME'].map((id) => `django-migration-linter/RUNPYTHON_${id}`),
    reason: "about the style of Python code, which SQL files don't have",
  },
  {
    ids: mp(
      'MP013 high-traffic-table-ddl',
      'MP014 large-table-ddl',
      'MP019 no-exclusive-lock-high-connections',
      'MP101 warn-index-on-write-hot-table',
      'MP102 warn-rewrite-disk-headroom',
      'MP103 warn-replication-lag-risk',
      'MP104 warn-long-index-build',
      'MP110 warn-partitioned-parent-fanout',
      'MP090 warn-trigger-on-hot-table',
    ),
    reason: 'repeats a finding with numbers of a live database; table sizes (--stats) weigh the finding itself instead',
  },
  {
    ids: mp(
      'MP105 warn-timescale-hypertable-ddl',
      'MP106 prefer-timescale-drop-chunks',
      'MP107 warn-citus-distributed-ddl',
      'MP108 warn-partman-managed-parent',
      'MP111 warn-timescale-columnstore-ddl',
    ),
    reason: 'what an extension makes of DDL is not PostgreSQL and cannot be replayed in our tests',
  },
  {
    ids: mp(
      'MP050 prefer-hnsw-over-ivfflat',
      'MP109 require-vector-index-params',
      'MP112 warn-hnsw-build-memory',
      'MP051 require-spatial-index',
      'MP056 gin-index-on-jsonb-without-expression',
      'MP075 warn-toast-bloat-risk',
      'MP077 prefer-lz4-toast-compression',
      'MP088 require-analyze-after-backfill',
      'MP093 warn-default-partition-growth',
    ),
    reason:
      'tuning that depends on the queries and the data; autovacuum analyzes, and a DEFAULT partition is judged where it is scanned',
  },
  { ids: mp('MP048 ban-alter-default-volatile-existing'), reason: 'SET DEFAULT touches no row, whatever the default calls' },
  { ids: mp('MP076 warn-xid-consuming-retry'), reason: 'savepoints of a migration are few' },
  {
    ids: mp('MP078 warn-extension-version-pin'),
    reason: 'the server installs the version its packages bring; a pinned one fails on the next server',
  },
  {
    ids: mp('MP079 warn-rls-policy-completeness'),
    reason: 'a command without a policy is refused to everyone, which is often what is meant',
  },
  { ids: mp('MP082 warn-not-enforced-constraint'), reason: 'NOT ENFORCED says what it does; it proves nothing to us either' },
  {
    ids: mp('MP083 warn-fk-nondeterministic-collation'),
    reason: 'a foreign key compares by the collations of both columns, which the server checks',
  },
  {
    ids: mp('SQ001 cumulative-lock-budget', 'SQ002 hot-table-multi-touch', 'SQ003 create-then-rewrite', 'SQ005 blast-radius'),
    reason:
      'sums up migrations that run on different days, with made-up minutes; each blocking statement is a finding, lock-order-differs compares a change set',
  },
]
