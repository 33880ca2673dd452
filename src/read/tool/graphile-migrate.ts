import { byNumber } from '../files.ts'
import type { Project } from '../project.ts'
import type { Tool, Unit } from '../tool.ts'

const committed = /(?:^|\/)committed\/\d+(?:-[-_a-zA-Z0-9]*)?\.sql$/
const current = /(?:^|\/)current(?:\.sql|\/\d[^/]*\.sql)$/

/**
 * graphile-migrate: `committed/000001.sql` by number, then `current.sql`, which is run again and again. One transaction each;
 * `--! no-transaction` as the first line of the body sends the body as one message.
 */
export const graphileMigrate: Tool = {
  name: 'graphile-migrate',
  detect(project) {
    for (const name of ['.gmrc', '.gmrc.js']) if (project.above(name)) return { strength: 5, because: name }
    const marked = project.files.some((file) => file.endsWith('.sql') && /^--! Previous: /m.test(project.sample(file)))
    return marked ? { strength: 4, because: '--! Previous:' } : undefined
  },
  read: (project) => [
    ...project.files
      .filter((file) => committed.test(file) || /^\d+(?:-[-_a-zA-Z0-9]*)?\.sql$/.test(file))
      .sort(byNumber)
      .map((file) => unit(project, file, 'up')),
    ...project.files.filter((file) => current.test(file)).map((file) => unit(project, file, 'repeatable')),
  ],
}

function unit(project: Project, file: string, kind: 'up' | 'repeatable'): Unit {
  const text = project.text(file)
  const header = /^(?:--! [A-Z][^\n]*\n)+\n/.exec(text)?.[0] ?? ''
  const free = /^\s*--! no-transaction\b/.test(text.slice(header.length))
  return { file, kind, transaction: free ? 'string' : 'unit', placeholders: new Set(['psql']) }
}
