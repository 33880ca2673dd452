import type { Command } from 'commander'
import { Failure } from '../failure.ts'
import { printableJson } from '../report/printable.ts'
import { addHistoryOptions, formatOption, jobOf, type ReadingOptions } from './options.ts'
import { paintFor, type Terminal, withProgress } from './terminal.ts'

interface TraceOptions extends ReadingOptions {
  readonly databaseUrl?: string
  readonly placeholder?: readonly string[]
  readonly quiet?: boolean
}

/** `phasewise trace [paths…]`: exit code 1 when a prediction and PostgreSQL disagree. */
export function addTrace(program: Command, terminal: Terminal, exit: (code: number) => void): void {
  addHistoryOptions(program.command('trace [paths...]'))
    .description('run the migrations on a real PostgreSQL, embedded or yours, and compare what it does with what is predicted')
    .option('--database-url <url>', 'run on this server, in a scratch database that is made there and dropped; PGlite by default')
    .option('--placeholder <name=value...>', 'what a placeholder of the migrations stands for')
    .addOption(formatOption(['text', 'json']))
    .option('--quiet', 'only what disagrees, fails or was not run')
    .action(async (paths: string[], options: TraceOptions) => {
      const job = await jobOf(paths, options, terminal)
      const { traceReport } = await import('../trace-report.ts')
      const { databaseUrl, placeholder: placeholders } = options
      const report = await withProgress(terminal, (progress) =>
        interruptible((signal) => traceReport({ ...job, databaseUrl, placeholders, progress, signal })),
      )
      if (options.format === 'json') {
        const { traceJson } = await import('../report/trace-json.ts')
        terminal.out.write(`${printableJson(traceJson(report))}\n`)
      } else {
        const { traceText } = await import('../report/trace-text.ts')
        terminal.out.write(traceText(report, { paint: paintFor(terminal, options.color), quiet: options.quiet === true }))
      }
      if (
        report.statements.length > 0 &&
        report.statements.every(({ outcome }) => outcome.kind === 'refused' || outcome.kind === 'not run')
      ) {
        throw new Failure(`no statement could be run on ${report.engine}: nothing was compared`)
      }
      exit(report.statements.some(({ agrees }) => agrees === false) ? 1 : 0)
    })
}

/** Gives the work the chance to drop its scratch database when the user has had enough. */
async function interruptible<Result>(work: (signal: AbortSignal) => Promise<Result>): Promise<Result> {
  const controller = new AbortController()
  const interrupt = () => controller.abort(new Failure('interrupted'))
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const
  for (const signal of signals) process.on(signal, interrupt)
  try {
    return await work(controller.signal)
  } finally {
    for (const signal of signals) process.off(signal, interrupt)
  }
}
