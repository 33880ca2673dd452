import { byCodeUnit } from '../files.ts'
import { linesOf } from '../section.ts'
import type { Tool, Unit } from '../tool.ts'

const header = /^\s*--\s*liquibase\s*formatted/i
const changeset = /^\s*--\s*changeset\s+(?:"[^"]+"|[^:]+):\s*(?:"[^"]+"|\S+)(.*)$/i

/**
 * Liquibase formatted SQL: one transaction per `--changeset author:id`; `runInTransaction:false` sends statements one by one, or, with
 * `splitStatements:false`, in one driver call. Rollback lines are comments. Without a root changelog files run by path.
 */
export const liquibase: Tool = {
  name: 'liquibase',
  detect(project) {
    const marked = project.files.some((file) => file.endsWith('.sql') && header.test(firstLine(project.sample(file))))
    return marked ? { strength: 4, because: '--liquibase formatted sql' } : undefined
  },
  read: (project) =>
    project.files
      .filter((file) => file.endsWith('.sql') && header.test(firstLine(project.text(file))))
      .sort(byCodeUnit)
      .flatMap((file) => changesets(file, project.text(file))),
}

function changesets(file: string, text: string): readonly Unit[] {
  const starts = linesOf(text).flatMap(({ text: line, span }) => {
    const match = changeset.exec(line)
    return match === null ? [] : [{ span, attributes: match[1] ?? '' }]
  })
  return starts.flatMap(({ span, attributes }, index): readonly Unit[] => {
    const attribute = (name: string) =>
      new RegExp(`(?:^|\\s)${name}:("[^"]*"|\\S+)`, 'i').exec(attributes)?.[1]?.replaceAll('"', '').toLowerCase()
    const databases = attribute('dbms')
    if (databases !== undefined && !databases.split(',').some((name) => /^\s*(?:postgresql|all)\s*$/.test(name))) return []
    if (attribute('ignore') === 'true') return []
    const whole = attribute('splitStatements') === 'false'
    const free = attribute('runInTransaction') === 'false'
    const again = attribute('runOnChange') === 'true' || attribute('runAlways') === 'true'
    return [
      {
        file,
        kind: again ? 'repeatable' : 'up',
        region: { start: Math.min(span.end + 1, text.length), end: starts[index + 1]?.span.start ?? text.length },
        transaction: free ? (whole ? 'pipeline' : 'each') : 'unit',
        placeholders: new Set(['dollar']),
      },
    ]
  })
}

function firstLine(text: string): string {
  return /\S[^\n]*/.exec(text)?.[0] ?? ''
}
