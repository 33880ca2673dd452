import { printName, quoteIdentifier } from '../../name.ts'
import { literal } from '../../rule/advice.ts'
import { dollarQuoted } from '../change.ts'
import type { Shadow } from './shadow.ts'

/** What the operation is there to change, so that it is not compared. */
export type Differs = 'persistence' | 'tablespace' | 'access method'

/**
 * A block that ends the transaction where the server knows of something on the table, or about it, that the migrations did not tell, so that the
 * copy would be without it; and where its own role may not see all rows. `copy` is there already.
 */
export function nothingUntold(shadow: Shadow, differs: readonly Differs[]): string {
  const { qualified, known, copy, views, keys, sync } = shadow
  const table = printName(qualified)
  const among = (names: readonly string[]) => `ARRAY[${names.map(literal).join(', ')}]::text[]`
  const triggers = among([...known.triggers.map(({ name }) => name), sync.rows, sync.truncate])
  const foreign = among(keys.map(({ name }) => name))
  const viewNames = among(views.map(({ view }) => printName(view)))
  const same: readonly (readonly [string, string])[] = [
    ['owner', 'o.relowner = n.relowner'],
    ['privileges', `${sorted('o.relacl')} IS NOT DISTINCT FROM ${sorted('n.relacl')}`],
    ['storage parameters', `${sorted('o.reloptions')} IS NOT DISTINCT FROM ${sorted('n.reloptions')}`],
    ['replica identity', 'o.relreplident = n.relreplident'],
    ['row security', '(o.relrowsecurity, o.relforcerowsecurity) = (n.relrowsecurity, n.relforcerowsecurity)'],
    ['comment', "obj_description(o.oid, 'pg_class') IS NOT DISTINCT FROM obj_description(n.oid, 'pg_class')"],
    ...(differs.includes('persistence') ? [] : [['persistence', 'o.relpersistence = n.relpersistence'] as const]),
    ...(differs.includes('tablespace') ? [] : [['tablespace', 'o.reltablespace = n.reltablespace'] as const]),
    ...(differs.includes('access method') ? [] : [['access method', 'o.relam = n.relam'] as const]),
    ['number of indexes', `(SELECT count(*) FROM pg_index WHERE indrelid = o.oid) = ${shadow.indexes.length}`],
    [
      'columns',
      `NOT EXISTS (SELECT FROM pg_attribute a LEFT JOIN pg_attribute b ON b.attrelid = n.oid AND b.attname = a.attname
        WHERE a.attrelid = o.oid AND a.attnum > 0 AND NOT a.attisdropped AND (a.atttypid, a.atttypmod, a.attnotnull, a.attstorage, a.attcollation,
          coalesce(a.attstattarget, -1), ${sorted('a.attacl')}, ${distinctness('a')}) IS DISTINCT FROM (b.atttypid, b.atttypmod, b.attnotnull, b.attstorage, b.attcollation,
          coalesce(b.attstattarget, -1), ${sorted('b.attacl')}, ${distinctness('b')}))`,
    ],
  ]
  const found: readonly (readonly [string, string])[] = [
    [
      'triggers',
      `pg_trigger g WHERE g.tgrelid = o.oid AND (CASE WHEN g.tgisinternal THEN g.tgenabled <> 'O' ELSE g.tgname <> ALL (${triggers}) END)`,
    ],
    [
      'foreign keys',
      `pg_constraint k WHERE k.contype = 'f' AND (k.conrelid = o.oid OR k.confrelid = o.oid) AND k.conname <> ALL (${foreign})`,
    ],
    ['policies', `pg_policy p WHERE p.polrelid = o.oid AND p.polname <> ALL (${among(known.policies.map(({ name }) => name))})`],
    [
      'views',
      `pg_rewrite r JOIN pg_depend d ON d.classid = 'pg_rewrite'::regclass AND d.objid = r.oid WHERE d.refobjid = o.oid AND r.ev_class <> ALL (${viewNames}::regclass[])`,
    ],
    [
      'functions, policies or columns',
      `pg_depend d WHERE d.deptype = 'n' AND (d.refobjid = o.oid AND (d.classid = 'pg_proc'::regclass OR d.classid = 'pg_policy'::regclass AND (SELECT p.polrelid FROM pg_policy p WHERE p.oid = d.objid) <> o.oid)
        OR d.refclassid = 'pg_type'::regclass AND d.refobjid IN (SELECT t.oid FROM pg_type t WHERE t.oid = o.reltype OR t.typelem = o.reltype))`,
    ],
    ['statistics', 'pg_statistic_ext s WHERE s.stxrelid = o.oid'],
    ['inheritance', 'pg_inherits h WHERE o.oid IN (h.inhrelid, h.inhparent)'],
    ['a subscription', 'pg_subscription_rel s WHERE s.srrelid = o.oid'],
    [
      'a publication',
      'pg_publication p WHERE p.puballtables OR EXISTS (SELECT FROM pg_publication_tables t WHERE (t.schemaname, t.tablename) = (o.relnamespace::regnamespace::name, o.relname))',
    ],
    [
      'comments',
      "pg_description d WHERE (d.classoid, d.objoid) IN (SELECT 'pg_trigger'::regclass, g.oid FROM pg_trigger g WHERE g.tgrelid = o.oid UNION ALL SELECT 'pg_policy'::regclass, p.oid FROM pg_policy p WHERE p.polrelid = o.oid UNION ALL SELECT 'pg_class'::regclass, i.indexrelid FROM pg_index i WHERE i.indrelid = o.oid UNION ALL SELECT 'pg_constraint'::regclass, k.oid FROM pg_constraint k WHERE o.oid IN (k.conrelid, k.confrelid) AND k.contype <> 'c')",
    ],
  ]
  const lines = [
    ...same.map(([what, condition]) => `SELECT ${literal(what)} WHERE NOT (${condition})`),
    ...found.map(([what, from]) => `SELECT ${literal(what)} WHERE EXISTS (SELECT FROM ${from})`),
    "SELECT 'rows that this role may not see' WHERE row_security_active(o.oid)",
  ]
  return `DO ${dollarQuoted(`
DECLARE untold text;
BEGIN
  SELECT string_agg(w.what, ', ') INTO untold FROM pg_class o, pg_class n, LATERAL (
    ${lines.join('\n    UNION ALL ')}) w (what)
  WHERE o.oid = ${literal(table)}::regclass AND n.oid = ${literal(printName(copy))}::regclass;
  IF untold IS NOT NULL THEN
    RAISE EXCEPTION 'the server knows more of % than the migrations tell, and the copy would lack it: %', ${literal(table)}, untold;
  END IF;
END `)}`
}

