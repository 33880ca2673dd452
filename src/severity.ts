import type { Certainty, Hazard, Severity } from './finding.ts'

export const presets = ['recommended', 'strict', 'style'] as const
export type Preset = (typeof presets)[number]

/** What configuration says of severities; every part may be absent. */
export interface Severities {
  readonly presets?: readonly Preset[] | undefined
  readonly hazards?: { readonly [H in Hazard]?: Severity | undefined } | undefined
  readonly rules?: Readonly<Record<string, Severity | undefined>> | undefined
  /** In order; later ones win. */
  readonly overrides?: readonly {
    readonly matches: (file: string) => boolean
    readonly rules: Readonly<Record<string, Severity | undefined>>
  }[]
}

/**
 * The severity of a finding: an override for the file's path, else the rule's, else the hazard's, else the presets'.
 * A hazard's severity leaves what was checked and found fine a note (or off): it is about what is, or may be, wrong.
 */
export function severityOf(rule: string, hazard: Hazard, certainty: Certainty, file: string, config: Severities): Severity {
  const forPath = config.overrides?.findLast((override) => Object.hasOwn(override.rules, rule) && override.matches(file))
  const ofRule = forPath?.rules[rule] ?? (Object.hasOwn(config.rules ?? {}, rule) ? config.rules?.[rule] : undefined)
  if (ofRule !== undefined) return ofRule
  const ofHazard = config.hazards?.[hazard]
  if (ofHazard !== undefined) return certainty === 'checked' && ofHazard !== 'off' ? 'note' : ofHazard
  return presetSeverity(hazard, certainty, config.presets ?? [])
}

function presetSeverity(hazard: Hazard, certainty: Certainty, chosen: readonly Preset[]): Severity {
  if (hazard === 'style') return chosen.includes('style') ? 'warning' : 'off'
  const usual = recommended(hazard, certainty)
  if (!chosen.includes('strict')) return usual
  return usual === 'note' ? 'warning' : 'error'
}

/** What depends on traffic, or was not understood, is never more than a warning by itself. */
function recommended(hazard: Hazard, certainty: Certainty): 'error' | 'warning' | 'note' {
  if (certainty === 'checked') return 'note'
  if (hazard === 'queues traffic' || hazard === 'not understood') return 'warning'
  return certainty === 'certain' ? 'error' : 'warning'
}

export const thresholds = ['error', 'warning', 'note', 'never'] as const
/** From which severity on findings fail the run. */
export type Threshold = (typeof thresholds)[number]

export function reaches(severity: Severity, threshold: Threshold): boolean {
  if (severity === 'off' || threshold === 'never') return false
  return thresholds.indexOf(severity) <= thresholds.indexOf(threshold)
}

/** Whether a style rule is off everywhere, so that it need not be run at all. Other hazards can differ from finding to finding. */
export function isOff(rule: string, hazard: Hazard, config: Severities): boolean {
  if (hazard !== 'style' || config.overrides?.some((override) => Object.hasOwn(override.rules, rule))) return false
  return severityOf(rule, hazard, 'certain', '', { ...config, overrides: [] }) === 'off'
}
