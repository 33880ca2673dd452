import { resolve } from 'node:path'
import { rules as allRules } from '../rules/index.ts'
import { type AnalyzeOptions, analyze } from './analyze.ts'
import { carriedAllows, withComments } from './carried-allow.ts'
import { findTable } from './catalog/lookup.ts'
import { severitiesOf } from './config.ts'
import { Failure } from './failure.ts'
import type { Allowed, Finding } from './finding.ts'
import { fold } from './fold.ts'
import { parseSql } from './grammar/parse.ts'
import { assumedPostgres, type LintOptions, readJob } from './lint.ts'
import type { Migration } from './migration.ts'
import { placedOf, planMigration, type Sites, type Split, siteCollector } from './migration-plan.ts'
import { printName } from './name.ts'
import type { Operation } from './operation.ts'
import type { Phase } from './phase.ts'
import { locksFirst } from './plan/locks-first.ts'
import type { Plan, Step, Wishes } from './plan/plan.ts'
import { changeSql, stagesOf } from './plan/sql.ts'
import { wishesFrom, wishFrom } from './plan/wish.ts'
import { shownPath } from './read/find.ts'
import { readSchema } from './read/read.ts'
import { toolNamed } from './read/tools.ts'
import type { PlannedMigration, PlanReport, WrittenPlan } from './report/plan-report.ts'
import { operationsIn } from './rule/written.ts'
import { isOff, severityOf } from './severity.ts'
import { suppress } from './suppress.ts'
import { placeOf } from './write/place.ts'
import { planFiles, refuseTwice } from './write/plan-files.ts'
import { writeFiles } from './write/write-files.ts'

export interface PlanReportOptions extends Omit<LintOptions, 'down' | 'stats' | 'app' | 'deployed'> {
  /** `table.column=expression` each: what fills a column that only people know a value for. */
  readonly fill?: readonly string[] | undefined
  /** false: transactions wait for their locks once, for people who would rather run a file again themselves. */
  readonly retry?: boolean | undefined
}

/** Plans the migrations that the paths name. Throws a Failure where the job cannot be done. */
export async function planReport(options: PlanReportOptions): Promise<PlanReport> {
  const { cwd, loaded, postgres, parser, history } = await readJob(options)
  const fills = checkedFills(options.fill ?? [])
  const severities = severitiesOf(loaded, cwd)
  const judging: Judging = {
    postgres: postgres ?? assumedPostgres,
    rules: new Map([...allRules].filter(([id, rule]) => !isOff(id, rule.hazard, severities))),
    severityOf: (rule, hazard, certainty, file) => severityOf(rule, hazard, certainty, file, severities),
    ...(options.schema === undefined ? {} : { schema: await readSchema(options.schema, cwd, parser) }),
  }
  const asked = history.migrations.filter(history.asked)
  if (asked.length === 0) throw new Failure('there is no migration to plan')
  const unreadable = asked.find(({ repeatable }) => repeatable === true)
  if (unreadable !== undefined) throw new Failure(`${unreadable.file}: a migration that runs again and again has no plan`)
  const migrations = asked.map((migration) =>
    plannedMigration(migration, history.migrations, fills.wishes, judging, options.retry),
  )
  const unused = fills.unused()
  if (unused !== undefined) throw new Failure(`--fill ${JSON.stringify(unused)}: no plan asks what fills this column`)
  return { tool: history.tool, postgres: judging.postgres, postgresAssumed: postgres === undefined, migrations }
}

/** What `--fill` says, and which of it no plan has asked for. Throws a Failure for what is no expression. */
function checkedFills(texts: readonly string[]): { readonly wishes: Wishes; unused(): string | undefined } {
  const asked = new Set<string>()
  const fills = texts.map((text) => ({ text, wishes: wishesFrom([text]) }))
  for (const text of texts) {
    // A comment to the end of the line would hide what the plan writes behind it.
    const { statements } = parseSql(`SELECT (${wishFrom(text).expression})`)
    const isExpression = statements.length === 1 && statements[0]?.commands.every(({ operation }) => operation.kind === 'Select')
    if (isExpression !== true)
      throw new Failure(`--fill ${JSON.stringify(text)}: what follows the equals sign is no SQL expression`)
  }
  return {
    wishes: {
      fillOf(table, column) {
        for (const { text, wishes } of fills) {
          const expression = wishes.fillOf(table, column)
          if (expression === undefined) continue
          asked.add(text)
          return expression
        }
        return undefined
      },
      replaces: () => true,
    },
    unused: () => texts.find((text) => !asked.has(text)),
  }
}

/** Writes the plan of the one migration of a report as files of its tool. Throws a Failure where there are more, or a file is in the way. */
export async function writePlan(
  report: PlanReport,
  options: Pick<PlanReportOptions, 'cwd' | 'transaction'> & {
    /** Where to; the folder of the project's migrations without it. */
    readonly directory?: string | undefined
    readonly now: Date
  },
): Promise<WrittenPlan> {
  const [planned, ...others] = report.migrations
  if (planned === undefined || others.length > 0) throw new Failure('--write writes the plan of one migration: name one')
  const cwd = resolve(options.cwd ?? process.cwd())
  if (!planned.changed) return { paths: [], additions: [], notes: [] }
  const place = placeOf(planned.migration, { cwd, postgres: report.postgres, now: options.now, transaction: options.transaction })
  const { files, additions, notes } = planFiles(planned.steps, toolNamed(report.tool), place)
  if (options.directory === undefined) refuseTwice(files, toolNamed(report.tool), place)
  const directory = options.directory === undefined ? place.project.directory : resolve(cwd, options.directory)
  return {
    paths: writeFiles(files, directory, cwd),
    additions: additions.map(({ path, lines }) => ({ path: shownPath(resolve(place.project.directory, path), cwd), lines })),
    notes,
  }
}

