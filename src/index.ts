/** The library: what `phasewise lint --format json` prints, as a value. */
import type { LintJson, LintOptions } from './contract.ts'
import { lintReport } from './lint.ts'
import { lintJson } from './report/json.ts'

export type * from './contract.ts'
export { Failure } from './failure.ts'

/**
 * Judges the migrations that paths name (files, directories, globs; `-` for `options.stdin`); without any those of the
 * configuration, or those found below `options.cwd`. Rejects with a Failure where the job cannot be done: nothing found, a file
 * that is no text, an invalid configuration.
 */
export async function lint(paths: readonly string[] = [], options: LintOptions = {}): Promise<LintJson> {
  return lintJson(await lintReport({ ...options, paths }))
}
