import { dirname, join, relative, sep } from 'node:path'
import { byCodeUnit, type Files } from './files.ts'

/** Files with one of them (an absolute path) as it would be if it were saved with this text, whether it is there yet or not. */
export function withFile(files: Files, path: string, text: string): Files {
  const bytes = new TextEncoder().encode(text)
  const isAbove = (directory: string) => path.startsWith(directory.endsWith(sep) ? directory : directory + sep)
  return {
    ...files,
    kind: (asked) => (asked === path ? 'file' : (files.kind(asked) ?? (isAbove(asked) ? 'directory' : undefined))),
    read: (asked) => (asked === path ? bytes : files.read(asked)),
    below(directory) {
      const listed = isAbove(directory) && files.kind(directory) !== 'directory' ? [] : files.below(directory)
      const name = relative(directory, path).split(sep).join('/')
      return !isAbove(directory) || listed.includes(name) ? listed : [...listed, name].sort(byCodeUnit)
    },
  }
}

/** Whether there is a directory for a file, or above it: a step of its own folder is not there before it is saved. */
export function hasPlace(files: Files, path: string): boolean {
  return files.kind(dirname(path)) === 'directory' || files.kind(join(dirname(path), '..')) === 'directory'
}
