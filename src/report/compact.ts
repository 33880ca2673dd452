import type { FindingJson, Severity } from '../contract.ts'
import type { Paint } from './paint.ts'
import { printableLine } from './printable.ts'

type CompactFinding = Pick<FindingJson, 'file' | 'line' | 'column' | 'severity' | 'message' | 'rule'>

/** One line per finding, as compilers print them: `file:line:column: severity: message [rule]`. */
export function lintCompact(findings: readonly CompactFinding[], paint: Paint): string {
  return findings
    .map((finding) => {
      const message = printableLine(finding.message)
      return `${placeOf(finding)}: ${severityWord(finding.severity, paint)}: ${message} ${paint.dim(`[${finding.rule}]`)}\n`
    })
    .join('')
}

/** `file:line:column`, on one line whatever the file is called. */
export function placeOf({ file, line, column }: Pick<FindingJson, 'file' | 'line' | 'column'>): string {
  return `${printableLine(file)}:${line}:${column}`
}

export function severityWord(severity: Severity, paint: Paint): string {
  if (severity === 'error') return paint.bold(paint.red(severity))
  return severity === 'warning' ? paint.yellow(severity) : paint.blue(severity)
}
