import { realpathSync, statSync } from 'node:fs'
import { relative, resolve, sep } from 'node:path'
import packageJson from '../../package.json' with { type: 'json' }
import { rules } from '../../rules/index.ts'
import { spareInputs, writeOutput } from '../cli/write-output.ts'
import { loadConfig } from '../config.ts'
import type { LintOptions } from '../contract.ts'
import { Failure } from '../failure.ts'
import { lintReport } from '../lint.ts'
import { repositoryOf, tryGit } from '../read/git.ts'
import { lintJson, locksJson } from '../report/json.ts'
import { codeBlock } from '../report/markdown-text.ts'
import { plainPaint } from '../report/paint.ts'
import { printableJson } from '../report/printable.ts'
import type { LintReport } from '../report/report.ts'
import { lintSarif } from '../report/sarif.ts'
import { lintText } from '../report/text.ts'
import { reaches } from '../severity.ts'
import { type Clone, cloneAt } from './clone.ts'
import { markerFor, postComment } from './comment.ts'
import { type Event, readEvent } from './event.ts'
import { fromTop, lintFromTop, locksFromTop } from './from-top.ts'
import { gitHub, Refusal } from './github.ts'
import { checkTarget, keepInside } from './guard.ts'
import { type Environment, type Inputs, readInputs } from './inputs.ts'
import { countOf, type Write, writeAnnotations, writeGroup, writeMessage, writeOutputs, writeSummary } from './log.ts'
import { commentPage, failurePage, summaryPage } from './page.ts'
import { findStart, referenceOf } from './start.ts'

/**
 * Judges what the event is about and says it on GitHub. Returns the exit code: 0 nothing at or above the threshold, 1 findings,
 * 2 the job could not be done. Executes nothing of the checked-out project.
 */
export async function run(env: Environment, write: Write): Promise<number> {
  let inputs: Inputs | undefined
  let event: Event | undefined
  try {
    inputs = readInputs(env)
    event = readEvent(env)
    return await judge(inputs, event, env, write)
  } catch (error) {
    const message =
      error instanceof Failure
        ? error.message
        : `internal error: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`
    writeMessage(write, 'error', message)
    writeSummary(env, `## phasewise: not judged\n\n${codeBlock(message, '')}`)
    // The comment of an earlier commit would be taken for this one's.
    if (inputs !== undefined && event !== undefined) {
      const marker = markerOf(inputs)
      await comment({ inputs, event, env, write, create: false, marker, body: failurePage(env, event, marker) })
    }
    return 2
  }
}

async function judge(inputs: Inputs, event: Event, env: Environment, write: Write): Promise<number> {
  // git names its files by the real path.
  const workspace = directoryAt(env.GITHUB_WORKSPACE ?? process.cwd())
  const cwd = workspace === undefined ? undefined : directoryAt(resolve(workspace, inputs.workingDirectory))
  if (workspace === undefined || cwd === undefined) {
    throw new Failure(
      `working-directory: ${inputs.workingDirectory} is no directory; does actions/checkout run before phasewise?`,
    )
  }
  if (inputs.sarif !== undefined) checkTarget(inputs.sarif, cwd, workspace)
  const references = await referencesOf(inputs, event, cwd, env, write)
  const report = await lintReport({ ...inputs.options, ...references, paths: inputs.paths, cwd })
  const top = tryGit(cwd, 'rev-parse', '--show-toplevel')?.toString('utf8').trim() ?? workspace
  const { schema, config, stats } = inputs.options
  keepInside(report.inputs, {
    workspace,
    exempt: [schema, config, stats].flatMap((path) => (path === undefined ? [] : [resolve(cwd, path)])),
    onlyTracked: event.name === 'pull_request_target' ? top : undefined,
  })

  const result = lintFromTop(lintJson(report), cwd, top)
  const threshold = inputs.failOn ?? report.failOn ?? 'error'
  const exitCode = result.findings.some(({ severity }) => reaches(severity, threshold)) ? 1 : 0
  writeGroup(write, 'phasewise', lintText(report, plainPaint))
  if (inputs.annotations) {
    const left = writeAnnotations(write, result)
    if (left > 0) write(`${left} more findings than GitHub shows on the lines: they are above and in the summary\n`)
  }
  if (inputs.sarif !== undefined) writeSarif(inputs.sarif, report, { cwd, top, exitCode })
  const subject = {
    result,
    locks: locksFromTop(locksJson(report), cwd, top),
    event,
    directory: fromTop('.', cwd, top),
    env,
  }
  writeSummary(env, summaryPage(subject))
  const marker = markerOf(inputs)
  const create = inputs.comment === 'true' || result.findings.some(({ severity }) => reaches(severity, 'warning'))
  const url = await comment({ inputs, event, env, write, create, marker, body: commentPage(subject, marker) })
  writeOutputs(env, {
    errors: String(countOf(result, 'error')),
    warnings: String(countOf(result, 'warning')),
    notes: String(countOf(result, 'note')),
    sarif: inputs.sarif === undefined ? '' : relative(workspace, resolve(cwd, inputs.sarif)).split(sep).join('/'),
    'comment-url': url ?? '',
  })
  return exitCode
}

