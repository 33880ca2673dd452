import { lstatSync, realpathSync } from 'node:fs'
import { basename, dirname, isAbsolute, join, relative, resolve, sep } from 'node:path'
import { Failure } from '../failure.ts'
import { fields, tryGit } from '../read/git.ts'

/**
 * Whoever opens a pull request writes its files, links and configuration, and what is read is quoted in a comment: nothing may be
 * quoted that is not the repository's, such as credentials that other steps have left on the machine. `exempt` are the files that
 * the workflow itself names. With `onlyTracked`, what git does not have is refused too. Throws a Failure.
 */
export function keepInside(
  inputs: readonly string[],
  { workspace, exempt, onlyTracked }: { workspace: string; exempt: readonly string[]; onlyTracked?: string | undefined },
): void {
  const root = realpathSync(workspace)
  const named = new Set(exempt)
  const tracked = onlyTracked === undefined ? undefined : trackedIn(onlyTracked)
  for (const path of inputs) {
    if (named.has(path)) continue
    const real = realOf(path)
    if (real === undefined) continue
    const own = relative(root, real)
    if (leadsOut(own)) {
      throw new Failure(`${relative(workspace, path)}: leads out of the workspace; what is there is not shown`)
    }
    if (isOfGit(own)) {
      throw new Failure(`${relative(workspace, path)}: leads into git's own files, which are not shown`)
    }
    if (tracked !== undefined && !tracked.has(real)) {
      throw new Failure(`${relative(workspace, path)}: is not in git, and under pull_request_target only what git has is shown`)
    }
  }
}

function trackedIn(top: string): ReadonlySet<string> {
  const root = realpathSync(top)
  const paths = tryGit(top, 'ls-files', '-z') ?? Buffer.alloc(0)
  return new Set(fields(paths).map((path) => join(root, ...path.split('/'))))
}

/** Where the Action may write a file: in the workspace, through no link. Throws a Failure. */
export function checkTarget(path: string, cwd: string, workspace: string): void {
  const target = resolve(cwd, path)
  const folder = realOf(dirname(target))
  if (folder === undefined) throw new Failure(`${path}: there is no such folder`)
  const own = relative(realpathSync(workspace), join(folder, basename(target)))
  if (leadsOut(own) || isOfGit(own)) {
    throw new Failure(`${path}: is not in the workspace`)
  }
  if (lstatSync(target, { throwIfNoEntry: false })?.isSymbolicLink())
    throw new Failure(`${path}: is a link, and links are not followed`)
}

/** On another drive a relative path is absolute. */
function leadsOut(own: string): boolean {
  return own === '..' || own.startsWith(`..${sep}`) || isAbsolute(own)
}

function isOfGit(own: string): boolean {
  return own.split(sep).some((name) => name.toLowerCase() === '.git')
}

function realOf(path: string): string | undefined {
  try {
    return realpathSync(path)
  } catch {
    return undefined
  }
}
