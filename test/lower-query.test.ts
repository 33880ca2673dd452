import { PGlite } from '@electric-sql/pglite'
import { expect, it } from 'vitest'
import type { Query } from '../src/expression.ts'
import { brief, operationOf } from './lowered.ts'

function query(sql: string): Query {
  return operationOf('Select', sql).query
}

it.each<[sql: string, reads: readonly string[], locks?: readonly string[]]>([
  [
    'SELECT * FROM a, ONLY s.b AS c, LATERAL f(x) AS z, (SELECT 1 FROM d) q, e JOIN a USING (x), g TABLESAMPLE system (1)',
    ['a', 's.b', 'd', 'e', 'g'],
  ],
  [
    'SELECT (SELECT 1 FROM a) FROM b WHERE EXISTS (SELECT FROM c) GROUP BY (SELECT 1 FROM d) ORDER BY (SELECT 2 FROM e)',
    ['a', 'b', 'c', 'd', 'e'],
  ],
  ['SELECT 1 FROM a UNION SELECT 2 FROM b INTERSECT (SELECT 3 FROM c)', ['a', 'b', 'c']],
  ['VALUES ((SELECT 1 FROM a))', ['a']],
  ['TABLE a', ['a']],
  ['WITH x AS (SELECT * FROM a), y AS (SELECT * FROM x, y) SELECT * FROM y, s.x', ['a', 'y', 's.x']],
  ['WITH RECURSIVE x AS (SELECT 1 UNION ALL SELECT * FROM x, a) SELECT * FROM x', ['a']],
  ['SELECT * FROM (WITH x AS (SELECT 1 FROM a) SELECT * FROM x) q, x', ['a', 'x']],
  ['WITH x AS (DELETE FROM a USING b RETURNING *) SELECT * FROM x, c', ['c']],
  ['SELECT * FROM a FOR UPDATE', ['a'], ['a']],
  [
    'SELECT * FROM a x, b JOIN s.c ON true, (SELECT 1 FROM d) q FOR UPDATE OF x, c FOR KEY SHARE OF q',
    ['a', 'b', 's.c', 'd'],
    ['a', 's.c', 'd'],
  ],
  ['WITH x AS (SELECT 1 FROM a FOR SHARE) SELECT * FROM x, b FOR UPDATE', ['a', 'b'], ['a', 'b']],
])('knows what %s reads', (sql, reads, locks = []) => {
  expect(brief(query(sql).reads)).toEqual(reads)
  expect(brief(query(sql).locks)).toEqual(locks)
})

it('knows what a query calls, names and casts to', () => {
  const found = query("SELECT f(a.b), c::mood FROM g(1) h(i int) JOIN t USING (k) WHERE l = 'm' ORDER BY n")
  expect(brief(found.calls)).toEqual([
    { function: 'f', arguments: 1 },
    { function: 'g', arguments: 1 },
  ])
  expect(found.columns).toEqual(['b', 'c', 'k', 'l', 'n'])
  expect(brief(found.types)).toEqual(['mood', 'integer'])
  expect(found.strings).toEqual(['m'])
  expect(found.where?.sql).toBe("l = 'm'")
})

it.each<[limited: boolean, sql: string]>([
  [true, 'SELECT 1 LIMIT 5'],
  [true, 'SELECT 1 UNION SELECT 2 FETCH FIRST ROW ONLY'],
  [false, 'SELECT 1 LIMIT ALL'],
  [false, 'SELECT 1 OFFSET 5'],
  [false, 'SELECT (SELECT 1 LIMIT 1)'],
])('says %s for a limit in %s', (limited, sql) => {
  expect(query(sql).hasLimit).toBe(limited)
})

const columns = [
  'a',
  'a AS b',
  't.a',
  '(r).x',
  'arr[1]',
  'arr[1:2]',
  'abs(a)',
  'pg_catalog.abs(a)',
  'a::bigint',
  "'x'::text",
  'CAST(1 AS int)',
  'abs(a)::text',
  'CASE WHEN true THEN a END',
  'CASE WHEN true THEN 1 ELSE a END',
  'CASE WHEN true THEN 1 ELSE 2 END::text',
  'ARRAY[1]',
  'ARRAY(SELECT 1)',
  '(SELECT a)',
  '(SELECT 1)',
  '(SELECT 1 AS z)',
  '(VALUES (1))',
  'EXISTS (SELECT 1)',
  'a IN (SELECT 1)',
  'a + 1',
  '-a',
  '1',
  'NULL',
  'true',
  '\'x\' COLLATE "C"',
  'nullif(a, 1)',
  'coalesce(a, 1)',
  'greatest(a, 1)',
  'least(a, 1)',
  'ROW(1, 2)',
  'CURRENT_DATE',
  'CURRENT_TIMESTAMP(3)',
  'LOCALTIME',
  'CURRENT_USER',
  'USER',
  'SESSION_USER',
  'CURRENT_ROLE',
  'CURRENT_CATALOG',
  'CURRENT_SCHEMA',
  'SYSTEM_USER',
  "now() AT TIME ZONE 'utc'",
  'extract(year FROM now())',
  "trim(' x ')",
  "position('a' IN 'b')",
  'a IS NULL',
  'a BETWEEN 1 AND 2',
  "interval '1' day",
  "JSON_VALUE('{}', '$.a')",
  "JSON_QUERY('{}', '$.a')",
  "JSON_EXISTS('{}', '$.a')",
  "JSON_OBJECT('a': 1)",
  'JSON_ARRAY(1)',
  'JSON_ARRAY(SELECT 1)',
  "JSON('{}')",
  'JSON_SCALAR(1)',
  "JSON_SERIALIZE('{}')",
  "'{}' IS JSON",
]

it('calls columns what the server calls them', async () => {
  const db = await PGlite.create()
  try {
    await db.exec('CREATE TYPE pair AS (x int, y int); CREATE TABLE t (a int, r pair, arr int[])')
    for (const column of columns) {
      const { fields } = await db.query(`SELECT ${column} FROM t`)
      expect([column, query(`SELECT ${column} FROM t`).output]).toEqual([column, fields.map(({ name }) => name)])
    }
    for (const sql of [
      'VALUES (1, 2)',
      'SELECT 1 AS a UNION SELECT 2 AS b',
      'WITH a AS (SELECT 1) SELECT 2 AS b FROM a',
      'SELECT grouping(a), JSON_ARRAYAGG(a), JSON_OBJECTAGG(a: a) FROM t GROUP BY a',
    ]) {
      const { fields } = await db.query(sql)
      expect(query(sql).output).toEqual(fields.map(({ name }) => name))
    }
  } finally {
    await db.close()
  }
})

it('does not guess the columns of a star', () => {
  expect(query('SELECT *, t.*, (r).*, a FROM t').output).toEqual([undefined, undefined, undefined, 'a'])
})

it('ends a condition at GROUP BY, not at WITHIN GROUP', () => {
  const { where } = query('SELECT 1 FROM t WHERE mode() WITHIN GROUP (ORDER BY a) > 1 AND b GROUP BY c')
  expect(where?.sql).toBe('mode() WITHIN GROUP (ORDER BY a) > 1 AND b')
})
