import { PGlite } from '@electric-sql/pglite'
import { describe, expect, it } from 'vitest'
import type { Expression } from '../src/expression.ts'
import { loadGrammar, parseSql } from '../src/grammar/parse.ts'
import { brief, operationOf } from './lowered.ts'

await loadGrammar()

/** Lowers an expression where all of the grammar's expressions may stand. */
function expression(sql: string): Expression {
  const [assigned] = operationOf('Update', `UPDATE t SET x = ${sql}`).assigned
  if (assigned === undefined) throw new Error(`no expression: ${sql}`)
  return assigned.value
}

describe('shape', () => {
  it.each<[shape: Expression['shape'], ...sqls: string[]]>([
    ['null', 'NULL', '(NULL)', 'NULL::text', 'CAST(NULL AS int)', 'NULL::text::varchar(3)'],
    ['constant', '1', '-1', '- 1.5', '0', 'true', 'false', "''", "'x'", "E'\\n'", "B'1'", '$$x$$'],
    [
      'constant',
      "'x'::text",
      "CAST('1' AS int)",
      "date '2020-01-01'",
      "interval '1' day",
      "'{}'::text[]",
      "('x'::text)::varchar(3)",
    ],
    ['column', 'a', '(a)', 't.a', 's.t."A"'],
    ['cast column', 'a::int', 'CAST(a AS int)', '(a)::text::int', 't.a::int'],
    [
      'other',
      'a + 1',
      'lower(a)::int',
      'ARRAY[]::text[]',
      'CURRENT_DATE',
      '(a).b',
      'a[1]',
      't.*',
      '\'x\' COLLATE "C"',
      '+1',
      'ROW(1)',
      '- a',
    ],
  ])('%s', (shape, ...sqls) => {
    for (const sql of sqls) expect([sql, expression(sql).shape]).toEqual([sql, shape])
  })
})

const nothing = { columns: [], calls: [], operators: [], casts: [], strings: [], hasSubquery: false, reads: [] }

it.each<[sql: string, facts: Partial<Record<keyof Expression, unknown>>]>([
  ['(1)', {}],
  ["nextval('s.q'::regclass)", { calls: ['nextval/1'], casts: ['regclass'], strings: ['s.q'] }],
  ["pg_catalog.now() AT TIME ZONE 'utc'", { calls: ['pg_catalog.now/0', 'pg_catalog.timezone/2'], strings: ['utc'] }],
  ['a AT LOCAL', { columns: ['a'], calls: ['pg_catalog.timezone/1'] }],
  ['CURRENT_TIMESTAMP', { calls: ['pg_catalog."current_timestamp"/0'] }],
  [
    'CURRENT_TIMESTAMP(3) > localtime',
    { calls: ['pg_catalog."current_timestamp"/1', 'pg_catalog."localtime"/0'], operators: ['>'] },
  ],
  ['current_user', { calls: ['pg_catalog."current_user"/0'] }],
  ['S.F(a, "B") || \'x\'', { calls: ['s.f/2'], columns: ['a', 'B'], operators: ['||'], strings: ['x'] }],
  ['a::text::int', { columns: ['a'], casts: ['text', 'integer'] }],
  [
    "int '1' + CAST(x AS numeric(10, 2))",
    { casts: ['integer', 'numeric(10, 2)'], columns: ['x'], operators: ['+'], strings: ['1'] },
  ],
  ["ARRAY[a, 'b']::text[]", { columns: ['a'], strings: ['b'], casts: ['text[]'] }],
  ["CASE a WHEN 1 THEN b ELSE 'c' END", { columns: ['a', 'b'], operators: ['='], strings: ['c'] }],
  ['CASE WHEN a > b THEN c END', { columns: ['a', 'b', 'c'], operators: ['>'] }],
  ["coalesce(a, b.a, '') = greatest(c, 1)", { columns: ['a', 'c'], operators: ['='], strings: [''] }],
  [
    "a LIKE 'x%' AND b NOT ILIKE 'y' ESCAPE 'z'",
    { columns: ['a', 'b'], operators: ['~~', '!~~*'], calls: ['pg_catalog.like_escape/2'], strings: ['x%', 'y', 'z'] },
  ],
  ["a IN ('x', 'y') OR b NOT IN (1)", { columns: ['a', 'b'], operators: ['=', '<>'], strings: ['x', 'y'] }],
  ['a BETWEEN 1 AND 2 OR b NOT BETWEEN SYMMETRIC c AND d', { columns: ['a', 'b', 'c', 'd'], operators: ['>=', '<=', '<', '>'] }],
  [
    "a = ANY ('{1}'::int[]) AND b OPERATOR(s.@@) 1",
    { columns: ['a', 'b'], operators: ['=', '@@'], casts: ['integer[]'], strings: ['{1}'] },
  ],
  ['a IN (SELECT b FROM c)', { columns: ['a', 'b'], operators: ['='], hasSubquery: true, reads: ['c'] }],
  ['EXISTS (SELECT FROM c WHERE d)', { columns: ['d'], hasSubquery: true, reads: ['c'] }],
  ['(a, b) = (c, 1)', { columns: ['a', 'b', 'c'], operators: ['='] }],
  ['a IS DISTINCT FROM nullif(b, c)', { columns: ['a', 'b', 'c'], operators: ['='] }],
  ['(a).b[c] + d.*', { columns: ['a', 'c', '*'], operators: ['+'] }],
  ['a COLLATE "C" < b', { columns: ['a', 'b'], operators: ['<'] }],
  [
    "trim(both 'x' from a) || substring(b from 1 for 2)",
    { columns: ['a', 'b'], calls: ['pg_catalog.btrim/2', 'pg_catalog."substring"/3'], operators: ['||'], strings: ['x'] },
  ],
  [
    'sum(a) FILTER (WHERE b) OVER (PARTITION BY c ORDER BY d USING >)',
    { columns: ['a', 'b', 'c', 'd'], calls: ['sum/1'], operators: ['>'] },
  ],
  ["JSON_VALUE(a, '$.b' RETURNING int)", { columns: ['a'], casts: ['integer'], strings: ['$.b'] }],
  ['xmlserialize(content a as text)', { columns: ['a'], casts: ['text'] }],
])('knows what %s refers to', (sql, facts) => {
  const { calls, casts, columns, operators, strings, hasSubquery, reads } = expression(sql)
  const found = {
    columns,
    calls: calls.map((call) => `${brief(call.function)}/${call.arguments}`),
    operators,
    casts: casts.map(brief),
    strings,
    hasSubquery,
    reads: brief(reads ?? []),
  }
  expect(found).toEqual({ ...nothing, ...facts })
})

