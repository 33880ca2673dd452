import type { AllowedJson, FindingJson, FixJson, LintJson, Severity } from '../contract.ts'
import type { Rule } from '../rule.ts'
import { severityOf } from '../severity.ts'
import { printable } from './printable.ts'

export interface SarifContext {
  /** Every rule that there is: those of the findings are described. */
  readonly rules: ReadonlyMap<string, Rule>
  /** The judged files, those without findings too. */
  readonly files: readonly string[]
  readonly exitCode: number
  /** Of this program. */
  readonly version: string
}

const levels: { readonly [S in Severity]: 'error' | 'warning' | 'note' | 'none' } = {
  error: 'error',
  warning: 'warning',
  note: 'note',
  off: 'none',
}

/** The result as SARIF 2.1.0: https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html */
export function lintSarif(result: LintJson, { rules, files, exitCode, version }: SarifContext) {
  const all: readonly (FindingJson | AllowedJson)[] = [...result.findings, ...result.allowed]
  const used = [...new Set(all.map(({ rule }) => rule))].sort()
  const artifacts = [...new Set([...files, ...all.map(({ file }) => file)])]
  const indexOf = new Map(artifacts.map((file, index) => [file, index]))
  return {
    $schema: 'https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: {
          driver: {
            name: 'phasewise',
            semanticVersion: version,
            rules: used.map((id) => descriptor(id, rules.get(id))),
          },
        },
        columnKind: 'utf16CodeUnits',
        // What can be told of the run: it came to its end, or there would be no report.
        invocations: [{ executionSuccessful: true, exitCode }],
        artifacts: artifacts.map((file) => ({ location: artifactLocation(file), sourceLanguage: 'sql' })),
        results: all.map((finding) => ({
          ruleId: finding.rule,
          ruleIndex: used.indexOf(finding.rule),
          level: levels[finding.severity],
          message: { text: messageText(finding) },
          locations: [
            {
              physicalLocation: {
                artifactLocation: { ...artifactLocation(finding.file), index: indexOf.get(finding.file) ?? -1 },
                region: {
                  startLine: finding.line,
                  startColumn: finding.column,
                  endLine: finding.endLine,
                  endColumn: finding.endColumn,
                },
              },
            },
          ],
          partialFingerprints: { 'phasewise/v1': finding.fingerprint },
          // Where one result has them, all have (3.27.23): an empty list says that it is not suppressed.
          ...(result.allowed.length === 0 ? {} : { suppressions: suppressions(finding, result) }),
          ...(finding.fix == null ? {} : { fixes: [fix(finding.file, finding.fix)] }),
          properties: {
            hazard: finding.hazard,
            effects: finding.effects,
            ...(finding.phase === null ? {} : { phase: finding.phase }),
          },
        })),
      },
    ],
  }
}

/** Replacements of one change are made together, and all regions are those before (3.57). */
function fix(file: string, { edits }: FixJson) {
  const replacements = edits.map(({ line, column, endLine, endColumn, text }) => ({
    deletedRegion: { startLine: line, startColumn: column, endLine, endColumn },
    insertedContent: { text },
  }))
  return { artifactChanges: [{ artifactLocation: artifactLocation(file), replacements }] }
}

function suppressions(finding: FindingJson | AllowedJson, { baseline }: LintJson) {
  if (!('reason' in finding)) return []
  const byBaseline = baseline !== undefined && finding.reason === `accepted in ${baseline.file}`
  return [{ kind: byBaseline ? 'external' : 'inSource', justification: plainText(finding.reason) }]
}

function descriptor(id: string, rule: Rule | undefined) {
  if (rule === undefined) return { id }
  const { summary, why, instead, references, hazard, knownAs } = rule
  const allow = `-- phasewise allow ${id}: <reason>`
  const [manual] = references
  const links = references.map((link) => `- <${link}>`).join('\n')
  return {
    id,
    shortDescription: { text: plainText(summary) },
    fullDescription: { text: plainText(why) },
    help: {
      text: plainText([why, instead, `allow it: ${allow}`, ...references].join('\n\n')),
      markdown: formatted([why, `**Instead**\n\n${instead}`, `**Allow it**\n\n\`${allow}\``, ...(links === '' ? [] : [links])]),
    },
    ...(manual === undefined ? {} : { helpUri: manual }),
    defaultConfiguration: { level: levels[severityOf(id, hazard, rule.certainty ?? 'certain', '', {})] },
    properties: { tags: [hazard], knownAs },
  }
}

function formatted(paragraphs: readonly string[]): string {
  return braced(paragraphs.map((paragraph) => paragraph.trim()).join('\n\n'))
}

function messageText({ message, instead }: FindingJson): string {
  return plainText(instead === null ? message : `${message}\n\ninstead: ${instead.trim()}`)
}

/** Viewers make links of `[text](target)` in plain text, whether or not the brackets are escaped (3.11.6): that is kept apart. */
function plainText(text: string): string {
  return braced(printable(text).replaceAll('](', '] ('))
}

/** Braces stand for placeholders (3.11.5). */
function braced(text: string): string {
  return text.replaceAll('{', '{{').replaceAll('}', '}}')
}

/** Below the root of the sources where it can be, percent-encoded. */
function artifactLocation(file: string): { readonly uri: string; readonly uriBaseId?: string } {
  const uri = file
    .replace(/\p{Surrogate}/gu, '\ufffd')
    .split('/')
    .map((segment, index) => (index === 0 && /^[a-z]:$/i.test(segment) ? segment : encodeURIComponent(segment)))
    .join('/')
  if (uri.startsWith('/')) return { uri: `file://${uri}` }
  if (/^[a-z]:\//i.test(uri)) return { uri: `file:///${uri}` }
  return uri.startsWith('../') ? { uri } : { uri, uriBaseId: '%SRCROOT%' }
}
