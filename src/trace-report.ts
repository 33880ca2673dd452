import { newestPostgres, oldestPostgres } from './config/limits.ts'
import { Failure } from './failure.ts'
import { type LintOptions, readJob } from './lint.ts'
import type { Migration } from './migration.ts'
import type { Statement } from './operation.ts'
import { disk } from './read/files.ts'
import { readSchema } from './read/read.ts'
import type { TraceReport } from './report/trace-report.ts'
import type { Engine } from './trace/engine.ts'
import { openPglite } from './trace/pglite.ts'
import { parsePlaceholderValue, withPlaceholderValues } from './trace/placeholder-value.ts'
import { openServer } from './trace/server.ts'
import { type Trace, trace } from './trace/trace.ts'

export interface TraceReportOptions extends Omit<LintOptions, 'postgres' | 'down' | 'stats'> {
  /** A server to make a scratch database on; PGlite without it. */
  readonly databaseUrl?: string | undefined
  /** `name=value` each. */
  readonly placeholders?: readonly string[] | undefined
  /** Every statement in a transaction of its own. */
  readonly alone?: boolean | undefined
  /** Ends the trace and drops the scratch database; its reason is thrown. */
  readonly signal?: AbortSignal | undefined
}

/** Reads migrations, runs them on an engine and compares. Throws a Failure where the job cannot be done. */
export async function traceReport(options: TraceReportOptions): Promise<TraceReport> {
  const files = withPlaceholderValues(disk, new Map((options.placeholders ?? []).map(parsePlaceholderValue)))
  const { cwd, history } = await readJob(options, files)
  const schema = options.schema === undefined ? undefined : await readSchema(options.schema, cwd)
  const all = [...(schema === undefined ? [] : [schema]), ...history.migrations]
  const unavailable = new Set<string>()
  const traces: Trace[] = []
  // Each directory of migrations has a schema of its own, and so a database of its own.
  for (const directory of new Set(history.migrations.map((migration) => migration.history))) {
    const migrations = history.migrations.filter((migration) => migration.history === directory)
    options.progress?.('starting PostgreSQL')
    const engine = await openEngine(options.databaseUrl, extensionsOf(all), unavailable)
    traces.push(await runOn(engine, migrations, { ...options, schema, asked: history.asked }))
  }
  const [first] = traces
  if (first === undefined) throw new Failure('there is no migration to run')
  return {
    tool: history.tool,
    found: history.found,
    migrations: all,
    engine: first.engine,
    postgres: first.postgres,
    statements: traces.flatMap(({ statements }) => statements),
    missingContext: traces.flatMap(({ missingContext }) => missingContext),
    undone: traces.flatMap(({ undone }) => undone),
    stubRoles: [...new Set(traces.flatMap(({ stubRoles }) => stubRoles))],
    unavailableExtensions: [...unavailable],
  }
}

interface RunOptions extends Pick<TraceReportOptions, 'alone' | 'signal' | 'progress'> {
  readonly schema: Migration | undefined
  readonly asked: (migration: Migration) => boolean
}

/** Runs one history and closes the engine whatever happens. */
async function runOn(engine: Engine, migrations: readonly Migration[], options: RunOptions): Promise<Trace> {
  const { schema, asked, alone = false, signal, progress } = options
  let closed: Promise<void> | undefined
  const close = () => {
    closed ??= engine.close()
    return closed
  }
  const interrupted = new Promise<never>((_, reject) => {
    signal?.addEventListener('abort', () => reject(signal.reason), { once: true })
  })
  try {
    signal?.throwIfAborted()
    if (engine.postgres < oldestPostgres || engine.postgres > newestPostgres) {
      throw new Failure(`${engine.name} is not modelled; the major version goes from ${oldestPostgres} to ${newestPostgres}`)
    }
    const running = trace(migrations, { engine, schema, asked, alone, ...(progress === undefined ? {} : { progress }) })
    return await Promise.race([running, interrupted])
  } finally {
    await close()
  }
}

async function openEngine(url: string | undefined, extensions: readonly string[], unavailable: Set<string>): Promise<Engine> {
  if (url !== undefined) return openServer(url)
  const engine = await openPglite({ extensions })
  for (const name of engine.unavailableExtensions) unavailable.add(name)
  return engine
}

function extensionsOf(migrations: readonly Migration[]): readonly string[] {
  const names = new Set<string>()
  const visit = ({ commands, body }: Statement): void => {
    for (const { operation } of commands) if (operation.kind === 'CreateExtension') names.add(operation.extension)
    body.forEach(visit)
  }
  for (const { statements } of migrations) statements.forEach(visit)
  return [...names]
}
