import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { loadGrammar } from '../src/grammar/parse.ts'
import type { Engine } from '../src/trace/engine.ts'
import { openPglite } from '../src/trace/pglite.ts'
import { openServer } from '../src/trace/server.ts'
import { explain, runGenerated } from './generated/run.ts'

/**
 * Statements that nobody wrote, on schemas that they grow: what the analyzer says of each is what PostgreSQL does, or it is listed
 * with a reason in generated/exceptions.ts. A failing case is printed as small as it gets, to be pasted into fixtures/effects; the
 * same run again: PHASEWISE_SEED. Longer runs: npm run generated-cases -- --count 20000 --seed 7.
 */
const seed = Number(process.env.PHASEWISE_SEED ?? 1)
const url = process.env.PHASEWISE_TEST_DATABASE_URL
const runs: readonly { readonly open: () => Promise<Engine>; readonly on: string; readonly count: number }[] = [
  { open: () => openPglite(), on: 'PGlite', count: 2000 },
  ...(url === undefined ? [] : [{ open: () => openServer(url), on: 'the server', count: 1000 }]),
]

beforeAll(() => loadGrammar())

for (const { open, on, count } of runs) {
  describe(`on ${on}, seed ${seed}`, () => {
    let engine: Engine | undefined

    afterAll(() => engine?.close())

    test(`the model and PostgreSQL agree on ${count} generated statements`, { timeout: 600_000 }, async () => {
      engine = await open()
      const { statements, accepted, outcomes, failures } = await runGenerated(engine, { seed, count })
      console.log(`${engine.name}, seed ${seed}: ${statements} generated statements, ${JSON.stringify(outcomes)}`)
      expect(statements).toBeGreaterThanOrEqual(count)
      expect(accepted, 'most statements must run, or nothing is compared').toBeGreaterThan(0.7 * statements)
      expect(failures.length === 0 ? '' : await explain(engine, failures, 5)).toBe('')
    })
  })
}
