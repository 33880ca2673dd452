import type { Application } from './application/application.ts'
import type { Catalog, Origin } from './catalog/catalog.ts'
import { findRelation, resolve } from './catalog/lookup.ts'
import type { Effect } from './effect/effect.ts'
import type { Certainty, Finding, Hazard, Rewrite, Severity } from './finding.ts'
import { asWritten, type Migration } from './migration.ts'
import type { Name, QualifiedName } from './name.ts'
import type { Kind, Operation, Statement } from './operation.ts'
import type { Phase } from './phase.ts'
import type { MigrationTransaction, Report, Rule, Scope, Scopes, Site } from './rule.ts'
import type { Settings } from './settings.ts'
import type { Span } from './span.ts'
import { locksOf, type Transaction } from './transaction.ts'

/** How rules are run over the things they look at. */
export interface Checker {
  /** Whether any rule looks at a thing of this kind: building a site is not free. */
  looksAt(kind: Kind | Scope): boolean
  /** `phase` is the operation's; undefined where it is of none or does nothing. */
  checkOperation(operation: Operation, at: Site, phase: Phase | undefined): readonly Finding[]
  checkScope<S extends Scope>(scope: S, subject: Scopes[S], at: Site): readonly Finding[]
}

export interface CheckOptions {
  readonly rules: ReadonlyMap<string, Rule>
  severityOf(rule: string, hazard: Hazard, certainty: Certainty, file: string): Severity
  fingerprint(rule: string, file: string, sql: string): string
}

export function checker(options: CheckOptions): Checker {
  const byKind = new Map<Kind | Scope, [string, Rule][]>()
  for (const [id, rule] of options.rules) {
    for (const kind of rule.on) byKind.set(kind, [...(byKind.get(kind) ?? []), [id, rule]])
  }
  const run = (kind: Kind | Scope, subject: Operation | Scopes[Scope], at: Site, phase?: Phase): readonly Finding[] =>
    (byKind.get(kind) ?? []).flatMap(([id, rule]) => {
      // The rule says by `on` what it takes, and only such subjects are looked up under that kind.
      const found = (rule.check as (subject: Operation | Scopes[Scope], at: Site) => ReturnType<Rule['check']>)(subject, at)
      if (found === undefined) return []
      const reports =
        typeof found === 'string' || !Array.isArray(found) ? [found as string | Report] : (found as readonly (string | Report)[])
      return reports.flatMap((report) =>
        findingOf(
          id,
          rule,
          typeof report === 'string' ? { message: report } : report,
          at,
          options,
          phase,
          rewritesOf(rule, kind, subject, at),
        ),
      )
    })
  return {
    looksAt: (kind) => byKind.has(kind) || (byKind.has('Operation') && !isWide(kind)),
    checkOperation: (operation, at, phase) => [
      ...run(operation.kind, operation, at, phase),
      ...run('Operation', operation, at, phase),
    ],
    checkScope: (scope, subject, at) => run(scope, subject, at),
  }
}

function isWide(kind: Kind | Scope): boolean {
  return kind === 'Statement' || kind === 'Transaction' || kind === 'Migration' || kind === 'ChangeSet'
}

function rewritesOf(rule: Rule, kind: Kind | Scope, subject: Operation | Scopes[Scope], at: Site): readonly Rewrite[] {
  if (rule.rewrite === undefined || isWide(kind) || !('kind' in subject)) return []
  return [{ operation: subject, plan: (wishes) => rule.rewrite?.(subject, at, wishes) ?? [] }]
}