function directoryAt(path: string): string | undefined {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true ? realpathSync(path) : undefined
}

/** The commits that are compared, there to be read. Without `since` all is judged. */
async function referencesOf(
  { since: name, options, token }: Inputs,
  event: Event,
  cwd: string,
  env: Environment,
  write: Write,
): Promise<Pick<LintOptions, 'since' | 'deployed'>> {
  const start = name === undefined ? event.start : ({ kind: 'reference', name } as const)
  const running = options.deployed ?? (await loadConfig(rules, { cwd, file: options.config })).config.app?.deployed
  const clone = start === undefined && running === undefined ? undefined : cloneOf(cwd, token, env)
  const since = clone === undefined || start === undefined ? undefined : findStart(start, clone)
  write(since === undefined ? 'all migrations are judged: the event names no change\n' : `judging what is new since ${since}\n`)
  // A name that git knows is shown as it is in messages.
  const isThere = clone === undefined || running === undefined || clone.commitOf(running) !== undefined
  return { since, deployed: isThere ? options.deployed : referenceOf(running, clone) }
}

function cloneOf(cwd: string, token: string | undefined, env: Environment): Clone {
  const { GITHUB_SERVER_URL: server, GITHUB_REPOSITORY: repository } = env
  const remote = server === undefined || repository === undefined ? undefined : { server, repository, token }
  try {
    return cloneAt(repositoryOf(cwd, 'a change set'), remote, env)
  } catch (error) {
    if (!(error instanceof Failure)) throw error
    throw new Failure(`${error.message}; actions/checkout makes one where git is installed`)
  }
}

function writeSarif(
  path: string,
  report: LintReport & { inputs: readonly string[] },
  place: { cwd: string; top: string; exitCode: number },
) {
  const { cwd, top, exitCode } = place
  spareInputs([{ format: 'sarif', path }], report.inputs, cwd)
  const files = [...new Set(report.migrations.map(({ file }) => fromTop(file, cwd, top)))]
  const log = lintSarif(lintFromTop(lintJson(report), cwd, top), { rules, files, exitCode, version: packageJson.version })
  writeOutput(path, `${printableJson(log)}\n`, cwd)
}

/** Steps that judge the same thing share a comment from commit to commit; others have their own. */
function markerOf({ workingDirectory, paths, options }: Inputs): string {
  return markerFor([workingDirectory, options.config ?? '', ...paths])
}

interface Commenting {
  readonly inputs: Inputs
  readonly event: Event
  readonly env: Environment
  readonly write: Write
  readonly create: boolean
  readonly marker: string
  readonly body: string
}

/** Writes the comment, or says why there is none: a token that may only read is usual, for pull requests from forks. Throws a Failure where the workflow insists. */
async function comment({ inputs, event, env, write, create, marker, body }: Commenting): Promise<string | undefined> {
  const { pullRequest } = event
  const { GITHUB_API_URL: api, GITHUB_GRAPHQL_URL: graphql = `${api}/graphql`, GITHUB_REPOSITORY: repository } = env
  const { token } = inputs
  if (inputs.comment === 'false' || pullRequest === undefined) return undefined
  if (token === undefined || api === undefined || repository === undefined) {
    if (inputs.comment === 'true') throw new Failure('a comment needs the input github-token')
    return undefined
  }
  const github = gitHub({ api, graphql, repository, token, version: packageJson.version })
  try {
    return await postComment(github, { pullRequest, marker, body, create })
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    const mayNot = error.status === 401 || error.status === 403 || error.status === 404
    const why = mayNot ? ': the token may not write comments (permissions: pull-requests: write; from forks it never may)' : ''
    const message = `no comment: ${error.message}${why}`
    if (inputs.comment === 'true' && create) throw new Failure(message)
    if (mayNot) write(`${message}; annotations and the summary hold everything\n`)
    else writeMessage(write, 'warning', `${message}; annotations and the summary hold everything`)
    return undefined
  }
}
