import { afterAll, describe, expect, test } from 'vitest'
import { rules } from '../rules/index.ts'
import { ofSeveral } from '../scripts/plan-coverage.ts'
import { rewriteCases } from '../scripts/rewrite-fixture.ts'
import { loadGrammar } from '../src/grammar/parse.ts'
import type { Engine } from '../src/trace/engine.ts'
import { openPglite } from '../src/trace/pglite.ts'
import { openServer } from '../src/trace/server.ts'
import { original, planned, planOf, rolledBack, withCode } from './rewrite-proof.ts'

await loadGrammar()

const cases = rewriteCases()
const url = process.env.PHASEWISE_TEST_DATABASE_URL
const engines: Engine[] = [await openPglite({}), ...(url === undefined ? [] : [await openServer(url)])]

/** Rules about a file as a whole: what they find goes by splitting the file, and by the timeouts that every file of a plan has. */
const wholeFile = [
  'expand-and-contract-together',
  'lock-several-tables',
  'lock-timeout-disabled-or-long',
  'lock-without-timeout',
  'validate-beside-not-valid',
  'work-under-strong-lock',
]

afterAll(async () => {
  for (const engine of engines) await engine.close()
})

test('every rule with a rewrite is proven by a fixture, and every fixture belongs to such a rule', () => {
  const rewriting = [...rules].filter(([, rule]) => rule.rewrite !== undefined).map(([id]) => id)
  expect([...new Set(cases.map(({ rule }) => rule))].sort()).toEqual([...rewriting, ...ofSeveral, ...wholeFile].sort())
})

for (const engine of engines) {
  describe(engine.name, () => {
    for (const one of cases) {
      const [first, last] = one.postgres
      const holds = engine.postgres >= first && engine.postgres <= last
      describe.runIf(holds)(`${one.rule}, line ${one.line}: ${one.title}`, () => {
        const { steps, changed, found, left } = planOf(one, engine.postgres)
        test('is planned, and nothing is left to find in the plan', () => {
          expect(changed).toBe(true)
          expect(found.map(({ rule }) => rule)).toContain(one.rule)
          expect(left.map(({ rule, message }) => `${rule}: ${message}`)).toEqual([])
          if (one.steps !== undefined) expect(steps.filter(({ phase }) => phase !== 'deploy')).toHaveLength(one.steps)
        })
        test('ends where the migration ends, and no step works while it blocks', async () => {
          const wanted = await original(engine, one)
          const { state, blocked } = await planned(engine, one, steps)
          expect(blocked).toEqual([])
          expect(state).toEqual(wanted)
        })
        test('old and new code write between the steps', async () => {
          expect(await withCode(engine, one, steps)).toEqual([])
        })
        test('the way back leads to the start', async () => {
          const { start, end } = await rolledBack(engine, one, steps)
          expect(end).toEqual(start)
        })
      })
    }
  })
}
