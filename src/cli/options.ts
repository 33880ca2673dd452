import { type Command, InvalidArgumentError, Option } from 'commander'
import { newestPostgres, oldestPostgres, parserNames, transactionModes } from '../config/limits.ts'
import { Failure } from '../failure.ts'
import type { ParserName } from '../grammar/grammar.ts'
import type { LintOptions } from '../lint.ts'
import type { TransactionMode } from '../migration.ts'
import { isLintFormat } from '../report/formats.ts'
import type { Terminal } from './terminal.ts'
import { warmUp } from './warm.ts'

/** Options of every command that reads migrations, as commander hands them over. */
export interface ReadingOptions {
  readonly postgres?: number
  readonly tool?: string
  readonly transaction?: TransactionMode
  readonly parser?: ParserName
  readonly config?: string
  readonly schema?: string
  readonly since?: string
  readonly staged?: boolean
  readonly app?: readonly string[]
  readonly deployed?: string
  readonly down?: boolean
  readonly stats?: string
  readonly stdinFilename?: string
  readonly format: string
  readonly color?: boolean
}

export function addReadingOptions(command: Command): Command {
  return addHistoryOptions(addPostgres(command))
    .option('--down', 'judge the down migrations instead')
    .option('--stats <file>', 'table sizes, written by phasewise stats')
    .option(
      '--app <glob>',
      'application code that uses the database; may be repeated',
      (glob, before: readonly string[] = []) => [...before, glob],
    )
    .option('--deployed <git-ref>', 'the application code that runs now; the merge base with --since, or HEAD, by default')
}

/** Options that say which migrations there are and how they are run. */
export function addHistoryOptions(command: Command): Command {
  return addColour(
    command
      .option('--tool <name>', 'migration tool; found from the files by default')
      .addOption(
        new Option('--transaction <mode>', 'how the runner of plain SQL files sends them').choices([...transactionModes]),
      )
      .addOption(parserOption())
      .option('--schema <file>', 'a pg_dump of the schema before the first migration')
      .option('--since <git-ref>', 'judge only migrations added or changed since the merge base; the rest is context')
      .option('--config <file>', 'configuration file; the nearest phasewise.json by default')
      .option('--stdin-filename <name>', 'the migration that the text read from the path - will be: it is judged in its place'),
  )
}

export function addPostgres(command: Command): Command {
  return command.option(
    '--postgres <major>',
    `PostgreSQL's major version, ${oldestPostgres} to ${newestPostgres}; 15 by default`,
    (text) => {
      const version = Number(text)
      if (/^\d+$/.test(text) && version >= oldestPostgres && version <= newestPostgres) return version
      throw new InvalidArgumentError(`It must be a major version from ${oldestPostgres} to ${newestPostgres}.`)
    },
  )
}

/** For commands that look at change sets; reads the index, which the others have no use for. */
export function stagedOption(): Option {
  return new Option('--staged', "judge only what the next commit adds or changes, as git's index has it")
}

/** Which parser reads the SQL; why there are two is in docs/parsers.md. */
export function parserOption(): Option {
  return new Option('--parser <name>', "what parses the SQL; PostgreSQL's own grammar by default").choices([...parserNames])
}

/** The pair is undefined unless one of them is given: then the environment and the output decide. */
export function addColour(command: Command): Command {
  return command.option('--color', 'colour the output even if it is no terminal').option('--no-color', 'do not colour the output')
}

/** `--format` of commands that print one result. */
export function formatOption(formats: readonly string[]): Option {
  return new Option('--format <format>', `how to print the result: ${formats.join(', ')}`).default('text').argParser((text) => {
    if (formats.includes(text)) return text
    const [name = '', file] = text.split('=')
    const choices = `Allowed choices are ${formats.join(', ')}`
    if (formats.includes(name) && file !== undefined)
      throw new InvalidArgumentError(`Only lint writes files; redirect the output: --format ${name} > ${file}`)
    throw new InvalidArgumentError(isLintFormat(name) ? `It is a format of lint alone. ${choices}.` : `${choices}.`)
  })
}

/** Turns a command line into what the job takes; reads standard input where the path `-` asks for it. Throws a Failure on bad usage. */
export async function jobOf(
  paths: readonly string[],
  options: Omit<ReadingOptions, 'format'>,
  terminal: Terminal,
): Promise<LintOptions> {
  const { postgres, tool, transaction, parser, config, schema, since, staged, app, deployed, down, stats, stdinFilename } =
    options
  if (parser !== 'pgsql-ast-parser') warmUp()
  const job: LintOptions = {
    paths,
    cwd: terminal.cwd,
    postgres,
    tool,
    transaction,
    parser,
    config,
    schema,
    since,
    staged,
    app,
    deployed,
    down,
    stats,
  }
  if (staged === true && paths.includes('-'))
    throw new Failure('--staged reads the index, and the path - standard input: choose one')
  if (!paths.includes('-')) {
    if (stdinFilename === undefined) return job
    throw new Failure('--stdin-filename needs the path -: phasewise --stdin-filename migrations/1_a.sql - < file')
  }
  if (paths.filter((path) => path === '-').length > 1) throw new Failure('the path - can be given only once')
  const { decode } = await import('../read/source.ts')
  return { ...job, stdin: { filename: stdinFilename, text: decode(await terminal.stdin(), stdinFilename ?? 'stdin.sql') } }
}
