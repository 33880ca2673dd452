import { basename } from 'node:path/posix'
import { byCodeUnit } from '../read/files.ts'
import type { Place } from './form.ts'
import type { Part } from './part.ts'
import { folderOf, slug } from './sequence.ts'
import { versionAfter } from './version.ts'

/**
 * Paths for scripts that run by name and are named as people like: `changelog-0042-x.sql` goes on counting; after a name that does not count,
 * the new ones begin with it. `ending` is what all of them end in.
 */
export function scriptNames(parts: readonly Part[], place: Place, ending = '.sql'): readonly string[] {
  const folder = folderOf(place, {})
  const there = place.project.files.filter((file) => file.startsWith(folder) && !file.slice(folder.length).includes('/'))
  const newest =
    there
      .filter((file) => file.endsWith('.sql'))
      .sort(byCodeUnit)
      .at(-1) ?? place.replaced
  const [, prefix = '', digits, rest = ''] = /^(\D*)(\d+)(.*)$/.exec(basename(newest)) ?? []
  const separator = /^[_-]+/.exec(rest)?.[0] ?? '_'
  if (digits !== undefined) {
    let version = digits
    const counted = parts.map(({ title }) => {
      version = versionAfter(version, place.now)
      return `${folder}${prefix}${version}${separator}${slug(title, separator)}${ending}`
    })
    if (counted.every((path) => path > newest)) return counted
  }
  const stem = newest.replace(/\.sql$/, '')
  const width = String(parts.length).length
  return parts.map(({ title }, index) => `${stem}_${String(index + 1).padStart(width, '0')}_${slug(title)}${ending}`)
}
