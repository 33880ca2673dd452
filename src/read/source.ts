import { readFile } from 'node:fs/promises'
import { Failure } from '../failure.ts'

/** A file's text without a byte order mark. */
export interface Source {
  /** As shown to people: relative to the working directory, forward slashes. */
  readonly file: string
  readonly text: string
}

/** Reads an SQL file as strict UTF-8. Throws a Failure that names the file where it cannot be read or is no text. */
export async function readSource(path: string, file: string): Promise<Source> {
  let bytes: Uint8Array
  try {
    bytes = await readFile(path)
  } catch (error) {
    throw new Failure(`${file}: ${reasonOf(error)}`)
  }
  return { file, text: decode(bytes, file) }
}

/** Decodes a migration's bytes. UTF-16, NUL bytes and invalid UTF-8 are Failures: the server would refuse them as well. */
export function decode(bytes: Uint8Array, file: string): string {
  if ((bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff)) {
    throw new Failure(`${file}: the file is UTF-16; save it as UTF-8`)
  }
  const nul = bytes.indexOf(0)
  if (nul >= 0) throw new Failure(`${file}: the file is binary (a NUL byte at offset ${nul}), not SQL text`)
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    throw new Failure(`${file}: the file is not valid UTF-8 (${whereInvalid(bytes)}); save it as UTF-8`)
  }
}

function whereInvalid(bytes: Uint8Array): string {
  let line = 1
  for (let start = 0; start < bytes.length; ) {
    const newline = bytes.indexOf(10, start)
    const end = newline < 0 ? bytes.length : newline + 1
    try {
      new TextDecoder('utf-8', { fatal: true }).decode(bytes.subarray(start, end))
    } catch {
      return `line ${line}`
    }
    start = end
    line++
  }
  return 'at its end'
}

export function reasonOf(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  switch (code) {
    case 'ENOENT':
      return 'no such file or directory'
    case 'EACCES':
    case 'EPERM':
      return 'permission denied'
    case 'EISDIR':
      return 'is a directory'
    default:
      return error instanceof Error ? error.message : String(error)
  }
}
