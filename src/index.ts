/** The library: what `phasewise lint --format json` prints, as a value. */
import { type LintOptions, lintReport } from './lint.ts'
import { type LintJson, lintJson } from './report/json.ts'

export { Failure } from './failure.ts'
export type { LintOptions } from './lint.ts'
export type { AllowedJson, EffectJson, FindingJson, LintJson } from './report/json.ts'

/** Judges migrations. Rejects with a Failure where the job cannot be done: nothing found, a file that is no text, an invalid configuration. */
export async function lint(options: LintOptions = {}): Promise<LintJson> {
  return lintJson(await lintReport(options))
}
