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
import { annotationsOf, runCase } from '../test/effect-run.ts'

const options = new Set(process.argv.slice(2).filter((word) => word.startsWith('--')))
const wanted = process.argv.slice(2).filter((word) => !word.startsWith('--'))
const url = process.env.PHASEWISE_TEST_DATABASE_URL
if (url === undefined) throw new Error('run it under scripts/with-postgres.sh: locks of CONCURRENTLY show on a server only')

const engines = [await openServer(url), await openPglite()]
try {
  for (const { name, path } of effectFixtures()) {
    if (wanted.length === 0 || wanted.includes(name)) await annotate(path)
  }
} finally {
  for (const engine of engines) await engine.close()
}

async function annotate(path: string): Promise<void> {
  const lines = readFileSync(path, 'utf8').split('\n')
  const fixture = effectFixtures().find((candidate) => candidate.path === path)
  const edits: { first: number; last: number; text: readonly string[] }[] = []
  for (const each of fixture?.cases ?? []) {
    const found = new Map<AnnotatedStatement, { postgres: number; lines: readonly string[]; message: string }[]>()
    for (const engine of engines) {
      if (!isIn(each.postgres, engine.postgres)) continue
      try {
        for (const { statement, observation } of await runCase(engine, each)) {
          const entry = {
            postgres: engine.postgres,
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
      const text = merged(observed)
      edits.push({ ...statement.annotation, text })
      for (const { postgres, message } of observed) if (message !== '') console.log(`   ${postgres}: ${message}`)
      console.log(`${path}:${statement.line} (${each.title})\n${text.join('\n')}\n${statement.sql}\n`)
    }
  }
  if (!options.has('--write')) return
  for (const { first, last, text } of edits.reverse()) lines.splice(first - 1, last - first + 1, ...text)
  writeFileSync(path, lines.join('\n'))
}

/** Lines that all versions share, then those of one version. A lock that one engine could not observe is taken from the other. */
function merged(observed: readonly { postgres: number; lines: readonly string[] }[]): readonly string[] {
  const all = new Set(observed.flatMap(({ lines }) => lines).filter((line) => !line.includes('(unobserved)')))
  const unobserved = (candidate: { lines: readonly string[] }, line: string) =>
    candidate.lines.every((other) => other === 'effect none' || other.includes('(unobserved)')) &&
    (/ (rewrite|scan|index build|new)/.test(line)
      ? candidate.lines.includes(line.replace(/^(effect \S+) [A-Z ]+/, '$1 (unobserved) '))
      : true)
  const everywhere = [...all].filter((line) => observed.every((each) => each.lines.includes(line) || unobserved(each, line)))
  const text = everywhere.map((line) => `-- ${line}`)
  for (const each of observed) {
    for (const line of each.lines) {
      if (everywhere.includes(line) || line.includes('(unobserved)')) continue
      if (line !== 'effect none') text.push(`-- ${line.replace(/^(effect|fails) /, `$1 ${each.postgres} `)}`)
    }
  }
  return text.sort((a, b) => relationOf(a).localeCompare(relationOf(b), 'en'))
}

function relationOf(line: string): string {
  return /^-- (?:effect|fails) (?:[\d+-]+ )?(\S+)/.exec(line)?.[1] ?? ''
}
