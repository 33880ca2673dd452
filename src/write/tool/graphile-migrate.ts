import { createHash } from 'node:crypto'
import { Failure } from '../../failure.ts'
import type { Form, Place, PlanFile } from '../form.ts'
import { downAsComments, psqlText, upText } from '../part.ts'
import { slug } from '../sequence.ts'
import { versionAfter } from '../version.ts'

const committed = /(?:^|\/)committed\/(\d+)[^/]*\.sql$/

/**
 * graphile-migrate: the plan's steps are committed migrations, chained by hash behind the last one. `--! no-transaction` is the first line of the body,
 * which is one message then.
 */
export const graphileMigrate: Form = {
  name: 'graphile-migrate',
  manner: () => ({ opens: 'tool', free: 'alone', directions: 'apart' }),
  lay(parts, place) {
    if (committed.test(place.replaced)) {
      throw new Failure(
        `${place.replaced}: committed migrations are chained by hash, so nothing can come instead of one; take it back with \`graphile-migrate uncommit\`, then plan current.sql`,
      )
    }
    const last = place.project.files
      .filter((file) => committed.test(file))
      .sort(byVersion)
      .at(-1)
    let version = last === undefined ? '000000' : versionIn(last)
    let previous = last === undefined ? '-' : hashIn(last, place)
    const folder = place.replaced.replace(/current(?:\.sql|\/[^/]*)$/, 'committed/')
    const files = parts.map((part): PlanFile => {
      const words = slug(part.title, '-')
      // The numbers of committed migrations have no gaps.
      if (part.beside)
        return { path: `${folder.replace(/committed\/$/, '')}after-${version}-${words}.psql`, text: psqlText(part) }
      version = versionAfter(version, place.now)
      const body = `${part.up.transaction ? '' : '--! no-transaction\n'}${upText(part)}\n${downAsComments(part)}`.trim()
      const hash = `sha1:${createHash('sha1')
        .update(previous === '-' ? `${body}\n` : `${previous}\n${body}\n`)
        .digest('hex')}`
      const text = `--! Previous: ${previous}\n--! Hash: ${hash}\n--! Message: ${part.title}\n\n${body}\n`
      previous = hash
      return { path: `${folder}${version}-${words}.sql`, text }
    })
    const note =
      'each file names the hash of the one before it: what is changed by hand no longer fits, so change it with `graphile-migrate uncommit` and `commit`'
    return { files, notes: [note] }
  },
  instead: ({ replaced }) => `empty ${replaced}: these files come instead of what it holds`,
}

function versionIn(file: string): string {
  return committed.exec(file)?.[1] ?? '0'
}

function byVersion(a: string, b: string): number {
  return Number(BigInt(versionIn(a)) - BigInt(versionIn(b)))
}

function hashIn(file: string, { project }: Place): string {
  const hash = /^--! Hash: (\S+)\s*$/m.exec(project.text(file))?.[1]
  if (hash === undefined) throw new Failure(`${file}: it has no line "--! Hash:", which the next committed migration has to name`)
  return hash
}
