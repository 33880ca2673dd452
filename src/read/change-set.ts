import { realpathSync } from 'node:fs'
import { join, sep } from 'node:path'
import type { Change } from '../migration.ts'
import { fields, mergeBaseOf, repositoryOf, tryGit } from './git.ts'

/** The files that differ from the merge base: committed, staged, unstaged and untracked. */
export interface ChangeSet {
  readonly repository: string
  /** The merge base; undefined before the first commit. */
  readonly base: string | undefined
  /** undefined for a file that is as it was. Takes an absolute path. */
  changeOf(path: string): Change | undefined
  /** Every changed path, relative to the repository, with `/`. */
  readonly paths: readonly string[]
}

/** Asks git what changed since the merge base of HEAD and a reference. Throws a Failure where there is no answer. */
export function changesSince(reference: string, directory: string): ChangeSet {
  const repository = repositoryOf(directory, '--since')
  const base = mergeBaseOf(repository, reference, '--since')
  const { changes, deleted } = readChanges(
    tryGit(repository, 'diff', '--name-status', '-z', '-M', '--no-ext-diff', '--no-textconv', base, '--'),
  )
  const untracked = tryGit(repository, 'ls-files', '--others', '--exclude-standard', '-z')
  const untrackedPaths = fields(untracked ?? Buffer.alloc(0))
  for (const path of untrackedPaths) changes.set(path, { kind: 'added' })
  for (const [to, from] of movedByHand(repository, base, deleted, untrackedPaths))
    changes.set(to, { kind: 'renamed', from, edited: false })
  const root = realpathSync(repository)
  return {
    repository,
    base,
    changeOf(path) {
      for (const top of [repository, root]) {
        if (path.startsWith(top + sep))
          return changes.get(
            path
              .slice(top.length + 1)
              .split(sep)
              .join('/'),
          )
      }
      return undefined
    },
    paths: [...changes.keys()].map((path) => join(path)),
  }
}

/** Reads `git diff --name-status -z`. Paths are relative to the repository. */
export function readChanges(diff: Buffer | undefined): { changes: Map<string, Change>; deleted: readonly string[] } {
  const changes = new Map<string, Change>()
  const deleted: string[] = []
  const words = fields(diff ?? Buffer.alloc(0))
  for (let i = 0; i < words.length; ) {
    const status = words[i++] ?? ''
    const path = words[i++] ?? ''
    if (status.startsWith('R') || status.startsWith('C')) {
      const to = words[i++] ?? ''
      changes.set(to, status.startsWith('R') ? { kind: 'renamed', from: path, edited: status !== 'R100' } : { kind: 'added' })
    } else if (status === 'D') deleted.push(path)
    else if (status === 'A') changes.set(path, { kind: 'added' })
    else changes.set(path, { kind: 'edited' })
  }
  return { changes, deleted }
}

/** Files that were moved without telling git: the old one is gone and an untracked one has its content. */
function movedByHand(
  repository: string,
  base: string,
  deleted: readonly string[],
  untracked: readonly string[],
): readonly (readonly [to: string, from: string])[] {
  if (deleted.length === 0 || untracked.length === 0) return []
  const hash = (...args: readonly string[]) =>
    tryGit(repository, ...args)
      ?.toString('utf8')
      .trim()
  const gone = new Map(
    deleted.flatMap((path) => {
      const blob = hash('rev-parse', '--verify', '--quiet', `${base}:${path}`)
      return blob === undefined ? [] : [[blob, path] as const]
    }),
  )
  return untracked.flatMap((path) => {
    const from = gone.get(hash('hash-object', '--no-filters', '--', path) ?? '')
    return from === undefined ? [] : [[path, from] as const]
  })
}