function findingOf(
  id: string,
  rule: Rule,
  report: Report,
  at: Site,
  options: CheckOptions,
  phase: Phase | undefined,
  rewrites: readonly Rewrite[],
): readonly Finding[] {
  const hazard = report.hazard ?? rule.hazard
  const migration = report.migration ?? at.migration
  const file = migration.file
  const severity = options.severityOf(id, hazard, report.certainty ?? rule.certainty ?? 'certain', file)
  if (severity === 'off') return []
  const span = report.span ?? at.span
  const statement = (report.span === undefined ? undefined : statementAt(migration, span)) ?? at.statement
  const { sql } = statement
  const fingerprint = options.fingerprint(id, file, sql)
  return [
    {
      rule: id,
      hazard,
      severity,
      message: asWritten(report.message, migration),
      file,
      span,
      sql,
      effects: report.effects ?? at.effects,
      phase,
      instead: report.instead && asWritten(report.instead, migration),
      statement: statement.span,
      beside: report.beside && asWritten(report.beside, migration),
      group: report.group,
      covers: report.covers,
      rewrites: [...rewrites, ...(report.rewrites ?? [])],
      fix: report.fix,
      fingerprint,
    },
  ]
}

function statementAt(migration: Migration, span: Span): Statement | undefined {
  return migration.statements.find((statement) => statement.span.start <= span.start && span.start < statement.span.end)
}

/** What a site is made of. */
export interface Circumstances {
  readonly deployed: Catalog
  readonly before: Catalog
  readonly after: Catalog
  readonly effects: readonly Effect[]
  readonly transaction: Transaction
  readonly ended: readonly Transaction[]
  readonly settings: Settings
  readonly statement: Statement
  readonly span: Span
  readonly migration: Migration
  readonly origin: Origin
  /** Ordinal of the change set's first migration. */
  readonly changeSet: number
  /** Transactions of the change set's earlier migrations. */
  readonly others: readonly MigrationTransaction[]
  readonly postgres: number
  readonly application: Application | undefined
  readonly refused: string | undefined
  readonly skipped: string | undefined
}

/** Made in the change set that starts with this migration, so that no deployed code can be using it. */
export function isNew(name: Name, before: Catalog, after: Catalog, changeSet: number): boolean {
  const relation = findRelation(before, name) ?? findRelation(after, name)
  if (relation === undefined) return false
  return relation.name.schema === 'pg_temp' || (relation.origin !== undefined && relation.origin.migration >= changeSet)
}

export function siteOf(circumstances: Circumstances): Site {
  return new Surroundings(circumstances)
}

/** A class, as its getters are made once: one site is made for every operation that a rule looks at. */
class Surroundings implements Site {
  readonly deployed: Catalog
  readonly before: Catalog
  readonly after: Catalog
  readonly effects: readonly Effect[]
  readonly transaction: Transaction
  readonly others: Site['others']
  readonly statement: Statement
  readonly span: Span
  readonly migration: Migration
  readonly origin: Origin
  readonly postgres: number
  readonly application: Site['application']
  readonly refused: string | undefined
  readonly skipped: string | undefined
  readonly #ended: readonly Transaction[]
  readonly #settings: Settings
  readonly #changeSet: number

  constructor(circumstances: Circumstances) {
    this.deployed = circumstances.deployed
    this.before = circumstances.before
    this.after = circumstances.after
    this.effects = circumstances.effects
    this.transaction = circumstances.transaction
    this.others = circumstances.others
    this.statement = circumstances.statement
    this.span = circumstances.span
    this.migration = circumstances.migration
    this.origin = circumstances.origin
    this.postgres = circumstances.postgres
    this.application = circumstances.application
    this.refused = circumstances.refused
    this.skipped = circumstances.skipped
    this.#ended = circumstances.ended
    this.#settings = circumstances.settings
    this.#changeSet = circumstances.changeSet
  }

  get earlier(): readonly Transaction[] {
    return this.#ended.filter((other) => other !== this.transaction)
  }

  get held(): Site['held'] {
    return locksOf(this.transaction)
  }

  isNew(name: Name): boolean {
    return isNew(name, this.before, this.after, this.#changeSet)
  }

  inChangeSet(origin: Origin | undefined): boolean {
    return origin !== undefined && origin.migration >= this.#changeSet
  }

  resolve(name: Name): QualifiedName {
    return resolve(this.before, name)
  }

  setting(name: string): string | undefined {
    return this.#settings.get(name)
  }
}