export type Judging = Omit<AnalyzeOptions, 'reported' | 'application'>

/** Plans one migration of a history, and judges the plan as it will be deployed. `retry`: its transactions try for their locks again. */
export function plannedMigration(
  migration: Migration,
  migrations: readonly Migration[],
  wishes: Wishes,
  judging: Judging,
  retry = true,
): PlannedMigration {
  const before = migrations.slice(0, migrations.indexOf(migration)).filter(({ history }) => history === migration.history)
  const { findings, sites, allowed } = judged([...before, migration], new Set([migration]), judging)
  const found = findings.filter(isSerious)
  const attempt = (split: Split) => {
    const { steps: drafted, replaced, asWritten } = planMigration(migration, findings, sites, wishes, split)
    if (found.length === 0) return { steps: drafted, left: [], changed: false }
    const judge = (steps: Plan) => {
      const files = migrationsOf(steps, migration, judging.postgres)
      return { files, ...judged([...before, ...files], new Set(files), judging) }
    }
    const first = judge(drafted)
    const phased = inTheirPhases(drafted, asWritten, first.phases)
    const steps = retry ? withLocksFirst(phased, asWritten, first) : phased
    const open = (steps === drafted ? first : judge(steps)).findings.filter(isSerious)
    const allows = carriedAllows(open, allowed)
    const complete = withComments(steps, allows)
    const left = allows.size === 0 ? open : judge(complete).findings.filter(isSerious)
    return { steps: complete, left, changed: replaced || left.length < found.length }
  }
  const together = attempt('together')
  const apart = together.left.length === 0 ? together : attempt('apart')
  return { migration, found, ...(apart.left.length < together.left.length ? apart : together) }
}

/** Statements of the user's own with the phase that they have in a file of their own: what was new beside them may be there already. */
function inTheirPhases(plan: Plan, asWritten: ReadonlySet<Step>, found: readonly (readonly Phase[])[]): Plan {
  let index = -1
  const steps = plan.map((step) => {
    if (step.phase === 'deploy') return step
    index += 1
    const phase = found[index]?.at(-1) ?? step.phase
    return asWritten.has(step) && phase !== step.phase ? { ...step, phase } : step
  })
  return steps.some((step, at) => step !== plan[at]) ? steps : plan
}

/** Each transaction with its strong locks first, but for what people lock by themselves. */
function withLocksFirst(
  plan: Plan,
  asWritten: ReadonlySet<Step>,
  { files, sites }: { readonly files: readonly Migration[]; readonly sites: Sites },
): Plan {
  const placed = files.map(({ statements }) =>
    [...operationsIn(statements)].flatMap(({ operation }) => placedOf(operation, sites)),
  )
  const made = new Set(
    placed.flat().flatMap(({ operation, at }) => {
      // What its name means is known once it is there.
      const table = makesTable(operation) ? findTable(at.after, operation.table) : undefined
      return table === undefined ? [] : [printName(table.name)]
    }),
  )
  let index = -1
  return plan.map((step) => {
    if (step.phase === 'deploy') return step
    index += 1
    const own = placed[index] ?? []
    const locksItself = asWritten.has(step) && own.some(({ operation }) => operation.kind === 'LockTable')
    return locksItself ? step : locksFirst(step, own, (relation) => made.has(printName(relation)))
  })
}

function makesTable(operation: Operation): operation is Operation<'CreateTable' | 'CreateTableAs'> {
  return operation.kind === 'CreateTable' || operation.kind === 'CreateTableAs'
}

/** What is found in some migrations of a history, each deployed by itself. */
function judged(
  history: readonly Migration[],
  reported: ReadonlySet<Migration>,
  judging: Judging,
): {
  readonly findings: readonly Finding[]
  readonly allowed: readonly Allowed[]
  readonly sites: Sites
  readonly phases: readonly (readonly Phase[])[]
} {
  const { rule, sites } = siteCollector()
  const analysis = analyze(history, {
    ...judging,
    rules: new Map([...judging.rules, ['plan', rule]]),
    reported: (migration) => reported.has(migration),
    deployedTogether: false,
  })
  const { findings, allowed } = suppress(analysis.findings, [...reported], { rules: allRules, severityOf: judging.severityOf })
  const phases = new Map(analysis.phases.map((one) => [one.migration, one.phases]))
  return {
    findings: fold(findings, allowed),
    allowed,
    sites,
    phases: [...reported].map((migration) => phases.get(migration) ?? []),
  }
}

function isSerious({ severity }: Finding): boolean {
  return severity === 'error' || severity === 'warning'
}

/** The steps of a plan as migrations, each in the transaction it asks for. */
function migrationsOf(steps: Plan, { file, history }: Migration, postgres: number): readonly Migration[] {
  return stagesOf(steps).stages.map((stage, index) => {
    const text = changeSql(stage, postgres)
    const { statements, comments } = parseSql(text)
    return {
      file: `${file} step ${index + 1}`,
      text,
      statements,
      comments,
      transaction: stage.change.transaction ? 'unit' : 'each',
      transactionAssumed: false,
      ...(history === undefined ? {} : { history }),
    }
  })
}
