/**
 * Plans every migration of a directory, and runs each plan on PostgreSQL in a copy of the schema of that moment beside the migration as it
 * was written. Prints how many plans parse, run, lint clean and end at the same schema, and every one that does not; what can be undone of a
 * plan is undone, and compared with the start. `--rows` fills the tables before, and compares their rows, too. `--setup` names SQL to run
 * first: roles, extensions.
 *   scripts/with-postgres.sh npx tsx scripts/replay-plans.ts <directory> [--tool <name>] [--only <part of a file's name>] [--rows] [--setup <file>] [--verbose]
 */
import { readFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import postgres from 'postgres'
import { rules } from '../rules/index.ts'
import { readJob } from '../src/lint.ts'
import { type Change, noWishes, type Plan } from '../src/plan/plan.ts'
import { boundedStatements } from '../src/plan/sql.ts'
import { type Judging, plannedMigration } from '../src/plan-report.ts'
import { severityOf } from '../src/severity.ts'
import type { Session } from '../src/trace/engine.ts'
import { dataState, schemaState } from '../test/schema-state.ts'
import { sampleRows } from './sample-rows.ts'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    tool: { type: 'string' },
    only: { type: 'string' },
    verbose: { type: 'boolean' },
    rows: { type: 'boolean' },
    setup: { type: 'string' },
  },
})
const url = process.env.PHASEWISE_TEST_DATABASE_URL
if (url === undefined) throw new Error('run it under scripts/with-postgres.sh')

const { history } = await readJob({ paths: positionals, tool: values.tool })
const version = 15
const judging: Judging = {
  postgres: version,
  rules,
  severityOf: (rule, hazard, certainty, file) => severityOf(rule, hazard, certainty, file, {}),
}

interface Connection extends Session {
  /** Runs SQL; the message of what the server refused. */
  attempt(sql: string): Promise<string | undefined>
}

function connect(database: string): Connection {
  const client = postgres(url ?? '', { database, max: 1, fetch_types: false, onnotice: () => {} })
  return {
    run: async (sql) => {
      await client.unsafe(sql)
      return { notices: [], error: undefined }
    },
    attempt: async (sql) => {
      try {
        await client.unsafe(sql)
        return undefined
      } catch (error) {
        return error instanceof Error ? error.message : String(error)
      }
    },
    query: async (sql) =>
      (await client.unsafe(sql).values()).map((row) => Array.from(row, (value) => (value === null ? null : String(value)))),
    close: () => client.end({ timeout: 5 }),
  }
}

interface Run {
  readonly failed: string | undefined
  /** The changes that ran, in order. */
  readonly ran: readonly Change[]
}

async function runPlan(database: Connection, plan: Plan): Promise<Run> {
  const ran: Change[] = []
  for (const step of plan) {
    if (step.phase === 'deploy') continue
    const failed = await runAll(database, step.transaction, boundedStatements(step, version))
    if (failed !== undefined) return { failed: `${step.title}: ${failed}`, ran }
    ran.push(step)
  }
  return { failed: undefined, ran }
}

/** What the server refused, and the statement. */
async function runAll(database: Connection, transaction: boolean, statements: readonly string[]): Promise<string | undefined> {
  for (const sql of transaction ? ['BEGIN', ...statements, 'COMMIT'] : statements) {
    const error = await database.attempt(sql)
    if (error === undefined) continue
    await database.attempt('ROLLBACK')
    return `${error}: ${sql.slice(0, 200)}`
  }
  return undefined
}

/** Undoes changes from the last on; what the server refused of it. */
async function undo(database: Connection, ran: readonly Change[]): Promise<string | undefined> {
  for (const { rollback, tables, title } of ran.toReversed()) {
    if ('impossible' in rollback) continue
    await database.attempt('RESET search_path')
    const refused = await runAll(database, rollback.transaction, boundedStatements({ ...rollback, tables }, version))
    if (refused !== undefined) return `the way back of ${title}: ${refused}`
  }
  return undefined
}

/** Undoes as much of a plan as has a way back; how the database then differs from the start. `database` is where all of it ran. */
async function undoneOf(
  base: string,
  database: Connection,
  plan: Plan,
  ran: readonly Change[],
  before: readonly string[],
): Promise<readonly string[]> {
  const forGood = plan.findIndex((step) => step.phase !== 'deploy' && 'impossible' in step.rollback)
  if (forGood === -1) return undoneIn(database, ran, before)
  const short = await copyOf(base, 'plans_short')
  const { ran: reversible } = await runPlan(short, plan.slice(0, forGood))
  const lines = reversible.length === 0 ? [] : await undoneIn(short, reversible, before)
  await short.close()
  return lines
}

async function undoneIn(database: Connection, ran: readonly Change[], before: readonly string[]): Promise<readonly string[]> {
  const refused = await undo(database, ran)
  return refused === undefined ? differences(await stateOf(database), before) : [`  ${refused}`]
}

function differences(found: readonly string[], wanted: readonly string[]): readonly string[] {
  const [before, after] = [new Set(wanted), new Set(found)]
  return [
    ...found.filter((line) => !before.has(line)).map((line) => `  + ${line}`),
    ...wanted.filter((line) => !after.has(line)).map((line) => `  - ${line}`),
  ]
}

