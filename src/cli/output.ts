import { InvalidArgumentError, Option } from 'commander'
import { isLintFormat, type LintFormat, lintFormats } from '../report/formats.ts'

/** One result to print, and the file that it goes to; without one, standard output. */
export interface Output {
  readonly format: LintFormat
  readonly path?: string
}

/** `--format` of commands with several formats, which can also write them to files. */
export function outputOption(): Option {
  return new Option(
    '--format <format>',
    `how to print the result: ${lintFormats.join(', ')}; text by default. format=file writes it to a file; may be repeated`,
  ).argParser((text, before: readonly Output[] = []) => [...before, outputOf(text)])
}

function outputOf(text: string): Output {
  const at = text.indexOf('=')
  const format = at < 0 ? text : text.slice(0, at)
  if (!isLintFormat(format)) throw new InvalidArgumentError(`Allowed choices are ${lintFormats.join(', ')}.`)
  if (at < 0) return { format }
  if (at + 1 === text.length) throw new InvalidArgumentError('The name of a file must follow the equals sign.')
  const path = text.slice(at + 1)
  return path === '-' ? { format } : { format, path }
}
