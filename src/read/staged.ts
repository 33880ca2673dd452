import { Failure } from '../failure.ts'
import { type ChangeSet, readChanges } from './change-set.ts'
import type { Files } from './files.ts'
import { fields, mergeBaseOf, type Repository, repositoryAround, runGit, tryGit } from './git.ts'
import { indexFiles } from './git-index.ts'

/** What the next commit will hold, read from git's index. */
export interface Staged {
  readonly files: Files
  /** The change set that the commit belongs to: everything between what is merged and the index. */
  readonly changes: ChangeSet
  /** Whether the commit adds or changes a file. Takes an absolute path. */
  isStaged(path: string): boolean
  /** Paths that the commit adds or changes, relative to the repository, with `/`. */
  readonly paths: readonly string[]
}

const option = '--staged'

/**
 * Asks git what is staged. `since`: the branch that the commit's branch left; without it the remote's default branch, where there is
 * one: what an earlier commit of the same branch created is new, too. Throws a Failure where there is no answer.
 */
export function stagedIn(directory: string, since: string | undefined): Staged {
  const repository = repositoryAround(directory, option)
  const head = has(repository, 'HEAD') ? 'HEAD' : emptyTree(repository)
  const base = head === 'HEAD' ? baseOf(repository, since) : undefined
  // What a merge brings in has been committed elsewhere: only what differs from both parents is this commit's.
  const parents = [head, ...(has(repository, 'MERGE_HEAD') ? ['MERGE_HEAD'] : [])]
  const [first = [], ...others] = parents.map((parent) => namesOf(parent, repository))
  const staged = new Set(first.filter((path) => others.every((names) => names.includes(path))))
  const { changes } = readChanges(compare(['--name-status', '-M', base ?? head], repository))
  const lookUp = <Value>(path: string, find: (own: string) => Value): Value | undefined => {
    const own = repository.pathOf(path)
    return own === undefined ? undefined : find(own)
  }
  return {
    files: indexFiles(repository),
    changes: {
      repository: repository.directory,
      base,
      changeOf: (path) => lookUp(path, (own) => changes.get(own)),
      paths: [...changes.keys()],
    },
    isStaged: (path) => lookUp(path, (own) => staged.has(own)) ?? false,
    paths: [...staged],
  }
}

function namesOf(parent: string, repository: Repository): readonly string[] {
  return fields(compare(['--name-only', '--no-renames', '--diff-filter=d', parent], repository))
}

/** Compares the index with a commit. Throws a Failure where git cannot: no answer is not the same as no change. */
function compare(args: readonly string[], { directory }: Repository): Buffer {
  const flags = ['diff', '--cached', '-z', '--no-ext-diff', '--no-textconv', '--ignore-submodules']
  const { status, stdout } = runGit(directory, [...flags, ...args, '--'])
  if (status !== 0) throw new Failure(`${option}: git could not compare the index with ${args.at(-1)}`)
  return stdout
}

function has({ directory }: Repository, reference: string): boolean {
  return tryGit(directory, 'rev-parse', '--verify', '--quiet', `${reference}^{commit}`) !== undefined
}

function emptyTree({ directory }: Repository): string {
  return runGit(directory, ['hash-object', '-t', 'tree', '--stdin'], '').stdout.toString('utf8').trim()
}

/** Where the branch left what is merged; HEAD where nothing tells. */
function baseOf(repository: Repository, since: string | undefined): string {
  if (since !== undefined) return mergeBaseOf(repository.directory, since, '--since')
  for (const name of ['remotes/origin/HEAD', 'remotes/origin/main', 'remotes/origin/master', 'heads/main', 'heads/master']) {
    const base = has(repository, `refs/${name}`) ? tryGit(repository.directory, 'merge-base', `refs/${name}`, 'HEAD') : undefined
    if (base !== undefined) return base.toString('utf8').trim()
  }
  return 'HEAD'
}
