import type { Session } from '../src/trace/engine.ts'

/** How a column of a type gets a value from the number of its row, `i`: SQL that answers in PL/pgSQL's format(). */
const sampleValue = `
CREATE FUNCTION pg_temp.sample(type oid, typmod int, digits bool) RETURNS text LANGUAGE plpgsql AS $sample$
DECLARE t pg_type; plain text; full_name text := format_type(type, typmod); inner_value text;
BEGIN
  SELECT * INTO t FROM pg_type WHERE oid = type;
  IF t.typtype = 'd' THEN RETURN format('(%s)::%s', pg_temp.sample(t.typbasetype, t.typtypmod, digits), full_name); END IF;
  IF t.typtype = 'e' THEN RETURN format('(enum_range(NULL::%s))[1 + i %% cardinality(enum_range(NULL::%s))]', full_name, full_name); END IF;
  IF t.typcategory = 'A' AND t.typelem <> 0 THEN
    inner_value := pg_temp.sample(t.typelem, typmod, digits);
    RETURN CASE WHEN inner_value IS NULL THEN format('%L::%s', '{}', full_name) ELSE format('ARRAY[%s]::%s', inner_value, full_name) END;
  END IF;
  RETURN CASE t.typname
    WHEN 'bool' THEN 'i % 2 = 0'
    WHEN 'uuid' THEN $$('00000000-0000-4000-8000-' || lpad(i::text, 12, '0'))::uuid$$
    WHEN 'json' THEN $$json_build_object('n', i)$$
    WHEN 'jsonb' THEN $$jsonb_build_object('n', i)$$
    WHEN 'bytea' THEN $$decode(lpad(i::text, 4, '0'), 'hex')$$
    WHEN 'interval' THEN $$i * interval '1 hour'$$
    WHEN 'time' THEN $$time '01:00' + i * interval '1 minute'$$
    WHEN 'inet' THEN $$('10.0.0.' || i)::inet$$
    WHEN 'cidr' THEN $$('10.0.0.' || i || '/32')::cidr$$
    WHEN 'tsvector' THEN $$to_tsvector('simple', 'word ' || i)$$
    WHEN 'ltree' THEN $$('0.' || i)::public.ltree$$
    ELSE CASE
      WHEN t.typcategory = 'N' THEN format('i::%s', full_name)
      WHEN t.typcategory = 'D' THEN format('(timestamptz ''2020-01-01 00:00+00'' + i * interval ''1 day'')::%s', full_name)
      WHEN t.typcategory = 'S' THEN format('(%s)::%s', CASE WHEN digits THEN 'i::text' ELSE $$i || ' text'$$ END, full_name)
    END
  END;
END $sample$;
`

/** Fills every table row by row, parents first; a row that the schema refuses is left out. */
const fill = (rows: number, nulls: boolean, digits: boolean) => `
DO $fill$
DECLARE
  pass int; one record; names text; vals text; refused text; parents oid[];
BEGIN
  FOR pass IN 1..2 LOOP
  FOR one IN
    WITH RECURSIVE tables AS (
      SELECT c.oid, c.oid::regclass::text AS name, c.relkind FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
      WHERE n.nspname !~ '^(pg_|information_schema$)' AND c.relkind IN ('r', 'p') AND NOT c.relispartition
        AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = c.oid AND d.deptype = 'e')
    ), deep AS (
      SELECT oid, 0 AS depth FROM tables
      UNION
      SELECT k.conrelid, deep.depth + 1 FROM deep JOIN pg_constraint k ON k.confrelid = deep.oid AND k.contype = 'f' AND k.conrelid <> k.confrelid
      WHERE deep.depth < 15
    )
    SELECT t.oid, t.name FROM tables t JOIN deep USING (oid) GROUP BY 1, 2 ORDER BY max(depth), 2
  LOOP
    SELECT string_agg(quote_ident(a.attname), ', ' ORDER BY a.attnum),
      string_agg(coalesce(
        CASE WHEN f.col IS NOT NULL AND f.confrelid <> one.oid
          THEN format('(SELECT %I FROM %s ORDER BY 1 OFFSET (i - 1) %% greatest((SELECT count(*) FROM %s), 1) LIMIT 1)', f.col, f.confrelid::regclass, f.confrelid::regclass)
          WHEN f.col IS NOT NULL AND NOT a.attnotnull THEN 'NULL'
          ELSE CASE WHEN ${nulls} AND NOT a.attnotnull THEN format('CASE WHEN (i + %s) %% 4 = 0 THEN NULL ELSE %s END', a.attnum, pg_temp.sample(a.atttypid, a.atttypmod, ${digits}))
            ELSE pg_temp.sample(a.atttypid, a.atttypmod, ${digits}) END END, 'NULL'), ', ' ORDER BY a.attnum)
    INTO names, vals
    FROM pg_attribute a
    LEFT JOIN LATERAL (
      SELECT k.confrelid, p.attname AS col FROM pg_constraint k JOIN pg_attribute p ON p.attrelid = k.confrelid AND p.attnum = k.confkey[array_position(k.conkey, a.attnum)]
      WHERE k.conrelid = one.oid AND k.contype = 'f' AND a.attnum = ANY (k.conkey) ORDER BY cardinality(k.conkey) DESC, k.conname LIMIT 1
    ) f ON true
    WHERE a.attrelid = one.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = '';
    CONTINUE WHEN names IS NULL;
    FOR i IN 1..${rows} LOOP
      BEGIN
        EXECUTE format('INSERT INTO %s (%s) OVERRIDING SYSTEM VALUE SELECT %s FROM generate_series(%s, %s) i ON CONFLICT DO NOTHING', one.name, names, vals, i, i);
      EXCEPTION WHEN OTHERS THEN
        refused := one.name || ': ' || SQLERRM;
        IF pass = 2 AND i = 1 THEN RAISE WARNING '%', refused; END IF;
      END;
    END LOOP;
  END LOOP;
  END LOOP;
  FOR one IN SELECT DISTINCT s.oid, s.oid::regclass::text AS name FROM pg_class s JOIN pg_namespace n ON n.oid = s.relnamespace
    WHERE s.relkind = 'S' AND n.nspname !~ '^(pg_|information_schema$)'
  LOOP
    BEGIN PERFORM setval(one.oid::regclass, ${rows + 1}); EXCEPTION WHEN OTHERS THEN NULL; END;
  END LOOP;
END $fill$;
`

/** What the generated rows are like: without NULLs, and with digits alone as text, migrations run on them that others refuse. */
export interface Sample {
  readonly rows: number
  readonly nulls: boolean
  readonly digits: boolean
}

/** Fills every table of a database with a few rows that are the same each time, as far as its constraints and triggers let them be. */
export async function sampleRows(session: Session, { rows, nulls, digits }: Sample): Promise<void> {
  await session.run(sampleValue)
  await session.run(fill(rows, nulls, digits))
}
