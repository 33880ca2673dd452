import { lstatSync, readFileSync, realpathSync } from 'node:fs'
import { join, relative, sep } from 'node:path'
import type { Code, CodeChange } from '../application/application.ts'
import { isLeftOut } from '../application/left-out.ts'
import { pathspecsOf } from '../application/pathspec.ts'
import { Failure } from '../failure.ts'
import type { Files } from './files.ts'
import { commitOf, fields, repositoryOf, runGit } from './git.ts'

export interface CodeOptions {
  /** Patterns of the application's files, relative to `directory`. */
  readonly globs: readonly string[]
  readonly directory: string
  /** What the code that runs now was built from. */
  readonly deployed: string
  /** The option or setting that a Failure is about. */
  readonly option: string
  /** Paths (absolute) that are no application code, such as the migrations that are judged. */
  readonly isMigration: (path: string) => boolean
  /** git's index, to take the code of now from; the working tree without it. */
  readonly index?: Files | undefined
}

/** The application's code as a commit has it, read from git's objects. Throws a Failure where there is no such code. */
export function codeAt(options: CodeOptions): Code {
  const { repository, specs } = placesOf(options)
  const commit = commitOf(repository, options.deployed, options.option)
  const blobs = blobsOf(repository, commit, specs, options)
  if (blobs.size === 0) {
    throw new Failure(`${options.option}: no file of ${options.deployed} matches ${options.globs.join(', ')}`)
  }
  const asked = new Set<string>()
  const texts = new Map<string, string>()
  return {
    deployed: /[0-9a-f]{40}/.test(options.deployed) ? commit.slice(0, 9) : `${options.deployed} (${commit.slice(0, 9)})`,
    globs: options.globs,
    files: blobs.size,
    textsWith(spellings) {
      const unknown = spellings.filter((spelling) => !asked.has(spelling))
      if (unknown.length > 0) {
        const found = filesWith(unknown, repository, commit, specs).filter((path) => blobs.has(path) && !texts.has(path))
        for (const [path, text] of textsOf(found, blobs, repository)) texts.set(path, text)
        for (const spelling of unknown) asked.add(spelling)
      }
      return texts
    },
  }
}

/** What the working tree, or the index, has changed in the application's code since a commit; files that git does not follow yet are new. */
export function codeChangeSince(base: string, before: Code, options: CodeOptions): CodeChange {
  const { repository, specs } = placesOf(options)
  const diff = [
    'diff',
    '-U0',
    '--no-color',
    '--no-ext-diff',
    '--no-textconv',
    '--no-renames',
    '--no-prefix',
    '--ignore-submodules',
  ]
  const { status, stdout } = runGit(repository, [
    '-c',
    'core.quotePath=false',
    '-c',
    'diff.suppressBlankEmpty=false',
    ...diff,
    ...(options.index === undefined ? [] : ['--cached']),
    base,
    '--',
    ...specs,
  ])
  const others = runGit(repository, ['ls-files', '--others', '--exclude-standard', '-z', '--', ...specs])
  if (status !== 0 || others.status !== 0) throw new Failure(`${options.option}: git could not compare the code with ${base}`)
  const { removed, added } = changedLines(stdout.toString('utf8'))
  if (options.index === undefined) for (const path of fields(others.stdout)) added.set(path, 'all')
  const now = new Map<string, { text: string; lines: ReadonlySet<number> }>()
  for (const [path, lines] of added) {
    if (isLeftOut(path) || options.isMigration(join(repository, path))) continue
    const text = options.index === undefined ? readText(join(repository, path)) : textIn(options.index, join(repository, path))
    if (text === undefined) continue
    now.set(path, { text, lines: lines === 'all' ? new Set(text.split('\n').map((_, index) => index + 1)) : lines })
  }
  return { before, removed, added: now }
}

function placesOf({ globs, directory, option }: CodeOptions): { repository: string; specs: readonly string[] } {
  const repository = repositoryOf(directory, option)
  const below = relative(realpathSync(repository), realpathSync(directory)).split(sep).join('/')
  const specs = pathspecsOf(globs, below)
  if (specs === undefined) throw new Failure(`${option}: ${globs.join(', ')} points out of the repository`)
  return { repository, specs }
}

