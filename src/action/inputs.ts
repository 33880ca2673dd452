import { newestPostgres, oldestPostgres, parserNames, transactionModes } from '../config/limits.ts'
import type { LintOptions } from '../contract.ts'
import { Failure } from '../failure.ts'
import { type Threshold, thresholds } from '../severity.ts'

export type Environment = Readonly<Record<string, string | undefined>>

const commenting = ['auto', 'true', 'false'] as const

/** What a workflow gives the Action under `with:`. */
export interface Inputs {
  readonly paths: readonly string[]
  /** As of the command line; without `cwd` and `since`. */
  readonly options: LintOptions
  readonly since: string | undefined
  readonly failOn: Threshold | undefined
  /** Relative to the workspace. */
  readonly workingDirectory: string
  readonly annotations: boolean
  /** auto: where there is an error or a warning and the token may; true: always, and it is an error where it may not. */
  readonly comment: (typeof commenting)[number]
  /** The file to write, relative to the working directory. */
  readonly sarif: string | undefined
  readonly token: string | undefined
}

/** Reads the inputs as the runner hands them over: `fail-on` is INPUT_FAIL-ON. Throws a Failure for a value that is none of its input. */
export function readInputs(env: Environment): Inputs {
  const text = (name: string) => {
    const value = env[`INPUT_${name.toUpperCase()}`]?.trim()
    return value === undefined || value === '' ? undefined : value
  }
  const lines = (name: string) =>
    (text(name) ?? '')
      .split('\n')
      .map((line) => line.trim())
      .filter((line) => line !== '')
  const oneOf = <Choice extends string>(name: string, choices: readonly Choice[]): Choice | undefined => {
    const value = text(name)
    if (value === undefined) return undefined
    const choice = choices.find((one) => one === value)
    if (choice === undefined) throw new Failure(`input ${name}: ${JSON.stringify(value)} is none of ${choices.join(', ')}`)
    return choice
  }
  const [paths, app] = [lines('paths'), lines('app')]
  if (paths.includes('-')) throw new Failure('input paths: - is standard input, and a step has none')
  return {
    paths,
    options: {
      postgres: postgresOf(text('postgres')),
      tool: text('tool'),
      transaction: oneOf('transaction', transactionModes),
      parser: oneOf('parser', parserNames),
      schema: text('schema'),
      config: text('config'),
      stats: text('stats'),
      app: app.length === 0 ? undefined : app,
      deployed: text('deployed'),
      down: oneOf('down', ['true', 'false']) === 'true',
    },
    since: text('since'),
    failOn: oneOf('fail-on', thresholds),
    workingDirectory: text('working-directory') ?? '.',
    annotations: oneOf('annotations', ['true', 'false']) !== 'false',
    comment: oneOf('comment', commenting) ?? 'auto',
    sarif: text('sarif'),
    token: text('github-token'),
  }
}

function postgresOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  const version = Number(text)
  if (/^\d+$/.test(text) && version >= oldestPostgres && version <= newestPostgres) return version
  throw new Failure(
    `input postgres: ${JSON.stringify(text)} is no major version from ${oldestPostgres} to ${newestPostgres}; quote it in YAML`,
  )
}
