import type { Application } from './application/application.ts'
import { apply } from './catalog/apply.ts'
import type { Catalog, Origin } from './catalog/catalog.ts'
import { unknownCatalog } from './catalog/lookup.ts'
import { type Checker, type CheckOptions, checker, isNew, siteOf } from './check.ts'
import { combine, statementLock, underStatement } from './effect/combine.ts'
import { type Effect, mergeEffects, type Server } from './effect/effect.ts'
import { effectsOf } from './effect/effects-of.ts'
import { unknownOf } from './effect/unknown.ts'
import type { Certainty, Finding, Hazard, Severity } from './finding.ts'
import { fingerprints } from './fingerprint.ts'
import type { Locks } from './held.ts'
import type { Migration, TransactionScope } from './migration.ts'
import type { Operation, Statement } from './operation.ts'
import { type Phase, phaseOf, phases } from './phase.ts'
import type { MigrationTransaction, Rule, Scope, Scopes } from './rule.ts'
import {
  afterStatement,
  beforeStatement,
  changeSession,
  endMessage,
  endSession,
  recordStatement,
  type Session,
  startSession,
} from './session.ts'
import { inForce } from './settings.ts'
import type { Span } from './span.ts'
import type { OpenTransaction, Transaction } from './transaction.ts'

export interface AnalyzeOptions {
  /** PostgreSQL's major version, 12 to 18. */
  readonly postgres: number
  readonly rules: ReadonlyMap<string, Rule>
  severityOf(rule: string, hazard: Hazard, certainty: Certainty, file: string): Severity
  /** The sessions' TimeZone, where the SQL sets none. */
  readonly timeZone?: string
  /** A dump of the schema before the first migration. */
  readonly schema?: Migration
  /** The application's code, for rules that ask what it names. */
  readonly application?: Application | undefined
  /** Which migrations to judge; the others are context only. Together they are one change set. Without it every migration is its own. */
  readonly reported?: (migration: Migration) => boolean
  /** false: even what was picked out is deployed migration by migration. */
  readonly deployedTogether?: boolean
}

/** What the analyzer says of a history of migrations. */
export interface Analysis {
  /** One per statement of the reported migrations, in order. */
  readonly judged: readonly Judged[]
  /** With their severity, in order of place; suppressions not yet applied. */
  readonly findings: readonly Finding[]
  /** What each reported migration is made of, in order. */
  readonly phases: readonly MigrationPhases[]
  readonly catalog: Catalog
}

export interface MigrationPhases {
  readonly migration: Migration
  /** In the order of a change: expand, migrate, contract. */
  readonly phases: readonly Phase[]
}

export interface Judged {
  readonly migration: Migration
  readonly statement: Statement
  readonly effects: readonly Effect[]
  /** false where some of it is not modelled. */
  readonly known: boolean
  readonly scope: TransactionScope
  /** Ordinal of its transaction over the whole history. */
  readonly transaction: number
  /** What the transaction held before it. */
  readonly held: Locks
}

/** Replays migrations, in order, and judges the reported ones. Pure. */
export function analyze(migrations: readonly Migration[], options: AnalyzeOptions): Analysis {
  const checkOptions: CheckOptions = { rules: options.rules, severityOf: options.severityOf, fingerprint: fingerprints() }
  const run: Run = { options, check: checker(checkOptions), judged: [], findings: [], phases: new Map(), transactions: 0 }
  const start = options.schema === undefined ? unknownCatalog : runMigration(options.schema, -1, unknownCatalog, undefined, run)
  let catalog = start
  let changeSet: ChangeSet | undefined
  for (const [ordinal, migration] of migrations.entries()) {
    if (migration.history !== migrations[ordinal - 1]?.history) {
      endChangeSet(changeSet, run)
      catalog = start
      changeSet = undefined
    }
    if (options.reported?.(migration) ?? true) {
      // Where migrations are picked out of a history they are deployed together; otherwise each was deployed by itself.
      const together = options.reported !== undefined && options.deployedTogether !== false && changeSet !== undefined
      if (!together) {
        endChangeSet(changeSet, run)
        changeSet = { deployed: catalog, first: ordinal, migrations: [], transactions: [], last: undefined }
      }
      catalog = runMigration(migration, ordinal, catalog, changeSet, run)
    } else catalog = runMigration(migration, ordinal, catalog, undefined, run)
  }
  endChangeSet(changeSet, run)
  const madeOf = [...run.phases].map(([migration, found]) => ({ migration, phases: phases.filter((phase) => found.has(phase)) }))
  return { judged: run.judged, findings: run.findings.sort(byPlace(migrations)), phases: madeOf, catalog }
}

