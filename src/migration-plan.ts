import type { Finding, Rewrite } from './finding.ts'
import type { Migration } from './migration.ts'
import { printName } from './name.ts'
import type { Operation, Statement } from './operation.ts'
import { phaseOf } from './phase.ts'
import { composers } from './plan/composers.ts'
import { compositesIn, type KnownComposite } from './plan/composite.ts'
import { ordered, type Part } from './plan/order.ts'
import type { Plan, Step, Wishes } from './plan/plan.ts'
import { goesOrComes, inOne, remadeIn, stayingIn } from './plan/remade.ts'
import { temporaryIn } from './plan/temporary.ts'
import { type Touched, together, touchOf } from './plan/touch.ts'
import { join, joined, type Placed, verbatim } from './plan/verbatim.ts'
import { operationsIn } from './rule/written.ts'
import type { Rule, Site } from './rule.ts'

/** The safe version of one migration. */
export interface MigrationPlan {
  readonly migration: Migration
  /** Its changes in the order in which they are deployed. */
  readonly steps: Plan
  /** Whether any statement of it was replaced. */
  readonly replaced: boolean
  /** The steps that are statements of the user's own. */
  readonly asWritten: ReadonlySet<Step>
}

/** Where each operation of the judged migrations stood, for plans. */
export type Sites = ReadonlyMap<Operation, Site>

/** A rule that reports nothing and remembers the site of each operation. */
export function siteCollector(): { readonly rule: Rule; readonly sites: Sites } {
  const sites = new Map<Operation, Site>()
  const rule: Rule = {
    on: ['Operation'],
    hazard: 'style',
    summary: '',
    why: '',
    instead: '',
    references: [],
    knownAs: [],
    check(subject, at) {
      if ('kind' in subject) sites.set(subject, at)
      return undefined
    },
  }
  return { rule, sites }
}

/** What is safe as it is may stay together as it was written, or go `apart`: a file for each statement, but for those that make new tables. */
export type Split = 'together' | 'apart'

