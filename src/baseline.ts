import { readFileSync, writeFileSync } from 'node:fs'
import * as v from 'valibot'
import { Failure } from './failure.ts'
import type { Allowed, Finding } from './finding.ts'

/** The file that an accepted state is kept in, beside the configuration. */
export const baselineFile = 'phasewise-baseline.json'

const definition = v.object({
  version: v.literal(1),
  findings: v.array(v.object({ fingerprint: v.string(), rule: v.string(), file: v.string(), message: v.string() })),
})

/** Findings that a project has accepted: an old project starts green, and only new findings count. */
export type Baseline = v.InferOutput<typeof definition>
export type BaselineEntry = Baseline['findings'][number]

/** Reads a baseline. Returns undefined where there is none; throws a Failure where the file is something else. */
export function readBaseline(path: string, shown: string): Baseline | undefined {
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
    throw new Failure(`${shown}: ${error instanceof Error ? error.message : String(error)}`)
  }
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch {
    throw new Failure(`${shown}: not valid JSON; write it anew with: phasewise baseline`)
  }
  const parsed = v.safeParse(definition, json)
  if (!parsed.success) throw new Failure(`${shown}: not a baseline of this version; move it away, then: phasewise baseline`)
  return parsed.output
}

/** Accepts findings. Notes need no acceptance: they fail nothing. */
export function baselineOf(findings: readonly Finding[]): Baseline {
  const entries = findings
    .filter(({ severity }) => severity === 'error' || severity === 'warning')
    .map(({ fingerprint, rule, file, message }) => ({ fingerprint, rule, file, message }))
  return { version: 1, findings: entries }
}

export function writeBaseline(path: string, baseline: Baseline): void {
  writeFileSync(path, `${JSON.stringify(baseline, undefined, 2)}\n`)
}

export interface Accepted {
  readonly findings: readonly Finding[]
  readonly allowed: readonly Allowed[]
  /** Entries that match no finding of the files that were judged: mended, or moved to another file. */
  readonly stale: readonly BaselineEntry[]
}

/** Takes accepted findings out. `judged` says which files were looked at: an entry of another file is not stale. */
export function applyBaseline(
  findings: readonly Finding[],
  baseline: Baseline,
  shown: string,
  judged: ReadonlySet<string>,
): Accepted {
  const entries = new Map(baseline.findings.map((entry) => [entry.fingerprint, entry]))
  const allowed: Allowed[] = []
  const left = findings.filter((finding) => {
    if (!entries.has(finding.fingerprint)) return true
    allowed.push({ ...finding, reason: `accepted in ${shown}` })
    return false
  })
  for (const { fingerprint } of allowed) entries.delete(fingerprint)
  return { findings: left, allowed, stale: [...entries.values()].filter(({ file }) => judged.has(file)) }
}
