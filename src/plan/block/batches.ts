import { findTable } from '../../catalog/lookup.ts'
import { type Name, printName, quoteIdentifier } from '../../name.ts'
import { literal } from '../../rule/advice.ts'
import type { Site } from '../../rule.ts'
import { printType } from '../../type-name.ts'
import { alone, dollarQuoted, inTransaction } from '../change.ts'
import { besideTable, freeRoutineName } from '../name.ts'
import type { Change } from '../plan.ts'

/** The columns along which a table is walked: its primary key. */
export type Key = readonly { readonly name: string; readonly type: string }[]

/** The primary key of a table; undefined where the catalog knows none, or not the types of its columns. */
export function keyOf(table: Name, at: Site): Key | undefined {
  const known = findTable(at.before, table)
  const columns = known?.constraints.find(({ definition }) => definition.kind === 'primary key')?.columns
  if (known === undefined || columns === undefined || columns.length === 0) return undefined
  const key = columns.flatMap((name) => {
    const type = known.columns.find((column) => column.name === name)?.type
    return type === undefined ? [] : [{ name, type: printType(type) }]
  })
  return key.length === columns.length ? key : undefined
}

export interface Batch {
  readonly table: Name
  readonly key: Key
  /** What it does, in a word or two for names: `fill_region`. */
  readonly job: string
  readonly why: string
  /** The UPDATE or DELETE of one batch, without semicolon. `within` gives the condition of the batch's range for a table alias. */
  change(within: (alias: string) => string): string
  /** Why the rows cannot be changed back; undefined where what they hold goes with the column. */
  readonly forGood?: string | undefined
}

/**
 * Rows changed in batches along the key, one transaction each: a run can be stopped and called again, and goes on where it was, as the
 * progress is committed with the batch. Three changes: the procedure is made, called, and taken away.
 */
export function batches(batch: Batch, at: Site): readonly Change[] {
  const name = freeRoutineName(batch.table, at, batch.job)
  const procedure = printName(besideTable(batch.table, name))
  const progress = printName(besideTable(batch.table, 'phasewise_progress'))
  const drop = `DROP PROCEDURE IF EXISTS ${procedure}(integer, double precision)`
  const forget = [
    // Another job may have taken the table away already.
    `DO ${dollarQuoted(` BEGIN
  IF to_regclass(${literal(progress)}) IS NOT NULL THEN
    DELETE FROM ${progress} WHERE job = ${literal(name)};
    IF NOT EXISTS (SELECT FROM ${progress}) THEN DROP TABLE ${progress}; END IF;
  END IF;
END `)}`,
  ]
  const make = [
    `CREATE TABLE IF NOT EXISTS ${progress} (job text PRIMARY KEY, next_key jsonb, stop_key jsonb,
  rows_changed bigint NOT NULL DEFAULT 0, finished_at timestamptz)`,
    `CREATE OR REPLACE PROCEDURE ${procedure}(batch_size integer DEFAULT 2000, pause_seconds double precision DEFAULT 0.05)
LANGUAGE plpgsql AS ${dollarQuoted(body(batch, name, progress))}`,
  ]
  return [
    inTransaction({
      phase: 'expand',
      title: `prepare ${name}`,
      why: `${batch.why} It goes in batches, so that no row stays locked for long. Here the procedure is only made.`,
      statements: make,
      rollback: [drop, ...forget],
    }),
    alone({
      phase: 'migrate',
      title: `run ${name}`,
      why: 'Each batch is a transaction of its own. Stopped, it goes on where it was when it is called again.',
      statements: [`CALL ${procedure}(batch_size => 2000, pause_seconds => 0.05)`],
      rollback: batch.forGood === undefined ? { transaction: false, statements: [] } : { impossible: batch.forGood },
    }),
    inTransaction({
      phase: 'contract',
      title: `finish ${name}`,
      why: 'The procedure has done its work.',
      statements: [drop, ...forget],
      rollback: make,
    }),
  ]
}

function body({ table, key, change }: Batch, job: string, progress: string): string {
  const target = printName(table)
  const names = key.map(({ name }) => quoteIdentifier(name))
  const variables = (prefix: string) => key.map((_, index) => `${prefix}_${index + 1}`)
  const declared = (prefix: string) => key.map(({ type }, index) => `${prefix}_${index + 1} ${type};`).join(' ')
  const [from, to, end] = [variables('batch_from'), variables('batch_to'), variables('batch_end')]
  const of = (alias: string, suffix = '') => names.map((name) => `${alias}.${name}${suffix}`).join(', ')
  const row = (parts: readonly string[]) => (parts.length === 1 ? (parts[0] ?? '') : `(${parts.join(', ')})`)
  const keyed = (alias: string) => row(names.map((name) => `${alias}.${name}`))
  const packed = (values: string) => `jsonb_build_array(${values})`
  const unpacked = (column: string) => key.map(({ type }, index) => `(p.${column} ->> ${index})::${type}`).join(', ')
  const within = (alias: string) => `${keyed(alias)} >= ${row(from)} AND ${keyed(alias)} <= ${row(to)}`
  const done = `${from[0]} IS NULL`
  // The columns that the user's own text names come before variables. Waiting less long than deadlock_timeout (1s by default) a batch gives way
  // before the server takes a writer for the deadlock's victim.
  return `
#variable_conflict use_column
DECLARE
  job_name CONSTANT text := ${literal(job)};
  ${declared('batch_from')} ${declared('batch_to')} ${declared('batch_end')}
  changed bigint; tries integer;
BEGIN
  PERFORM set_config('lock_timeout', '500ms', false);
  INSERT INTO ${progress} (job, next_key, stop_key)
  SELECT job_name, (SELECT ${packed(of('k'))} FROM ${target} k ORDER BY ${of('k')} LIMIT 1),
                   (SELECT ${packed(of('k'))} FROM ${target} k ORDER BY ${of('k', ' DESC')} LIMIT 1)
  ON CONFLICT (job) DO NOTHING;
  SELECT ${unpacked('next_key')}, ${unpacked('stop_key')}
    INTO ${from.join(', ')}, ${end.join(', ')} FROM ${progress} p WHERE p.job = job_name;
  COMMIT;
  WHILE NOT (${done}) LOOP
    SELECT ${of('s')} INTO ${to.join(', ')} FROM (
      SELECT ${of('k')} FROM ${target} k WHERE ${keyed('k')} >= ${row(from)} AND ${keyed('k')} <= ${row(end)}
       ORDER BY ${of('k')} LIMIT batch_size) s
     ORDER BY ${of('s', ' DESC')} LIMIT 1;
    EXIT WHEN NOT FOUND;
    tries := 0;
    LOOP
      BEGIN
        ${change(within)};
        GET DIAGNOSTICS changed = ROW_COUNT; EXIT;
      EXCEPTION WHEN lock_not_available OR deadlock_detected THEN
        tries := tries + 1; IF tries >= 20 THEN RAISE; END IF;
      END;
      COMMIT; PERFORM pg_sleep(0.1 * tries);
    END LOOP;
    SELECT ${of('k')} INTO ${from.join(', ')} FROM ${target} k
     WHERE ${keyed('k')} > ${row(to)} AND ${keyed('k')} <= ${row(end)} ORDER BY ${of('k')} LIMIT 1;
    UPDATE ${progress} SET next_key = CASE WHEN NOT (${done}) THEN ${packed(from.join(', '))} END,
           rows_changed = rows_changed + changed, finished_at = CASE WHEN ${done} THEN clock_timestamp() END WHERE job = job_name;
    COMMIT; PERFORM pg_sleep(pause_seconds);
  END LOOP;
END `
}
