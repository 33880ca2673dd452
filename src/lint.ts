import { isAbsolute, relative, resolve, sep } from 'node:path'
import { rules as allRules } from '../rules/index.ts'
import { type Analysis, analyze } from './analyze.ts'
import { type Application, applicationOf } from './application/application.ts'
import { namesIn } from './application/names-in.ts'
import { applyBaseline, baselineFile, baselineOf, readBaseline, writeBaseline } from './baseline.ts'
import { newestPostgres, oldestPostgres, parserNames, transactionModes } from './config/limits.ts'
import { didYouMean } from './config/nearest.ts'
import { type LoadedConfig, loadConfig, severitiesOf } from './config.ts'
import type { LintOptions as LibraryOptions } from './contract.ts'
import { contractDebt, debtFindings, debtOf } from './debt.ts'
import { Failure } from './failure.ts'
import type { Finding } from './finding.ts'
import { fold } from './fold.ts'
import type { ParserName } from './grammar/grammar.ts'
import type { Migration, TransactionMode } from './migration.ts'
import { type ChangeSet, changesSince } from './read/change-set.ts'
import { codeAt, codeChangeSince } from './read/code.ts'
import type { Files } from './read/files.ts'
import { shownPath } from './read/find.ts'
import { type History, readMigrations, readSchema } from './read/read.ts'
import { stagedIn } from './read/staged.ts'
import { tools } from './read/tools.ts'
import type { LintReport, LocksReport } from './report/report.ts'
import { isOff, severityOf, type Threshold } from './severity.ts'
import { readSizes, sizeUp, smallTable } from './size.ts'
import { suppress } from './suppress.ts'

export interface LintOptions extends LibraryOptions {
  /** Migration files, directories or globs; `-` for `stdin`. Without any: the configuration's, else those found under `cwd`. */
  readonly paths?: readonly string[] | undefined
  /** Told what comes next when the migrations are read and before they are judged. */
  readonly progress?: ((step: string) => void) | undefined
}

/** The oldest major version that is still supported: what holds there holds everywhere. */
export const assumedPostgres = 15

/** What a command needs beside the report. */
export interface Outcome {
  /** The configuration's. */
  readonly failOn: Threshold | undefined
  /** The files that were read, context and configuration too, as absolute paths. */
  readonly inputs: readonly string[]
  /** All that was found and not silenced, what is told once of several as often as it was found. */
  readonly all: readonly Finding[]
}

/** Reads, judges, and applies comments and the baseline. Throws a Failure where the job cannot be done. Files come from the disk where nothing else is given. */
export async function lintReport(options: LintOptions, files?: Files): Promise<LintReport & Outcome> {
  const { report, loaded, left, findings, allowed, cwd, history, statsPath } = await judgeAndAllow(options, files)
  const { analysis, ...rest } = report
  const path = baselinePath(loaded, cwd)
  const besides = [options.schema, loaded.file, statsPath, path].filter((file) => file !== undefined)
  const inputs = [...history.migrations.map(({ file }) => file), ...besides].map((file) => resolve(cwd, file))
  const baseline = readBaseline(path, shownPath(path, cwd))
  const common = { ...rest, judged: analysis.judged, failOn: loaded.config.failOn, inputs }
  if (baseline === undefined) return { ...common, findings, allowed, all: left }
  const judged = new Set(report.migrations.map(({ file }) => file))
  const accepted = applyBaseline(findings, baseline, shownPath(path, cwd), judged)
  return {
    ...common,
    findings: accepted.findings,
    allowed: [...allowed, ...accepted.allowed],
    baseline: { file: shownPath(path, cwd), stale: accepted.stale },
    all: applyBaseline(left, baseline, shownPath(path, cwd), judged).findings,
  }
}

/** Writes today's errors and warnings into the baseline. Throws a Failure where the job cannot be done or the file is something else. */
export async function acceptFindings(
  options: LintOptions,
): Promise<{ shown: string; accepted: number; added: number; dropped: number }> {
  const { report, loaded, findings, cwd } = await judgeAndAllow(options)
  const path = baselinePath(loaded, cwd)
  const shown = shownPath(path, cwd)
  const before = readBaseline(path, shown)?.findings ?? []
  const judged = new Set(report.migrations.map(({ file }) => file))
  const now = baselineOf(findings)
  // What was not looked at this time stays accepted.
  const kept = before.filter(({ file }) => !judged.has(file))
  writeBaseline(path, { version: 1, findings: [...kept, ...now.findings] })
  const known = new Set(before.map(({ fingerprint }) => fingerprint))
  const added = now.findings.filter(({ fingerprint }) => !known.has(fingerprint)).length
  const accepted = kept.length + now.findings.length
  return { shown, accepted, added, dropped: before.length + added - accepted }
}

