import { expect, test } from 'vitest'
import { rewriteCases } from '../scripts/rewrite-fixture.ts'
import { loadGrammar } from '../src/grammar/parse.ts'
import { planOf } from './rewrite-proof.ts'

await loadGrammar()

const [some] = rewriteCases()

function stepsOf(migration: string) {
  if (some === undefined) throw new Error('there are no cases')
  const before = `CREATE TABLE sales (id bigint PRIMARY KEY, total int); CREATE VIEW totals AS SELECT total FROM sales;
    CREATE MATERIALIZED VIEW sums AS SELECT sum(id) FROM sales; CREATE POLICY own ON sales USING (id > 0);
    CREATE FUNCTION see() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; END $$;
    CREATE TRIGGER seen AFTER INSERT ON sales EXECUTE FUNCTION see();`
  const { steps, left } = planOf({ ...some, before, migration, fills: [] }, 15)
  // What locks the tables may drop a view before.
  const dropped = (locks: readonly string[] = []) => locks.filter((lock) => !lock.startsWith('LOCK TABLE'))
  const statements = steps.map((step) => (step.phase === 'deploy' ? 'deploy' : [...dropped(step.locks), ...step.statements]))
  return { statements, left: left.map(({ rule }) => rule) }
}

test('a view that comes back in the same transaction is not away while a type change is deployed', () => {
  const [drop, make] = ['DROP VIEW totals', 'CREATE VIEW totals AS SELECT total FROM sales']
  const { statements, left } = stepsOf(`${drop}; ALTER TABLE sales ALTER COLUMN total TYPE bigint; ${make};`)
  const exchange = statements.find((step) => step.includes(drop))
  expect(exchange).toContain('ALTER TABLE sales RENAME COLUMN total_new TO total')
  expect(exchange).toContain(make)
  expect(left).toEqual([])
})

test('a materialized view, a policy and a trigger that come back leave what is between them as it is, where no plan takes them along', () => {
  const change = 'ALTER TABLE sales ADD COLUMN at timestamptz DEFAULT clock_timestamp()'
  const pairs: readonly (readonly [string, string])[] = [
    ['DROP MATERIALIZED VIEW sums', 'CREATE MATERIALIZED VIEW sums AS SELECT sum(id) FROM sales'],
    ['DROP POLICY own ON sales', 'CREATE POLICY own ON sales USING (id > 0)'],
    ['DROP TRIGGER seen ON sales', 'CREATE TRIGGER seen AFTER INSERT ON sales EXECUTE FUNCTION see()'],
  ]
  for (const [drop, make] of pairs) {
    const { statements, left } = stepsOf(`${drop};\n${change};\n${make};`)
    expect(statements).toEqual([[drop, change, make]])
    expect(left).toContain('add-column-with-rewrite')
  }
})

test('a view that does not come back is no reason to leave a type change as it is', () => {
  const { statements } = stepsOf('DROP VIEW totals; ALTER TABLE sales ALTER COLUMN total TYPE bigint;')
  expect(statements).toContain('deploy')
})

test('an index that a later statement of the stretch needs is not put after it', () => {
  const all = [
    'DROP VIEW totals',
    'CREATE UNIQUE INDEX sales_total ON sales (total)',
    'INSERT INTO sales VALUES (1, 2) ON CONFLICT (total) DO NOTHING',
    'CREATE VIEW totals AS SELECT total FROM sales',
  ]
  const [first] = stepsOf(`${all.join(';\n')};\nALTER TABLE sales ADD CONSTRAINT sold CHECK (total > 0);`).statements
  expect(first).toEqual(all)
})
