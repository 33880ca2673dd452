import { type Command, Option } from 'commander'
import packageJson from '../../package.json' with { type: 'json' }
import { plainPaint } from '../report/paint.ts'
import { reaches, type Threshold, thresholds } from '../severity.ts'
import { addReadingOptions, jobOf, type ReadingOptions, stagedOption } from './options.ts'
import { type Output, outputOption } from './output.ts'
import { paintFor, type Terminal, withProgress } from './terminal.ts'

interface LintCommandOptions extends Omit<ReadingOptions, 'format'> {
  readonly format?: readonly Output[]
  readonly failOn?: Threshold
  readonly quiet?: boolean
  readonly fix?: boolean
}

/** `phasewise [lint] [paths…]`: exit code 1 when something at or above the threshold is found. */
export function addLint(program: Command, terminal: Terminal, exit: (code: number) => void): void {
  addReadingOptions(program.command('lint [paths...]', { isDefault: true }))
    .description('find what blocks traffic, loses data or breaks running code; with no path, in the migrations found here')
    .addOption(stagedOption())
    .addOption(outputOption())
    .addOption(new Option('--fail-on <severity>', 'exit with 1 from this severity on; error by default').choices([...thresholds]))
    .option(
      '--fix',
      'make the edits that change no meaning in new migrations (CONCURRENTLY, NOT VALID, lock_timeout), and report what is left',
    )
    .option('--quiet', 'one line per finding and no summary')
    .action(async (paths: string[], options: LintCommandOptions) => {
      const outputs = options.format ?? [{ format: 'text' }]
      const files =
        outputs.some(({ path }) => path !== undefined) || outputs.length > 1 ? await import('./write-output.ts') : undefined
      files?.checkOutputs(outputs, terminal.cwd)
      const job = await jobOf(paths, options, terminal)
      const judge = options.fix === true ? (await import('../fix-report.ts')).fixReport : (await import('../lint.ts')).lintReport
      const report = await withProgress(terminal, (progress) => judge({ ...job, progress }))
      files?.spareInputs(outputs, report.inputs, terminal.cwd)
      const threshold = options.failOn ?? report.failOn ?? 'error'
      const exitCode = report.findings.some(({ severity }) => reaches(severity, threshold)) ? 1 : 0
      const { renderLint } = await import('./render.ts')
      let printed = ''
      for (const { format, path } of outputs) {
        const paint = path === undefined ? paintFor(terminal, options.color) : plainPaint
        const rendering = { paint, quiet: options.quiet === true, threshold, exitCode, version: packageJson.version }
        const text = await renderLint(format, report, rendering)
        if (path === undefined) printed = text
        else files?.writeOutput(path, text, terminal.cwd)
      }
      terminal.out.write(printed)
      exit(exitCode)
    })
}