/** Plans a migration from what was found in it. Pure. */
export function planMigration(
  migration: Migration,
  findings: readonly Finding[],
  sites: Sites,
  wishes: Wishes,
  split: Split,
): MigrationPlan {
  const rewrites = new Map<Operation, Rewrite>()
  for (const { severity, rewrites: own } of findings) {
    if (severity !== 'error' && severity !== 'warning') continue
    for (const rewrite of own ?? []) if (!rewrites.has(rewrite.operation)) rewrites.set(rewrite.operation, rewrite)
  }
  const temporary = temporaryIn(migration.statements)
  const inSession = new Set(
    temporary.flatMap(({ from, to }) =>
      migration.statements.slice(from, to + 1).flatMap(({ commands }) => commands.map(({ operation }) => operation)),
    ),
  )
  for (const operation of inSession) rewrites.delete(operation)
  const everyone = migration.statements.flatMap(({ commands }) => commands.flatMap(({ operation }) => placedOf(operation, sites)))
  const given: Wishes = { ...wishes, replaces: (operation) => rewrites.has(operation) }
  const composites = new Map(
    [...compositesIn(everyone, composers, given, (operation) => rewrites.has(operation))].filter(
      ([, { operations }]) => !operations.some((operation) => inSession.has(operation)),
    ),
  )
  const stretches = inOne([...remadeIn(migration.statements), ...temporary]).filter(({ from, to }) => {
    const own = migration.statements.slice(from, to + 1)
    const isTaken = own.some(({ commands }) =>
      commands.some(({ operation }) => goesOrComes(operation) && composites.has(operation)),
    )
    return !isTaken && isOneTransaction(own, sites)
  })
  // A view that comes back in the same transaction is not away while code is deployed.
  for (const { from, to } of stretches) {
    for (const operation of stayingIn(migration.statements.slice(from, to + 1), sites)) rewrites.delete(operation)
  }
  const known: Wishes = { ...wishes, replaces: (operation) => rewrites.has(operation) || composites.has(operation) }
  const preamble: string[] = []
  const parts: Part[] = []
  const sessions = new Map<Step, readonly string[]>()
  const asWritten = new Set<Step>()
  const tables = new Map<Step, string>()
  const touches = new Map<Step, Touched>()
  const young = new Set<Step>()
  const comments = new Set<Step>()
  let replaced = false
  let [held, waiting]: [readonly Part[], readonly Part[]] = [[], []]
  for (const [place, statement] of migration.statements.entries()) {
    if (opensOrEnds(statement)) continue
    if (isSetting(statement)) {
      if (!boundsTime(statement)) preamble.push(statement.sql)
      continue
    }
    const placed = statement.commands.flatMap(({ operation }) => placedOf(operation, sites))
    const plans = placed.map(({ operation }) => rewrites.get(operation)?.plan(known) ?? [])
    const isReplaced = plans.some((plan) => plan.length > 0) || placed.some(({ operation }) => composites.has(operation))
    replaced ||= isReplaced
    const own = isReplaced
      ? partsOf(statement, placed, plans, composites, asWritten)
      : [wholeOf(statement, placed, sites, asWritten)]
    const table = tableOf(placed)
    for (const { steps, touched } of own) {
      for (const step of steps) {
        sessions.set(step, [...preamble])
        touches.set(step, touched)
        if (table !== undefined) tables.set(step, table)
        if (placed.length > 0 && placed.every(makesNew)) young.add(step)
        if (placed.every(({ operation }) => operation.kind === 'Comment')) comments.add(step)
      }
    }
    const stretch = stretches.find(({ from, to }) => from <= place && place <= to)
    if (stretch === undefined) {
      parts.push(...own)
      continue
    }
    held = [...held, ...own.filter((part) => part.asWritten)]
    waiting = [...waiting, ...own.filter((part) => !part.asWritten)]
    if (place < stretch.to) continue
    const whole = asOne(held)
    for (const step of whole.steps) {
      sessions.set(step, [...preamble])
      touches.set(step, whole.touched)
      asWritten.add(step)
    }
    parts.push(whole, ...waiting)
    ;[held, waiting] = [[], []]
  }
  const belong = (a: Step, b: Step): boolean => {
    if (!sameTexts(sessions.get(a), sessions.get(b))) return false
    if (asWritten.has(a) && asWritten.has(b)) {
      return split === 'together' || (young.has(a) && young.has(b)) || (comments.has(b) && tables.get(a) === tables.get(b))
    }
    const isQuick = [a, b].every((step) => step.phase !== 'deploy' && step.tables === 'one')
    if (!isQuick || !tables.has(a) || tables.get(a) !== tables.get(b)) return false
    // What makes room for the new, quickly and on one table, is one file; so is what goes from it for the same reason.
    if (a.phase === 'contract')
      return b.phase === 'contract' && a.why === b.why && [a, b].every((step) => !asWritten.has(step) && isAlterAlone(step))
    return split === 'together' && a.phase === 'expand' && b.phase === 'expand'
  }
  const company = { belong, touchedBy: (step: Step): Touched => touches.get(step) ?? 'everything' }
  const own = new Set<Step>()
  const steps = joined(ordered(parts), company).map(({ step, first }) => {
    const complete = withSession(step, sessions.get(first) ?? [])
    if (asWritten.has(first)) own.add(complete)
    return complete
  })
  return { migration, steps, replaced, asWritten: own }
}

function isAlterAlone(step: Step): boolean {
  return step.phase !== 'deploy' && step.statements.every((statement) => /^ALTER TABLE\b/.test(statement))
}

/** Part of making a table that nobody knows yet; rows are put into it by a file of their own. */
function makesNew({ operation, at }: Placed): boolean {
  if (phaseOf(operation, at) !== 'expand') return false
  return 'table' in operation && operation.table !== undefined && typeof operation.table === 'object' && at.isNew(operation.table)
}

/** The one table that operations are about. */
function tableOf(placed: readonly Placed[]): string | undefined {
  const names = placed.map(({ operation, at }) =>
    'table' in operation && operation.table !== undefined && typeof operation.table === 'object'
      ? printName(at.resolve(operation.table))
      : undefined,
  )
  return new Set(names).size === 1 ? names[0] : undefined
}

