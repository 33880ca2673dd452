import type { AllowedJson, EffectJson, FindingJson, LintJson, LocksJson } from '../contract.ts'
import { type Effect, mergeEffects } from '../effect/effect.ts'
import type { Allowed, Finding } from '../finding.ts'
import { printName } from '../name.ts'
import { workOf } from './consequence.ts'
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
    findings: report.findings.map((finding) => findingJson(finding, places, report.postgres)),
    allowed: report.allowed.map((allowed) => allowedJson(allowed, places, report.postgres)),
    phases: (report.phases ?? []).map(({ migration, phases }) => ({ file: migration.file, phases })),
    ...(report.baseline === undefined ? {} : { baseline: report.baseline }),
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

function findingJson(finding: Finding, places: Places, postgres: number): FindingJson {
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
    plan: stepsJson(planOf(finding), postgres),
    phase: finding.phase ?? null,
    fingerprint: finding.fingerprint,
  }
}

function allowedJson(allowed: Allowed, places: Places, postgres: number): AllowedJson {
  return { ...findingJson(allowed, places, postgres), reason: allowed.reason }
}

function namedAsWritten(effect: EffectJson, file: string, places: Places): EffectJson {
  return { ...effect, relation: places.written(file, effect.relation) }
}

export function effectJson(effect: Effect): EffectJson {
  const { relation, kind, lock, existed } = effect
  return { relation: printName(relation), kind, lock, work: workOf(effect), existed }
}
