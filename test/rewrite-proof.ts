import { rules } from '../rules/index.ts'
import type { RewriteCase } from '../scripts/rewrite-fixture.ts'
import { parseSql } from '../src/grammar/parse.ts'
import { blocksReads, blocksWrites, type LockMode, stronger } from '../src/lock.ts'
import type { Migration } from '../src/migration.ts'
import { printName } from '../src/name.ts'
import type { Change, Plan } from '../src/plan/plan.ts'
import { boundedStatements } from '../src/plan/sql.ts'
import { wishesFrom } from '../src/plan/wish.ts'
import { plannedMigration } from '../src/plan-report.ts'
import type { PlannedMigration } from '../src/report/plan-report.ts'
import { severityOf } from '../src/severity.ts'
import type { Engine } from '../src/trace/engine.ts'
import { type ObservedEffect, observe, observeNext, standingOf } from '../src/trace/observe.ts'
import { dataState, schemaState } from './schema-state.ts'

/** The plan of a case, as the command makes it. */
export function planOf(one: RewriteCase, postgres: number): PlannedMigration {
  const before = migrationOf('1_before.sql', one.before)
  const migration = migrationOf('2_migration.sql', one.migration, one.transaction)
  return plannedMigration(migration, [before, migration], wishesFrom(one.fills), {
    postgres,
    rules,
    severityOf: (rule, hazard, certainty, file) => severityOf(rule, hazard, certainty, file, {}),
  })
}

function migrationOf(file: string, text: string, transaction: RewriteCase['transaction'] = 'unit'): Migration {
  const { statements, comments } = parseSql(text)
  return { file, text, statements, comments, transaction, transactionAssumed: false }
}

export interface State {
  readonly schema: readonly string[]
  readonly data: readonly string[]
}

/** The schema of the catalogs, and all rows. */
export async function stateOf(engine: Engine, { without, apartFrom }: RewriteCase): Promise<State> {
  await engine.run('RESET search_path')
  const schema = await schemaState(engine)
  return {
    schema: schema.filter((line) => !apartFrom.some((pattern) => pattern.test(line))),
    data: await dataState(engine, without),
  }
}

/** The database after the migration as it was written, or after what stands for it. */
export async function original(engine: Engine, one: RewriteCase): Promise<State> {
  await start(engine, one)
  for (const { sql } of parseSql(one.instead ?? one.migration).statements) await must(engine, sql)
  return stateOf(engine, one)
}

/** The database after the plan, nobody else writing, and what blocked while it worked. */
export async function planned(engine: Engine, one: RewriteCase, steps: Plan) {
  await start(engine, one)
  const blocked: string[] = []
  for (const step of steps) {
    if (step.phase === 'deploy') await runPeople(engine, one)
    else blocked.push(...(await runWatched(engine, step)))
  }
  return { state: await stateOf(engine, one), blocked }
}

/** Runs the plan with the application's code writing between all steps, old and new code around each deploy. Returns what did not hold. */
export async function withCode(engine: Engine, one: RewriteCase, steps: Plan): Promise<readonly string[]> {
  await start(engine, one)
  const failures: string[] = []
  let current = 0
  const write = async (which: number, when: string) => {
    for (const { sql } of parseSql(one.code[which] ?? '').statements) {
      const { error } = await engine.run(sql)
      if (error !== undefined) failures.push(`code ${which + 1} ${when}: ${sql}: ${error.message}`)
    }
  }
  await write(0, 'at the start')
  for (const step of steps) {
    if (step.phase === 'deploy') {
      // Both run while the new code is rolled out, in either order.
      await write(current + 1, `while rolled out (${step.note})`)
      await write(current, `while the next is rolled out (${step.note})`)
      current += 1
      await runPeople(engine, one)
      await write(current, 'rolled out')
    } else {
      await runChange(engine, step)
      await write(current, `after ${step.title}`)
    }
  }
  if (current + 1 < one.code.length) failures.push(`there are ${one.code.length} states of the code, and ${current} deploys`)
  for (const { sql } of parseSql(one.check).statements) {
    const [row] = await engine.query(sql)
    if (row?.[0] !== 't' && row?.[0] !== 'true') failures.push(`check gives ${row?.[0]}: ${sql}`)
  }
  return failures
}