/** An operation with its site; nothing where it has none. */
export function placedOf(operation: Operation, sites: Sites): readonly Placed[] {
  const at = sites.get(operation)
  return at === undefined ? [] : [{ operation, at }]
}

/** A statement that stays as it is; a DO block does what its statements do. */
function wholeOf(statement: Statement, placed: readonly Placed[], sites: Sites, asWritten: Set<Step>): Part {
  const every = [...operationsIn([statement])].flatMap(({ operation }) => placedOf(operation, sites))
  const step = verbatim(statement.sql, every)
  asWritten.add(step)
  const touched = placed.map(({ operation, at }) => touchOf(operation, at))
  return { steps: [step], touched: statement.body.length > 0 ? 'everything' : together(touched), asWritten: true }
}

/** The commands of a statement one by one, the unsafe ones as their plans; what several operations make together, with the last of them. */
function partsOf(
  statement: Statement,
  placed: readonly Placed[],
  plans: readonly Plan[],
  composites: ReadonlyMap<Operation, KnownComposite>,
  asWritten: Set<Step>,
): readonly Part[] {
  return placed.flatMap((one, index): readonly Part[] => {
    const composite = composites.get(one.operation)
    if (composite !== undefined) {
      const { steps, touched, operations } = composite
      return operations.at(-1) === one.operation ? [{ steps, touched, asWritten: false }] : []
    }
    const touched = touchOf(one.operation, one.at)
    const plan = plans[index] ?? []
    if (plan.length > 0) return [{ steps: plan, touched, asWritten: false }]
    const step = verbatim(commandAlone(statement, one), [one])
    asWritten.add(step)
    return [{ steps: [step], touched, asWritten: true }]
  })
}

/** Whether statements can share a transaction, and the settings of their session. */
function isOneTransaction(statements: readonly Statement[], sites: Sites): boolean {
  return statements.every((statement) => {
    if (opensOrEnds(statement) || isSetting(statement)) return false
    const step = verbatim(
      statement.sql,
      statement.commands.flatMap(({ operation }) => placedOf(operation, sites)),
    )
    return step.transaction
  })
}

/** Statements of the user's own as one step. */
function asOne(parts: readonly Part[]): Part {
  const [first, ...others] = parts.flatMap(({ steps }) => steps)
  const steps = first === undefined ? [] : [others.reduce(join, first)]
  return { steps, touched: together(parts.map(({ touched }) => touched)), asWritten: true }
}

/** One command of an ALTER TABLE as a statement of its own: the words before its first command, and the command as written. */
function commandAlone({ sql, span, commands }: Statement, { at }: Placed): string {
  if (commands.length === 1) return sql
  const first = Math.min(...commands.map((command) => command.span.start))
  return sql.slice(0, first - span.start) + sql.slice(at.span.start - span.start, at.span.end - span.start)
}

/** Each file starts a session of its own: what the migration set before goes in front. */
function withSession(step: Step, settings: readonly string[]): Step {
  if (step.phase === 'deploy' || settings.length === 0) return step
  const { rollback } = step
  const back =
    'impossible' in rollback || rollback.statements.length === 0
      ? rollback
      : { ...rollback, statements: [...settings, ...rollback.statements] }
  return { ...step, statements: [...settings, ...step.statements], rollback: back }
}

function sameTexts(a: readonly string[] | undefined, b: readonly string[] | undefined): boolean {
  return (a ?? []).join(';') === (b ?? []).join(';')
}

function opensOrEnds({ commands }: Statement): boolean {
  return commands.every(({ operation: { kind } }) =>
    ['Begin', 'Commit', 'Rollback', 'Savepoint', 'RollbackTo', 'ReleaseSavepoint'].includes(kind),
  )
}

function isSetting({ commands, body }: Statement): boolean {
  return body.length === 0 && commands.every(({ operation: { kind } }) => kind === 'Set' || kind === 'Reset')
}

/** What bounds waiting is set by the plan itself, file by file. */
function boundsTime({ commands }: Statement): boolean {
  return commands.every(({ operation }) => 'setting' in operation && /_timeout$/.test(operation.setting))
}
