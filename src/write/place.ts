import { join, relative, resolve, sep } from 'node:path'
import { Failure } from '../failure.ts'
import type { Migration, TransactionMode } from '../migration.ts'
import { disk, type Files } from '../read/files.ts'
import { shownPath } from '../read/find.ts'
import { projectOf } from '../read/project.ts'
import type { Place } from './form.ts'

interface PlaceOptions {
  readonly cwd: string
  readonly postgres: number
  readonly now: Date
  /** What `--transaction` says of plain SQL files. */
  readonly transaction?: TransactionMode | undefined
  /** The disk without it. */
  readonly files?: Files | undefined
}

/** The place of what comes instead of a migration that was read. Throws a Failure for one that is no file of a directory, such as standard input. */
export function placeOf({ file, history }: Migration, options: PlaceOptions): Place {
  const { cwd, postgres, now, transaction, files = disk } = options
  const directory = resolve(cwd, history ?? '')
  if (history === undefined || files.kind(directory) !== 'directory') {
    throw new Failure(`${file}: it lies in no directory of migrations, so there is no place for the files of its plan`)
  }
  return {
    project: projectOf(directory, files, (path) => shownPath(path, cwd)),
    replaced: relative(directory, join(resolve(cwd), file))
      .split(sep)
      .join('/'),
    postgres,
    now,
    ...(transaction === undefined ? {} : { transaction }),
  }
}
