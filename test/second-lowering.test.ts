import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it, vi } from 'vitest'
import { parserTable } from '../scripts/compare-parsers.ts'
import { between } from '../scripts/generated.ts'
import type { Grammar } from '../src/grammar/grammar.ts'
import { loadGrammar, parseSql } from '../src/grammar/parse.ts'
import { split } from '../src/grammar/split.ts'
import type { Kind, Operation, Statement } from '../src/operation.ts'

const postgres = await loadGrammar()
const second = await loadGrammar('pgsql-ast-parser')

/** Fields that may differ between two lowerings of a statement that both accept, and why. */
const exceptions: ReadonlyMap<string, string> = new Map([
  [
    'operators',
    'their order follows the trees, and this parser knows precedences among ||, -> and @> that PostgreSQL does not have: they are compared as a set',
  ],
])

/** Fields that one lowering alone has, and why. */
const leftOut: ReadonlyMap<string, string> = new Map([
  ['follow', "a routine's body is followed by PostgreSQL's own PL/pgSQL parser alone"],
])

/** Statements that say they are not understood. A DO block is followed by PostgreSQL's own PL/pgSQL parser alone. */
const unknown: ReadonlySet<Kind> = new Set(['Opaque', 'Unparsed', 'DoBlock', 'MetaCommand'] as const)

function parsed(sql: string, grammar: Grammar): Statement {
  const [statement, ...others] = parseSql(sql, { grammar }).statements
  if (statement === undefined || others.length > 0) throw new Error(`not one statement: ${sql}`)
  return statement
}

function isKnown({ commands }: Statement): boolean {
  return commands.every(({ operation }) => !unknown.has(operation.kind))
}

/** Commands with their spans, free of what may differ. */
function comparable(value: unknown, key = ''): unknown {
  if (Array.isArray(value)) {
    const items = value.map((item) => comparable(item))
    return exceptions.has(key) ? items.sort() : items
  }
  if (typeof value !== 'object' || value === null) return value
  const fields = Object.entries(value).filter(([field]) => !leftOut.has(field))
  return Object.fromEntries(fields.map(([field, inner]) => [field, comparable(inner, field)]))
}

function reasonOf(operation: Operation | undefined): string {
  return operation?.kind === 'Opaque' ? operation.reason : `it is understood as ${operation?.kind}`
}