/** Runs as much of the plan as can be undone, undoes it, and returns the database at the start and after that. */
export async function rolledBack(
  engine: Engine,
  one: RewriteCase,
  steps: Plan,
): Promise<{ start: State; end: State; undone: number }> {
  await start(engine, one)
  const before = await stateOf(engine, one)
  const forGood = steps.findIndex((step) => step.phase !== 'deploy' && 'impossible' in step.rollback)
  const run = forGood === -1 ? steps : steps.slice(0, forGood)
  for (const step of run) {
    if (step.phase === 'deploy') await runPeople(engine, one)
    else await runChange(engine, step)
  }
  for (const step of run.toReversed()) {
    if (step.phase === 'deploy') continue
    const { rollback, tables } = step
    if ('impossible' in rollback) continue
    await engine.run('RESET search_path')
    await runAll(engine, rollback.transaction, boundedStatements({ ...rollback, tables }, engine.postgres))
  }
  return { start: before, end: await stateOf(engine, one), undone: run.length }
}

/** The schema and rows of a case, and nothing else. */
export async function start(engine: Engine, { before }: RewriteCase): Promise<void> {
  await engine.run('ROLLBACK')
  await engine.freshen()
  const schemas = await engine.query(
    "SELECT quote_ident(nspname) FROM pg_namespace WHERE nspname !~ '^pg_' AND nspname <> 'information_schema'",
  )
  for (const [schema] of schemas) await must(engine, `DROP SCHEMA ${schema} CASCADE`)
  for (const [publication] of await engine.query('SELECT quote_ident(pubname) FROM pg_publication'))
    await must(engine, `DROP PUBLICATION ${publication}`)
  await must(engine, 'CREATE SCHEMA public')
  for (const { sql } of parseSql(before).statements) await must(engine, sql)
}

/** What a deploy note asks people to do. */
export async function runPeople(engine: Engine, { people }: RewriteCase): Promise<void> {
  for (const { sql } of parseSql(people).statements) await must(engine, sql)
}

/** One file of a plan, as a runner sends it. Throws where the server refuses some of it. */
export async function runChange(engine: Engine, change: Change): Promise<void> {
  // Each file starts a session of its own.
  await engine.run('RESET search_path')
  await runAll(engine, change.transaction, boundedStatements(change, engine.postgres))
}

async function runAll(engine: Engine, transaction: boolean, statements: readonly string[]): Promise<void> {
  if (transaction) await must(engine, 'BEGIN')
  for (const statement of statements) await must(engine, statement)
  if (transaction) await must(engine, 'COMMIT')
}

async function must(engine: Engine, sql: string): Promise<void> {
  const { error } = await engine.run(sql)
  if (error === undefined) return
  await engine.run('ROLLBACK')
  throw new Error(`${sql}: ${error.message}`)
}

/** Runs a change statement by statement; names each relation that was rewritten, scanned or indexed while reads or writes of it waited. */
async function runWatched(engine: Engine, change: Change): Promise<readonly string[]> {
  const blocked: string[] = []
  const statements = boundedStatements(change, engine.postgres)
  await engine.run('RESET search_path')
  if (!change.transaction) {
    for (const sql of statements) {
      const { refused, effects } = await observe(engine, sql)
      if (refused !== undefined) throw new Error(`${change.title}: ${sql}: ${refused.message}`)
      blocked.push(...effects.flatMap((effect) => blockedBy(effect, effect.lock, sql)))
    }
    return blocked
  }
  await must(engine, 'BEGIN')
  const held = new Map<string, LockMode>()
  // Nobody waits for what the transaction itself has made.
  const made = new Set<string>()
  let standing = await standingOf(engine)
  for (const sql of statements) {
    const { observation, after } = await observeNext(engine, sql, standing)
    if (observation.refused !== undefined || after === undefined) {
      await engine.run('ROLLBACK')
      throw new Error(`${change.title}: ${sql}: ${observation.refused?.message}`)
    }
    for (const effect of observation.effects) {
      const name = printName(effect.relation)
      const before = held.get(name)
      const lock = before === undefined || effect.lock === undefined ? (effect.lock ?? before) : stronger(before, effect.lock)
      if (lock !== undefined) held.set(name, lock)
      if (!effect.existed) made.add(name)
      if (!made.has(name)) blocked.push(...blockedBy(effect, lock, sql))
    }
    standing = after
  }
  await must(engine, 'COMMIT')
  return blocked
}

function blockedBy(
  { relation, kind, work, existed }: ObservedEffect,
  lock: LockMode | undefined,
  sql: string,
): readonly string[] {
  if (!existed || work.size === 0 || lock === undefined) return []
  // Nobody writes a materialized view.
  if (!blocksReads(lock) && (kind === 'materialized view' || !blocksWrites(lock))) return []
  return [`${printName(relation)}: ${[...work].join(', ')} under ${lock}: ${sql}`]
}
