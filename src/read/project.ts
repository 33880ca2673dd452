import { join } from 'node:path'
import { ancestors, type Files } from './files.ts'
import { decode } from './source.ts'

/** A directory of migrations as the tools' readers see it. */
export interface Project {
  readonly directory: string
  /** Files below it, relative, with `/`. */
  readonly files: readonly string[]
  /** Decoded text of one of them. Throws a Failure where it is no UTF-8. */
  text(file: string): string
  /** The beginning of one of them, for recognising markers; what is no text reads as nothing. */
  sample(file: string): string
  /** A file of this name in the directory or the nearest folder above it, up to the repository's root. */
  above(name: string): { readonly path: string; readonly text: string } | undefined
}

/** Markers stand at the beginning of a section; the first section is near. */
const sampleBytes = 65_536

export function projectOf(directory: string, files: Files, shownName: (path: string) => string): Project {
  const listed = files.below(directory)
  const texts = new Map<string, string>()
  const samples = new Map<string, string>()
  /** Of files that were sampled whole: most are read next. */
  const sampled = new Map<string, Uint8Array>()
  const folders = upToRepository(directory, files)
  return {
    directory,
    files: listed,
    text(file) {
      const known = texts.get(file)
      if (known !== undefined) return known
      const path = join(directory, file)
      const text = decode(sampled.get(file) ?? files.read(path) ?? new Uint8Array(), shownName(path))
      sampled.delete(file)
      texts.set(file, text)
      return text
    },
    sample(file) {
      const known = samples.get(file)
      if (known !== undefined) return known
      const bytes = files.read(join(directory, file)) ?? new Uint8Array()
      if (bytes.length <= sampleBytes) sampled.set(file, bytes)
      const text = new TextDecoder().decode(bytes.subarray(0, sampleBytes))
      const sample = text.includes('\0') ? '' : text
      samples.set(file, sample)
      return sample
    },
    above(name) {
      for (const folder of folders) {
        const path = join(folder, name)
        if (files.kind(path) !== 'file') continue
        const bytes = files.read(path)
        if (bytes !== undefined) return { path, text: new TextDecoder().decode(bytes) }
      }
      return undefined
    },
  }
}

function upToRepository(directory: string, files: Files): readonly string[] {
  const folders = ancestors(directory)
  const root = folders.findIndex((folder) => files.kind(join(folder, '.git')) !== undefined)
  return root < 0 ? folders.slice(0, 4) : folders.slice(0, root + 1)
}