async function judgeAndAllow(options: LintOptions, files?: Files) {
  const { report, loaded, severity, cwd, history } = await judge(options, allRules, files)
  const sized = options.stats ?? loaded.config.stats
  const statsPath = sized === undefined ? undefined : resolve(options.stats === undefined ? loaded.directory : cwd, sized)
  const { olderThan } = loaded.config.debt ?? {}
  const debts =
    olderThan === undefined
      ? []
      : debtFindings(debtOf(report.analysis.catalog, history.migrations), olderThan, (file) =>
          severity(contractDebt, 'breaks clients', 'possible', file),
        )
  const judged = new Set(report.migrations.map(({ file }) => file))
  const found = [...report.analysis.findings, ...debts.filter(({ file }) => judged.has(file))]
  const sizes = statsPath === undefined ? undefined : readSizes(statsPath, shownPath(statsPath, cwd))
  const findings =
    sizes === undefined ? found : found.map((finding) => sizeUp(finding, sizes, loaded.config.smallTable ?? smallTable))
  const { findings: left, allowed } = suppress(findings, report.migrations, { rules: allRules, severityOf: severity })
  return { report, loaded, cwd, left, findings: fold(left, allowed), allowed, history, statsPath }
}

function baselinePath({ config, directory }: LoadedConfig, cwd: string): string {
  return resolve(directory ?? cwd, config.baseline ?? baselineFile)
}

/** What every statement locks and does, without a judgement. Throws a Failure where the job cannot be done. */
export async function locksReport(options: LintOptions): Promise<LocksReport> {
  const { report } = await judge(options, new Map())
  const { analysis, ...rest } = report
  return { ...rest, judged: analysis.judged }
}

async function judge(options: LintOptions, rules: typeof allRules, from?: Files) {
  const { cwd, loaded, postgres, parser, changes, history, files } = await readJob(options, from)
  const severities = severitiesOf(loaded, cwd)
  const severity = (...[rule, hazard, certainty, file]: Parameters<Parameters<typeof analyze>[1]['severityOf']>) =>
    severityOf(rule, hazard, certainty, file, severities)
  const asked = history.migrations.filter(history.asked)
  const migrations = asked.filter(history.reported)
  options.progress?.(`judging ${history.migrations.length} migrations`)
  const analysis: Analysis = analyze(history.migrations, {
    postgres: postgres ?? assumedPostgres,
    rules: new Map([...rules].filter(([id, rule]) => !isOff(id, rule.hazard, severities))),
    severityOf: severity,
    // Where everything is asked for, each migration is deployed by itself; where there is context, what is asked for goes together.
    ...(changes !== undefined || asked.length < history.migrations.length ? { reported: history.asked } : {}),
    application:
      rules.size === 0 || migrations.length === 0 ? undefined : applicationAt(options, loaded, changes, history, cwd, files),
    ...(options.schema === undefined ? {} : { schema: await readSchema(options.schema, cwd, parser) }),
  })
  const report = {
    tool: history.tool,
    found: history.found,
    postgres: postgres ?? assumedPostgres,
    postgresAssumed: postgres === undefined,
    migrations,
    ...only(analysis, asked.length === migrations.length ? undefined : new Set(migrations)),
  }
  return { report, loaded, severity, cwd, history }
}

/** What was said of some of the migrations. */
function only(
  analysis: Analysis,
  migrations: ReadonlySet<Migration> | undefined,
): Pick<Analysis, 'phases'> & { analysis: Analysis } {
  if (migrations === undefined) return { phases: analysis.phases, analysis }
  const files = new Set([...migrations].map(({ file }) => file))
  const phases = analysis.phases.filter(({ migration }) => migrations.has(migration))
  const judged = analysis.judged.filter(({ migration }) => migrations.has(migration))
  const findings = analysis.findings.filter(({ file }) => files.has(file))
  return { phases, analysis: { ...analysis, phases, judged, findings } }
}

/** Reads what the options and the configuration ask for. Throws a Failure where the job cannot be done. */
export async function readJob(options: LintOptions, files?: Files) {
  const cwd = resolve(options.cwd ?? process.cwd())
  const loaded = await loadConfig(allRules, { cwd, file: options.config })
  const { config } = loaded
  const postgres = postgresOf(options.postgres ?? config.postgres)
  const tool = toolOf(options.tool, loaded, cwd)
  const transaction = transactionOf(options.transaction ?? config.transaction)
  const parser = parserOf(options.parser ?? config.parser)
  const named = options.paths ?? []
  const paths =
    named.length > 0 ? named : await Promise.all((config.paths ?? []).map((path) => inDirectory(path, loaded.directory, cwd)))
  const staged = options.staged === true ? stagedIn(cwd, options.since) : undefined
  const changes = staged?.changes ?? (options.since === undefined ? undefined : changesSince(options.since, cwd))
  const from = staged?.files ?? files
  // A commit without SQL is no reason to look for migrations, let alone to fail because there are none yet.
  if (staged?.paths.every((path) => !/\.sql$/i.test(path)))
    return { cwd, loaded, postgres, parser, changes, history: nothing, files: from }
  const history = await readMigrations(paths, {
    cwd,
    ...(changes === undefined ? {} : { changeOf: changes.changeOf }),
    ...(staged === undefined ? {} : { isReported: staged.isStaged }),
    ...(options.down === true ? { down: true } : {}),
    ...(tool === undefined ? {} : { tool }),
    ...(transaction === undefined ? {} : { transaction }),
    ...(parser === undefined ? {} : { parser }),
    ...(from === undefined ? {} : { files: from }),
    ignore: await Promise.all((config.ignore ?? []).map((pattern) => ignorePattern(pattern, loaded.directory))),
    ...(options.stdin === undefined ? {} : { stdin: options.stdin }),
  })
  return { cwd, loaded, postgres, parser, changes, history, files: from }
}

