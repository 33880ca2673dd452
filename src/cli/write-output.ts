import { realpathSync, statSync, writeFileSync } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import { Failure } from '../failure.ts'
import { reasonOf } from '../read/source.ts'
import type { Output } from './output.ts'

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
  const targets = outputs.flatMap(({ path }) => (path === undefined ? [] : [{ path, file: identityOf(resolve(cwd, path)) }]))
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

/** The file behind a path, whatever names and links lead to it; the path where there is none yet, as of text that is not saved. */
function identityOf(path: string): string {
  const info = statSync(path, { throwIfNoEntry: false, bigint: true })
  return info === undefined ? realPath(path) : `${info.dev}:${info.ino}`
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
