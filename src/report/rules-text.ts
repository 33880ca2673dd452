import type { Hazard, Severity } from '../finding.ts'
import { hazards } from '../finding.ts'
import type { Rule } from '../rule.ts'
import { severityOf } from '../severity.ts'
import type { Paint } from './paint.ts'
import { wrapProse } from './prose.ts'
import { pad } from './width.ts'

/** A rule as `rules --format json` lists it. */
export interface RuleJson {
  readonly rule: string
  readonly hazard: Hazard
  /** Without any configuration; a finding whose certainty differs from the rule's usual one has another. */
  readonly severity: Severity
  readonly summary: string
  readonly knownAs: readonly string[]
  readonly references: readonly string[]
}

export function rulesJson(rules: ReadonlyMap<string, Rule>): readonly RuleJson[] {
  return [...rules].map(([id, rule]) => {
    const { hazard, summary, knownAs, references } = rule
    return { rule: id, hazard, severity: defaultSeverity(id, rule), summary, knownAs, references }
  })
}

/** The rules by hazard, each with its default severity and what it reports. */
export function rulesText(rules: ReadonlyMap<string, Rule>, paint: Paint): string {
  const widest = Math.max(0, ...[...rules.keys()].map((id) => id.length))
  const sections = hazards.flatMap((hazard) => {
    const rows = [...rules].filter(([, rule]) => rule.hazard === hazard)
    if (rows.length === 0) return []
    return [
      `${paint.bold(hazard)}\n${rows
        .map(([id, rule]) => `  ${pad(id, widest)}  ${pad(defaultSeverity(id, rule), 7)}  ${paint.dim(rule.summary)}\n`)
        .join('')}`,
    ]
  })
  return `${sections.join('\n')}\n${rules.size} rules · phasewise explain <rule> says more\n`
}

/** A rule's page. */
export function rulePage(id: string, rule: Rule, paint: Paint, columns: number): string {
  const prose = (text: string) => wrapProse(text, columns, '  ')
  const parts = [
    `${paint.bold(id)}  ${rule.hazard} · ${defaultSeverity(id, rule)} by default\n${wrapProse(rule.summary, columns)}`,
    `${paint.bold('why')}\n${prose(rule.why)}`,
    `${paint.bold('instead')}\n${prose(rule.instead)}`,
    `${paint.bold('allow it')}\n  -- phasewise allow ${id}: <reason>`,
  ]
  if (rule.references.length > 0)
    parts.push(`${paint.bold('references')}\n${rule.references.map((link) => `  ${link}`).join('\n')}`)
  if (rule.knownAs.length > 0) parts.push(`${paint.bold('known elsewhere as')}\n${prose(rule.knownAs.join(', '))}`)
  return `${parts.join('\n\n')}\n`
}

function defaultSeverity(id: string, rule: Rule): Severity {
  return severityOf(id, rule.hazard, rule.certainty ?? 'certain', '', {})
}