/** Every statement of every fixture, once. */
function fixtureStatements(): readonly string[] {
  const files = readdirSync('fixtures', { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.sql'))
  const texts = files.map((file) => readFileSync(join('fixtures', file), 'utf8'))
  const statements = texts.flatMap((text) =>
    split(text, { start: 0, end: text.length }, new Set()).stretches.flatMap(({ span, meta }) =>
      meta === undefined ? [text.slice(span.start, span.end)] : [],
    ),
  )
  return [...new Set(statements)]
}

describe('the lowering of pgsql-ast-parser', () => {
  it('says of every fixture that both parsers accept what the lowering of PostgreSQL’s own grammar says', () => {
    const statements = fixtureStatements()
    let compared = 0
    for (const sql of statements) {
      const own = parsed(sql, second)
      if (!isKnown(own)) continue
      compared++
      expect(comparable(own.commands), sql).toEqual(comparable(parsed(sql, postgres).commands))
    }
    console.info(`compared ${compared} of ${statements.length} fixture statements with the second lowering`)
    expect(compared).toBeGreaterThan(1000)
  })

  it.each([
    // Names, types and constants
    'SELECT "A b"."C", "group" FROM "My"."Table" AS "T"',
    'SELECT a.b.c, (a), -5, - 5, -(5), + 5, - -5, .5, 1.5, TRUE, NULL FROM x',
    "ALTER TABLE t ALTER c SET DEFAULT -(5), ALTER d SET DEFAULT - a, ALTER e SET DEFAULT ('x' || 'y')::text",
    `CREATE TABLE IF NOT EXISTS a.b (id bigserial PRIMARY KEY, n numeric(10, 2) DEFAULT 0 NOT NULL, t timestamp(3) with time zone DEFAULT now(),
      u time(2) without time zone, tz time(3) with time zone, v varchar(3)[] COLLATE "C" UNIQUE, w char, x bit, y bit varying(4), z interval(3),
      f float, g float(3), d dec(3), j json, k jsonb, c "char", p double precision, q character varying, r text ARRAY, s real, date date,
      m app.mood, CONSTRAINT ck CHECK (n > 0), CONSTRAINT fk FOREIGN KEY (n, t) REFERENCES o (a, b) MATCH FULL ON DELETE SET NULL
      ON UPDATE CASCADE, UNIQUE (n), CONSTRAINT pk PRIMARY KEY (id, n)) INHERITS (q, r.s)`,
    "SELECT interval '1 day', date '2020-01-01', char 'x', x::char, x::bit, timestamp(3) with time zone '2020-01-01', a::int[][]",
    "SELECT E'a\\nb', 'it''s' FROM t",
    "SELECT /* it's */ 1 /* don't */",
    // Expressions
    'SELECT a = - b, a*-1, a <-1, a ^ 2, a % b, a != b, a <> b, a | b & c # d, a << 1, a OPERATOR(pg_catalog.+) b',
    "SELECT a LIKE 'x', a NOT ILIKE b, a ~~ c, a !~~* d, a NOT BETWEEN 1 AND 2, a IN (1, 2), a NOT IN ('x'), a IN (SELECT 1 FROM q)",
    'SELECT a NOT IN (SELECT 2), a = ANY (ARRAY[1]), a > ALL (SELECT 1), a IS TRUE, a IS NOT FALSE, a ISNULL, a NOTNULL',
    "SELECT a -> 'k' ->> 'l', a #>> b, a || b -> 'c', a[1], data::jsonb->'b'::json, (a -> 'b')::json",
    "SELECT count(*) FILTER (WHERE a > 'x') OVER (PARTITION BY b ORDER BY c), percentile_cont(0.5) WITHIN GROUP (ORDER BY d)",
    "SELECT string_agg(DISTINCT a, ',' ORDER BY b), s.g(a, b) FROM h(1) WITH ORDINALITY AS u (v), generate_series(1, 2)",
    `SELECT coalesce(a, 1), nullif(a, 'b'), greatest(a, b), EXISTS (SELECT 1), ARRAY[1], ARRAY(SELECT 1), (SELECT q FROM w), row(1, 2),
      a AT TIME ZONE 'utc', extract(year FROM d), trim(a), position('x' IN b), substring(a FROM 1 FOR 2), substring(a, 1),
      overlay(a PLACING b FROM 1), current_timestamp, current_timestamp(3), current_schema(), CASE WHEN a THEN b END, CASE q WHEN 1 THEN 'x' ELSE z END`,
    'ALTER TABLE t ADD CHECK (a = b IS NOT NULL), ADD CHECK (NOT (a IS NULL OR b IS NULL)), ADD CHECK ((a, b) IS NOT NULL)',
    'ALTER TABLE t ADD CHECK ((a IS NOT NULL) AND ((b > 1) AND c BETWEEN 1 AND 2 AND d)), ADD CHECK ((a AND b) OR c)',
    'ALTER TABLE t ADD CHECK (ROW(a, b) IS NOT NULL AND NOT row(c, d) IS NULL AND e::int IS NOT NULL), ADD CHECK (((a)) AND (b))',
    'ALTER TABLE t ADD CHECK (CASE WHEN a AND b THEN c AND d ELSE e END AND f)',
    "ALTER TABLE t ADD CHECK (a || b -> 'c' = 'd')",
    // Queries
    'SELECT * FROM a, b JOIN c USING (x, y), LATERAL (SELECT * FROM d WHERE d.i = a.i) AS q FOR UPDATE',
    'SELECT * FROM (SELECT * FROM a) q FOR SHARE SKIP LOCKED',
    'SELECT DISTINCT ON (a, b) c FROM t GROUP BY ROLLUP (a, b), cube(c) HAVING count(*) > 1 ORDER BY 1 DESC NULLS LAST OFFSET 3 ROWS FETCH NEXT 5 ROWS ONLY',
    'SELECT 1 UNION SELECT 2 UNION ALL SELECT 3 LIMIT 1',
    '(SELECT 1 LIMIT 1) UNION SELECT 2',
    'SELECT 1 UNION (SELECT 2 LIMIT 1)',
    'SELECT 1 LIMIT NULL',
    "VALUES (1, 'a'), (2, 'b')",
    'WITH RECURSIVE x (a) AS (SELECT 1 FROM o UNION ALL SELECT a + 1 FROM x) SELECT * FROM x JOIN y ON true',
    'WITH x AS (SELECT * FROM a), y AS (SELECT * FROM x, y) SELECT * FROM y, s.x',
    'SELECT a FROM b WHERE mode() WITHIN GROUP (ORDER BY c) > 1 AND (d)',
    'CREATE OR REPLACE VIEW v (a, b) AS SELECT x AS y, z FROM t WHERE (q) AND r WITH CASCADED CHECK OPTION',
    'CREATE TEMP VIEW v AS (SELECT 1 FROM a) UNION ALL (SELECT 2 FROM b LIMIT 3)',
    'CREATE MATERIALIZED VIEW IF NOT EXISTS v AS SELECT count(*), max(a) AS m, a.* FROM a WITH NO DATA',
    'REFRESH MATERIALIZED VIEW CONCURRENTLY a.b WITH DATA',
    // Data
    `WITH x AS (SELECT * FROM a), y AS (DELETE FROM b WHERE i IN (SELECT i FROM x) RETURNING *), z AS (SELECT * FROM y JOIN c ON true)
      INSERT INTO d SELECT * FROM z WHERE q > 1 LIMIT 5`,
    'WITH x AS (SELECT * FROM a) UPDATE b SET v = 1, (c, d) = (2, (3)), e = (SELECT max(v) FROM x) FROM x WHERE b.id = x.id RETURNING b.id',
    'WITH x AS (SELECT 1) DELETE FROM b AS c WHERE (c.id IN (SELECT * FROM x)) RETURNING *',
    'UPDATE t SET (a) = (SELECT 1), (b) = (1), c = DEFAULT',
    'INSERT INTO t (a, b) (SELECT 1, 2)',
    'INSERT INTO t WITH x AS (SELECT 1) SELECT * FROM x',
    'INSERT INTO t SELECT 1 UNION SELECT 2 ON CONFLICT DO NOTHING',
    `INSERT INTO t VALUES ('a', now()), (E'a\\nb', (SELECT 'z' FROM u)) ON CONFLICT (a, lower(b)) DO UPDATE SET c = excluded.c || 'x'
      WHERE t.q = 'w' RETURNING (a), 'r'`,
    'INSERT INTO t AS q (a) OVERRIDING SYSTEM VALUE VALUES (DEFAULT)',
    'TRUNCATE TABLE a, b.c RESTART IDENTITY CASCADE',
    // Definitions
    `CREATE TABLE t (a int GENERATED ALWAYS AS IDENTITY (START WITH 10 INCREMENT BY 2 NO MAXVALUE CYCLE), b int GENERATED ALWAYS AS (a * 2) STORED,
      c int GENERATED BY DEFAULT AS IDENTITY, d text CONSTRAINT nn NOT NULL CONSTRAINT df DEFAULT ('x') CONSTRAINT uq UNIQUE,
      e int REFERENCES o (id) ON DELETE CASCADE CHECK (e > 0), f int NULL, LIKE g INCLUDING ALL)`,
    'CREATE TABLE t (LIKE b INCLUDING ALL)',
    'CREATE LOCAL TEMP TABLE t (a int)',
    `CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS i ON a.b USING gin (a, (b), lower(c) text_ops DESC NULLS LAST, (d || e) COLLATE "C" ASC,
      f COLLATE pg_catalog."de_DE" public.ops) WITH (fillfactor = 70) TABLESPACE ts WHERE (a > 1) AND b IS NOT NULL`,
    `ALTER TABLE a DROP COLUMN IF EXISTS b CASCADE, DROP CONSTRAINT IF EXISTS c RESTRICT, ALTER COLUMN d TYPE bigint, ALTER e SET DEFAULT (1) + 2,
      ALTER f DROP DEFAULT, ALTER g SET NOT NULL, ALTER h DROP NOT NULL, ALTER i ADD GENERATED BY DEFAULT AS IDENTITY (START 5), OWNER TO public`,
    'ALTER TABLE IF EXISTS ONLY a.b RENAME COLUMN c TO d',
    'CREATE SEQUENCE IF NOT EXISTS a.s AS smallint INCREMENT BY -1 MINVALUE -5 NO MAXVALUE START 3 CACHE 7 NO CYCLE OWNED BY t.c',
    'ALTER SEQUENCE IF EXISTS s RESTART OWNED BY a.t.c',
    'ALTER SEQUENCE s OWNER TO CURRENT_USER',
    "CREATE TYPE a.m AS ENUM (' a', 'b''c')",
    "ALTER TYPE a.m ADD VALUE 'x '",
    'CREATE TYPE c AS (a int, b text COLLATE "C")',
    "CREATE FUNCTION a.f(a int, b text[] DEFAULT '{}', int, OUT c int, INOUT d varchar(3)) RETURNS record AS ' x ' LANGUAGE SQL IMMUTABLE STRICT",
    'CREATE OR REPLACE FUNCTION f() RETURNS TABLE (a int) LANGUAGE plpgsql AS $$ begin end $$',
    'CREATE FUNCTION f() RETURNS TABLE (a int, b text) LANGUAGE plpgsql STABLE AS $$ begin end $$',
    'DROP FUNCTION IF EXISTS a.f(int, x text)',
    'DROP INDEX CONCURRENTLY IF EXISTS a, b.c',
    'DROP TYPE IF EXISTS a.b, c CASCADE',
    "COMMENT ON COLUMN a.b.c IS 'x'",
    "COMMENT ON MATERIALIZED VIEW v IS 'x'",
    'CREATE EXTENSION IF NOT EXISTS "uuid-ossp" WITH SCHEMA public VERSION \'1.1\'',
    // Sessions
    'SET search_path TO a, \'B\', "C"',
    'SET LOCAL x TO on',
    'SET X = DEFAULT',
    'SET x = -5',
    "SET TIME ZONE 'UTC'",
    'SET DateStyle = ISO, MDY',
    "SELECT set_config('a', null, false), pg_catalog.set_config('B', '1', 't'::bool)",
    "SELECT set_config(a, 'b', true)",
    'BEGIN ISOLATION LEVEL SERIALIZABLE',
  ])('agrees on: %s', (sql) => {
    const own = parsed(sql, second)
    expect(own.commands.map(({ operation }) => reasonOf(operation)).filter((reason) => !reason.startsWith('it is'))).toEqual([])
    expect(comparable(own.commands)).toEqual(comparable(parsed(sql, postgres).commands))
  })

  it.each([
    ['SELECT 1e5', 'misreads the number 1e5'],
    ['SELECT 1_000', 'misreads the number 1_000'],
    ["SELECT b'1'", "misreads the string b'1'"],
    ["SELECT U&'\\0041'", "misreads the string U&'\\0041'"],
    ['SELECT a ||-1', 'misreads the operator ||-'],
    ['SELECT a <-> b', 'misreads the operator <->'],
    ['SELECT -1::int', 'misreads -1::'],
    ["SELECT interval '1' day", 'misreads interval … day'],
    ['SELECT x::char varying', 'misreads the type char varying'],
    ['SELECT "a""b"', 'misreads the name "a""b"'],
    ['SELECT " a"', 'misreads the name " a"'],
    ['SELECT été', 'misreads the name été'],
    [`SELECT ${'a'.repeat(64)}`, 'misreads names of more than 63 bytes'],
    ['SELECT "coalesce"(a)', 'misreads the name "coalesce"'],
    ['DROP FUNCTION f(OUT int)', 'misreads the argument out …'],
    ['DROP FUNCTION f(double precision)', 'misreads the argument double …'],
    ['ALTER SEQUENCE s RESTART WITH 9223372036854775807', 'rounds 9223372036854776000'],
  ])('refuses what the parser takes for something else: %s', (sql, reason) => {
    expect(parsed(sql, second).commands.map(({ operation }) => reasonOf(operation))).toEqual([`pgsql-ast-parser ${reason}`])
    expect(isKnown(parsed(sql, postgres))).toBe(true)
  })

  it.each([
    ['ALTER TABLE t ADD CONSTRAINT c CHECK (a > 1) NOT VALID', 'stops at "NOT"'],
    ['ALTER TABLE t VALIDATE CONSTRAINT c', 'stops at "CONSTRAINT"'],
    ['SELECT 1 +', 'expects more at its end'],
    ['SELECT 1 2', 'stops at "2"'],
    ['CREATE MATERIALIZED VIEW v (a) AS SELECT 1', 'fails on it'],
  ])('says that the parser is what does not understand: %s', (sql, reason) => {
    const [command, ...others] = parsed(sql, second).commands
    expect(others).toEqual([])
    expect(reasonOf(command?.operation)).toBe(`pgsql-ast-parser ${reason}`)
  })

  it('does not try statements that take it seconds', () => {
    const sql = `INSERT INTO t VALUES ${'(1), '.repeat(9000)}(1)`
    const reason = `pgsql-ast-parser is too slow for a statement of ${sql.length} characters`
    expect(reasonOf(parsed(sql, second).commands[0]?.operation)).toBe(reason)
  })

  it('takes no error of the parser for a syntax error of PostgreSQL', () => {
    const operations = parsed('DROP VIEW v', second).commands.map(({ operation }) => operation)
    expect(operations).toEqual([
      { kind: 'Opaque', statement: 'DROP VIEW', sql: 'DROP VIEW v', reason: 'pgsql-ast-parser stops at "v"' },
    ])
  })

  it('cannot follow the body of a DO block, and says so', () => {
    const { commands, body } = parsed('DO $$ BEGIN DROP TABLE t; END $$', second)
    const dynamic = ['a body that pgsql-ast-parser cannot follow']
    expect(commands.map(({ operation }) => operation)).toEqual([{ kind: 'DoBlock', language: 'plpgsql', dynamic }])
    expect(body).toEqual([])
  })

  it('reads statements with placeholders', () => {
    const { statements, placeholders } = parseSql('ALTER TABLE {{ .Schema }}.t ADD COLUMN a int', { grammar: second })
    expect(statements[0]?.commands[0]?.operation.kind).toBe('AddColumn')
    expect(placeholders).toHaveLength(1)
  })

  it('understands what docs/parsers.md says', async () => {
    const page = readFileSync('docs/parsers.md', 'utf8')
    expect(page, 'run npx tsx scripts/compare-parsers.ts').toBe(between(page, 'statements', await parserTable()))
  })

  it('loads nothing of libpg-query', async () => {
    vi.resetModules()
    vi.doMock('../src/grammar/library.ts', () => ({
      loadLibrary: () => Promise.reject(new Error('libpg-query was loaded')),
    }))
    const fresh = await import('../src/grammar/parse.ts')
    const grammar = await fresh.loadGrammar('pgsql-ast-parser')
    const text = 'CREATE TABLE a (b int); DO $$ BEGIN END $$; VACUUM; SELECT 1 +'
    expect(fresh.parseSql(text, { grammar }).statements.map(({ commands: [command] }) => command?.operation.kind)).toEqual([
      'CreateTable',
      'DoBlock',
      'Opaque',
      'Opaque',
    ])
    await expect(fresh.loadGrammar()).rejects.toThrow('libpg-query was loaded')
    vi.doUnmock('../src/grammar/library.ts')
  })
})
