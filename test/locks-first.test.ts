import { afterAll, describe, expect, it } from 'vitest'
import { rules } from '../rules/index.ts'
import { loadGrammar, parseSql } from '../src/grammar/parse.ts'
import type { Migration } from '../src/migration.ts'
import type { Change } from '../src/plan/plan.ts'
import { boundedStatements } from '../src/plan/sql.ts'
import { wishesFrom } from '../src/plan/wish.ts'
import { plannedMigration } from '../src/plan-report.ts'
import { severityOf } from '../src/severity.ts'
import { openServer } from '../src/trace/server.ts'

await loadGrammar()

function migration(file: string, text: string): Migration {
  const { statements, comments } = parseSql(text)
  return { file, text, statements, comments, transaction: 'unit', transactionAssumed: false }
}

function changesOf(before: string, text: string, retry = true): readonly Change[] {
  const [first, second] = [migration('1.sql', before), migration('2.sql', text)]
  const { steps } = plannedMigration(
    second,
    [first, second],
    wishesFrom([]),
    {
      postgres: 15,
      rules,
      severityOf: (rule, hazard, certainty, file) => severityOf(rule, hazard, certainty, file, {}),
    },
    retry,
  )
  return steps.flatMap((step) => (step.phase === 'deploy' ? [] : [step]))
}

/** What each transaction of the plan locks first. */
function locksOf(before: string, text: string): readonly (readonly string[])[] {
  return changesOf(before, text).flatMap(({ transaction, locks }) => (transaction ? [locks ?? []] : []))
}

describe('a transaction of a plan', () => {
  it('locks the referenced table before the one that refers to it, both by their names in the migration', () => {
    const before = 'CREATE TABLE teams (id bigint PRIMARY KEY); CREATE TABLE "Users" (id bigint PRIMARY KEY, team bigint);'
    const text = 'ALTER TABLE "Users" ADD FOREIGN KEY (team) REFERENCES teams;'
    expect(locksOf(before, text)).toEqual([['LOCK TABLE teams, "Users" IN SHARE ROW EXCLUSIVE MODE']])
  })
  it('takes the strongest lock of each table at once', () => {
    const before = 'CREATE TABLE a.users (id bigint PRIMARY KEY, email text);'
    const text = 'ALTER TABLE a.users ALTER COLUMN email SET NOT NULL; CREATE TABLE a.notes (id bigint PRIMARY KEY);'
    const own = 'LOCK TABLE a.users IN ACCESS EXCLUSIVE MODE'
    expect(locksOf(before, text)).toEqual([[], [own], [own]])
  })
  it('locks a table that the migration does not name', () => {
    const before =
      'CREATE TABLE teams (id bigint PRIMARY KEY); CREATE TABLE users (id bigint PRIMARY KEY, team bigint CONSTRAINT f REFERENCES teams);'
    const text = 'ALTER TABLE users DROP CONSTRAINT f; ALTER TABLE users ADD COLUMN no int NOT NULL;'
    expect(locksOf(before, text)[0]).toEqual(['LOCK TABLE teams, users IN ACCESS EXCLUSIVE MODE'])
  })
  it('leaves partitions alone that nothing happens to, and takes along those that something does', () => {
    const before =
      "CREATE TABLE log (id bigint, day date) PARTITION BY RANGE (day); CREATE TABLE log_1 PARTITION OF log FOR VALUES FROM ('2026-01-01') TO ('2026-02-01');"
    const text = 'CREATE INDEX log_id ON log (id); ALTER TABLE log ADD COLUMN note text;'
    const locks = locksOf(before, text)
    expect(locks).toContainEqual(['LOCK TABLE ONLY log IN SHARE MODE'])
    expect(locks).toContainEqual(['LOCK TABLE log IN ACCESS EXCLUSIVE MODE'])
  })
  it('drops a view before it locks the table that it reads, and as often', () => {
    const before = 'CREATE TABLE sales (id bigint PRIMARY KEY, total int); CREATE VIEW totals AS SELECT total FROM sales;'
    const text =
      'DROP VIEW totals; ALTER TABLE sales ADD COLUMN note text; CREATE VIEW totals AS SELECT total, note FROM sales; CREATE INDEX ON sales (total);'
    expect(locksOf(before, text)).toContainEqual(['DROP VIEW totals', 'LOCK TABLE sales IN ACCESS EXCLUSIVE MODE'])
    expect(locksOf(before, 'DROP VIEW totals; CREATE INDEX ON sales (total);').flat()).toEqual([])
  })
  it('locks the table of an index that keeps its queries waiting', () => {
    const before =
      "CREATE TABLE log (id bigint, day date) PARTITION BY RANGE (day); CREATE TABLE log_1 PARTITION OF log FOR VALUES FROM ('2026-01-01') TO ('2026-02-01');"
    expect(locksOf(before, 'CREATE INDEX log_id ON log (id);')).toContainEqual(['LOCK TABLE log_1 IN ACCESS EXCLUSIVE MODE'])
  })
  it('locks no materialized view for its index', () => {
    const before =
      'CREATE TABLE sales (id bigint PRIMARY KEY); CREATE MATERIALIZED VIEW ids AS SELECT id FROM sales; CREATE INDEX ids_id ON ids (id);'
    const text =
      'DROP MATERIALIZED VIEW ids; ALTER TABLE sales ADD COLUMN note text; CREATE MATERIALIZED VIEW ids AS SELECT id, note FROM sales; CREATE INDEX ON sales (id);'
    expect(locksOf(before, text).flat().join('; ')).not.toContain('ids')
  })
  it('keeps what it sets in front of its locks', () => {
    const before = 'CREATE TABLE app.users (id bigint PRIMARY KEY, email text);'
    const [first] = changesOf(before, 'SET search_path = app; ALTER TABLE users ADD CHECK (id > 0);')
    const heads = first === undefined ? [] : boundedStatements(first, 15).map((statement) => statement.split('\n')[0])
    expect(heads.slice(0, 5)).toEqual([
      "SET LOCAL lock_timeout = '2s'",
      "SET LOCAL statement_timeout = '5min'",
      'SET search_path = app',
      '-- tries 20 times for its locks; whoever waits behind it goes on in the pauses',
      "SET LOCAL statement_timeout = '10s'",
    ])
  })
  it('leaves a lock that people take themselves as it is', () => {
    const before = 'CREATE TABLE users (id bigint PRIMARY KEY, email text);'
    const text =
      'LOCK TABLE users IN ACCESS EXCLUSIVE MODE NOWAIT; ALTER TABLE users ADD COLUMN no int; CREATE INDEX ON users (email);'
    const [first] = changesOf(before, text)
    expect(first?.locks).toBeUndefined()
    expect(first?.statements[0]).toContain('NOWAIT')
  })
  it('waits once where that is asked for', () => {
    const before = 'CREATE TABLE users (id bigint PRIMARY KEY, email text);'
    expect(changesOf(before, 'ALTER TABLE users ADD CHECK (id > 0);', false).map(({ locks }) => locks)).toEqual([
      undefined,
      undefined,
    ])
  })
})

