import { findIndex, findRoutines, findType } from '../../catalog/lookup.ts'
import { callVolatility, isBuiltInType } from '../../effect/volatility.ts'
import type { Expression } from '../../expression.ts'
import { printName, quoteIdentifier } from '../../name.ts'
import type { Site } from '../../rule.ts'
import { dollarQuoted } from '../change.ts'
import type { Shadow } from './shadow.ts'

/** Which of the two tables is written by code, and which follows it: before the exchange the copy does, after it the old one. */
export type Direction = 'forth' | 'back'

/**
 * The function and triggers that write each change of the table to the other one. It runs as its owner, who alone may write there. TRUNCATE
 * comes as TRUNCATE; a key that changes leaves its old place first. Deferrable constraints of the other table are asked when the transaction
 * ends, as one statement's rows come one by one.
 */
export function startSync(shadow: Shadow, direction: Direction, path: string): readonly string[] {
  const { sync, table, key, columns, qualified, indexes } = shadow
  const target = printName({ schema: qualified.schema, name: (direction === 'forth' ? shadow.copy : shadow.old).name })
  const keys = key.map(({ name }) => quoteIdentifier(name))
  const row = (prefix: string) =>
    keys.length === 1 ? `${prefix}.${keys[0]}` : `(${keys.map((name) => `${prefix}.${name}`).join(', ')})`
  const names = columns.map(quoteIdentifier)
  const others = names.filter((name) => !keys.includes(name))
  const taken = others.length === 0 ? 'NOTHING' : `UPDATE SET ${others.map((name) => `${name} = excluded.${name}`).join(', ')}`
  const deferred = indexes
    .filter(({ deferrable }) => deferrable)
    .map((index) => ({ schema: qualified.schema, name: direction === 'forth' ? index.copy : index.old }))
  const body = `
BEGIN
  IF TG_OP = 'TRUNCATE' THEN TRUNCATE ONLY ${target}; RETURN NULL; END IF;
${deferred.length === 0 ? '' : `  SET CONSTRAINTS ${deferred.map(printName).join(', ')} DEFERRED;\n`}  IF TG_OP = 'DELETE' OR (TG_OP = 'UPDATE' AND ${row('NEW')} IS DISTINCT FROM ${row('OLD')}) THEN
    DELETE FROM ${target} s WHERE ${keys.map((name) => `s.${name} = OLD.${name}`).join(' AND ')};
  END IF;
  IF TG_OP <> 'DELETE' THEN
    INSERT INTO ${target} (${names.join(', ')}) VALUES (${names.map((name) => `NEW.${name}`).join(', ')})
    ON CONFLICT (${keys.join(', ')}) DO ${taken};
  END IF;
  RETURN NULL;
END `
  const run = `EXECUTE FUNCTION ${printName(sync.function)}()`
  return [
    `CREATE OR REPLACE FUNCTION ${printName(sync.function)}() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path ${path} AS ${dollarQuoted(body)}`,
    // On a table of somebody's own it would write here with its owner's rights.
    `REVOKE ALL ON FUNCTION ${printName(sync.function)}() FROM PUBLIC`,
    `CREATE TRIGGER ${quoteIdentifier(sync.rows)} AFTER INSERT OR UPDATE OR DELETE ON ${printName(table)} FOR EACH ROW ${run}`,
    `CREATE TRIGGER ${quoteIdentifier(sync.truncate)} AFTER TRUNCATE ON ${printName(table)} FOR EACH STATEMENT ${run}`,
  ]
}

/** Takes the triggers off the table. */
export function stopSync({ table, sync }: Shadow): readonly string[] {
  return [sync.truncate, sync.rows].map((name) => `DROP TRIGGER ${quoteIdentifier(name)} ON ${printName(table)}`)
}

export function dropSyncFunction({ sync }: Shadow): string {
  return `DROP FUNCTION ${printName(sync.function)}()`
}

/**
 * What the function's SET search_path says. What is checked and computed when a row is written may name functions and types of the user's
 * own, which are found as they are now; where it names none, nobody's schema is searched.
 */
export function searchPathOf({ known }: Shadow, added: readonly Expression[], at: Site): string {
  const indexes = known.indexes.flatMap((name) => findIndex(at.before, name) ?? [])
  const expressions = [
    ...added,
    ...known.columns.flatMap(({ generated }) => generated?.expression ?? []),
    ...known.constraints.flatMap(({ definition }) => (definition.kind === 'check' ? definition.expression : [])),
    ...indexes.flatMap(({ keys, where }) => [
      ...keys.flatMap(({ expression }) => expression ?? []),
      ...(where === undefined ? [] : [where]),
    ]),
  ]
  const calls = expressions.flatMap((each) => each.calls)
  const isBuiltIn = calls.every(
    (call) =>
      findRoutines(at.before, call.function).length === 0 &&
      callVolatility({ ...call, function: { schema: 'pg_catalog', name: call.function.name } }, at.before) !== undefined,
  )
  const types = known.columns.flatMap(({ type }) => type ?? [])
  const plain = types.every((type) => isBuiltInType(type) || findType(at.before, type.name)?.kind === 'enum')
  return isBuiltIn && plain ? '= pg_catalog' : 'FROM CURRENT'
}
