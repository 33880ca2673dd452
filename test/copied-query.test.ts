import { expect, test } from 'vitest'
import { rules } from '../rules/index.ts'
import { loadGrammar, parseSql } from '../src/grammar/parse.ts'
import { noWishes } from '../src/plan/plan.ts'
import { plannedMigration } from '../src/plan-report.ts'

await loadGrammar()

const schema = `
CREATE TABLE users (id bigint PRIMARY KEY, name text, boss bigint, "Where" text);
CREATE TABLE target (id bigint PRIMARY KEY, name text);
CREATE TABLE tree (id bigint PRIMARY KEY, parent bigint REFERENCES tree);
CREATE TABLE watched (id bigint PRIMARY KEY);
CREATE FUNCTION told() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; END $$;
CREATE TRIGGER told AFTER INSERT ON watched FOR EACH STATEMENT EXECUTE FUNCTION told();
`

function planned(sql: string) {
  const [before, migration] = [schema, sql].map((text, index) => {
    const { statements, comments } = parseSql(text)
    return { file: `${index}.sql`, text, statements, comments, transaction: 'unit' as const, transactionAssumed: false }
  })
  if (before === undefined || migration === undefined) throw new Error('two migrations')
  return plannedMigration(migration, [before, migration], noWishes, { postgres: 15, rules, severityOf: () => 'warning' }).steps
}

const batchOf = (sql: string) =>
  planned(sql)
    .flatMap((step) => (step.phase === 'deploy' ? [] : step.statements))
    .find((statement) => /CREATE OR REPLACE PROCEDURE/.test(statement))

test('a batch is the statement with one more condition', () => {
  expect(
    batchOf('INSERT INTO target (id, name) SELECT u.id, extract(year FROM now()) || $a$ from where $a$ FROM users u'),
  ).toContain('FROM users u\nWHERE u.id >= batch_from_1')
  expect(
    batchOf(`INSERT INTO target SELECT id, "Where" FROM public."users" WHERE id IS NOT NULL ON CONFLICT DO NOTHING`),
  ).toContain('WHERE (id IS NOT NULL\n) AND "users".id >= batch_from_1')
})

test.each([
  'SELECT DISTINCT id, name FROM users',
  'SELECT id, stddev(id) OVER () FROM users',
  'SELECT id, name FROM users GROUP BY id, name',
  'SELECT mode() WITHIN GROUP (ORDER BY id), NULL FROM users',
  'SELECT id, name FROM users ORDER BY name',
  'SELECT id, name FROM users UNION ALL SELECT id, name FROM users',
  'SELECT id, name FROM users TABLESAMPLE SYSTEM (10)',
  'SELECT id, unknown_aggregate(name) FROM users',
  'SELECT a.id, a.name FROM users a, users b',
  'SELECT id, name FROM (SELECT * FROM users) u',
  'TABLE users',
  'SELECT id, name FROM users RETURNING id',
  'SELECT id, name FROM users ON CONFLICT (id) DO UPDATE SET name = excluded.name',
])('stays as it is: %s', (query) => {
  expect(batchOf(`INSERT INTO target (id, name) ${query}`)).toBeUndefined()
})

test.each([
  'INSERT INTO elsewhere SELECT id, name FROM users',
  'INSERT INTO tree SELECT id, boss FROM users',
  'INSERT INTO watched SELECT id FROM users',
  'INSERT INTO users SELECT id + 1000 FROM users',
  'INSERT INTO target SELECT id, name FROM users; ALTER TABLE users RENAME TO users_old; ALTER TABLE target RENAME TO users',
  'INSERT INTO target SELECT id, name FROM users; DROP TABLE users',
  'CREATE TABLE copy AS SELECT * FROM users WITH NO DATA',
])('is no copy to make in batches: %s', (sql) => {
  expect(batchOf(sql)).toBeUndefined()
})