const url = process.env.PHASEWISE_TEST_DATABASE_URL

describe.runIf(url !== undefined)('on a server', async () => {
  if (url === undefined) return
  const server = await openServer(url)
  afterAll(() => server.close())

  it('the transaction gets its locks once another lets go of them, which did not wait for it', async () => {
    const before = 'CREATE TABLE teams (id bigint PRIMARY KEY); CREATE TABLE users (id bigint PRIMARY KEY, team bigint);'
    for (const { sql } of parseSql(before).statements) await server.run(sql)
    const [add] = changesOf(before, 'ALTER TABLE users ADD CONSTRAINT f FOREIGN KEY (team) REFERENCES teams;')
    const [writer, migrating] = [await server.openSession?.(), await server.openSession?.()]
    if (writer === undefined || migrating === undefined) throw new Error('the server gives no second session')
    await writer.run('BEGIN')
    await writer.run('INSERT INTO teams VALUES (1)')
    const statements = add === undefined ? [] : ['BEGIN', ...boundedStatements(add, 15), 'COMMIT']
    const errors: string[] = []
    const migrated = (async () => {
      for (const sql of statements) {
        const { error } = await migrating.run(sql)
        if (error !== undefined) errors.push(`${sql}: ${error.message}`)
      }
    })()
    // One try has failed, and nobody queues behind it: it holds and wants nothing.
    const isPausing = "SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'PgSleep' AND query LIKE '%LOCK TABLE teams%'"
    while ((await server.query(isPausing))[0]?.[0] !== '1') await server.run('SELECT pg_sleep(0.05)')
    const held = await server.query(
      "SELECT count(*) FROM pg_locks WHERE mode = 'ShareRowExclusiveLock' AND relation IN ('teams'::regclass, 'users'::regclass)",
    )
    expect(held).toEqual([['0']])
    expect((await writer.run('INSERT INTO users VALUES (1, 1)')).error).toBeUndefined()
    await writer.run('COMMIT')
    await migrated
    expect(errors).toEqual([])
    expect(await server.query("SELECT count(*) FROM pg_constraint WHERE conname = 'f'")).toEqual([['1']])
  })
})
