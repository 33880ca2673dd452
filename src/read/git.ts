import { spawnSync } from 'node:child_process'
import { posix, relative, sep } from 'node:path'
import { Failure } from '../failure.ts'

/** Runs git in a directory, reading only: no hooks, no external diff drivers, no pager. Returns undefined where git says no. */
export function tryGit(directory: string, ...args: readonly string[]): Buffer | undefined {
  const { status, stdout } = runGit(directory, args)
  return status === 0 ? stdout : undefined
}

/** The same with git's exit status (null where it was stopped), and with text for its standard input. */
export function runGit(directory: string, args: readonly string[], input?: string): { status: number | null; stdout: Buffer } {
  const { status, stdout, error } = spawnSync('git', args, {
    cwd: directory,
    // Path patterns mean what their own magic says, whatever the environment has.
    env: {
      ...environmentIn(directory),
      GIT_OPTIONAL_LOCKS: '0',
      GIT_PAGER: 'cat',
      LC_ALL: 'C',
      GIT_LITERAL_PATHSPECS: '0',
      GIT_GLOB_PATHSPECS: '0',
      GIT_NOGLOB_PATHSPECS: '0',
      GIT_ICASE_PATHSPECS: '0',
    },
    maxBuffer: 1 << 30,
    ...(input === undefined ? {} : { input }),
    stdio: [input === undefined ? 'ignore' : 'pipe', 'pipe', 'ignore'],
  })
  if (error && 'code' in error && error.code === 'ENOENT') throw new Failure('git is not installed, or not on the PATH')
  return { status, stdout }
}

const environments = new Map<string, NodeJS.ProcessEnv>()

/**
 * The environment without a GIT_DIR that git finds by itself: hooks of linked worktrees are given it alone, and with it git would
 * take whatever directory it runs in for the top of the worktree (manual, git: GIT_DIR without GIT_WORK_TREE).
 */
function environmentIn(directory: string): NodeJS.ProcessEnv {
  const { GIT_DIR, GIT_WORK_TREE } = process.env
  if (GIT_DIR === undefined || GIT_WORK_TREE !== undefined) return process.env
  const known = environments.get(directory)
  if (known !== undefined) return known
  const { GIT_DIR: _, ...without } = process.env
  const gitDirectory = (env: NodeJS.ProcessEnv) =>
    spawnSync('git', ['rev-parse', '--absolute-git-dir'], {
      cwd: directory,
      env,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }).stdout
  const environment = gitDirectory(without) === gitDirectory(process.env) ? without : process.env
  environments.set(directory, environment)
  return environment
}

/** The fields of git's NUL-separated output. */
export function fields(output: Buffer): readonly string[] {
  return output.toString('utf8').split('\0').slice(0, -1)
}

/** The repository's top directory. Throws a Failure outside one. */
export function repositoryOf(directory: string, option: string): string {
  const top = tryGit(directory, 'rev-parse', '--show-toplevel')
  if (top === undefined) throw new Failure(`${option} needs a git repository, and ${directory} is in none`)
  return top.toString('utf8').replace(/\n$/, '')
}

/** A repository and the way to its paths. */
export interface Repository {
  /** Its top directory. */
  readonly directory: string
  /** A path (absolute, as the caller sees it) as git has it: relative to the top, with `/`; empty for the top; undefined outside. */
  pathOf(path: string): string | undefined
}

/** The repository around a directory; paths may lead there through links. Throws a Failure outside one. */
export function repositoryAround(directory: string, option: string): Repository {
  const top = repositoryOf(directory, option)
  const prefix = tryGit(directory, 'rev-parse', '--show-prefix')?.toString('utf8').replace(/\n$/, '') ?? ''
  return {
    directory: top,
    pathOf(path) {
      const isBelow = path.startsWith(top + sep)
      const own = posix
        .join(
          isBelow ? '' : prefix,
          relative(isBelow ? top : directory, path)
            .split(sep)
            .join('/'),
        )
        .replace(/\/$/, '')
      if (own === '..' || own.startsWith('../') || posix.isAbsolute(own)) return undefined
      return own === '.' ? '' : own
    },
  }
}

/** The commit that a name stands for. Throws a Failure for a name that git does not know. */
export function commitOf(repository: string, reference: string, option: string): string {
  const commit = tryGit(repository, 'rev-parse', '--verify', '--quiet', '--end-of-options', `${reference}^{commit}`)
  if (commit !== undefined) return commit.toString('utf8').trim()
  const hint = isShallow(repository)
    ? '; this clone is shallow: fetch it (actions/checkout with fetch-depth: 0, or git fetch --unshallow)'
    : ''
  throw new Failure(`${option}: git knows no commit "${reference}"${hint}`)
}

/** Where a branch left another. Throws a Failure where the clone does not reach back so far. */
export function mergeBaseOf(repository: string, reference: string, option: string): string {
  const commit = commitOf(repository, reference, option)
  const base = tryGit(repository, 'merge-base', commit, 'HEAD')
  if (base !== undefined) return base.toString('utf8').trim()
  if (isShallow(repository)) {
    throw new Failure(
      `${option}: this clone is shallow and does not reach the merge base with "${reference}"; fetch more history (actions/checkout with fetch-depth: 0, or git fetch --unshallow)`,
    )
  }
  throw new Failure(`${option}: HEAD and "${reference}" have no commit in common`)
}

function isShallow(repository: string): boolean {
  return tryGit(repository, 'rev-parse', '--is-shallow-repository')?.toString('utf8').trim() === 'true'
}
