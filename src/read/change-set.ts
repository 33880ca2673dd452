import { realpathSync } from 'node:fs'
import { join, sep } from 'node:path'
import type { Change } from '../migration.ts'
import { fields, mergeBaseOf, repositoryOf, tryGit } from './git.ts'

/** The files that differ from the merge base: committed, staged, unstaged and untracked. */
export interface ChangeSet {
  readonly repository: string
  readonly base: string
  /** undefined for a file that is as it was. Takes an absolute path. */
  changeOf(path: string): Change | undefined
  /** Every changed path, relative to the repository, with `/`. */
  readonly paths: readonly string[]
}

/** Asks git what changed since the merge base of HEAD and a reference. Throws a Failure where there is no answer. */
export function changesSince(reference: string, directory: string): ChangeSet {
  const repository = repositoryOf(directory, '--since')
  const base = mergeBaseOf(repository, reference, '--since')
  const changes = new Map<string, Change>()
  const diff = tryGit(repository, 'diff', '--name-status', '-z', '-M', '--no-ext-diff', '--no-textconv', base, '--')
  const words = fields(diff ?? Buffer.alloc(0))
  for (let i = 0; i < words.length; ) {
    const status = words[i++] ?? ''
    const path = words[i++] ?? ''
    if (status.startsWith('R') || status.startsWith('C')) {
      const to = words[i++] ?? ''
      changes.set(to, status.startsWith('R') ? { kind: 'renamed', from: path, edited: status !== 'R100' } : { kind: 'added' })
    } else if (status === 'A') changes.set(path, { kind: 'added' })
    else if (status !== 'D') changes.set(path, { kind: 'edited' })
  }
  const untracked = tryGit(repository, 'ls-files', '--others', '--exclude-standard', '-z')
  for (const path of fields(untracked ?? Buffer.alloc(0))) changes.set(path, { kind: 'added' })
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
