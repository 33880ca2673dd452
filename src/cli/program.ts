import { Command, CommanderError } from 'commander'
import packageJson from '../../package.json' with { type: 'json' }
import { didYouMean } from '../config/nearest.ts'
import { Failure } from '../failure.ts'
import { printableLine } from '../report/printable.ts'
import { addBaseline } from './baseline.ts'
import { addDebt } from './debt.ts'
import { addExplain } from './explain.ts'
import { addInit } from './init.ts'
import { addLint } from './lint.ts'
import { addLocks } from './locks.ts'
import { addPlan } from './plan.ts'
import { addRules } from './rules.ts'
import { addStats } from './stats.ts'
import type { Terminal } from './terminal.ts'
import { addTrace } from './trace.ts'

/**
 * Runs the command line. Returns the exit code: 0 nothing at or above the threshold, 1 findings, 2 the job could not be done
 * (said in one line on stderr).
 */
export async function run(argv: readonly string[], terminal: Terminal): Promise<number> {
  let code = 0
  const program = new Command('phasewise')
    .description('Finds the PostgreSQL migrations that block traffic, rewrite tables, lose data or break running code.')
    .version(packageJson.version, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print this help')
    .exitOverride()
    .configureOutput({
      writeOut: (text) => terminal.out.write(text),
      writeErr: () => {},
      getOutHelpWidth: () => terminal.out.columns ?? 100,
      getOutHasColors: () => false,
    })
  addLint(program, terminal, (exit) => {
    code = exit
  })
  addLocks(program, terminal)
  addPlan(program, terminal)
  addTrace(program, terminal, (exit) => {
    code = exit
  })
  addExplain(program, terminal)
  addRules(program, terminal)
  addBaseline(program, terminal)
  addInit(program, terminal)
  addDebt(program, terminal)
  addStats(program, terminal)
  program.addHelpText('after', () => `\n${lintOptions(program)}`)
  try {
    await program.parseAsync([...argv], { from: 'user' })
    return code
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return 0
    const hint = commandHint(error, argv, program)
    terminal.err.write(`phasewise: ${printableLine(inWords(error, terminal) + hint)}\n`)
    return 2
  }
}

/** What is no path may be a mistyped command: `lint` is the default one and takes every word. */
function commandHint(error: unknown, [word = '']: readonly string[], program: Command): string {
  if (!(error instanceof Failure) || !error.message.startsWith(`${word}: `) || !/^[a-z]+$/.test(word)) return ''
  return didYouMean(
    word,
    program.commands.map((command) => command.name()),
  )
}

/** `lint` is the default command: its options belong into the first help that people see. */
function lintOptions(program: Command): string {
  const help = program.commands.find((command) => command.name() === 'lint')?.helpInformation() ?? ''
  return help.slice(help.indexOf('Options:')).replace('Options:', 'Options of lint, the default command:')
}

function inWords(error: unknown, { env }: Terminal): string {
  if (error instanceof Failure) return error.message
  if (error instanceof CommanderError) {
    return error.message
      .replace(/^error: /, '')
      .replace(/\s*\n\(Did you mean (.*)\?\)$/, '; did you mean $1?')
      .replace(/\.$/, '')
  }
  if (env.PHASEWISE_DEBUG) return `internal error: ${error instanceof Error ? error.stack : String(error)}`
  return `internal error: ${error instanceof Error ? error.message : String(error)} (PHASEWISE_DEBUG=1 shows where)`
}