/** What a view's now() was when the view was made is no difference, nor are times and random keys that rows got while it ran. */
async function stateOf(session: Session): Promise<readonly string[]> {
  const schema = (await schemaState(session)).map((line) => line.replace(/'\d{4}-\d\d-\d\d \d\d:\d\d[^']*'/g, "'…'"))
  if (values.rows !== true) return schema
  const data = (await dataState(session, [])).map((line) =>
    line
      .replace(/"20[^"T]*T\d\d:\d\d[^"]*"/g, (time) => (time.startsWith('"2020-') ? time : '"now"'))
      .replace(/"(?!0{8})[0-9a-f]{8}-[0-9a-f]{4}-4[^"]{21}"/g, '"random"'),
  )
  return [...schema, ...data.sort().map((line) => `row ${line}`)]
}

const home = connect('postgres')
for (const name of ['plans_main', 'plans_trial', 'plans_short', 'plans_rows', 'plans_original'])
  await home.attempt(`DROP DATABASE IF EXISTS ${name}`)
await home.attempt('CREATE DATABASE plans_main TEMPLATE template0')
if (values.setup !== undefined) {
  const main = connect('plans_main')
  const failed = await main.attempt(readFileSync(values.setup, 'utf8'))
  if (failed !== undefined) throw new Error(failed)
  await main.close()
}
/** Rows with NULLs, without, and with digits as text: the first on which a migration runs counts. */
const samples = [
  { rows: 12, nulls: true, digits: false },
  { rows: 12, nulls: false, digits: false },
  { rows: 12, nulls: false, digits: true },
  { rows: 1, nulls: false, digits: true },
]
const counts = {
  migrations: 0,
  unplanned: 0,
  plans: 0,
  files: 0,
  deploys: 0,
  ran: 0,
  same: 0,
  clean: 0,
  undone: 0,
  originalFailed: 0,
  refusesRows: 0,
  rows: 0,
  unfound: 0,
}
const kept = new Map<string, number>()
for (const migration of history.migrations) {
  if (!history.asked(migration)) continue
  if (values.only !== undefined && !migration.file.includes(values.only)) {
    await runOriginal()
    continue
  }
  counts.migrations += 1
  const { steps, changed, left, found } = plannedMigration(migration, history.migrations, noWishes, judging)
  if (changed) {
    const start = values.rows === true ? await withRows() : 'plans_main'
    const base = start ?? 'plans_main'
    const trial = await copyOf(base, 'plans_trial')
    const before = await stateOf(trial)
    const { failed: planFailed, ran } = await runPlan(trial, steps)
    const planned = await stateOf(trial)
    const undone = planFailed === undefined ? await undoneOf(base, trial, steps, ran, before) : []
    await trial.close()
    const failed = await runOriginal()
    const main = connect(start === 'plans_rows' ? 'plans_original' : 'plans_main')
    const original = await stateOf(main)
    await main.close()
    counts.plans += 1
    counts.rows += original.filter((line) => line.startsWith('row ')).length
    counts.files += steps.filter(({ phase }) => phase !== 'deploy').length
    counts.deploys += steps.filter(({ phase }) => phase === 'deploy').length
    if (values.rows === true && start === undefined) counts.refusesRows += 1
    if (failed !== undefined) {
      counts.originalFailed += 1
      if (values.verbose === true) console.log(`ORIGINAL FAILS  ${migration.file}: ${failed}`)
    } else if (planFailed !== undefined) console.log(`DOES NOT RUN  ${migration.file}: ${planFailed}`)
    else {
      counts.ran += 1
      const differ = differences(planned, original)
      if (differ.length === 0) counts.same += 1
      else console.log(`DIFFERS  ${migration.file}\n${differ.slice(0, 6).join('\n')}`)
      if (undone.length === 0) counts.undone += 1
      else console.log(`NOT UNDONE  ${migration.file}\n${undone.slice(0, 6).join('\n')}`)
    }
    if (left.length === 0) counts.clean += 1
    for (const { rule, message } of left) {
      kept.set(rule, (kept.get(rule) ?? 0) + 1)
      if (values.verbose === true) console.log(`LEFT  ${migration.file}: ${rule}: ${message}`)
    }
  } else {
    counts[found.length === 0 ? 'unfound' : 'unplanned'] += 1
    for (const { rule } of found) kept.set(`${rule} (no plan)`, (kept.get(`${rule} (no plan)`) ?? 0) + 1)
    await runOriginal()
  }

  /** As its tool runs it; where that fails, statement by statement, so that what is left of the history finds what it can. */
  async function runOriginal(database = 'plans_main'): Promise<string | undefined> {
    const main = connect(database)
    const statements = migration.statements.flatMap(({ sql, commands }) =>
      commands.some(({ operation: { kind } }) => kind === 'Begin' || kind === 'Commit' || kind === 'Rollback') ? [] : [sql],
    )
    let failed: string | undefined
    if (migration.transaction === 'each' || (await runAll(main, true, statements)) !== undefined) {
      for (const sql of statements) {
        const refused = await main.attempt(sql)
        failed ??= refused
      }
    }
    await main.close()
    return failed
  }

  /** The name of a database with rows on which the migration runs as it was written, and has run in `plans_original`. */
  async function withRows(): Promise<string | undefined> {
    let last: string | undefined
    for (const sample of samples) {
      const filled = await copyOf('plans_main', 'plans_rows')
      await sampleRows(filled, sample)
      await filled.close()
      await (await copyOf('plans_rows', 'plans_original')).close()
      const failed = await runOriginal('plans_original')
      if (failed === undefined) return 'plans_rows'
      if (values.verbose === true && failed !== last) console.log(`REFUSED ON ROWS  ${migration.file}: ${failed}`)
      last = failed
    }
    return undefined
  }
}

async function copyOf(database: string, name: string): Promise<Connection> {
  await home.attempt(`DROP DATABASE IF EXISTS ${name}`)
  const failed = await home.attempt(`CREATE DATABASE ${name} TEMPLATE ${database}`)
  if (failed !== undefined) throw new Error(failed)
  return connect(name)
}
console.log(counts)
console.log([...kept].sort(([, a], [, b]) => b - a))
await home.close()