/** Migrations that are deployed together. */
interface ChangeSet {
  /** The schema in production when it starts. */
  readonly deployed: Catalog
  /** Ordinal of its first migration. */
  readonly first: number
  readonly migrations: Migration[]
  /** Of the migrations that have run. */
  readonly transactions: MigrationTransaction[]
  /** What ran last, and so knows the schema at the end. */
  last: MigrationRun | undefined
}

/** Judges a change set as a whole, once all of it has run. */
function endChangeSet(changeSet: ChangeSet | undefined, run: Run): void {
  if (changeSet?.last === undefined || !run.check.looksAt('ChangeSet')) return
  const statements = changeSet.migrations.flatMap((migration) => migration.statements)
  checkScope('ChangeSet', changeSet.migrations, changeSet.last, statements, [])
}

/** Replays one migration; judges it where it belongs to a change set. Returns the schema after it. */
function runMigration(
  migration: Migration,
  ordinal: number,
  catalog: Catalog,
  changeSet: ChangeSet | undefined,
  run: Run,
): Catalog {
  const session = startSession(migration, catalog, () => run.transactions++)
  const reported = changeSet !== undefined
  const { deployed, first } = changeSet ?? { deployed: catalog, first: ordinal }
  const others = changeSet?.transactions ?? []
  const work: MigrationRun = { run, migration, session, ordinal, reported, deployed, changeSet: first, others, effects: [] }
  for (const statement of migration.statements) runStatement(statement, work)
  endTransaction(endSession(session), work)
  if (changeSet !== undefined) {
    checkScope('Migration', migration, work, migration.statements, work.effects)
    changeSet.migrations.push(migration)
    changeSet.transactions.push(...session.ended.map((transaction) => ({ migration, transaction })))
    changeSet.last = work
  }
  return session.catalog
}

interface Run {
  readonly options: AnalyzeOptions
  readonly check: Checker
  readonly judged: Judged[]
  readonly findings: Finding[]
  readonly phases: Map<Migration, Set<Phase>>
  transactions: number
}

interface MigrationRun {
  readonly run: Run
  readonly migration: Migration
  readonly session: Session
  readonly ordinal: number
  readonly reported: boolean
  readonly deployed: Catalog
  readonly changeSet: number
  readonly others: readonly MigrationTransaction[]
  readonly effects: Effect[]
}

/** One statement: find its transaction, judge and apply what it does, close what it ends. */
function runStatement(statement: Statement, work: MigrationRun): void {
  const { session, run } = work
  const first = statement.commands[0]?.operation ?? { kind: 'Opaque', statement: '', sql: statement.sql, reason: 'empty' }
  const { transaction, scope } = beforeStatement(session, statement, first)
  const before = session.catalog
  const held = transaction.held.at(transaction.held.now())
  const effects = mergeEffects(runCommands(statement, transaction, work))
  if (work.reported) {
    const { id } = transaction
    run.judged.push({
      migration: work.migration,
      statement,
      effects,
      known: isKnown(statement, before),
      scope,
      transaction: id,
      held,
    })
  }
  for (const { operation } of statement.commands) endTransaction(afterStatement(session, operation), work)
  endTransaction(endMessage(session, statement), work)
}

