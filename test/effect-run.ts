import type { Work } from '../src/effect/effect.ts'
import { type LockMode, stronger } from '../src/lock.ts'
import { printName } from '../src/name.ts'
import type { Engine } from '../src/trace/engine.ts'
import { type Observation, type ObservedEffect, observe } from '../src/trace/observe.ts'
import type { AnnotatedStatement, Case, Expected } from './effect-fixture.ts'
import { isIn } from './effect-fixture.ts'

/** Extensions that fixtures create; part of Debian's PostgreSQL, to be loaded into PGlite. */
export const fixtureExtensions = ['citext', 'btree_gist', 'hstore']

/** Empties the scratch database of a fixture run. Roles and tablespaces belong to the whole server: only those of fixtures go. */
const reset = `
  DO $reset$
  DECLARE item text;
  BEGIN
    FOR item IN SELECT format('DROP PUBLICATION %I', pubname) FROM pg_publication
      UNION ALL SELECT format('DROP EVENT TRIGGER %I', evtname) FROM pg_event_trigger
      UNION ALL SELECT format('DROP FOREIGN DATA WRAPPER %I CASCADE', fdwname) FROM pg_foreign_data_wrapper
      UNION ALL SELECT format('DROP SCHEMA %I CASCADE', nspname) FROM pg_namespace
        WHERE nspname !~ '^pg_' AND nspname <> 'information_schema'
    LOOP EXECUTE item; END LOOP;
    FOR item IN SELECT rolname FROM pg_roles WHERE rolname ~ '^phasewise_fixture_' LOOP
      EXECUTE format('DROP OWNED BY %I; DROP ROLE %I', item, item);
    END LOOP;
    EXECUTE 'CREATE SCHEMA public';
  END $reset$`

/** Empties the scratch database and starts the session anew. */
export async function resetDatabase(engine: Engine, timeZone: string): Promise<void> {
  for (const sql of ['DISCARD ALL', reset, `SET client_min_messages = warning; SET timezone = '${timeZone}'`]) {
    const { error } = await engine.run(sql)
    if (error !== undefined) throw new Error(`cannot reset the database: ${error.message}`)
  }
  // Not in the block above: DROP TABLESPACE refuses to run in a transaction.
  for (const [space] of await engine.query(`SELECT spcname::text FROM pg_tablespace WHERE spcname ~ '^phasewise_fixture_'`)) {
    await engine.run(`DROP TABLESPACE ${space}`)
  }
}

/** Runs a case on an engine; gives the observation of each annotated statement, in order. Set-up that fails throws. */
export async function runCase(
  engine: Engine,
  fixture: Case,
): Promise<readonly { readonly statement: AnnotatedStatement; readonly observation: Observation }[]> {
  await resetDatabase(engine, fixture.timeZone)
  const observed: { statement: AnnotatedStatement; observation: Observation }[] = []
  for (const statement of fixture.statements) {
    if (statement.annotation !== undefined) {
      observed.push({ statement, observation: await observe(engine, statement.sql) })
      continue
    }
    const { error } = await engine.run(statement.sql)
    if (error !== undefined) throw new Error(`${fixture.title}: line ${statement.line}: ${error.message}`)
  }
  return observed
}

/**
 * An observation as annotations write it. Listed are tables, views, materialized and foreign tables; indexes and sequences where
 * they are built or the statement names them, because every statement that touches a table opens its indexes too.
 * Where a statement commits on its way, locks that no second connection was there to see are undefined.
 */
export function annotationsOf(observation: Observation): readonly string[] {
  if (observation.refused !== undefined) return [`fails ${observation.refused.sqlstate}`]
  const lines = observation.effects.flatMap((effect) => {
    const name = printName(effect.relation)
    const named = new RegExp(`(?<![\\w$])${effect.relation.name.replaceAll(/[^\w]/g, '\\$&')}(?![\\w$])`).test(observation.sql)
    if (isAside(effect) ? effect.work.size === 0 && !named : effect.work.size === 0 && !visible(effect.lock, observation))
      return []
    if (isAside(effect) && !visible(effect.lock, observation)) return []
    return [printEffect(name, effect.lock ?? '(unobserved)', effect)]
  })
  return lines.length > 0 ? lines : ['effect none']
}

/**
 * Where an annotation and an observation on one version differ, as sentences. Locks that nobody was there to see are not compared;
 * the work is. Of indexes and sequences, what is annotated must be true, and every build must be annotated.
 */
export function mismatches(expected: Expected, observation: Observation, postgres: number): readonly string[] {
  const fails = expected.fails.find((each) => isIn(each.postgres, postgres))?.sqlstate
  if (fails !== observation.refused?.sqlstate) {
    return [
      `expected ${fails ?? 'no error'}, got ${observation.refused ? `${observation.refused.sqlstate} ${observation.refused.message}` : 'none'}`,
    ]
  }
  // What is refused is undone: annotated effects are those of the other versions.
  if (fails !== undefined) return []
  const wanted = new Map(expected.effects.filter((each) => isIn(each.postgres, postgres)).map((each) => [each.relation, each]))
  const seen = new Map(observation.effects.map((each) => [printName(each.relation), each]))
  const found: string[] = []
  for (const [relation, want] of wanted) {
    const got = seen.get(relation)
    const line = printEffect(relation, want.lock, want)
    if (got === undefined || (got.lock === undefined && got.work.size === 0)) {
      if (visible(want.lock, observation) || want.work.size > 0) found.push(`${line}: not observed`)
      continue
    }
    const lock = got.lock === undefined || !visible(want.lock, observation) ? want.lock : got.lock
    const observed = printEffect(relation, lock, got)
    if (observed !== line) found.push(`${line}: observed ${observed}`)
  }
  for (const [relation, got] of seen) {
    const counts = isAside(got)
      ? got.work.size > 0 && observation.locks === 'all'
      : got.work.size > 0 || visible(got.lock, observation)
    if (!wanted.has(relation) && counts)
      found.push(`observed and not expected: ${printEffect(relation, got.lock ?? '(unobserved)', got)}`)
  }
  return found
}

/** Whether a lock of this mode is sure to be seen in such an observation. */
function visible(lock: LockMode | undefined, { locks }: Observation): boolean {
  if (lock === undefined || locks === 'none') return false
  return locks === 'all' || stronger(lock, 'ROW EXCLUSIVE') !== 'ROW EXCLUSIVE'
}

function isAside({ kind }: ObservedEffect): boolean {
  return kind === 'index' || kind === 'sequence'
}

function printEffect(relation: string, lock: string, effect: { work: ReadonlySet<Work>; existed: boolean }): string {
  const order: readonly Work[] = ['rewrite', 'scan', 'index build']
  const words = [...order.filter((word) => effect.work.has(word)), ...(effect.existed ? [] : ['new'])]
  return `effect ${relation} ${lock}${words.length > 0 ? ` ${words.join(', ')}` : ''}`
}
