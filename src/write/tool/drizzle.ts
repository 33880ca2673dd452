import { withSemicolon } from '../../plan/sql.ts'
import type { Form, Laid, Place, PlanFile } from '../form.ts'
import { downAsComments, type Part, psqlText } from '../part.ts'
import { laidInSequence, slug } from '../sequence.ts'
import { versionAfter } from '../version.ts'

/**
 * Drizzle Kit runs what its journal lists, and all that is pending in one transaction with no way out: the journal stays as it is, and the
 * entries to add are told. The newer layout has a folder per step and no journal.
 */
export const drizzle: Form = {
  name: 'drizzle',
  manner: () => ({ opens: 'tool', free: 'never', directions: 'apart' }),
  lay: (parts, place) =>
    place.project.files.includes('meta/_journal.json') ? journalled(parts, place) : inFolders(parts, place),
  instead: ({ replaced, project }) =>
    project.files.includes('meta/_journal.json')
      ? `delete ${replaced}, its entry in meta/_journal.json and its snapshot, unless it has run anywhere: these files come instead of it`
      : `delete the folder of ${replaced}, unless it has run anywhere: these files come instead of it`,
}

const together =
  'drizzle runs all pending migrations in one transaction: deploy these one at a time, or each holds its locks until the last is done'

function journalled(parts: readonly Part[], place: Place): Laid {
  const entries = entriesOf(place)
  const last = entries.at(-1)
  let version = /^\d+/.exec(last?.tag ?? '')?.[0] ?? '0000'
  let when = entries.reduce((newest, entry) => Math.max(newest, entry.when), 0)
  let idx = entries.reduce((highest, entry) => Math.max(highest, entry.idx), -1)
  const lines: string[] = []
  const files = parts.map((part): PlanFile => {
    version = versionAfter(version, place.now)
    const tag = `${version}_${slug(part.title)}`
    // What is in no journal never runs: psql's files need no other name, but the ending says who runs them.
    if (part.beside) return { path: `${tag}.psql`, text: psqlText(part) }
    idx++
    when = Math.max(when + 1, place.now.getTime())
    lines.push(JSON.stringify({ idx, version: last?.version ?? '7', when, tag, breakpoints: true }))
    return { path: `${tag}.sql`, text: textOf(part) }
  })
  return {
    files,
    additions: [{ path: 'meta/_journal.json', lines }],
    notes: [
      'drizzle runs only what meta/_journal.json lists, which is left as it is: add each of the entries at the end of its "entries" when that step is due',
      'what drizzle-kit makes of a step without a snapshot is not known; `drizzle-kit generate --custom` makes file, entry and snapshot together, and the SQL can be moved there',
      together,
    ],
  }
}

function inFolders(parts: readonly Part[], place: Place): Laid {
  const style = { order: 'text', separator: '_', folders: true } as const
  const files = laidInSequence(parts, place, style, (part, name) => [{ path: `${name}/migration.sql`, text: textOf(part) }])
  return { files, notes: ['what drizzle-kit makes of a folder without snapshot.json is not known', together] }
}

function textOf(part: Part): string {
  const chunks = part.up.statements.map(withSemicolon).join('\n--> statement-breakpoint\n')
  return `${part.comments.map((line) => `${line}\n`).join('')}${chunks}\n\n${downAsComments(part)}`
}

interface Entry {
  readonly idx: number
  readonly when: number
  readonly tag: string
  readonly version: string | undefined
}

/** The reader has refused a journal that is none. */
function entriesOf({ project }: Place): readonly Entry[] {
  const journal: unknown = JSON.parse(project.text('meta/_journal.json'))
  const entries: unknown = journal !== null && typeof journal === 'object' && 'entries' in journal ? journal.entries : undefined
  if (!Array.isArray(entries)) return []
  return entries.flatMap((entry: unknown): readonly Entry[] => {
    if (entry === null || typeof entry !== 'object' || !('tag' in entry) || typeof entry.tag !== 'string') return []
    const number = (name: 'idx' | 'when') => {
      const value: unknown = Reflect.get(entry, name)
      return typeof value === 'number' ? value : 0
    }
    const version = 'version' in entry && typeof entry.version === 'string' ? entry.version : undefined
    return [{ idx: number('idx'), when: number('when'), tag: entry.tag, version }]
  })
}
