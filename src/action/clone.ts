import { spawnSync } from 'node:child_process'
import { tryGit } from '../read/git.ts'
import type { Environment } from './inputs.ts'

/** The repository as actions/checkout left it: often one commit deep. */
export interface Clone {
  readonly directory: string
  /** The commit that a name stands for, where it is there. */
  commitOf(name: string): string | undefined
  /** The parents that a commit names, whether they are there or not. */
  parentsOf(commit: string): readonly string[]
  isAncestor(one: string, of: string): boolean
  mergeBase(one: string, other: string): string | undefined
  isShallow(): boolean
  /** Asks the remote. Returns why it was in vain, in one line, or undefined. */
  fetch(...args: readonly string[]): string | undefined
}

/** Where to fetch from when the clone's own remote does not answer. */
export interface Remote {
  /** `https://github.com` */
  readonly server: string
  /** `owner/name` */
  readonly repository: string
  readonly token: string | undefined
}

/** A clone that can be deepened: by the credentials that actions/checkout left in it, else by the token. */
export function cloneAt(directory: string, remote: Remote | undefined, env: Environment): Clone {
  const text = (...args: readonly string[]) =>
    tryGit(directory, ...args)
      ?.toString('utf8')
      .trim()
  return {
    directory,
    commitOf: (name) => text('rev-parse', '--verify', '--quiet', '--end-of-options', `${name}^{commit}`),
    parentsOf(commit) {
      const [head = ''] = (text('cat-file', 'commit', commit) ?? '').split('\n\n')
      return [...head.matchAll(/^parent ([0-9a-f]+)$/gm)].map(([, parent = '']) => parent)
    },
    isAncestor: (one, of) => tryGit(directory, 'merge-base', '--is-ancestor', one, of) !== undefined,
    mergeBase: (one, other) => text('merge-base', one, other) || undefined,
    isShallow: () => text('rev-parse', '--is-shallow-repository') === 'true',
    fetch(...args) {
      const own = fetchFrom(directory, 'origin', args, env)
      if (own === undefined || remote === undefined) return own
      const url = `${remote.server}/${remote.repository}`
      return fetchFrom(directory, url, args, withGitConfig(env, headerFor(remote))) === undefined ? undefined : own
    },
  }
}

const patience = 300_000

function fetchFrom(directory: string, url: string, args: readonly string[], env: Environment): string | undefined {
  const options = args.filter((arg) => arg.startsWith('--'))
  const wanted = args.filter((arg) => !arg.startsWith('--'))
  const { status, stderr, error } = spawnSync(
    'git',
    ['fetch', '--quiet', '--no-tags', '--no-recurse-submodules', ...options, url, ...wanted],
    {
      cwd: directory,
      env: { ...env, GIT_TERMINAL_PROMPT: '0', LC_ALL: 'C' },
      stdio: ['ignore', 'ignore', 'pipe'],
      encoding: 'utf8',
      timeout: patience,
    },
  )
  if (status === 0) return undefined
  return error?.message ?? stderr.trim().split('\n').at(-1) ?? 'git fetch failed'
}

/** As actions/checkout authenticates; what it left is taken away first: two such headers are refused. */
function headerFor({ server, token }: Remote): readonly (readonly [key: string, value: string])[] {
  const key = `http.${server}/.extraheader`
  const basic = Buffer.from(`x-access-token:${token}`).toString('base64')
  return token === undefined
    ? []
    : [
        [key, ''],
        [key, `AUTHORIZATION: basic ${basic}`],
      ]
}

/** Settings of git for the processes that get this environment (manual, git-config: GIT_CONFIG_COUNT). */
export function withGitConfig(env: Environment, settings: readonly (readonly [key: string, value: string])[]): Environment {
  const before = Number(env.GIT_CONFIG_COUNT ?? 0)
  const pairs = settings.flatMap(([key, value], index) => [
    [`GIT_CONFIG_KEY_${before + index}`, key],
    [`GIT_CONFIG_VALUE_${before + index}`, value],
  ])
  return { ...env, ...Object.fromEntries(pairs), GIT_CONFIG_COUNT: String(before + settings.length) }
}
