import { expect, it } from 'vitest'
import { loadGrammar, parseSql } from '../src/grammar/parse.ts'

await loadGrammar()

/** What each command of a text spans, by statement. */
function spans(text: string): readonly (readonly string[])[] {
  return parseSql(text, { placeholders: new Set(['dollar']) }).statements.map(({ commands }) =>
    // The server runs the commands of ALTER TABLE in an order of its own.
    (/\bALTER\b/.test(text) ? commands.toSorted((a, b) => a.span.start - b.span.start) : commands).map(({ span }) =>
      text.slice(span.start, span.end),
    ),
  )
}

it.each<[sql: string, commands: readonly string[]]>([
  ['ALTER TABLE t ALTER COLUMN email SET NOT NULL', ['ALTER COLUMN email SET NOT NULL']],
  [
    "ALTER TABLE ONLY s.t ADD COLUMN a numeric(10, 2) DEFAULT f(1, '(,)'), DROP b /* , */ , ADD CHECK (c IN (1, 2))",
    ["ADD COLUMN a numeric(10, 2) DEFAULT f(1, '(,)')", 'DROP b', 'ADD CHECK (c IN (1, 2))'],
  ],
  [
    'ALTER TABLE t ALTER a SET DEFAULT ARRAY[1, 2], ALTER b SET DEFAULT x[1:2]',
    ['ALTER a SET DEFAULT ARRAY[1, 2]', 'ALTER b SET DEFAULT x[1:2]'],
  ],
  ['ALTER TABLE t * ADD a int, ADD b int', ['ADD a int', 'ADD b int']],
  ['ALTER TABLE ONLY (t) ADD a int, ADD b int', ['ADD a int', 'ADD b int']],
  ['ALTER TABLE IF EXISTS "a.b"."c,d" RENAME TO e', ['RENAME TO e']],
  ['ALTER FOREIGN TABLE t SET SCHEMA s', ['SET SCHEMA s']],
  ['ALTER VIEW v RENAME TO w', ['ALTER VIEW v RENAME TO w']],
  ['ALTER TYPE t ADD ATTRIBUTE a int, DROP ATTRIBUTE b', ['ADD ATTRIBUTE a int', 'DROP ATTRIBUTE b']],
  ['DROP TABLE a', ['DROP TABLE a']],
  ['DROP TABLE IF EXISTS a, s."b,c" CASCADE', ['a', 's."b,c"']],
  ['DROP INDEX CONCURRENTLY IF EXISTS a, s.b', ['a', 's.b']],
  ['DROP MATERIALIZED VIEW a, b RESTRICT', ['a', 'b']],
  ['DROP FUNCTION f(int, text), g', ['f(int, text)', 'g']],
  ['DROP TYPE a, b', ['a', 'b']],
  ['TRUNCATE TABLE ONLY a, s.b *, c CASCADE', ['ONLY a', 's.b *', 'c']],
  ['LOCK a, ONLY b IN SHARE MODE', ['a', 'ONLY b']],
  [
    'WITH x AS (DELETE FROM a RETURNING *) UPDATE t SET b = 1',
    ['DELETE FROM a RETURNING *', 'WITH x AS (DELETE FROM a RETURNING *) UPDATE t SET b = 1'],
  ],
  ['EXPLAIN (ANALYZE) DELETE FROM t', ['DELETE FROM t']],
  [
    'CREATE SCHEMA s CREATE TABLE t (a int) GRANT CREATE ON SCHEMA s TO x CREATE VIEW v AS SELECT 1',
    ['CREATE SCHEMA s', 'CREATE TABLE t (a int)', 'GRANT CREATE ON SCHEMA s TO x', 'CREATE VIEW v AS SELECT 1'],
  ],
  ["SELECT set_config('a', 'b', true), set_config('c', 'd', true)", ["set_config('a', 'b', true)", "set_config('c', 'd', true)"]],
  ["SELECT set_config('a', 'b', true)", ["SELECT set_config('a', 'b', true)"]],
])('spans the commands of %s', (sql, commands) => {
  expect(spans(sql)).toEqual([commands])
})

it('counts UTF-16 units from the start of the file, whatever stands before', () => {
  const text =
    '-- ünïcödé 🐘\r\nSELECT \'🐘é\';\r\n\r\nALTER TABLE "täble🐘"\r\n\tADD "cölumn" text DEFAULT \'🐘, x\',\r\n\tDROP b;'
  expect(spans(text)).toEqual([["SELECT '🐘é'"], ['ADD "cölumn" text DEFAULT \'🐘, x\'', 'DROP b']])
})

it('spans placeholders as they are written', () => {
  // biome-ignore lint/suspicious/noTemplateCurlyInString: a placeholder of the migration's own
  const text = 'ALTER TABLE ${schema}.t ADD a int, ADD b ${type}'
  // biome-ignore lint/suspicious/noTemplateCurlyInString: a placeholder of the migration's own
  expect(spans(text)).toEqual([['ADD a int', 'ADD b ${type}']])
})
