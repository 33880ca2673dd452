/**
 * Observes the statements of fixtures/effects that are annotated `-- effect ?` and prints what PostgreSQL does, as annotations.
 *   scripts/with-postgres.sh npx tsx scripts/observe-effects.ts [--write] [--all] [fixture…]
 * --write puts them in place of the question mark; --all also observes what is annotated already. Effects are observed on
 * PGlite 18 and on the server of PHASEWISE_TEST_DATABASE_URL; where the two differ, the annotation names the version.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { openPglite } from '../src/trace/pglite.ts'
import { openServer } from '../src/trace/server.ts'
import { type AnnotatedStatement, effectFixtures, isIn } from '../test/effect-fixture.ts'
import { annotationsOf, fixtureExtensions, runCase } from '../test/effect-run.ts'

const options = new Set(process.argv.slice(2).filter((word) => word.startsWith('--')))
const wanted = process.argv.slice(2).filter((word) => !word.startsWith('--'))
const url = process.env.PHASEWISE_TEST_DATABASE_URL
if (url === undefined) throw new Error('run it under scripts/with-postgres.sh: locks of CONCURRENTLY show on a server only')

const engines = [await openServer(url), await openPglite({ extensions: fixtureExtensions })]
try {
  for (const { name, path } of effectFixtures()) {
    if (wanted.length === 0 || wanted.includes(name)) await annotate(path)
  }
} finally {
  for (const engine of engines) await engine.close()
}

interface Seen {
  readonly postgres: number
  /** Whether its locks could be observed. */
  readonly seen: boolean
  readonly lines: readonly string[]
  readonly message: string
}

async function annotate(path: string): Promise<void> {
  const lines = readFileSync(path, 'utf8').split('\n')
  const fixture = effectFixtures().find((candidate) => candidate.path === path)
  const edits: { first: number; last: number; text: readonly string[] }[] = []
  for (const each of fixture?.cases ?? []) {
    const found = new Map<AnnotatedStatement, Seen[]>()
    for (const engine of engines) {
      if (!isIn(each.postgres, engine.postgres)) continue
      try {
        for (const { statement, observation } of await runCase(engine, each)) {
          const entry: Seen = {
            postgres: engine.postgres,
            seen: observation.refused !== undefined || observation.locks !== 'none',
            lines: annotationsOf(observation),
            message: observation.refused?.message ?? '',
          }
          found.set(statement, [...(found.get(statement) ?? []), entry])
        }
      } catch (error) {
        console.log(`${path}:${each.line} ${engine.name}: ${String(error)}`)
      }
    }
    for (const [statement, observed] of found) {
      if (statement.annotation === undefined || (statement.expected !== undefined && !options.has('--all'))) continue
      const open = [...(statement.expected?.open ?? [])].map(([relation, { reason }]) => `-- open ${relation} ${reason}`)
      const text = [...merged(observed), ...open]
      edits.push({ ...statement.annotation, text })
      for (const { postgres, message } of observed) if (message !== '') console.log(`   ${postgres}: ${message}`)
      console.log(`${path}:${statement.line} (${each.title})\n${text.join('\n')}\n${statement.sql}\n`)
    }
  }
  if (!options.has('--write')) return
  for (const { first, last, text } of edits.reverse()) lines.splice(first - 1, last - first + 1, ...text)
  writeFileSync(path, lines.join('\n'))
}

/** Lines that all versions share, then those of one version. Where an engine could not observe locks, the other one speaks for both. */
function merged(all: readonly Seen[]): readonly string[] {
  const observed = all.some(({ seen }) => seen) ? all.filter(({ seen }) => seen) : all
  const lines = new Set(observed.flatMap((each) => each.lines))
  const text = [...lines].flatMap((line) => {
    const by = observed.filter((each) => each.lines.includes(line))
    if (by.length === observed.length) return [`-- ${line}`]
    return line === 'effect none' ? [] : by.map(({ postgres }) => `-- ${line.replace(/^(effect|fails) /, `$1 ${postgres} `)}`)
  })
  return text.sort((a, b) => relationOf(a).localeCompare(relationOf(b), 'en'))
}

function relationOf(line: string): string {
  return /^-- (?:effect|fails) (?:[\d+-]+ )?(\S+)/.exec(line)?.[1] ?? ''
}
