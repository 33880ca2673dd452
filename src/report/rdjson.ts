import type { Severity } from '../contract.ts'
import { lintJson } from './json.ts'
import { type Places, placesIn } from './place.ts'
import { printable } from './printable.ts'
import type { LintReport } from './report.ts'

const severities: { readonly [S in Severity]: string } = { error: 'ERROR', warning: 'WARNING', note: 'INFO', off: 'INFO' }

/** Reviewdog's Diagnostic Format: https://github.com/reviewdog/reviewdog/tree/master/proto/rdf */
export function lintRdjson(report: LintReport) {
  const places = placesIn(report.migrations)
  return {
    source: { name: 'phasewise' },
    diagnostics: lintJson(report).findings.map(({ message, file, severity, rule, instead, ...at }) => ({
      message: printable(instead === null ? message : `${message}\n\ninstead: ${instead.trim()}`),
      location: {
        path: file,
        range: { start: position(places, file, at.line, at.column), end: position(places, file, at.endLine, at.endColumn) },
      },
      severity: severities[severity],
      code: { value: rule },
    })),
  }
}

/** Its columns count bytes of UTF-8, from 1. */
function position(
  places: Places,
  file: string,
  line: number,
  column: number,
): { readonly line: number; readonly column: number } {
  const before = places
    .linesOf(file)
    .textOf(line)
    .slice(0, column - 1)
  return { line, column: Buffer.byteLength(before) + 1 }
}
