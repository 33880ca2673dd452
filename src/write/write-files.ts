import { lstatSync, mkdirSync, realpathSync, rmdirSync, unlinkSync, writeFileSync } from 'node:fs'
import { basename, dirname, isAbsolute, join, relative, resolve, sep } from 'node:path'
import { Failure } from '../failure.ts'
import { shownPath } from '../read/find.ts'
import { reasonOf } from '../read/source.ts'
import type { PlanFile } from './form.ts'

/**
 * Writes files below a directory, which is made where it is missing, and returns their paths as people see them from `cwd`.
 * Nothing is overwritten: one that is there already, or a path that leaves the directory, is a Failure before anything is written; what was written
 * before another failure is taken away again.
 */
export function writeFiles(files: readonly PlanFile[], directory: string, cwd: string): readonly string[] {
  const root = resolve(cwd, directory)
  const targets = files.map(({ path, text }) => ({ path: resolve(root, path), text }))
  for (const { path } of targets) {
    // Where a folder on the way is a link, the file would be where that leads.
    if (!isBelow(root, path) || !isBelow(realFolder(root), join(realFolder(dirname(path)), basename(path)))) {
      throw new Failure(`${shownPath(path, cwd)} is outside of ${shownPath(root, cwd)}: nothing was written`)
    }
  }
  const twin = targets.find(({ path }, index) => targets.slice(0, index).some((one) => one.path === path))
  if (twin) throw new Failure(`${shownPath(twin.path, cwd)} would be written twice: nothing was written`)
  const there = targets.filter(({ path }) => isThere(path)).map(({ path }) => shownPath(path, cwd))
  if (there.length > 0) throw new Failure(`${there.join(', ')}: already there and never overwritten; nothing was written`)

  const made: { readonly path: string; readonly kind: 'file' | 'directory' }[] = []
  let current = root
  try {
    for (const { path, text } of targets) {
      current = path
      for (const folder of missingFolders(dirname(path))) {
        mkdirSync(folder)
        made.push({ path: folder, kind: 'directory' })
      }
      // Made first and filled then: what `wx` refuses was not ours to take away.
      writeFileSync(path, '', { flag: 'wx' })
      made.push({ path, kind: 'file' })
      writeFileSync(path, text)
    }
  } catch (error) {
    const left = undo(made)
    const rest =
      left.length === 0
        ? 'nothing was written'
        : `what could not be taken away again: ${left.map((path) => shownPath(path, cwd)).join(', ')}`
    throw new Failure(
      `${shownPath(current, cwd)}: ${alreadyThere(error) ? 'already there and never overwritten' : reasonOf(error)}; ${rest}`,
    )
  }
  return targets.map(({ path }) => shownPath(path, cwd))
}

function isBelow(root: string, path: string): boolean {
  const below = relative(root, path)
  return below !== '' && below !== '..' && !below.startsWith(`..${sep}`) && !isAbsolute(below)
}

/** A folder without links; the part of it that is not there yet as it is written. */
function realFolder(folder: string): string {
  if (dirname(folder) === folder) return folder
  return isThere(folder) ? realpathSync(folder) : join(realFolder(dirname(folder)), basename(folder))
}

/** A link to nothing is there as well. */
function isThere(path: string): boolean {
  try {
    return lstatSync(path, { throwIfNoEntry: false }) !== undefined
  } catch {
    // A file stands where a folder should: making the folder says so.
    return false
  }
}

/** The folders on the way to one that are not there, outermost first. */
function missingFolders(folder: string): readonly string[] {
  if (isThere(folder) || dirname(folder) === folder) return []
  return [...missingFolders(dirname(folder)), folder]
}

function undo(made: readonly { readonly path: string; readonly kind: 'file' | 'directory' }[]): readonly string[] {
  return made.toReversed().flatMap(({ path, kind }) => {
    try {
      if (kind === 'file') unlinkSync(path)
      else rmdirSync(path)
      return []
    } catch {
      return [path]
    }
  })
}

function alreadyThere(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'EEXIST'
}
