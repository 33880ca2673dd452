/**
 * Runs the plans of fixtures/rewrites on a server while several connections run the application's code without a pause, old and new around each
 * deploy, and tells what was refused, what ended otherwise than the migration, and what the case's checks say.
 *   scripts/with-postgres.sh npx tsx scripts/stress-plans.ts [--only <part of a rule's name>] [--writers 4] [--rounds 1]
 */
import { parseArgs } from 'node:util'
import { loadGrammar } from '../src/grammar/parse.ts'
import { openServer } from '../src/trace/server.ts'
import { underLoad } from '../test/code-beside.ts'
import { rewriteCases } from './rewrite-fixture.ts'

const { values } = parseArgs({
  options: {
    only: { type: 'string', default: '' },
    writers: { type: 'string', default: '4' },
    rounds: { type: 'string', default: '1' },
  },
})
const url = process.env.PHASEWISE_TEST_DATABASE_URL
if (url === undefined) throw new Error('run it under scripts/with-postgres.sh')
await loadGrammar()

/** Connections that meet each other: the code of a case takes the next number from the table, two at once the same. */
const tolerated = new Set(['23505', '40001', '23503', '23P01'])

const server = await openServer(url)
const cases = rewriteCases().filter(
  ({ rule, postgres: [first, last] }) => rule.includes(values.only) && first <= server.postgres && server.postgres <= last,
)
let faults = 0
for (let round = 1; round <= Number(values.rounds); round++) {
  for (const one of cases) {
    const found = await underLoad(server, one, { writers: Number(values.writers), tolerated })
    if (found.length > 0) faults += 1
    for (const line of found) console.log(`${one.rule}, line ${one.line}: ${line}`)
  }
}
console.log(`${cases.length} cases, ${values.writers} writers, ${values.rounds} rounds: ${faults} with faults`)
await server.close()
process.exitCode = faults === 0 ? 0 : 1
