/**
 * Plans every migration of a directory, and runs each plan on PostgreSQL in a copy of the schema of that moment beside the migration as it
 * was written. Prints how many plans parse, run, lint clean and end at the same schema, and every one that does not.
 *   scripts/with-postgres.sh npx tsx scripts/replay-plans.ts <directory> [--tool <name>] [--only <part of a file's name>] [--verbose]
 */
import { parseArgs } from 'node:util'
import postgres from 'postgres'
import { rules } from '../rules/index.ts'
import { readJob } from '../src/lint.ts'
import { noWishes, type Plan } from '../src/plan/plan.ts'
import { boundedStatements } from '../src/plan/sql.ts'
import { type Judging, plannedMigration } from '../src/plan-report.ts'
import { severityOf } from '../src/severity.ts'
import type { Session } from '../src/trace/engine.ts'
import { schemaState } from '../test/schema-state.ts'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { tool: { type: 'string' }, only: { type: 'string' }, verbose: { type: 'boolean' } },
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

async function runPlan(database: Connection, plan: Plan): Promise<string | undefined> {
  for (const step of plan) {
    if (step.phase === 'deploy') continue
    const statements = boundedStatements(step, version)
    for (const sql of step.transaction ? ['BEGIN', ...statements, 'COMMIT'] : statements) {
      const error = await database.attempt(sql)
      if (error !== undefined) {
        await database.attempt('ROLLBACK')
        return `${step.title}: ${error}: ${sql.slice(0, 200)}`
      }
    }
  }
  return undefined
}

/** What a view's now() was when the view was made is no difference. */
async function stateWithoutTime(session: Session): Promise<readonly string[]> {
  return (await schemaState(session)).map((line) => line.replace(/'\d{4}-\d\d-\d\d \d\d:\d\d[^']*'/g, "'…'"))
}

const home = connect('postgres')
for (const name of ['plans_main', 'plans_trial']) await home.attempt(`DROP DATABASE IF EXISTS ${name}`)
await home.attempt('CREATE DATABASE plans_main TEMPLATE template0')
const counts = {
  migrations: 0,
  unplanned: 0,
  plans: 0,
  files: 0,
  deploys: 0,
  ran: 0,
  same: 0,
  clean: 0,
  originalFailed: 0,
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
    await home.attempt('CREATE DATABASE plans_trial TEMPLATE plans_main')
    const trial = connect('plans_trial')
    const planFailed = await runPlan(trial, steps)
    const planned = planFailed === undefined ? await stateWithoutTime(trial) : []
    await trial.close()
    await home.attempt('DROP DATABASE plans_trial')
    const failed = await runOriginal()
    const main = connect('plans_main')
    const original = await stateWithoutTime(main)
    await main.close()
    counts.plans += 1
    counts.files += steps.filter(({ phase }) => phase !== 'deploy').length
    counts.deploys += steps.filter(({ phase }) => phase === 'deploy').length
    if (failed !== undefined) counts.originalFailed += 1
    else if (planFailed !== undefined) console.log(`DOES NOT RUN  ${migration.file}: ${planFailed}`)
    else {
      counts.ran += 1
      const differ = [
        ...planned.filter((line) => !original.includes(line)).map((line) => `  + ${line}`),
        ...original.filter((line) => !planned.includes(line)).map((line) => `  - ${line}`),
      ]
      if (differ.length === 0) counts.same += 1
      else console.log(`DIFFERS  ${migration.file}\n${differ.slice(0, 6).join('\n')}`)
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

  async function runOriginal(): Promise<string | undefined> {
    const main = connect('plans_main')
    let failed: string | undefined
    for (const { sql, commands } of migration.statements) {
      if (commands.some(({ operation: { kind } }) => kind === 'Begin' || kind === 'Commit' || kind === 'Rollback')) continue
      failed = (await main.attempt(sql)) ?? failed
    }
    await main.close()
    return failed
  }
}
console.log(counts)
console.log([...kept].sort(([, a], [, b]) => b - a))
await home.attempt('DROP DATABASE IF EXISTS plans_main')
await home.close()
