import { afterAll, describe, expect, test } from 'vitest'
import type { Engine } from '../src/trace/engine.ts'
import { openPglite } from '../src/trace/pglite.ts'
import { openServer } from '../src/trace/server.ts'
import { effectFixtures, isIn } from './effect-fixture.ts'
import { fixtureExtensions, mismatches, runCase } from './effect-run.ts'

// Annotations of fixtures/effects are what PostgreSQL does, or they fail here: on PGlite always, on a server where one is given.
const url = process.env.PHASEWISE_TEST_DATABASE_URL
const engines: Engine[] = [
  await openPglite({ extensions: fixtureExtensions }),
  ...(url === undefined ? [] : [await openServer(url)]),
]

afterAll(async () => {
  for (const engine of engines) await engine.close()
})

for (const engine of engines) {
  describe(engine.name, () => {
    for (const fixture of effectFixtures()) {
      describe(fixture.name, () => {
        for (const each of fixture.cases) {
          test.runIf(isIn(each.postgres, engine.postgres))(`${each.title} (line ${each.line})`, async () => {
            const wrong: string[] = []
            let observed = 0
            for (const { statement, observation } of await runCase(engine, each)) {
              if (statement.expected === undefined) wrong.push(`line ${statement.line} has no observed annotation yet`)
              else {
                const found = mismatches(statement.expected, observation, engine.postgres)
                wrong.push(...found.map((line) => `line ${statement.line}: ${line}`))
              }
              observed++
            }
            expect(wrong).toEqual([])
            expect(observed, 'a case annotates a statement').toBeGreaterThan(0)
          })
        }
      })
    }
  })
}