function sorted(list: string): string {
  return `(SELECT array_agg(x::text ORDER BY x::text) FROM unnest(${list}) x)`
}

/** What ALTER COLUMN … SET (n_distinct = …) says. */
function distinctness(alias: string): string {
  return `(SELECT array_agg(x ORDER BY x) FROM unnest(${alias}.attoptions) x WHERE x LIKE 'n\\_distinct%')`
}

/**
 * Deletes rows that the copy alone has: a transaction of before (REPEATABLE READ) that deletes a row which is copied meanwhile does not see the
 * copied one, and leaves it behind. One snapshot sees what was written to both tables, or to none.
 */
export function withoutLeftovers({ table, copy, key }: Shadow): string {
  const same = key.map(({ name }) => `t.${quoteIdentifier(name)} = s.${quoteIdentifier(name)}`).join(' AND ')
  // DELETE would lock the copy before the table, and a TRUNCATE, whose trigger goes on to the copy, wait for it the other way round.
  return `DO ${dollarQuoted(` BEGIN
  LOCK TABLE ${printName(table)} IN ACCESS SHARE MODE;
  DELETE FROM ${printName(copy)} s WHERE NOT EXISTS (SELECT FROM ${printName(table)} t WHERE ${same});
END `)}`
}

/** A block that fails where the rows of table and copy differ. */
export function sameRows({ table, copy, columns, key }: Shadow): string {
  const [a, b] = [printName(table), printName(copy)]
  const on = key.map(({ name }) => `s.${quoteIdentifier(name)} = t.${quoteIdentifier(name)}`).join(' AND ')
  const keyed = (alias: string) => `${alias}.${quoteIdentifier(key[0]?.name ?? '')}`
  const listed = (alias: string) => `ROW(${columns.map((name) => `${alias}.${quoteIdentifier(name)}`).join(', ')})`
  return `DO ${dollarQuoted(`
DECLARE different bigint;
BEGIN
  SELECT count(*) INTO different FROM ${a} t FULL JOIN ${b} s ON ${on}
   WHERE ${keyed('t')} IS NULL OR ${keyed('s')} IS NULL OR ${listed('t')}::text IS DISTINCT FROM ${listed('s')}::text;
  IF different > 0 THEN
    RAISE EXCEPTION '% rows of % and % differ: run this file again, and write those that still differ once more', different, ${literal(a)}, ${literal(b)};
  END IF;
END `)}`
}
