import type { Command } from 'commander'
import { ruleHint } from '../config/nearest.ts'
import { Failure } from '../failure.ts'
import type { ParserName } from '../grammar/grammar.ts'
import { addColour, addPostgres, parserOption } from './options.ts'
import { paintFor, type Terminal } from './terminal.ts'

interface ExplainOptions {
  readonly postgres?: number
  readonly parser?: ParserName
  readonly color?: boolean
}

/** `phasewise explain <rule | SQL>`: a rule's page, or what statements lock and do, in words. */
export function addExplain(program: Command, terminal: Terminal): void {
  addColour(addPostgres(program.command('explain <rule-or-sql...>')).addOption(parserOption()))
    .description("a rule's page, or what an SQL statement locks and does")
    .action(async (words: string[], options: ExplainOptions) => {
      const subject = words.join(' ').trim()
      const { rules } = await import('../../rules/index.ts')
      const paint = paintFor(terminal, options.color)
      const columns = Math.min(terminal.out.columns ?? 100, 100)
      const found = [...rules].filter(([id, { knownAs }]) => id === subject || knownAs.some((name) => isNamed(name, subject)))
      const exact = found.filter(([id]) => id === subject)
      const chosen = exact.length > 0 ? exact : found
      if (chosen.length > 0) {
        const { rulePage } = await import('../report/rules-text.ts')
        terminal.out.write(chosen.map(([id, rule]) => rulePage(id, rule, paint, columns)).join('\n'))
        return
      }
      // A single word with hyphens is no SQL; `VACUUM` is.
      if (subject === '' || /^[a-z][\w/]*-[\w/-]*$/i.test(subject)) {
        throw new Failure(`unknown rule ${JSON.stringify(subject)}${ruleHint(subject, rules)}`)
      }
      const { explainSql } = await import('./explain-sql.ts')
      terminal.out.write(await explainSql(subject, { postgres: options.postgres, parser: options.parser, paint, columns, rules }))
    })
}

/** A peer's name, with its prefix or without. */
function isNamed(known: string, subject: string): boolean {
  const name = known.toLowerCase()
  const wanted = subject.toLowerCase()
  return name === wanted || name.slice(name.indexOf('/') + 1) === wanted
}
