import type { LintJson } from '../contract.ts'
import type { LintFormat } from '../report/formats.ts'
import type { Paint } from '../report/paint.ts'
import { locationOf, placesIn } from '../report/place.ts'
import { printableJson } from '../report/printable.ts'
import type { LintReport } from '../report/report.ts'
import type { Threshold } from '../severity.ts'

/** What a format may need beside the report. */
export interface Rendering {
  readonly paint: Paint
  /** Text in one line per finding. */
  readonly quiet: boolean
  /** From which severity on the run fails. */
  readonly threshold: Threshold
  readonly exitCode: number
  /** Of this program. */
  readonly version: string
}

/** The report in one format, with its last line break. What a format needs is loaded when it is asked for. */
export function renderLint(format: LintFormat, report: LintReport, rendering: Rendering): Promise<string> {
  return renderers[format](report, rendering)
}

const renderers: { readonly [F in LintFormat]: (report: LintReport, rendering: Rendering) => Promise<string> } = {
  text: async (report, { paint, quiet }) => {
    if (quiet) return compactOf(report, paint)
    return (await import('../report/text.ts')).lintText(report, paint)
  },
  compact: (report, { paint }) => compactOf(report, paint),
  json: async (report) => `${printableJson(await jsonOf(report))}\n`,
  markdown: async (report) => (await import('../report/markdown.ts')).lintMarkdown(await jsonOf(report)),
  github: async (report) => (await import('../report/github.ts')).lintGithub(await jsonOf(report)),
  gitlab: async (report) => `${printableJson((await import('../report/gitlab.ts')).lintGitlab(await jsonOf(report)))}\n`,
  sarif: async (report, { exitCode, version }) => {
    const [{ lintSarif }, { rules }] = await Promise.all([import('../report/sarif.ts'), import('../../rules/index.ts')])
    return `${printableJson(lintSarif(await jsonOf(report), { rules, exitCode, version, files: filesOf(report) }))}\n`
  },
  rdjson: async (report) => `${printableJson((await import('../report/rdjson.ts')).lintRdjson(report))}\n`,
  junit: async (report, { threshold }) =>
    (await import('../report/junit.ts')).lintJunit(await jsonOf(report), filesOf(report), threshold),
  checkstyle: async (report) => (await import('../report/checkstyle.ts')).lintCheckstyle(await jsonOf(report)),
}

/** With the plans, which the formats for people at a terminal do without: making them takes time. */
async function jsonOf(report: LintReport): Promise<LintJson> {
  return (await import('../report/json.ts')).lintJson(report)
}

async function compactOf(report: LintReport, paint: Paint): Promise<string> {
  const places = placesIn(report.migrations)
  const findings = report.findings.map((finding) => ({
    ...finding,
    ...locationOf(places.linesOf(finding.file), finding.span),
  }))
  return (await import('../report/compact.ts')).lintCompact(findings, paint)
}

/** The judged files, in order, those without a finding too. */
function filesOf({ migrations }: LintReport): readonly string[] {
  return [...new Set(migrations.map(({ file }) => file))]
}