/** Object names of the application's files, by path. A comparison with the empty tree lists what path patterns select. */
function blobsOf(repository: string, commit: string, specs: readonly string[], options: CodeOptions): Map<string, string> {
  const empty = runGit(repository, ['hash-object', '-t', 'tree', '--stdin'], '').stdout.toString('utf8').trim()
  const { status, stdout } = runGit(repository, [
    'diff-tree',
    '-r',
    '-z',
    '--raw',
    '--no-renames',
    '--no-abbrev',
    empty,
    commit,
    '--',
    ...specs,
  ])
  if (status !== 0) throw new Failure(`${options.option}: git could not list the files of ${options.deployed}`)
  const blobs = new Map<string, string>()
  const words = fields(stdout)
  for (let i = 0; i + 1 < words.length; i += 2) {
    const [, mode = '', , blob = ''] = (words[i] ?? '').split(' ')
    const path = words[i + 1] ?? ''
    // Neither submodules nor links are code.
    if (!mode.startsWith('100') || isLeftOut(path) || options.isMigration(join(repository, path))) continue
    blobs.set(path, blob)
  }
  return blobs
}

function filesWith(
  spellings: readonly string[],
  repository: string,
  commit: string,
  specs: readonly string[],
): readonly string[] {
  const patterns = spellings.flatMap((spelling) => ['-e', spelling])
  const flags = ['-l', '-z', '-I', '-F', '--no-color', '--no-recurse-submodules', '--full-name']
  const { status, stdout } = runGit(repository, ['grep', ...flags, ...patterns, commit, '--', ...specs])
  // 1 is git's word for nothing found; anything else would turn a failure into an all-clear.
  if (status !== 0 && status !== 1) throw new Failure(`git grep failed in ${commit.slice(0, 9)}`)
  return fields(stdout).map((path) => path.slice(commit.length + 1))
}

function* textsOf(paths: readonly string[], blobs: ReadonlyMap<string, string>, repository: string): Generator<[string, string]> {
  if (paths.length === 0) return
  const names = paths.map((path) => blobs.get(path) ?? '')
  const { status, stdout } = runGit(repository, ['cat-file', '--batch'], `${names.join('\n')}\n`)
  if (status !== 0) throw new Failure('git cat-file failed')
  let at = 0
  for (const path of paths) {
    const end = stdout.indexOf(10, at)
    const size = Number(/ blob (\d+)$/.exec(stdout.toString('latin1', at, end))?.[1])
    if (!Number.isInteger(size)) throw new Failure(`git has lost the object of ${path}`)
    yield [path, stdout.toString('utf8', end + 1, end + 1 + size)]
    at = end + 1 + size + 1
  }
}

/** Lines of a `-U0` diff that are gone (numbered as before) and new (as now), by path. */
export function changedLines(diff: string): { removed: Map<string, Set<number>>; added: Map<string, Set<number> | 'all'> } {
  const removed = new Map<string, Set<number>>()
  const added = new Map<string, Set<number> | 'all'>()
  let from = ''
  let to = ''
  let left = 0
  for (const line of diff.split('\n')) {
    if (left > 0) {
      if (/^[-+]/.test(line)) left--
      continue
    }
    if (line.startsWith('--- ')) from = pathIn(line)
    else if (line.startsWith('+++ ')) to = pathIn(line)
    const hunk = /^@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@/.exec(line)
    if (hunk === null) continue
    const [start, count] = [Number(hunk[1]), Number(hunk[2] ?? 1)]
    const [newStart, newCount] = [Number(hunk[3]), Number(hunk[4] ?? 1)]
    left = count + newCount
    if (count > 0) removed.set(from, union(removed.get(from), start, count))
    const known = added.get(to)
    if (newCount > 0) added.set(to, union(known === 'all' ? undefined : known, newStart, newCount))
  }
  return { removed, added }
}

/** The path of a `---` or `+++` line: git puts a tab behind one with blanks, and quotes one with control characters. */
function pathIn(line: string): string {
  const path = line.slice(4).replace(/\t$/, '')
  if (!path.startsWith('"')) return path
  return path.slice(1, -1).replace(/\\(["\\tn])/g, (_, character: string) => ({ t: '\t', n: '\n' })[character] ?? character)
}

function union(known: Set<number> | undefined, start: number, count: number): Set<number> {
  const all = known ?? new Set<number>()
  for (let line = start; line < start + count; line++) all.add(line)
  return all
}

function textIn(index: Files, path: string): string | undefined {
  const bytes = index.read(path)
  return bytes === undefined || bytes.includes(0) ? undefined : Buffer.from(bytes).toString('utf8')
}

function readText(path: string): string | undefined {
  try {
    if (!lstatSync(path).isFile()) return undefined
    const bytes = readFileSync(path)
    return bytes.includes(0) ? undefined : bytes.toString('utf8')
  } catch {
    return undefined
  }
}
