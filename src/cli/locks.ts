import type { Command } from 'commander'
import { printableJson } from '../report/printable.ts'
import { addReadingOptions, formatOption, jobOf, type ReadingOptions, stagedOption } from './options.ts'
import { paintFor, type Terminal, withProgress } from './terminal.ts'

/** `phasewise locks [paths…]`: what each statement locks and does, without a judgement. */
export function addLocks(program: Command, terminal: Terminal): void {
  addReadingOptions(program.command('locks [paths...]'))
    .description('what each statement locks and does, without a judgement')
    .addOption(stagedOption())
    .addOption(formatOption(['text', 'json']))
    .action(async (paths: string[], options: ReadingOptions) => {
      const job = await jobOf(paths, options, terminal)
      const { locksReport } = await import('../lint.ts')
      const report = await withProgress(terminal, (progress) => locksReport({ ...job, progress }))
      if (options.format === 'json') {
        const { locksJson } = await import('../report/json.ts')
        terminal.out.write(`${printableJson(locksJson(report))}\n`)
      } else {
        const { locksText } = await import('../report/locks-text.ts')
        terminal.out.write(locksText(report, paintFor(terminal, options.color)))
      }
    })
}
