import type { Command } from 'commander'
import { printableJson } from '../report/printable.ts'
import { addReadingOptions, formatOption, jobOf, type ReadingOptions } from './options.ts'
import { paintFor, type Terminal } from './terminal.ts'

/** `phasewise debt [paths…]`: what expand steps left behind across the history. */
export function addDebt(program: Command, terminal: Terminal): void {
  addReadingOptions(program.command('debt [paths...]'))
    .description('list what expand steps left behind: constraints never validated, sync triggers, shadow columns')
    .addOption(formatOption(['text', 'json']))
    .action(async (paths: string[], options: ReadingOptions) => {
      const job = await jobOf(paths, options, terminal)
      const [{ debtReport }, { debtJson, debtText }] = await Promise.all([
        import('../debt-report.ts'),
        import('../report/debt-text.ts'),
      ])
      const debts = await debtReport(job)
      terminal.out.write(
        options.format === 'json' ? `${printableJson(debtJson(debts))}\n` : debtText(debts, paintFor(terminal, options.color)),
      )
    })
}
