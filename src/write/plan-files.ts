import { Failure } from '../failure.ts'
import type { Plan } from '../plan/plan.ts'
import { stagesOf } from '../plan/sql.ts'
import type { Project } from '../read/project.ts'
import type { Tool } from '../read/tool.ts'
import type { Addition, Place, PlanFile } from './form.ts'
import { formNamed } from './forms.ts'
import { partsOf } from './part.ts'

/** A plan as files of the project's migration tool, and what is left to people. */
export interface PlanFiles {
  /** In the order in which they run, relative to the project's directory. */
  readonly files: readonly PlanFile[]
  /** What has to be added to files that are there. */
  readonly additions: readonly Addition[]
  /** What to do besides, each a sentence without a full stop. */
  readonly notes: readonly string[]
}

/**
 * A plan as files of a tool, named after all that is there. Throws a Failure where no name comes after them, or the tool cannot have the files.
 * An empty plan is no files.
 */
export function planFiles(plan: Plan, tool: Tool, place: Place): PlanFiles {
  const form = formNamed(tool.name)
  const parts = partsOf(plan, form.manner(place), place.postgres)
  if (parts.length === 0) return { files: [], additions: [], notes: stagesOf(plan).finally }
  const { files, additions = [], notes = [] } = form.lay(parts, place)
  refuseMisplaced(files, tool, place)
  const last = files.at(-1)?.path ?? ''
  return {
    files,
    additions,
    notes: [
      form.instead?.(place) ?? insteadOf(place),
      ...overtaken(tool, place),
      ...beside(files, tool.name),
      ...notes,
      ...stagesOf(plan).finally.map((note) => `after ${last}: ${note}`),
    ],
  }
}

/** The tool's own reader has to run new steps after all there are, in their order: a name that is cleverer than its tool is found here. */
function refuseMisplaced(files: readonly PlanFile[], tool: Tool, { project }: Place): void {
  const clash = files.find(
    ({ path }, index) => project.files.includes(path) || files.slice(0, index).some((one) => one.path === path),
  )
  if (clash) throw new Failure(`${clash.path}: there is such a file already`)
  const texts = new Map(files.map(({ path, text }) => [path, text]))
  const grown: Project = {
    ...project,
    files: [...project.files, ...texts.keys()].sort(),
    text: (file) => texts.get(file) ?? project.text(file),
    sample: (file) => texts.get(file) ?? project.sample(file),
  }
  const order = tool.read(grown).flatMap(({ kind, file }) => (kind === 'up' ? [file] : []))
  const wanted = files.map(({ path }) => path).filter((path) => order.includes(path))
  const tail = [...new Set(order)].slice(-wanted.length)
  const wrong = wanted.find((path, index) => tail[index] !== path)
  if (wanted.length > 0 && wrong !== undefined) {
    throw new Failure(
      `${wrong}: ${tool.name} would not run it after all that is there, whose names are not of one width; rename it by hand from what plan prints`,
    )
  }
}

/** Throws a Failure where the files of the plan, up to their versions, stand behind the migration already: it was written before. */
export function refuseTwice(files: readonly PlanFile[], tool: Tool, place: Place): void {
  const later = new Map(laterThan(place.replaced, tool, place).map((file) => [withoutDigits(file), file]))
  const there = files.filter(({ path }) => !notForward.test(path)).map(({ path }) => later.get(withoutDigits(path)))
  const [first] = there
  if (first === undefined || there.includes(undefined)) return
  throw new Failure(`${first} and what follows it is this plan already; delete them to have it written anew`)
}

function withoutDigits(path: string): string {
  return path.replaceAll(/\d+/g, '')
}

function laterThan(file: string, tool: Tool, { project }: Place): readonly string[] {
  const order = [...new Set(tool.read(project).flatMap((one) => (one.kind === 'up' ? [one.file] : [])))]
  const at = order.indexOf(file)
  return at < 0 ? [] : order.slice(at + 1)
}

/** Migrations behind the replaced one now run before what comes instead of it. */
function overtaken(tool: Tool, place: Place): readonly string[] {
  const { replaced } = place
  const later = laterThan(replaced, tool, place)
  const [next] = later
  if (next === undefined) return []
  const count = later.length === 1 ? next : `${next} and ${later.length - 1} more`
  return [`${count} came after ${replaced} and will run before these files: see that nothing there needs it`]
}

/** The step's own files: its folder, or what has its name. */
function insteadOf({ project, replaced }: Place): string {
  const folder = /^(.*\/)(?:up|migration)\.sql$/.exec(replaced)?.[1]
  const stem = replaced.replace(/(?:\.up)?\.sql$/, '')
  const own = folder === undefined ? project.files.filter((file) => file === replaced || file.startsWith(`${stem}.`)) : [folder]
  return `delete ${own.length === 0 ? replaced : own.join(', ')}, which these files come instead of, unless it has run anywhere`
}

/** Not run on the way forward by the tool. */
const notForward = /\.psql$|(?:^|\/|\.)down\.sql$|\.toml$|\.conf$/

function beside(files: readonly PlanFile[], tool: string): readonly string[] {
  return files.flatMap(({ path }, index) => {
    if (!path.endsWith('.psql')) return []
    const before = files.slice(0, index).findLast((file) => !notForward.test(file.path))
    const when = before === undefined ? 'first' : `after ${before.path}`
    return [`${tool} cannot run ${path} outside of a transaction: run it with psql, ${when}`]
  })
}
