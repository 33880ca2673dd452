import { realpathSync, statSync, writeFileSync } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import { InvalidArgumentError, Option } from 'commander'
import { Failure } from '../failure.ts'
import { reasonOf } from '../read/source.ts'
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
  return { format, path: text.slice(at + 1) }
}

/** Throws a Failure where two results would go to the same place. */
export function checkOutputs(outputs: readonly Output[], cwd: string): void {
  const places = new Map<string, Output>()
  for (const output of outputs) {
    const place = output.path === undefined ? '' : realPath(resolve(cwd, output.path))
    const other = places.get(place)
    if (other !== undefined && output.path === undefined)
      throw new Failure(
        `${other.format} and ${output.format} both go to standard output; give one a file: --format ${other.format}=<file>`,
      )
    if (other !== undefined) throw new Failure(`${output.path}: ${other.format} and ${output.format} would both be written to it`)
    places.set(place, output)
  }
}

/** Throws a Failure where an output would replace a file that was read for the job. `inputs` are absolute paths. */
export function spareInputs(outputs: readonly Output[], inputs: readonly string[], cwd: string): void {
  const targets = outputs.flatMap(({ path }) => {
    const file = path === undefined ? undefined : identityOf(resolve(cwd, path))
    return file === undefined ? [] : [{ path, file }]
  })
  if (targets.length === 0) return
  const read = new Set(inputs.map(identityOf))
  const hit = targets.find(({ file }) => read.has(file))
  if (hit !== undefined) throw new Failure(`${hit.path}: was read for this result and is not replaced by it; choose another file`)
}

/** Replaces what the file held. Throws a Failure where it cannot be written. */
export function writeOutput(path: string, text: string, cwd: string): void {
  try {
    writeFileSync(resolve(cwd, path), text)
  } catch (error) {
    throw new Failure(`${path}: ${reasonOf(error)}`)
  }
}

/** The file behind a path, whatever names and links lead to it; undefined where there is none. */
function identityOf(path: string): string | undefined {
  const info = statSync(path, { throwIfNoEntry: false, bigint: true })
  return info === undefined ? undefined : `${info.dev}:${info.ino}`
}

/** A path without links; the file need not be there. */
function realPath(path: string): string {
  try {
    return realpathSync(path)
  } catch {
    try {
      return join(realpathSync(dirname(path)), basename(path))
    } catch {
      return path
    }
  }
}
