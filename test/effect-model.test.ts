import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { loadGrammar } from '../src/grammar/parse.ts'
import type { Engine } from '../src/trace/engine.ts'
import { openPglite } from '../src/trace/pglite.ts'
import { catalogAfter, observeOnce, predict } from './effect-observed.ts'

let engine: Engine
beforeAll(async () => {
  await loadGrammar()
  engine = await openPglite()
}, 60_000)
afterAll(() => engine.close())

/** Every table that stands in for the one that statements name `t`. Empty ones: no value is ever in the way. */
const layouts = {
  'a table': 'CREATE TABLE t (id int NOT NULL, a int, b varchar(10), k int NOT NULL);',
  'a partitioned table': `CREATE TABLE t (id int NOT NULL, a int, b varchar(10), k int NOT NULL) PARTITION BY RANGE (k);
    CREATE TABLE t1 PARTITION OF t FOR VALUES FROM (0) TO (10);
    CREATE TABLE t2 PARTITION OF t FOR VALUES FROM (10) TO (20) PARTITION BY LIST (id);
    CREATE TABLE t2a PARTITION OF t2 FOR VALUES IN (1, 2);
    CREATE TABLE t2d PARTITION OF t2 DEFAULT;
    CREATE TABLE td PARTITION OF t DEFAULT;`,
  'a table that others inherit from': `CREATE TABLE t (id int NOT NULL, a int, b varchar(10), k int NOT NULL);
    CREATE TABLE child (own int) INHERITS (t);
    CREATE TABLE grandchild () INHERITS (child);
    CREATE INDEX child_a ON child (a);`,
}
const around = `
  CREATE TABLE r (id int PRIMARY KEY);
  CREATE SEQUENCE numbers;
  CREATE DOMAIN positive AS int CHECK (VALUE > 0);
  CREATE DOMAIN bare AS int;
  CREATE DOMAIN rolled AS float8 DEFAULT random();
  CREATE TYPE mood AS ENUM ('sad', 'happy');
  CREATE FUNCTION secret() RETURNS int LANGUAGE sql SECURITY DEFINER AS 'SELECT 1';
  CREATE FUNCTION inlined() RETURNS int LANGUAGE sql AS 'SELECT 1';
  CREATE FUNCTION steady() RETURNS int LANGUAGE plpgsql STABLE AS 'BEGIN RETURN 1; END';
  CREATE FUNCTION fickle() RETURNS int LANGUAGE plpgsql AS 'BEGIN RETURN 1; END';`
const objects = 'CREATE INDEX t_a ON t (a); CREATE INDEX t_b ON t (lower(b)); CREATE VIEW v AS SELECT id FROM t;'
const setUps = Object.entries(layouts).map(([name, tables]) => ({ name, sql: `${around} ${tables} ${objects}` }))

async function compare(sql: string, setUp: string): Promise<string | undefined> {
  const observed = await observeOnce(engine, setUp, sql)
  if (typeof observed === 'string') return undefined
  const predicted = predict(sql, catalogAfter(setUp), { postgres: 18, timeZone: 'UTC' })
  return predicted.join() === observed.join() ? '' : `${sql}\n  model  ${predicted.join('; ')}\n  server ${observed.join('; ')}`
}

/** Fails with all that differ; at least one statement must be accepted by the server. */
async function expectAgreement(statements: readonly string[], setUp: string): Promise<void> {
  const results: string[] = []
  for (const sql of statements) {
    const result = await compare(sql, setUp)
    if (result !== undefined) results.push(result)
  }
  expect(results.filter((result) => result !== '')).toEqual([])
  expect(results.length).toBeGreaterThan(0)
}

const types = ['int', 'text', 'uuid', 'timestamptz', 'jsonb', 'positive', 'bare', 'rolled', 'mood', 'positive[]', 'serial', 'r']
const fillings = [
  '',
  'DEFAULT NULL',
  'GENERATED ALWAYS AS IDENTITY',
  'GENERATED ALWAYS AS (a + 1) STORED',
  'GENERATED ALWAYS AS (a + 1) VIRTUAL',
]
const constraints = ['', 'NOT NULL', 'NULL', 'CHECK (z IS NOT NULL)', 'REFERENCES r', 'UNIQUE', 'PRIMARY KEY']

