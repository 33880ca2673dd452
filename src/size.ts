import { readFileSync } from 'node:fs'
import * as v from 'valibot'
import { Failure } from './failure.ts'
import type { Finding } from './finding.ts'
import { printName } from './name.ts'

const definition = v.object({
  version: v.literal(1),
  tables: v.record(v.string(), v.object({ rows: v.pipe(v.number(), v.minValue(0)), bytes: v.pipe(v.number(), v.minValue(0)) })),
})

/** Sizes by qualified name, quoted where SQL needs it; bytes with indexes and TOAST. A table that is not listed counts as big. */
export type Sizes = v.InferOutput<typeof definition>['tables']
export type Size = Sizes[string]

/** What counts as small: both must hold. */
export interface SmallTable {
  readonly rows: number
  readonly bytes: number
}

/** A scan, rewrite or build of this much takes milliseconds. */
export const smallTable: SmallTable = { rows: 10_000, bytes: 10_000_000 }

/** Reads what `phasewise stats` wrote. Throws a Failure where it cannot be read or is something else. */
export function readSizes(path: string, shown: string): Sizes {
  let json: unknown
  try {
    json = JSON.parse(readFileSync(path, 'utf8'))
  } catch (error) {
    const isMissing = error instanceof Error && 'code' in error && error.code === 'ENOENT'
    throw new Failure(
      isMissing ? `${shown}: no such file; write it with: phasewise stats --database-url …` : `${shown}: not valid JSON`,
    )
  }
  const parsed = v.safeParse(definition, json)
  if (!parsed.success) throw new Failure(`${shown}: not a file that phasewise stats wrote`)
  return parsed.output.tables
}

/**
 * Says how big the tables are that a finding's work goes through, and lowers it to a note where all of them are known to be small:
 * the lock is held for a moment then. Findings without work on a table (a rename, a drop) are about code, not size.
 */
export function sizeUp(finding: Finding, sizes: Sizes, small: SmallTable): Finding {
  const worked = finding.effects.filter((effect) => effect.existed && effect.work.size > 0)
  const known = worked.flatMap(({ relation }) => {
    const name = printName(relation)
    const size = Object.hasOwn(sizes, name) ? sizes[name] : undefined
    return size === undefined ? [] : [{ name, size }]
  })
  if (known.length === 0) return finding
  const message = `${finding.message} (${known.map(({ name, size }) => `${name} holds ${describe(size)}`).join(', ')})`
  const blocks = finding.hazard === 'blocks reads' || finding.hazard === 'blocks writes'
  const isSmall =
    known.length === worked.length && known.every(({ size }) => size.rows <= small.rows && size.bytes <= small.bytes)
  return { ...finding, message, severity: blocks && isSmall && finding.severity !== 'off' ? 'note' : finding.severity }
}

/** `4.1 million rows, 2.3 GB`. */
export function describe({ rows, bytes }: Size): string {
  return `${scaled(rows, ['', ' thousand', ' million', ' billion'])} rows, ${scaled(bytes, [' bytes', ' kB', ' MB', ' GB', ' TB'])}`
}

function scaled(value: number, units: readonly string[]): string {
  let index = 0
  let rest = value
  while (rest >= 1000 && index < units.length - 1) {
    rest /= 1000
    index++
  }
  return `${rest >= 100 || index === 0 ? Math.round(rest) : Math.round(rest * 10) / 10}${units[index] ?? ''}`
}