it.each<[sql: string, conjuncts: readonly string[]]>([
  ['a > 1', ['a > 1']],
  ['((a>1))', ['a > 1']],
  ["a >= '2024-01-01'::date AND (b IS NOT NULL AND (c))", ["a >= '2024-01-01' :: date", 'b IS NOT NULL', 'c']],
  ['a BETWEEN 1 AND 2 AND b', ['a BETWEEN 1 AND 2', 'b']],
  ['a AND b OR c', ['a AND b OR c']],
  ['(a OR b) AND NOT c', ['a OR b', 'NOT c']],
  ['NOT (a AND b)', ['NOT ( a AND b )']],
  ['CASE WHEN a AND b THEN c END AND d', ['CASE WHEN a AND b THEN c END', 'd']],
  ["a = 'x AND y' AND t.and", ["a = 'x AND y'", 't . and']],
])('cuts %s at its ANDs', (sql, conjuncts) => {
  expect(expression(sql).conjuncts).toEqual(conjuncts)
})

it.each<[context: string, find: (sql: string) => string | undefined, sql: string]>([
  [
    'a default',
    (sql) => operationOf('AddColumn', `ALTER TABLE t ADD c text DEFAULT ${sql} NOT NULL`).column.default?.sql,
    "lower('A, )' || /* b */ x)",
  ],
  [
    'a default before COLLATE',
    (sql) => operationOf('AddColumn', `ALTER TABLE t ADD c text DEFAULT ${sql} COLLATE "C"`).column.default?.sql,
    "'x'",
  ],
  [
    'a default before a named constraint',
    (sql) => operationOf('AddColumn', `ALTER TABLE t ADD c int DEFAULT ${sql} CONSTRAINT k CHECK (c > 0)`).column.default?.sql,
    '(1 + 2) * 3',
  ],
  [
    'a generated column',
    (sql) =>
      operationOf('AddColumn', `ALTER TABLE t ADD c int GENERATED ALWAYS AS (${sql}) STORED`).column.generated?.expression.sql,
    '(a + 1)',
  ],
  [
    'a check',
    (sql) =>
      operationOf('CreateDomain', `CREATE DOMAIN d AS int CHECK (${sql}) NOT NULL`).constraints.map((c) =>
        c.kind === 'check' ? c.expression.sql : '',
      )[1],
    '(VALUE > 0) IS TRUE',
  ],
  [
    'USING',
    (sql) => operationOf('AlterColumnType', `ALTER TABLE t ALTER a TYPE int USING ${sql}, DROP b`).using?.sql,
    "CASE WHEN a = ',' THEN 1 END",
  ],
  [
    'an index predicate',
    (sql) => operationOf('CreateIndex', `CREATE INDEX ON t (where_) INCLUDE (b) WHERE ${sql}`).where?.sql,
    'a IS NULL -- x\n AND b',
  ],
  [
    'an index key',
    (sql) => operationOf('CreateIndex', `CREATE INDEX ON t (a, (${sql}) text_ops DESC)`).keys[1]?.expression?.sql,
    "x || ', '",
  ],
  [
    'a policy',
    (sql) => operationOf('CreatePolicy', `CREATE POLICY "check" ON t USING (true) WITH CHECK (${sql})`).check?.sql,
    'a IN (1, 2)',
  ],
  [
    'WHERE',
    (sql) => operationOf('Delete', `WITH w AS (SELECT 1 AS where WHERE false) DELETE FROM t WHERE ${sql} RETURNING 1`).where?.sql,
    't.order = t.where',
  ],
  [
    'WHERE of a query',
    (sql) => operationOf('Select', `(SELECT a AS where FROM t WHERE ${sql} GROUP BY a)`).query.where?.sql,
    'extract(year FROM b) = ANY (SELECT x FROM y WHERE z LIMIT 1)',
  ],
])('gives the text of %s as it is written', (_, find, sql) => {
  expect(find(sql)).toBe(sql)
})