describe.each(setUps)('ADD COLUMN to $name', ({ name, sql: setUp }) => {
  // Types tell nothing that differs by layout.
  const few = name === 'a table' ? types : ['int', 'positive', 'serial']
  it.each(few)('%s', { timeout: 60_000 }, async (type) => {
    const columns = fillings.flatMap((filling) => constraints.map((constraint) => `z ${type} ${filling} ${constraint}`))
    await expectAgreement(
      columns.map((column) => `ALTER TABLE t ADD COLUMN ${column}`),
      setUp,
    )
  })
})

describe('defaults', () => {
  const defaults = [
    ...[
      '0',
      '-1',
      "'x'",
      'true',
      'NULL::int',
      "'{}'::jsonb",
      "'{}'::text[]",
      'ARRAY[1, 2]',
      'ARRAY[]::text[]',
      "'sad'::mood",
      '(1)',
    ],
    ...[
      'now()',
      'CURRENT_TIMESTAMP',
      'CURRENT_TIMESTAMP(3)',
      'current_date',
      'localtime',
      'LOCALTIMESTAMP',
      'current_user',
      'user',
    ],
    ...[
      'statement_timestamp()',
      'transaction_timestamp()',
      'clock_timestamp()',
      'timeofday()',
      'pg_catalog.now()',
      'pg_catalog.random()',
    ],
    ...[
      "now() + interval '1 day'",
      "now() AT TIME ZONE 'utc'",
      "date_trunc('day', now())",
      "to_char(now(), 'YYYY')",
      'extract(epoch FROM now())',
    ],
    ...[
      'random()',
      'random() + 1',
      '(random() * 100)::int',
      'random(1, 5)',
      'random_normal()',
      'md5(random()::text)',
      "'x' || random()",
    ],
    ...['gen_random_uuid()', 'gen_random_uuid()::text', 'uuidv7()', 'uuidv4()', "nextval('numbers')", 'ARRAY[clock_timestamp()]'],
    ...[
      "lower('X')",
      "concat('a', 'b')",
      "coalesce(NULL, 'x')",
      'greatest(1, 2)',
      'nullif(1, 2)',
      "substring('abc' FROM 2)",
      "trim('x ')",
    ],
    ...[
      'CASE WHEN true THEN 1 ELSE 2 END',
      'CASE WHEN random() > 0.5 THEN 1 END',
      'coalesce(random(), 1)',
      '1 BETWEEN 0 AND 2',
      '1 IN (1, 2)',
    ],
    ...["current_setting('TimeZone')", 'txid_current()', 'pg_backend_pid()', 'inet_client_addr()', "jsonb_build_object('a', 1)"],
    ...[
      "json_build_object('a', random())",
      'ROW(1, 2)',
      'make_interval(days => 1)',
      "to_tsvector('a b')",
      'setseed(0.5)',
      "repeat('a', 3)",
    ],
    ...[
      'secret()',
      'inlined()',
      'steady()',
      'fickle()',
      'fickle() + 1',
      'positive(1)',
      '5::positive',
      "'1'::text::int",
      'version()',
    ],
    ...[
      "timezone('utc', now())",
      'age(now())',
      'now()::date',
      "'now'::timestamptz",
      "decode('00', 'hex')",
      'session_user',
      'current_schema',
    ],
  ]
  it.each(defaults)('%s', async (expression) => {
    // A type of its own for each: the default's own where it has one.
    for (const type of [
      'text',
      'int',
      'timestamptz',
      'date',
      'uuid',
      'jsonb',
      'float8',
      'boolean',
      'text[]',
      'int[]',
      'mood',
      'timestamptz[]',
      'interval',
    ]) {
      const setUp = `${around} ${layouts['a table']}`
      const result = await compare(`ALTER TABLE t ADD COLUMN z ${type} DEFAULT ${expression}`, setUp)
      if (result === undefined) continue
      expect(result).toBe('')
      return
    }
  })
})

