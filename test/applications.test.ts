import { afterEach, describe, expect, it } from 'vitest'
import { lintReport } from '../src/lint.ts'
import { Lines } from '../src/span.ts'
import { type ExpectedFinding, mergePullRequest, openPullRequest, startStory, stories } from './project-story.ts'
import type { Repository } from './repository.ts'

let repository: Repository

afterEach(() => repository.remove())

/** Places that a message names: `src/orders/repo.ts:12`; those in migrations are about something else. */
const place = /(?<![\w./-])([\w./-]+\.\w+):(\d+)/g
const count = /\b(\d+) places?\b/

/** What lint says of the branch that is checked out, against main as what is deployed. */
async function found(): Promise<readonly ExpectedFinding[]> {
  const { findings, migrations } = await lintReport({ cwd: repository.directory, since: 'main' })
  return findings.map(({ rule, severity, message, file, span }) => {
    const { text = '' } = migrations.find((migration) => migration.file === file) ?? {}
    const at = `${file}:${new Lines(text).positionOf(span.start).line}`
    const named = [...message.matchAll(place)].filter(([, code]) => code !== file).map(([all]) => all)
    if (named.length === 0) return { rule, severity, at }
    const commit = rule === 'schema-and-code-together' && !message.includes('out of the code') ? 'new' : 'deployed'
    return { rule, severity, at, places: Number(count.exec(message)?.[1]), [commit]: quoted(named, commit) }
  })
}

/** The lines themselves, so that a number that points elsewhere shows. */
function quoted(places: readonly string[], commit: 'deployed' | 'new'): Readonly<Record<string, string>> {
  const lines = places.map((named) => {
    const [file = '', line] = named.split(':')
    const text = repository.git('show', `${commit === 'new' ? 'HEAD' : 'main'}:${file}`)
    return [named, text.split('\n')[Number(line) - 1]?.trim() ?? '']
  })
  return Object.fromEntries(lines)
}

for (const story of stories()) {
  describe(story.name, () => {
    it('is clean at every step of a change in phases', async () => {
      repository = startStory(story)
      for (const pullRequest of story.good) {
        openPullRequest(pullRequest, repository)
        const findings = await found()
        expect(findings, pullRequest.title).toEqual(pullRequest.expected.findings)
        expect(findings.filter(({ severity }) => severity !== 'note')).toEqual([])
        mergePullRequest(pullRequest, repository)
      }
    })

    for (const pullRequest of story.bad) {
      it(`fails ${pullRequest.title}, and says which code it breaks`, async () => {
        repository = startStory(story)
        openPullRequest(pullRequest, repository)
        const findings = await found()
        expect(findings).toEqual(pullRequest.expected.findings)
        expect(findings.some(({ severity, places }) => severity === 'error' && places !== undefined)).toBe(true)
      })
    }
  })
}