/** Judges and applies a statement and, for a DO block, the statements in it. Returns all their effects. */
function runCommands(statement: Statement, transaction: OpenTransaction, work: MigrationRun): readonly Effect[] {
  const { session, run, reported } = work
  const before = session.catalog
  const origin: Origin = { migration: work.ordinal, transaction: transaction.id }
  const steps: { operation: Operation; catalog: Catalog; effects: readonly Effect[] }[] = []
  const alone = reported && statement.commands.length > 1 ? statement.commands : []
  const all = alone.map(({ operation }) => ({
    operation,
    catalog: before,
    effects: effectsOf(operation, before, serverOf(work)),
  }))
  const locked = statementLock(all)
  for (const [index, { operation, span }] of statement.commands.entries()) {
    const catalog = session.catalog
    const applied = apply(operation, catalog, origin, { conditional: statement.conditional, postgres: serverOf(work).postgres })
    session.catalog = applied.catalog
    changeSession(session, operation)
    if (!reported) continue
    // The first command meets what all of them were looked at with.
    const own = (catalog === before ? all[index]?.effects : undefined) ?? effectsOf(operation, catalog, serverOf(work))
    const effects = underStatement(own, locked)
    steps.push({ operation, catalog, effects: own })
    const phase = applied.skipped === undefined ? phaseIn(operation, catalog, session.catalog, work) : undefined
    if (!run.check.looksAt(operation.kind)) continue
    run.findings.push(
      ...run.check.checkOperation(
        operation,
        site(work, { transaction, statement, span, before: catalog, effects, ...applied }),
        phase,
      ),
    )
  }
  const effects = combine(steps)
  if (reported && run.check.looksAt('Statement')) {
    const at = site(work, {
      transaction,
      statement,
      span: statement.span,
      before,
      effects,
      refused: undefined,
      skipped: undefined,
    })
    run.findings.push(...run.check.checkScope('Statement', statement, at))
  }
  const inUse = effects.filter((effect) => effect.existed && !isNew(effect.relation, before, session.catalog, work.changeSet))
  recordStatement(session, statement, effects, inUse)
  work.effects.push(...effects)
  return [...effects, ...statement.body.flatMap((inner) => runCommands(inner, transaction, work))]
}

/** The phase of an operation, noted with its migration. */
function phaseIn(
  operation: Operation,
  before: Catalog,
  after: Catalog,
  { run, migration, changeSet }: MigrationRun,
): Phase | undefined {
  const phase = phaseOf(operation, {
    before,
    isNew: (name) => isNew(name, before, after, changeSet),
    inChangeSet: (origin) => origin !== undefined && origin.migration >= changeSet,
  })
  const known = run.phases.get(migration) ?? new Set()
  if (phase !== undefined) run.phases.set(migration, known.add(phase))
  return phase
}

function endTransaction(ended: Transaction | undefined, work: MigrationRun): void {
  if (ended === undefined || !work.reported || ended.entries.length === 0) return
  const statements = ended.entries.map((entry) => entry.statement)
  checkScope('Transaction', ended, work, statements, mergeEffects(ended.entries.flatMap((entry) => entry.effects)), ended)
}

function checkScope<S extends Scope>(
  scope: S,
  subject: Scopes[S],
  work: MigrationRun,
  statements: readonly Statement[],
  effects: readonly Effect[],
  ended?: Transaction,
): void {
  const { run, session } = work
  const first = statements[0]
  const transaction = ended ?? session.ended.at(-1)
  if (first === undefined || transaction === undefined || !run.check.looksAt(scope)) return
  const at = site(work, {
    transaction,
    statement: first,
    span: first.span,
    before: work.deployed,
    effects,
    refused: undefined,
    skipped: undefined,
  })
  run.findings.push(...run.check.checkScope(scope, subject, at))
}

interface Here {
  readonly transaction: Transaction
  readonly statement: Statement
  readonly span: Span
  readonly before: Catalog
  readonly effects: readonly Effect[]
  readonly refused: string | undefined
  readonly skipped: string | undefined
}

function site(work: MigrationRun, here: Here) {
  const { session, run, ordinal } = work
  const { transaction, statement, span, before, effects, refused, skipped } = here
  return siteOf({
    transaction,
    statement,
    span,
    before,
    effects,
    refused,
    skipped,
    deployed: work.deployed,
    after: session.catalog,
    ended: session.ended,
    settings: inForce(session.settings),
    migration: work.migration,
    origin: { migration: ordinal, transaction: transaction.id },
    changeSet: work.changeSet,
    others: work.others,
    postgres: run.options.postgres,
    application: run.options.application,
  })
}

function serverOf(work: MigrationRun): Server {
  const set = inForce(work.session.settings).get('timezone')
  return { postgres: work.run.options.postgres, timeZone: set ?? work.run.options.timeZone }
}

/** Whether everything a statement does is modelled. */
function isKnown({ commands, body }: Statement, before: Catalog): boolean {
  return (
    commands.every(({ operation }) => unknownOf(operation, before) === undefined) && body.every((inner) => isKnown(inner, before))
  )
}

function byPlace(migrations: readonly Migration[]): (a: Finding, b: Finding) => number {
  const order = new Map<string, number>()
  for (const [index, { file }] of migrations.entries()) if (!order.has(file)) order.set(file, index)
  return (a, b) => (order.get(a.file) ?? 0) - (order.get(b.file) ?? 0) || a.span.start - b.span.start || a.span.end - b.span.end
}
