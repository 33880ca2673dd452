import { dirname, join, relative, sep } from 'node:path'
import { Failure } from '../failure.ts'
import { byCodeUnit, type Files } from './files.ts'
import { type Project, projectOf } from './project.ts'
import type { Tool } from './tool.ts'
import { detectTool, toolNamed } from './tools.ts'

/** A directory of migrations and the tool that runs it. */
export interface Found {
  readonly project: Project
  readonly tool: Tool
  /** Why it is taken for that tool's; undefined where the user said so. */
  readonly because: string | undefined
}

export interface FindOptions {
  readonly files: Files
  readonly cwd: string
  readonly tool?: string
}

/**
 * The migrations that a directory holds: the directory itself, or the one folder below it that bears a tool's sign, or, with none,
 * all SQL files below it. Throws a Failure where several folders could be meant or nothing is there.
 */
export function findIn(directory: string, options: FindOptions): Found {
  const shown = shownPath(directory, options.cwd)
  const here = found(directory, options)
  if (here && (options.tool !== undefined || strengthOf(here, options) > 1)) return here
  const below = candidates(directory, options.files).flatMap((folder) =>
    folder === directory ? [] : (found(folder, options) ?? []),
  )
  const signed = topmost(below.filter((one) => strengthOf(one, options) > 1))
  const [only, ...others] = signed
  if (only && others.length === 0) return only
  if (only) throw several(shown, signed, options.cwd)
  if (here === undefined) throw new Failure(`${shown}: no migrations here (no *.sql file)`)
  return here
}

/** Without a path: the project's migrations, wherever they are below the working directory. */
export function findAnywhere(options: FindOptions): Found {
  const all = candidates(options.cwd, options.files).flatMap((folder) => found(folder, options) ?? [])
  for (const least of [5, 4, 3, 2]) {
    const signed = topmost(all.filter((one) => strengthOf(one, options) >= least))
    const [only, ...others] = signed
    if (only && others.length === 0) return only
    if (only) throw several('this project', signed, options.cwd)
  }
  const named = topmost(all.filter(({ project }) => /(?:^|[\\/])(?:migrations?|migrate)$/.test(project.directory)))
  const [only, ...others] = named
  if (only && others.length === 0) return only
  if (only) throw several('this project', named, options.cwd)
  throw new Failure('no migrations found below this directory; name them: phasewise path/to/migrations')
}

/** The directory of migrations that a single file belongs to, and the file's name in it. */
export function findAround(file: string, options: FindOptions): Found & { readonly file: string } {
  // A step that is a folder of its own, or one kind of script among others, belongs to the folder above.
  const above = /(?:^|[\\/])(?:migration|up|down)\.sql$|[\\/](?:committed|deploy|revert|verify)[\\/][^\\/]+$/.test(file)
  const folders = above ? [dirname(dirname(file)), dirname(file)] : [dirname(file)]
  const holds = folders.flatMap((folder) => {
    const one = found(folder, options)
    const name = relative(folder, file).split(sep).join('/')
    return one?.tool.read(one.project).some((unit) => unit.file === name)
      ? [{ ...one, file: name, strength: strengthOf(one, options) }]
      : []
  })
  const best = holds.reduce<(typeof holds)[number] | undefined>(
    (top, one) => (top === undefined || one.strength > top.strength ? one : top),
    undefined,
  )
  if (best) return best
  const project = projectOf(dirname(file), options.files, (path) => shownPath(path, options.cwd))
  return { project, tool: toolNamed(options.tool ?? 'plain'), because: undefined, file: relative(dirname(file), file) }
}

function found(directory: string, options: FindOptions): Found | undefined {
  const project = projectOf(directory, options.files, (path) => shownPath(path, options.cwd))
  if (options.tool !== undefined) {
    const tool = toolNamed(options.tool)
    return tool.read(project).length > 0 ? { project, tool, because: undefined } : undefined
  }
  const detected = detectTool(project, shownPath(directory, options.cwd))
  return detected && { project, tool: detected.tool, because: detected.sign.because }
}

function strengthOf(one: Found, options: FindOptions): number {
  return options.tool === undefined ? (one.tool.detect(one.project)?.strength ?? 0) : 5
}

/** Folders that hold SQL files, and those one above where a step is a folder of its own. */
function candidates(directory: string, files: Files): readonly string[] {
  const folders = new Set<string>()
  for (const file of files.below(directory)) {
    if (!/\.sql$/i.test(file)) continue
    const parts = file.split('/').slice(0, -1)
    folders.add(join(directory, ...parts))
    if (/(?:^|\/)(?:migration|up|down)\.sql$/.test(file) || /(?:^|\/)(?:committed|deploy|revert|verify)\/[^/]+$/.test(file)) {
      folders.add(join(directory, ...parts.slice(0, -1)))
    }
  }
  return [...folders].sort(byCodeUnit)
}

/** Leaves out folders inside others that are there as well: a tool reads its sub-directories itself. */
function topmost(all: readonly Found[]): readonly Found[] {
  return all.filter(
    ({ project }) =>
      !all.some((other) => other.project !== project && project.directory.startsWith(other.project.directory + sep)),
  )
}

function several(where: string, all: readonly Found[], cwd: string): Failure {
  const list = all.map(({ project, tool }) => `${shownPath(project.directory, cwd)} (${tool.name})`).join(', ')
  return new Failure(`${where}: several directories hold migrations: ${list}; name one of them`)
}

/** As people see it: relative to the working directory, forward slashes. */
export function shownPath(path: string, cwd: string): string {
  const shown = relative(cwd, path).split(sep).join('/')
  return shown === '' ? '.' : shown
}
