import { Failure } from '../../failure.ts'
import { byCodeUnit } from '../files.ts'
import type { Project } from '../project.ts'
import type { Tool, Unit } from '../tool.ts'

/**
 * Drizzle Kit: order from `meta/_journal.json`, never from file names; all pending files share one transaction, and each chunk between
 * `--> statement-breakpoint` marks is one message in it. The newer layout has `<time>_x/migration.sql` beside `snapshot.json`.
 */
export const drizzle: Tool = {
  name: 'drizzle',
  detect(project) {
    if (project.files.includes('meta/_journal.json')) {
      return /"dialect"\s*:\s*"(?:postgresql|pg)"/.test(project.sample('meta/_journal.json'))
        ? { strength: 5, because: 'meta/_journal.json' }
        : undefined
    }
    return project.files.some((file) => /^\d{14}_[^/]+\/snapshot\.json$/.test(file))
      ? { strength: 5, because: '*/snapshot.json' }
      : undefined
  },
  read: (project) => order(project).map((file): Unit => ({ file, kind: 'up', transaction: 'run' })),
}

function order(project: Project): readonly string[] {
  if (!project.files.includes('meta/_journal.json'))
    return project.files.filter((file) => /^[^/]+\/migration\.sql$/.test(file)).sort(byCodeUnit)
  let journal: unknown
  try {
    journal = JSON.parse(project.text('meta/_journal.json'))
  } catch {
    throw new Failure('meta/_journal.json: not valid JSON')
  }
  const entries: unknown = journal !== null && typeof journal === 'object' && 'entries' in journal ? journal.entries : undefined
  if (!Array.isArray(entries)) throw new Failure('meta/_journal.json: it has no list "entries"')
  return entries.map((entry: unknown) => {
    const tag =
      entry !== null && typeof entry === 'object' && 'tag' in entry && typeof entry.tag === 'string' ? entry.tag : undefined
    if (tag === undefined) throw new Failure('meta/_journal.json: an entry has no "tag"')
    if (!project.files.includes(`${tag}.sql`))
      throw new Failure(`meta/_journal.json: it lists "${tag}", but there is no ${tag}.sql`)
    return `${tag}.sql`
  })
}
