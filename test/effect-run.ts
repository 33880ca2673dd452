import type { Work } from '../src/effect/effect.ts'
import { printName } from '../src/name.ts'
import type { Engine } from '../src/trace/engine.ts'
import { type Observation, observe } from '../src/trace/observe.ts'
import type { AnnotatedStatement, Case, Expected } from './effect-fixture.ts'
import { isIn } from './effect-fixture.ts'

/** Empties the scratch database of a fixture run. Roles belong to the whole server: only those of fixtures go. */
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

/** Runs a case on an engine; gives the observation of each annotated statement, in order. Set-up that fails throws. */
export async function runCase(
  engine: Engine,
  fixture: Case,
): Promise<readonly { readonly statement: AnnotatedStatement; readonly observation: Observation }[]> {
  for (const sql of ['DISCARD ALL', reset, `SET client_min_messages = warning; SET timezone = '${fixture.timeZone}'`]) {
    const { error } = await engine.run(sql)
    if (error !== undefined) throw new Error(`${fixture.title}: cannot reset: ${error.message}`)
  }
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
    const aside = effect.kind === 'index' || effect.kind === 'sequence'
    const named = new RegExp(`(?<![\\w$])${effect.relation.name.replaceAll(/[^\w]/g, '\\$&')}(?![\\w$])`).test(observation.sql)
    if (aside && effect.work.size === 0 && !named) return []
    return [printEffect(name, effect.lock ?? '(unobserved)', effect)]
  })
  return lines.length > 0 ? lines : ['effect none']
}

/** An annotation for one version, written as `annotationsOf` writes it. */
export function printExpected(expected: Expected, postgres: number): readonly string[] {
  const fails = expected.fails.find((each) => isIn(each.postgres, postgres))
  if (fails !== undefined) return [`fails ${fails.sqlstate}`]
  const lines = expected.effects
    .filter((effect) => isIn(effect.postgres, postgres))
    .map((effect) => printEffect(effect.relation, effect.lock, effect))
  return lines.length > 0 ? lines : ['effect none']
}

function printEffect(relation: string, lock: string, effect: { work: ReadonlySet<Work>; existed: boolean }): string {
  const order: readonly Work[] = ['rewrite', 'scan', 'index build']
  const words = [...order.filter((word) => effect.work.has(word)), ...(effect.existed ? [] : ['new'])]
  return `effect ${relation} ${lock}${words.length > 0 ? ` ${words.join(', ')}` : ''}`
}
