import { basename, dirname } from 'node:path/posix'
import { byCodeUnit } from '../read/files.ts'
import type { Place, PlanFile } from './form.ts'
import { type Part, psqlText } from './part.ts'
import { versionAfter, versionOf } from './version.ts'

/** How the steps of a folder are named: `0042_x`, `20260131-x`. */
export interface Style {
  /** Versions compare as numbers, or the names as text. */
  readonly order: 'number' | 'text'
  /** Between the version and the words, where no file shows it. */
  readonly separator: '_' | '-' | '__'
  /** What stands before the version: as it is written, and as a regular expression of all that count. */
  readonly prefix?: { readonly write: string; readonly read: string }
  /** Files of the folders below count too. */
  readonly recursive?: true
  /** A step is a folder of its own. */
  readonly folders?: true
  /** The version after one that is not all digits. */
  after?(last: string, now: Date): string | undefined
}

/** A name without its ending: folder, version, separator and words. */
export type Name = (words: string) => string

/** Names for so many steps that come after all there are, in the folder of the migration that they come instead of. */
export function namesAfter(count: number, place: Place, style: Style): readonly Name[] {
  const folder = folderOf(place, style)
  const { version, separator } = newest(place, folder, style) ?? { version: undefined, separator: style.separator }
  const names: Name[] = []
  let last = version
  for (let step = 0; step < count; step++) {
    const next = last === undefined ? versionOf(place.now) : (style.after?.(last, place.now) ?? versionAfter(last, place.now))
    names.push((words) => `${folder}${style.prefix?.write ?? ''}${next}${separator}${slug(words, separator)}`)
    last = next
  }
  return names
}

/** Where the steps of the replaced migration lie, with a `/` at its end; nothing for the project's directory. */
export function folderOf({ replaced }: Place, { folders }: Pick<Style, 'folders'>): string {
  const folder = folders ? dirname(dirname(replaced)) : dirname(replaced)
  return folder === '.' ? '' : `${folder}/`
}

interface Version {
  readonly version: string
  readonly separator: string
}

/** Of all files, those in other languages too: their versions count as well. */
function newest(place: Place, folder: string, style: Style): Version | undefined {
  const words = style.after ? '(\\d[^/_]*)' : '(\\d+)'
  const pattern = new RegExp(`^${style.prefix?.read ?? ''}${words}([_.-]*)`)
  const { files } = place.project
  const inFolder = files.flatMap((file) => (file.startsWith(folder) ? [file.slice(folder.length).split('/')[0] ?? ''] : []))
  const entries = new Set(style.recursive ? files.map((file) => basename(file)) : inFolder)
  const found = [...entries].flatMap((name): readonly (Version & { readonly name: string })[] => {
    const [, version, separator] = pattern.exec(name) ?? []
    // `0001.sql` has no words, and its dot is no separator.
    return version === undefined ? [] : [{ name, version, separator: separator?.match(/^[_-]+$/)?.[0] ?? style.separator }]
  })
  // Diesel leaves the hyphens of a version out.
  const keyOf = (name: string) => (style.after ? name.replaceAll('-', '') : name)
  const compare = (a: (typeof found)[number], b: (typeof found)[number]) => {
    if (style.order === 'text') return byCodeUnit(keyOf(a.name), keyOf(b.name))
    const [x, y] = [BigInt(a.version), BigInt(b.version)]
    return x < y ? -1 : x > y ? 1 : byCodeUnit(a.name, b.name)
  }
  return found.sort(compare).at(-1)
}

/** Each part's files under its name; what the tool cannot run is a `.psql`, which no tool takes for a step. */
export function laidInSequence(
  parts: readonly Part[],
  place: Place,
  style: Style,
  filesOf: (part: Part, name: string) => readonly PlanFile[],
): readonly PlanFile[] {
  const names = namesAfter(parts.length, place, style)
  return parts.flatMap((part, index) => {
    const name = names[index]?.(part.title) ?? part.title
    return part.beside ? [{ path: `${name}.psql`, text: psqlText(part) }] : filesOf(part, name)
  })
}

/** Words as a file name has them: `set orders.region not null` → `set_orders_region_not_null`. */
export function slug(words: string, separator = '_'): string {
  const glue = separator.startsWith('-') ? '-' : '_'
  const plain = words
    .normalize('NFKD')
    .toLowerCase()
    .replace(/\p{M}/gu, '')
    .replace(/[^a-z0-9]+/g, glue)
  const cut = plain.slice(0, 60).replace(new RegExp(`^${glue}+|${glue}+$`, 'g'), '')
  return cut === '' ? 'change' : cut
}
