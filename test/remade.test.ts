import { expect, test } from 'vitest'
import { rewriteCases } from '../scripts/rewrite-fixture.ts'
import { loadGrammar } from '../src/grammar/parse.ts'
import { planOf } from './rewrite-proof.ts'

await loadGrammar()

const [some] = rewriteCases()

function stepsOf(migration: string) {
  if (some === undefined) throw new Error('there are no cases')
  const before = 'CREATE TABLE sales (id bigint PRIMARY KEY, total int); CREATE VIEW totals AS SELECT total FROM sales;'
  const { steps, left } = planOf({ ...some, before, migration, fills: [] }, 15)
  const statements = steps.map((step) => (step.phase === 'deploy' ? 'deploy' : step.statements))
  return { statements, left: left.map(({ rule }) => rule) }
}

test('a view that comes back in the same transaction is not away while a type change is deployed', () => {
  const all = [
    'DROP VIEW totals',
    'ALTER TABLE sales ALTER COLUMN total TYPE bigint',
    'CREATE VIEW totals AS SELECT total FROM sales',
  ]
  const { statements, left } = stepsOf(`${all.join(';\n')};`)
  expect(statements).toEqual([all])
  expect(left).toEqual(['alter-column-type-with-rewrite'])
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
