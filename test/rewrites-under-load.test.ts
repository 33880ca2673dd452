import { afterAll, describe, expect, test } from 'vitest'
import { rewriteCases } from '../scripts/rewrite-fixture.ts'
import { loadGrammar } from '../src/grammar/parse.ts'
import { openServer } from '../src/trace/server.ts'
import { underLoad } from './code-beside.ts'

await loadGrammar()

const url = process.env.PHASEWISE_TEST_DATABASE_URL

// scripts/stress-plans.ts runs more connections, which then refuse each other some of their writes.
describe.runIf(url !== undefined)('on a server, while code writes without a pause', async () => {
  if (url === undefined) return
  const server = await openServer(url)
  afterAll(() => server.close())
  const cases = rewriteCases().filter(
    ({ postgres: [first, last], code }) => first <= server.postgres && server.postgres <= last && code.length > 0,
  )
  for (const one of cases) {
    test(`${one.rule}, line ${one.line}: ${one.title}`, async () => {
      expect(await underLoad(server, one, { writers: 1, tolerated: new Set() })).toEqual([])
    })
  }
})
