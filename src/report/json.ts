import type { BaselineEntry } from '../baseline.ts'
import { type Effect, mergeEffects, type Work } from '../effect/effect.ts'
import type { Allowed, Finding, Hazard, Severity } from '../finding.ts'
import type { LockMode } from '../lock.ts'
import type { TransactionScope } from '../migration.ts'
import { printName } from '../name.ts'
import type { Phase } from '../phase.ts'
import { workOf } from './consequence.ts'
import { type Location, locationOf, type Places, placesIn } from './place.ts'
import type { LintReport, LocksReport } from './report.ts'

/** What `lint --format json` prints and the library returns. Keys are only ever added while `version` stays. */
export interface LintJson {
  readonly version: 1
  readonly tool: string
  readonly postgres: number
  readonly files: number
  readonly statements: number
  readonly findings: readonly FindingJson[]
  readonly allowed: readonly AllowedJson[]
  /** Which steps of a change each judged migration holds; a file with several sections is listed once for each that has any. */
  readonly phases: readonly { readonly file: string; readonly phases: readonly Phase[] }[]
  /** Only where a baseline was applied. */
  readonly baseline?: { readonly file: string; readonly stale: readonly BaselineEntry[] }
}

export interface FindingJson extends Location {
  readonly rule: string
  readonly hazard: Hazard
  readonly severity: Severity
  readonly message: string
  readonly file: string
  /** The statement, as written. */
  readonly sql: string
  readonly effects: readonly EffectJson[]
  /** What to do instead; null where nothing can be said beyond the rule's page. */
  readonly instead: string | null
  /** The safe sequence; empty where there is none. */
  readonly plan: readonly never[]
  /** The step of a change that it is about: expand, migrate or contract; null where none is. */
  readonly phase: Phase | null
  readonly fingerprint: string
}

export interface AllowedJson extends FindingJson {
  readonly reason: string
}

/** What `locks --format json` prints. */
export interface LocksJson {
  readonly version: 1
  readonly postgres: number
  readonly statements: readonly StatementJson[]
}

export interface StatementJson extends Location {
  readonly file: string
  readonly sql: string
  readonly known: boolean
  readonly transaction: TransactionScope
  readonly effects: readonly EffectJson[]
}

export interface EffectJson {
  /** Schema-qualified, quoted where SQL needs it. */
  readonly relation: string
  readonly kind: Effect['kind']
  readonly lock: LockMode
  readonly work: readonly Work[]
  readonly existed: boolean
}

export function lintJson(report: LintReport): LintJson {
  const places = placesIn(report.migrations)
  return {
    version: 1,
    tool: report.tool,
    postgres: report.postgres,
    files: new Set(report.migrations.map(({ file }) => file)).size,
    statements: report.judged.length,
    findings: report.findings.map((finding) => findingJson(finding, places)),
    allowed: report.allowed.map((allowed) => allowedJson(allowed, places)),
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
      effects: effects.map(effectJson),
    })),
  }
}

function findingJson(finding: Finding, places: Places): FindingJson {
  return {
    rule: finding.rule,
    hazard: finding.hazard,
    severity: finding.severity,
    message: finding.message,
    file: finding.file,
    ...locationOf(places.linesOf(finding.file), finding.span),
    sql: finding.sql,
    effects: mergeEffects(finding.effects).map(effectJson),
    instead: finding.instead ?? null,
    plan: [],
    phase: finding.phase ?? null,
    fingerprint: finding.fingerprint,
  }
}

function allowedJson(allowed: Allowed, places: Places): AllowedJson {
  return { ...findingJson(allowed, places), reason: allowed.reason }
}

export function effectJson(effect: Effect): EffectJson {
  const { relation, kind, lock, existed } = effect
  return { relation: printName(relation), kind, lock, work: workOf(effect), existed }
}