const nothing: History = { tool: 'plain', found: undefined, migrations: [], asked: () => true, reported: () => true }

/** The code that the user, or the configuration, says uses the database. Throws a Failure where git does not have it. */
function applicationAt(
  options: LintOptions,
  { config, directory, file }: LoadedConfig,
  changes: ChangeSet | undefined,
  { migrations, asked }: History,
  cwd: string,
  files: Files | undefined,
): Application | undefined {
  const globs = options.app ?? config.app?.paths
  if (globs === undefined) {
    if (options.deployed === undefined) return undefined
    throw new Failure('--deployed needs --app, or "app" in the configuration, to say where the code is')
  }
  const isMigration = inHistories(migrations, cwd)
  const option = options.app === undefined ? `"app" of ${shownPath(file ?? directory, cwd)}` : '--app'
  const common = { globs, directory: options.app === undefined ? directory : cwd, isMigration }
  const named = options.deployed ?? config.app?.deployed
  // Before the first commit no code runs.
  const base = changes?.base
  if (changes !== undefined && base === undefined) return undefined
  const code = codeAt({
    ...common,
    deployed: named ?? base ?? 'HEAD',
    option: options.deployed === undefined ? option : '--deployed',
  })
  code.textsWith(namesIn(migrations.filter(asked)))
  if (base === undefined) return applicationOf(code)
  const now = { ...common, deployed: base, option, ...(options.staged === true ? { index: files } : {}) }
  return applicationOf(code, codeChangeSince(base, named === undefined ? code : codeAt(now), now))
}

/** Whether a path is a migration's: a file that was read, or another SQL file of a directory of migrations. */
function inHistories(migrations: readonly Migration[], cwd: string): (path: string) => boolean {
  const files = new Set(migrations.map(({ file }) => resolve(cwd, file)))
  const directories = [
    ...new Set(migrations.flatMap(({ history }) => (history === undefined ? [] : [resolve(cwd, history) + sep]))),
  ]
  const holdOnlyMigrations = directories.filter((path) => /migrat|versions|changelog|deploy/i.test(path.split(sep).at(-2) ?? ''))
  return (path) => files.has(path) || holdOnlyMigrations.some((directory) => path.startsWith(directory))
}

function postgresOf(version: number | undefined): number | undefined {
  if (version === undefined) return undefined
  if (Number.isInteger(version) && version >= oldestPostgres && version <= newestPostgres) return version
  throw new Failure(`PostgreSQL ${version} is not known; the major version goes from ${oldestPostgres} to ${newestPostgres}`)
}

function transactionOf(mode: TransactionMode | undefined): TransactionMode | undefined {
  if (mode === undefined || transactionModes.includes(mode)) return mode
  throw new Failure(`unknown transaction mode ${JSON.stringify(mode)}; known: ${transactionModes.join(', ')}`)
}

function parserOf(parser: ParserName | undefined): ParserName | undefined {
  if (parser === undefined || parserNames.includes(parser)) return parser
  throw new Failure(`unknown parser ${JSON.stringify(parser)}; known: ${parserNames.join(', ')}`)
}

function toolOf(asked: string | undefined, { config, file }: LoadedConfig, cwd: string): string | undefined {
  const tool = asked ?? config.tool
  if (tool === undefined || tools.some(({ name }) => name === tool)) return tool
  const names = tools.map(({ name }) => name)
  const where = asked === undefined && file !== undefined ? `${relative(cwd, file)}: ` : ''
  throw new Failure(`${where}unknown tool ${JSON.stringify(tool)}${didYouMean(tool, names) || `; known: ${names.join(', ')}`}`)
}

/** A configured path as the working directory sees it; the configuration's own directory may lie above. */
async function inDirectory(path: string, directory: string, cwd: string): Promise<string> {
  const up = relative(cwd, directory).split(sep).join('/')
  if (up === '' || isAbsolute(path)) return path
  const { escapePath, isDynamicPattern } = await import('tinyglobby')
  return `${isDynamicPattern(path) ? escapePath(up) : up}/${path}`
}

/** A configured glob as an absolute one; without a slash it holds in every directory. */
async function ignorePattern(pattern: string, directory: string): Promise<string> {
  const { escapePath } = await import('tinyglobby')
  const glob = pattern.replace(/^\.?\/+/, '').replace(/\/+$/, '/**')
  return `${escapePath(directory.split(sep).join('/'))}/${glob.includes('/') ? glob : `**/${glob}`}`
}
