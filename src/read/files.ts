import { readdirSync, readFileSync, statSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { Failure } from '../failure.ts'
import { reasonOf } from './source.ts'

/** Where files come from: the disk, or a git index or commit. Paths are absolute, with the platform's separators. */
export interface Files {
  /** Set where patterns are to be matched with what is listed, because the disk has something else. */
  readonly isIndex?: true
  /** Regular files below a directory (links followed to files, not to directories), as relative paths with `/`, in code-unit order. */
  below(directory: string): readonly string[]
  /** undefined where there is no such file. Throws a Failure where it cannot be read. */
  read(path: string): Uint8Array | undefined
  /** What a path is; undefined where it is nothing. */
  kind(path: string): 'file' | 'directory' | undefined
}

/** The working tree. */
export const disk: Files = {
  below(directory) {
    const found: string[] = []
    const visit = (folder: string, prefix: string) => {
      for (const entry of readdirSync(folder, { withFileTypes: true })) {
        if (!isListed(entry.name)) continue
        const path = join(folder, entry.name)
        if (entry.isDirectory()) visit(path, `${prefix}${entry.name}/`)
        else if (entry.isFile() || (entry.isSymbolicLink() && disk.kind(path) === 'file')) found.push(prefix + entry.name)
      }
    }
    try {
      visit(directory, '')
    } catch (error) {
      throw new Failure(`${directory}: ${reasonOf(error)}`)
    }
    return found.sort(byCodeUnit)
  },
  read(path) {
    try {
      return readFileSync(path)
    } catch (error) {
      if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR')) return undefined
      throw new Failure(`${path}: ${reasonOf(error)}`)
    }
  },
  kind(path) {
    const info = statSync(path, { throwIfNoEntry: false })
    return info?.isFile() ? 'file' : info?.isDirectory() ? 'directory' : undefined
  },
}

/** Hidden files that say which tool a directory belongs to. */
const metadata: ReadonlySet<string> = new Set(['.gmrc'])

/** Whether a listing shows a path (with `/`): nothing hidden, nothing of installed packages. */
export function isListed(path: string): boolean {
  return path.split('/').every((name) => name !== 'node_modules' && (!name.startsWith('.') || metadata.has(name)))
}

/** Strings by UTF-16 code unit: what every runner but the locale-minded does, and the same on every machine. */
export function byCodeUnit(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}

/** By the number that a name starts with (any size), then by name. */
export function byNumber(a: string, b: string): number {
  const [x, y] = [leadingNumber(a), leadingNumber(b)]
  if (x !== undefined && y !== undefined && x !== y) return x < y ? -1 : 1
  if ((x === undefined) !== (y === undefined)) return x === undefined ? 1 : -1
  return byCodeUnit(a, b)
}

export function leadingNumber(file: string): bigint | undefined {
  const digits = /^\d+/.exec(basename(file))?.[0]
  return digits === undefined ? undefined : BigInt(digits)
}

/** The folder and its ancestors, nearest first. */
export function ancestors(directory: string): readonly string[] {
  const parent = dirname(directory)
  return parent === directory ? [directory] : [directory, ...ancestors(parent)]
}