const commands = [
  'ADD COLUMN z int',
  'ADD COLUMN z float8 DEFAULT random()',
  'ADD COLUMN y int DEFAULT 1 CHECK (y > 0)',
  'ADD COLUMN x int UNIQUE',
  'ADD COLUMN w int DEFAULT 1 REFERENCES r',
  'ALTER COLUMN a TYPE bigint',
  'ALTER COLUMN b TYPE text',
  'ALTER COLUMN a SET NOT NULL',
  'ALTER COLUMN id DROP NOT NULL',
  'ALTER COLUMN a SET DEFAULT 5',
  'ALTER COLUMN a SET STATISTICS 5',
  'ALTER COLUMN b SET STORAGE EXTERNAL',
  'ALTER COLUMN b SET COMPRESSION pglz',
  'ALTER COLUMN a SET (n_distinct = 5)',
  'DROP COLUMN b',
  'DROP COLUMN a',
  'ADD CONSTRAINT c1 CHECK (id > 0)',
  'ADD CONSTRAINT c2 CHECK (id > 0) NOT VALID',
  'ADD CONSTRAINT c3 CHECK (id > 0) NO INHERIT',
  'ADD CONSTRAINT c4 NOT NULL a',
  'ADD CONSTRAINT c5 NOT NULL a NOT VALID',
  'ADD CONSTRAINT c6 UNIQUE (id, k)',
  'ADD PRIMARY KEY (id, k)',
  'ADD CONSTRAINT c7 FOREIGN KEY (id) REFERENCES r',
  'ADD CONSTRAINT c8 FOREIGN KEY (id) REFERENCES r NOT VALID',
  'ADD CONSTRAINT c9 FOREIGN KEY (id) REFERENCES r NOT ENFORCED',
  'SET (autovacuum_enabled = false)',
  'SET UNLOGGED',
  'DISABLE TRIGGER ALL',
  'ENABLE ROW LEVEL SECURITY',
  'REPLICA IDENTITY FULL',
  'CLUSTER ON t_a',
  'OWNER TO CURRENT_USER',
  'SET WITHOUT OIDS',
]

describe.each(setUps)('ALTER TABLE of $name', ({ sql: setUp }) => {
  it('each command alone, and of the table ONLY', { timeout: 60_000 }, async () => {
    await expectAgreement(
      commands.flatMap((command) => [`ALTER TABLE t ${command}`, `ALTER TABLE ONLY t ${command}`]),
      setUp,
    )
  })

  it('two commands in one statement', { timeout: 120_000 }, async () => {
    // Every command with four of those after it, near and far.
    const pairs = commands.flatMap((first, i) =>
      [1, 3, 8, 21].map((step) => `ALTER TABLE t ${first}, ${commands[(i + step) % commands.length]}`),
    )
    await expectAgreement(pairs, setUp)
  })

  it('other statements', { timeout: 60_000 }, async () => {
    await expectAgreement(
      [
        'ALTER TABLE t RENAME TO renamed',
        'ALTER TABLE t RENAME COLUMN a TO renamed',
        'ALTER INDEX t_a RENAME TO renamed',
        'CREATE INDEX ON t (id)',
        'CREATE INDEX ON ONLY t (id)',
        'CREATE UNIQUE INDEX ON t (id, k)',
        'CREATE INDEX ON t (a)',
        'DROP INDEX t_a',
        'DROP TABLE t CASCADE',
        'DROP VIEW v',
        'TRUNCATE t',
        'TRUNCATE ONLY t',
        'LOCK TABLE t IN SHARE MODE',
        'LOCK TABLE ONLY t',
        'COMMENT ON TABLE t IS $$x$$',
        'COMMENT ON COLUMN t.a IS $$x$$',
        'CREATE STATISTICS s ON id, a FROM t',
        'CREATE POLICY p ON t USING (a > 0)',
        'CREATE TABLE n (LIKE t)',
        'CREATE TABLE n (id int REFERENCES r, t int)',
        'CREATE VIEW w AS SELECT * FROM t',
        'CREATE MATERIALIZED VIEW w AS SELECT * FROM t',
        'CREATE TABLE w AS SELECT * FROM t WITH NO DATA',
        'UPDATE t SET a = 1',
        'DELETE FROM t',
        'SELECT * FROM t',
        'GRANT SELECT ON t TO CURRENT_USER',
        'DROP TYPE mood',
        'DROP FUNCTION fickle()',
        'DROP SCHEMA public CASCADE',
      ],
      setUp,
    )
  })
})
