import type { Command } from 'commander'
import { addColour, formatOption } from './options.ts'
import { paintFor, type Terminal } from './terminal.ts'

/** `phasewise rules`: every rule with its hazard and default severity. */
export function addRules(program: Command, terminal: Terminal): void {
  addColour(program.command('rules'))
    .description('list the rules')
    .addOption(formatOption(['text', 'json']))
    .action(async (options: { readonly format: string; readonly color?: boolean }) => {
      const [{ rules }, { rulesJson, rulesText }] = await Promise.all([
        import('../../rules/index.ts'),
        import('../report/rules-text.ts'),
      ])
      terminal.out.write(
        options.format === 'json'
          ? `${JSON.stringify(rulesJson(rules), undefined, 2)}\n`
          : rulesText(rules, paintFor(terminal, options.color)),
      )
    })
}
