import type { Command } from 'commander'
import { addReadingOptions, jobOf, type ReadingOptions } from './options.ts'
import type { Terminal } from './terminal.ts'

/** `phasewise baseline [paths…]`: accepts today's findings, so that only new ones count. */
export function addBaseline(program: Command, terminal: Terminal): void {
  addReadingOptions(program.command('baseline [paths...]'))
    .description("accept today's errors and warnings in phasewise-baseline.json, so that only new ones count")
    .action(async (paths: string[], options: ReadingOptions) => {
      const job = await jobOf(paths, options, terminal)
      const { acceptFindings } = await import('../lint.ts')
      const { shown, accepted, added, dropped } = await acceptFindings(job)
      terminal.out.write(`${shown}: ${accepted} findings accepted (${added} new, ${dropped} dropped)\n`)
    })
}
