/**
 * Compares the model with a server on statements that nobody wrote.
 *   npm run generated-cases -- [--count 20000] [--seed 1] [--explain 20] [--database-url postgres://…]
 * Runs on PGlite, or on the server of the URL. Prints what disagrees, each cause once, as a case for fixtures/effects; exits with 1 then.
 */
import { parseArgs } from 'node:util'
import { loadGrammar } from '../src/grammar/parse.ts'
import { openPglite } from '../src/trace/pglite.ts'
import { openServer } from '../src/trace/server.ts'
import { explain, runGenerated } from '../test/generated/run.ts'

const { values } = parseArgs({
  options: {
    count: { type: 'string', default: '20000' },
    seed: { type: 'string', default: '1' },
    explain: { type: 'string', default: '20' },
    'database-url': { type: 'string' },
  },
})
const [count, seed, limit] = [values.count, values.seed, values.explain].map(Number)
if (!Number.isInteger(count) || !Number.isInteger(seed) || !Number.isInteger(limit))
  throw new Error('--count, --seed and --explain take numbers')

await loadGrammar()
const url = values['database-url']
const engine = url === undefined ? await openPglite() : await openServer(url)
try {
  const progress = (done: number) => process.stderr.write(`\r${done} of ${count}`)
  const run = await runGenerated(engine, { seed: seed ?? 1, count: count ?? 20000, progress })
  process.stderr.write('\n')
  const { statements, accepted, outcomes, exceptions, failures } = run
  console.log(
    `${engine.name}, seed ${seed}: ${statements} statements, ${accepted} accepted (${Math.round((100 * accepted) / statements)} %)`,
  )
  for (const [outcome, n] of Object.entries(outcomes).sort(([, a], [, b]) => b - a)) console.log(`  ${n}  ${outcome}`)
  for (const [reason, n] of Object.entries(exceptions)) console.log(`  ${n}  excepted: ${reason}`)
  if (failures.length > 0) console.log(`\n${await explain(engine, failures, limit ?? 20)}`)
  process.exitCode = failures.length > 0 ? 1 : 0
} finally {
  await engine.close()
}
