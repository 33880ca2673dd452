import { posix } from 'node:path'
import { Failure } from '../failure.ts'
import { byCodeUnit, type Files, isListed } from './files.ts'
import { fields, type Repository, runGit } from './git.ts'

/** The files as git's index has them: what the next commit will hold. Throws a Failure where they cannot be had. */
export function indexFiles(repository: Repository): Files {
  const { blobs, links } = entriesOf(repository)
  // As on the disk, links to files are followed, and links to directories are not.
  for (const [path, blob] of links) {
    const target = contentOf([blob], repository).get(blob)
    const linked = target && blobs.get(posix.join(posix.dirname(path), Buffer.from(target).toString('utf8')))
    if (linked !== undefined) blobs.set(path, linked)
  }
  const folders = new Set(['', '.git'])
  for (const path of blobs.keys()) for (let at = posix.dirname(path); at !== '.'; at = posix.dirname(at)) folders.add(at)
  // In this order what is below a folder stands together.
  const sorted = [...blobs.keys()].sort(byCodeUnit)
  const contents = new Map<string, Uint8Array>()
  return {
    isIndex: true,
    below(directory) {
      const folder = repository.pathOf(directory)
      if (folder === undefined) return []
      const prefix = folder === '' ? '' : `${folder}/`
      const found: string[] = []
      for (let at = firstFrom(prefix, sorted); sorted[at]?.startsWith(prefix); at++) {
        const own = sorted[at]?.slice(prefix.length) ?? ''
        if (isListed(own)) found.push(own)
      }
      return found
    },
    read(path) {
      const file = repository.pathOf(path)
      const blob = file === undefined ? undefined : blobs.get(file)
      if (file === undefined || blob === undefined) return undefined
      if (!contents.has(blob)) {
        // A reader that wants one migration will want them all, and each call of git takes its milliseconds.
        const isSql = (name: string) => /\.sql$/i.test(name)
        const near = `${posix.dirname(posix.dirname(file))}/`
        const wanted = isSql(file)
          ? [...blobs].flatMap(([other, its]) =>
              isSql(other) && (near === './' || other.startsWith(near)) && !contents.has(its) ? [its] : [],
            )
          : []
        for (const [its, content] of contentOf([...new Set([blob, ...wanted])], repository)) contents.set(its, content)
      }
      return contents.get(blob)
    },
    kind(path) {
      const file = repository.pathOf(path)
      if (file === undefined) return undefined
      return blobs.has(file) ? 'file' : folders.has(file) ? 'directory' : undefined
    },
  }
}

/** Index of the first string that is not before another. */
function firstFrom(text: string, sorted: readonly string[]): number {
  let low = 0
  let high = sorted.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (byCodeUnit(sorted[middle] ?? '', text) < 0) low = middle + 1
    else high = middle
  }
  return low
}

/** Object names by path, of files and of symbolic links. Throws a Failure in the middle of a merge. */
function entriesOf({ directory }: Repository): { blobs: Map<string, string>; links: Map<string, string> } {
  const listed = runGit(directory, ['ls-files', '--stage', '--full-name', '-z'])
  // `git add --intent-to-add` puts an empty file into the index that no commit will hold.
  const intended = runGit(directory, ['diff-files', '--name-only', '--diff-filter=A', '-z'])
  if (listed.status !== 0 || intended.status !== 0) throw new Failure("--staged: git could not list the index's files")
  const left = new Set(fields(intended.stdout))
  const blobs = new Map<string, string>()
  const links = new Map<string, string>()
  for (const entry of fields(listed.stdout)) {
    const [, mode = '', blob = '', stage, path = ''] = /^(\d+) (\w+) (\d)\t([\s\S]*)$/.exec(entry) ?? []
    if (stage !== '0') throw new Failure(`--staged: ${path} has conflicts; resolve them and add it`)
    if (left.has(path)) continue
    if (mode.startsWith('100')) blobs.set(path, blob)
    else if (mode === '120000') links.set(path, blob)
  }
  return { blobs, links }
}

function contentOf(blobs: readonly string[], { directory }: Repository): Map<string, Uint8Array> {
  const { status, stdout } = runGit(directory, ['cat-file', '--batch'], `${blobs.join('\n')}\n`)
  const contents = new Map<string, Uint8Array>()
  for (let at = 0; at < stdout.length; ) {
    const end = stdout.indexOf(10, at)
    const header = /^(\w+) blob (\d+)$/.exec(stdout.toString('latin1', at, end))
    if (header === null) break
    const size = Number(header[2])
    contents.set(header[1] ?? '', stdout.subarray(end + 1, end + 1 + size))
    at = end + 1 + size + 1
  }
  if (status !== 0 || contents.size < blobs.length) throw new Failure('--staged: git has lost an object of the index')
  return contents
}
