import { apply } from '../src/catalog/apply.ts'
import type { Catalog, Origin } from '../src/catalog/catalog.ts'
import { unknownCatalog } from '../src/catalog/lookup.ts'
import { combine } from '../src/effect/combine.ts'
import { type Effect, mergeEffects, type Work } from '../src/effect/effect.ts'
import { effectsOf } from '../src/effect/effects-of.ts'
import { parseSql } from '../src/grammar/parse.ts'
import { lockModes } from '../src/lock.ts'
import { printName } from '../src/name.ts'
import type { Operation, Statement } from '../src/operation.ts'
import type { Engine } from '../src/trace/engine.ts'
import { observeNext, standingOf } from '../src/trace/observe.ts'

const origin: Origin = { migration: 0, transaction: 0 }

/** The schema that statements make of nothing. */
export function catalogAfter(sql: string): Catalog {
  const known = catalogs.get(sql)
  if (known !== undefined) return known
  let catalog = unknownCatalog
  for (const statement of parseSql(sql).statements) catalog = judged(statement, catalog).catalog
  catalogs.set(sql, catalog)
  return catalog
}

const catalogs = new Map<string, Catalog>()

/** What the model says of the statements of a text, which must be one. */
export function predict(
  sql: string,
  catalog: Catalog,
  server: { postgres: number; timeZone: string | undefined },
): readonly string[] {
  const effects = parseSql(sql).statements.flatMap((statement) => {
    const commands = judged(statement, catalog).steps
    return combine(commands.map((command) => ({ ...command, effects: effectsOf(command.operation, command.catalog, server) })))
  })
  return describe(mergeEffects(effects).map(({ lock, ...effect }) => ({ ...effect, lock })))
}

function judged(statement: Statement, before: Catalog) {
  let catalog = before
  const steps: { operation: Operation; catalog: Catalog }[] = []
  for (const { operation } of statement.commands) {
    steps.push({ operation, catalog })
    catalog = apply(operation, catalog, origin).catalog
  }
  return { catalog, steps }
}

/** What each engine's database was last set up with: it is as it was as long as every statement is undone. */
const standing = new WeakMap<Engine, string>()

/** What the server does, undone afterwards; or the text of its refusal. */
export async function observeOnce(
  engine: Engine,
  setUp: string,
  sql: string,
  timeZone = 'UTC',
): Promise<readonly string[] | string> {
  const prepared = `SET timezone = '${timeZone}'; ${setUp}`
  if (standing.get(engine) !== prepared) {
    standing.delete(engine)
    await must(engine, `DROP SCHEMA IF EXISTS public CASCADE; CREATE SCHEMA public; ${prepared}`)
    standing.set(engine, prepared)
  }
  await must(engine, 'BEGIN')
  const { refused, effects } = (await observeNext(engine, sql, await standingOf(engine))).observation
  await must(engine, 'ROLLBACK')
  if (refused !== undefined) return refused.message
  return describe(effects.map((effect) => ({ ...effect, lock: effect.lock ?? 'ACCESS SHARE' })))
}

async function must(engine: Engine, sql: string): Promise<void> {
  const { error } = await engine.run(sql)
  if (error !== undefined) throw new Error(`${sql}: ${error.message}`)
}

/**
 * One line per relation. Left out is what no statement means: locks on indexes and sequences that no more than follow a query, an
 * index that is taken over as it is, and scans under the locks of queries, which are a matter of the plan.
 */
function describe(effects: readonly Pick<Effect, 'relation' | 'kind' | 'lock' | 'work' | 'existed'>[]): readonly string[] {
  const order: readonly Work[] = ['rewrite', 'scan', 'index build']
  return effects
    .flatMap(({ relation, kind, lock, work, existed }) => {
      const isWeak = lockModes.indexOf(lock) <= lockModes.indexOf('ROW EXCLUSIVE')
      const words = [...order.filter((each) => work.has(each) && !(isWeak && existed)), ...(existed ? [] : ['new'])]
      if ((kind === 'index' || kind === 'sequence') && work.size === 0) return []
      return [[printName(relation), lock, words.join(', ')].filter((part) => part !== '').join(' ')]
    })
    .sort()
}
