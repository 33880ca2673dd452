import { type Command, Option } from 'commander'
import { reaches, type Threshold, thresholds } from '../severity.ts'
import { addReadingOptions, formatOption, jobOf, type ReadingOptions } from './options.ts'
import { paintFor, type Terminal, withProgress } from './terminal.ts'
import { warmUp } from './warm.ts'

interface LintCommandOptions extends ReadingOptions {
  readonly failOn?: Threshold
  readonly quiet?: boolean
}

/** `phasewise [lint] [paths…]`: exit code 1 when something at or above the threshold is found. */
export function addLint(program: Command, terminal: Terminal, exit: (code: number) => void): void {
  addReadingOptions(program.command('lint [paths...]', { isDefault: true }))
    .description('find what blocks traffic, loses data or breaks running code; with no path, in the migrations found here')
    .addOption(formatOption(['text', 'json']))
    .addOption(new Option('--fail-on <severity>', 'exit with 1 from this severity on; error by default').choices([...thresholds]))
    .option('--quiet', 'one line per finding and no summary')
    .action(async (paths: string[], options: LintCommandOptions) => {
      if (options.parser !== 'pgsql-ast-parser') warmUp()
      const job = await jobOf(paths, options, terminal)
      const { lintReport } = await import('../lint.ts')
      const report = await withProgress(terminal, (progress) => lintReport({ ...job, progress }))
      if (options.format === 'json') {
        const { lintJson } = await import('../report/json.ts')
        terminal.out.write(`${JSON.stringify(lintJson(report), undefined, 2)}\n`)
      } else {
        const { lintLines, lintText } = await import('../report/text.ts')
        terminal.out.write((options.quiet ? lintLines : lintText)(report, paintFor(terminal, options.color)))
      }
      const threshold = options.failOn ?? report.failOn ?? 'error'
      exit(report.findings.some(({ severity }) => reaches(severity, threshold)) ? 1 : 0)
    })
}
