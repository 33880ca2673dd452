import type { Command } from 'commander'
import { printableJson } from '../report/printable.ts'
import { addHistoryOptions, addPostgres, formatOption, jobOf, type ReadingOptions } from './options.ts'
import { paintFor, type Terminal, withProgress } from './terminal.ts'

interface PlanCommandOptions extends ReadingOptions {
  readonly fill?: readonly string[]
  readonly write?: string | true
  readonly retry: boolean
}

/** `phasewise plan <migrations…>`: the safe version of migrations as a sequence of files. */
export function addPlan(program: Command, terminal: Terminal): void {
  addHistoryOptions(addPostgres(program.command('plan <migrations...>')))
    .description('the safe expand / migrate / contract version of migrations, as files')
    .option(
      '--fill <table.column=expression>',
      'what fills a column that is to be NOT NULL, as SQL over the other columns of the row; may be repeated',
      (fill, before: readonly string[] = []) => [...before, fill],
    )
    .option('--write [directory]', "write the files, in the migration tool's way, beside the migration or into a directory")
    .option('--no-retry', 'let a transaction wait for its locks once; without it, it tries 20 times')
    .addOption(formatOption(['text', 'json']))
    .action(async (paths: string[], options: PlanCommandOptions) => {
      const job = await jobOf(paths, options, terminal)
      const { planReport, writePlan } = await import('../plan-report.ts')
      const report = await withProgress(terminal, (progress) =>
        planReport({ ...job, fill: options.fill, retry: options.retry, progress }),
      )
      const { write } = options
      const directory = typeof write === 'string' ? write : undefined
      const written = write === undefined ? undefined : await writePlan(report, { ...job, directory, now: new Date() })
      if (options.format === 'json') {
        const { planJson } = await import('../report/plan-json.ts')
        terminal.out.write(`${printableJson(planJson(report))}\n`)
        return
      }
      const { planText, writtenText } = await import('../report/plan-text.ts')
      const paint = paintFor(terminal, options.color)
      terminal.out.write(
        written === undefined || written.paths.length === 0 ? planText(report, paint) : writtenText(written, paint),
      )
    })
}