describe('provesNotNull', () => {
  const checks = [
    'c IS NOT NULL',
    'NOT (c IS NULL)',
    'c NOTNULL AND d > 0',
    '(d > 0 AND (c IS NOT NULL)) AND d < 9',
    '(c IS NOT NULL AND d > 0) OR (c IS NOT NULL AND d < 0)',
    'c IS NOT NULL OR d > 0',
    'NOT (c IS NULL OR d > 0)',
    'NOT (c IS NULL AND d > 0)',
    'NOT NOT c IS NOT NULL',
    '(c, d) IS NOT NULL',
    'NOT ((c, d) IS NULL)',
    'c IS DISTINCT FROM NULL',
    'NOT (NULL IS NOT DISTINCT FROM c)',
    '(c IS NOT NULL) IS TRUE',
    'c::text IS NOT NULL',
    'c > 0',
    '(c > 0) IS TRUE',
    'd IS NOT NULL',
    'coalesce(c, 0) IS NOT NULL',
  ]

  it('is what the server takes for a proof', async () => {
    const db = await PGlite.create()
    try {
      for (const check of checks) {
        const messages: string[] = []
        await db.exec(`DROP TABLE IF EXISTS t; CREATE TABLE t (c int, d int, CHECK (${check})); SET client_min_messages = debug1`)
        await db.exec('ALTER TABLE t ALTER c SET NOT NULL', { onNotice: ({ message }) => messages.push(message ?? '') })
        await db.exec('RESET client_min_messages')
        const proven = messages.some((message) => message.includes('sufficient to prove'))
        expect(proven || messages.includes('verifying table "t"')).toBe(true)
        expect([check, expression(check).provesNotNull.includes('c')]).toEqual([check, proven])
      }
    } finally {
      await db.close()
    }
  })
})

it('reads an expression the same wherever it stands', () => {
  const sql = "lower(a) || 'x' = ANY (ARRAY['y', b]::text[]) AND NOT c IS NULL"
  const statements = parseSql(`
    CREATE TABLE t (a text CHECK (${sql}), EXCLUDE USING gist ((${sql}) WITH =) WHERE (${sql})) PARTITION BY LIST ((${sql}));
    ALTER TABLE t ADD c bool GENERATED ALWAYS AS (${sql}) STORED, ALTER d SET DEFAULT ${sql}, ALTER e TYPE bool USING ${sql};
    CREATE INDEX ON t ((${sql})) WHERE ${sql};
    CREATE POLICY p ON t USING (${sql}) WITH CHECK (${sql});
    CREATE PUBLICATION p FOR TABLE t WHERE (${sql});
    ALTER DOMAIN d ADD CHECK (${sql});
    ALTER DOMAIN d SET DEFAULT ${sql};
    UPDATE t SET x = ${sql}, (y, z) = (${sql}, 1) FROM u WHERE ${sql} RETURNING 1;
    MERGE INTO t USING u ON ${sql} WHEN MATCHED THEN DELETE;
    SELECT 1 FROM t WHERE ${sql} ORDER BY 1;
  `).statements
  const found = expressionsIn(statements.map(({ commands }) => commands)).filter((other) => other.sql !== '1')
  expect(found).toHaveLength(19)
  for (const other of found) expect(other).toEqual(expression(sql))
})

function expressionsIn(value: unknown): readonly Expression[] {
  if (typeof value !== 'object' || value === null) return []
  return isExpression(value) ? [value] : Object.values(value).flatMap(expressionsIn)
}

function isExpression(value: object): value is Expression {
  return 'conjuncts' in value
}
