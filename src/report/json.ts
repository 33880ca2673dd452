import type { AllowedJson, EffectJson, FindingJson, FixJson, LintJson, LocksJson } from '../contract.ts'
import { type Effect, mergeEffects } from '../effect/effect.ts'
import type { Allowed, Finding } from '../finding.ts'
import { printName } from '../name.ts'
import { workOf } from './consequence.ts'
import { fixOf } from './finding-fix.ts'
import { planOf } from './finding-plan.ts'
import { locationOf, type Places, placesIn } from './place.ts'
import { stepsJson } from './plan-json.ts'
import type { LintReport, LocksReport } from './report.ts'

export function lintJson(report: LintReport): LintJson {
  const places = placesIn(report.migrations)
  return {
    version: 1,
    tool: report.tool,
    postgres: report.postgres,
    files: new Set(report.migrations.map(({ file }) => file)).size,
    statements: report.judged.length,
    findings: report.findings.map((finding) => findingJson(finding, places, report)),
    allowed: report.allowed.map((allowed) => allowedJson(allowed, places, report)),
    phases: (report.phases ?? []).map(({ migration, phases }) => ({ file: migration.file, phases })),
    ...(report.baseline === undefined ? {} : { baseline: report.baseline }),
    ...(report.fixed === undefined ? {} : { fixed: report.fixed }),
  }
}

export function locksJson(report: LocksReport): LocksJson {
  const places = placesIn(report.migrations)
  return {
    version: 1,
    postgres: report.postgres,
    statements: report.judged.map(({ migration, statement, effects, known, scope }) => ({
      file: migration.file,
      ...locationOf(places.linesOf(migration.file), statement.span),
      sql: statement.sql,
      known,
      transaction: scope,
      effects: effects.map((effect) => namedAsWritten(effectJson(effect), migration.file, places)),
    })),
  }
}

function findingJson(finding: Finding, places: Places, report: LintReport): FindingJson {
  return {
    rule: finding.rule,
    hazard: finding.hazard,
    severity: finding.severity,
    message: finding.message,
    file: finding.file,
    ...locationOf(places.linesOf(finding.file), finding.span),
    sql: finding.sql,
    effects: mergeEffects(finding.effects).map((effect) => namedAsWritten(effectJson(effect), finding.file, places)),
    instead: finding.instead ?? null,
    plan: stepsJson(planOf(finding), report.postgres),
    fix: fixJson(finding, places, report),
    phase: finding.phase ?? null,
    fingerprint: finding.fingerprint,
  }
}

function allowedJson(allowed: Allowed, places: Places, report: LintReport): AllowedJson {
  return { ...findingJson(allowed, places, report), reason: allowed.reason }
}

function fixJson(finding: Finding, places: Places, report: LintReport): FixJson | null {
  const edits = fixOf(finding, report)
  if (edits.length === 0) return null
  const lines = places.linesOf(finding.file)
  return { edits: edits.map((edit) => ({ ...locationOf(lines, edit), text: edit.text })) }
}

function namedAsWritten(effect: EffectJson, file: string, places: Places): EffectJson {
  return { ...effect, relation: places.written(file, effect.relation) }
}

export function effectJson(effect: Effect): EffectJson {
  const { relation, kind, lock, existed } = effect
  return { relation: printName(relation), kind, lock, work: workOf(effect), existed }
}
