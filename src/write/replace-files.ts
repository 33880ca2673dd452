import {
  accessSync,
  chmodSync,
  closeSync,
  constants,
  fstatSync,
  fsyncSync,
  lstatSync,
  openSync,
  readFileSync,
  realpathSync,
  renameSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs'
import { basename, dirname, join, relative, sep } from 'node:path'
import { Failure } from '../failure.ts'
import { shownPath } from '../read/find.ts'
import { decode, reasonOf } from '../read/source.ts'

/** A file (an absolute path) with the text that it was read with and the one that it is to have, both without a byte order mark. */
export interface Replacement {
  readonly path: string
  readonly before: string
  readonly after: string
}

/**
 * Gives files new texts: all of them are made ready beside the old ones before the first takes its place, so that one is either as it was or as it
 * is to be. Byte order mark and permissions stay. A Failure, with nothing replaced: a file that is not as it was read, that a link leads out of
 * `root` to, that has a second name or another owner, or that may not be written.
 */
export function replaceFiles(replacements: readonly Replacement[], root: string, cwd: string): void {
  const ready: { readonly temporary: string; readonly target: string; readonly one: Replacement }[] = []
  const done: string[] = []
  let current = ''
  try {
    for (const one of replacements) {
      current = one.path
      ready.push({ ...prepared(one, root), one })
    }
    for (const { temporary, target, one } of ready) {
      current = one.path
      // Looked at once more: what an editor saved meanwhile is not lost.
      if (currentText(target, one.path) !== one.before) throw new Failure('it was changed meanwhile')
      renameSync(temporary, target)
      done.push(shownPath(one.path, cwd))
    }
  } catch (error) {
    for (const { temporary } of ready.slice(done.length)) remove(temporary)
    const left = done.length === 0 ? 'nothing was written' : `only ${done.join(', ')} was written`
    throw new Failure(`${shownPath(current, cwd)}: ${reasonOf(error)}; ${left}`)
  }
}

/** Writes the new content beside the file. Throws a Failure, or what the file system says. */
function prepared({ path, before, after }: Replacement, root: string): { temporary: string; target: string } {
  const target = realpathSync(path)
  if (!isBelow(realpathSync(root), target)) throw new Failure('it is a link that leads out of the project')
  const info = lstatSync(target)
  if (!info.isFile()) throw new Failure('it is no file')
  if (info.nlink > 1) throw new Failure('it has a second name (a hard link)')
  accessSync(target, constants.W_OK)
  const bytes = readFileSync(target)
  if (decode(bytes, path) !== before) throw new Failure('it was changed meanwhile')
  const hasMark = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf
  const temporary = join(dirname(target), `.${basename(target)}.${process.pid}.tmp`)
  const file = openSync(temporary, 'wx', 0o600)
  try {
    writeFileSync(file, `${hasMark ? '\ufeff' : ''}${after}`)
    fsyncSync(file)
    const own = fstatSync(file)
    if (own.uid !== info.uid || own.gid !== info.gid) throw new Failure('it belongs to another user or group')
    closeSync(file)
    chmodSync(temporary, info.mode & 0o7777)
  } catch (error) {
    remove(temporary)
    throw error
  }
  return { temporary, target }
}

function currentText(target: string, path: string): string {
  return decode(readFileSync(target), path)
}

function isBelow(root: string, path: string): boolean {
  const below = relative(root, path)
  return below !== '' && below !== '..' && !below.startsWith(`..${sep}`)
}

function remove(path: string): void {
  try {
    unlinkSync(path)
  } catch {
    // It is a file of our own that is in nobody's way.
  }
}
