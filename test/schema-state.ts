import type { Session } from '../src/trace/engine.ts'

const own = `n.nspname !~ '^(pg_|information_schema$)'`
const named = (schema: string, name: string) => `quote_ident(${schema}) || '.' || quote_ident(${name})`
const relation = (oid: string) => `(${oid})::regclass::text`

/** One line for each thing in a database, whatever the order in which it was made. */
const queries: readonly string[] = [
  `SELECT 'relation ' || ${named('n.nspname', 'c.relname')} || ' ' || c.relkind::text || ' ' || c.relpersistence::text || ' partition ' || coalesce(pg_get_expr(c.relpartbound, c.oid), '')
     || ' ' || coalesce(pg_get_partkeydef(c.oid), '') || ' ' || coalesce(array_to_string(c.reloptions, ','), '') || ' rls ' || c.relrowsecurity || ' forced ' || c.relforcerowsecurity || ' replica ' || c.relreplident::text
     || ' grants ' || coalesce((SELECT string_agg(acl::text, ',' ORDER BY acl::text) FROM unnest(c.relacl) acl), '')
     || ' owner ' || c.relowner::regrole || ' comment ' || coalesce(obj_description(c.oid, 'pg_class'), '')
     || ' method ' || coalesce((SELECT m.amname FROM pg_am m WHERE m.oid = c.relam), '') || ' in ' || coalesce((SELECT t.spcname FROM pg_tablespace t WHERE t.oid = c.reltablespace), '')
   FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE ${own} AND c.relkind NOT IN ('i', 'I', 't', 'c')`,
  `SELECT 'column ' || ${named('n.nspname', 'c.relname')} || ' ' || a.attname || ' ' || format_type(a.atttypid, a.atttypmod) || ' not null ' || a.attnotnull
     || ' default ' || coalesce(pg_get_expr(d.adbin, d.adrelid), '') || ' identity ' || a.attidentity::text || ' generated ' || a.attgenerated::text
     || ' collation ' || coalesce((SELECT o.collname FROM pg_collation o WHERE o.oid = a.attcollation), '-') || ' comment ' || coalesce(col_description(c.oid, a.attnum), '')
     || ' storage ' || a.attstorage::text || ' compression ' || coalesce(to_jsonb(a) ->> 'attcompression', '') || ' statistics ' || coalesce(a.attstattarget, -1)
     || ' distinct ' || coalesce((SELECT string_agg(o, ',' ORDER BY o) FROM unnest(a.attoptions) o WHERE o LIKE 'n\\_distinct%'), '')
     || ' grants ' || coalesce((SELECT string_agg(acl::text, ',' ORDER BY acl::text) FROM unnest(a.attacl) acl), '')
     || ' owns ' || coalesce((SELECT string_agg(${relation('o.objid')}, ',') FROM pg_depend o WHERE o.classid = 'pg_class'::regclass AND o.refclassid = 'pg_class'::regclass
          AND o.refobjid = c.oid AND o.refobjsubid = a.attnum AND o.deptype IN ('a', 'i') AND EXISTS (SELECT FROM pg_class s WHERE s.oid = o.objid AND s.relkind = 'S')), '')
   FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
   WHERE ${own} AND c.relkind IN ('r', 'p', 'f', 'v', 'm') AND a.attnum > 0 AND NOT a.attisdropped`,
  `SELECT 'constraint ' || ${relation('k.conrelid')} || ' ' || k.conname || ' ' || pg_get_constraintdef(k.oid) || ' valid ' || k.convalidated
     || ' index ' || coalesce(${relation('nullif(k.conindid, 0)')}, '')
   FROM pg_constraint k JOIN pg_namespace n ON n.oid = k.connamespace WHERE ${own} AND k.conrelid <> 0 AND k.contype <> 't'`,
  `SELECT 'index ' || pg_get_indexdef(i.indexrelid) || ' valid ' || i.indisvalid || ' clustered ' || i.indisclustered || ' of ' || coalesce((SELECT ${relation('h.inhparent')} FROM pg_inherits h WHERE h.inhrelid = i.indexrelid), '')
   FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_namespace n ON n.oid = c.relnamespace WHERE ${own}`,
  `SELECT 'inherits ' || ${relation('h.inhrelid')} || ' ' || ${relation('h.inhparent')} FROM pg_inherits h JOIN pg_class c ON c.oid = h.inhrelid
   JOIN pg_namespace n ON n.oid = c.relnamespace WHERE ${own} AND c.relkind NOT IN ('i', 'I')`,
  `SELECT 'trigger ' || pg_get_triggerdef(g.oid) || ' ' || g.tgenabled::text FROM pg_trigger g JOIN pg_class c ON c.oid = g.tgrelid
   JOIN pg_namespace n ON n.oid = c.relnamespace WHERE ${own} AND NOT g.tgisinternal`,
  `SELECT 'function ' || p.oid::regprocedure || ' ' || p.prokind::text || ' ' || p.prosrc FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace WHERE ${own}
   AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = p.oid AND d.deptype IN ('e', 'i'))`,
  `SELECT 'view ' || ${relation('c.oid')} || ' ' || pg_get_viewdef(c.oid) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE ${own} AND c.relkind IN ('v', 'm')`,
  `SELECT 'sequence ' || ${relation('s.seqrelid')} || ' ' || format_type(s.seqtypid, NULL) || ' start ' || s.seqstart || ' by ' || s.seqincrement || ' from ' || s.seqmin || ' to ' || s.seqmax || ' ' || s.seqcycle
   FROM pg_sequence s JOIN pg_class c ON c.oid = s.seqrelid JOIN pg_namespace n ON n.oid = c.relnamespace WHERE ${own}`,
  `SELECT 'type ' || ${named('n.nspname', 't.typname')} || ' ' || t.typtype::text || ' ' || coalesce((SELECT string_agg(e.enumlabel, ',' ORDER BY e.enumsortorder) FROM pg_enum e WHERE e.enumtypid = t.oid), '')
     || ' ' || CASE WHEN t.typtype = 'd' THEN format_type(t.typbasetype, t.typtypmod) || ' not null ' || t.typnotnull || ' default ' || coalesce(t.typdefault, '') ELSE '' END
   FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace WHERE ${own} AND t.typtype IN ('e', 'd', 'c', 'r') AND NOT EXISTS (SELECT FROM pg_class c WHERE c.reltype = t.oid AND c.relkind <> 'c')`,
  `SELECT 'domain constraint ' || k.contypid::regtype || ' ' || k.conname || ' ' || pg_get_constraintdef(k.oid) || ' valid ' || k.convalidated
   FROM pg_constraint k JOIN pg_namespace n ON n.oid = k.connamespace WHERE ${own} AND k.contypid <> 0`,
  `SELECT 'rule ' || pg_get_ruledef(r.oid) || ' ' || r.ev_enabled::text FROM pg_rewrite r JOIN pg_class c ON c.oid = r.ev_class JOIN pg_namespace n ON n.oid = c.relnamespace
   WHERE ${own} AND r.rulename <> '_RETURN'`,
  `SELECT 'statistics ' || pg_get_statisticsobjdef(s.oid) FROM pg_statistic_ext s JOIN pg_namespace n ON n.oid = s.stxnamespace WHERE ${own}`,
  `SELECT 'published ' || t.pubname || ' ' || ${named('t.schemaname', 't.tablename')} FROM pg_publication_tables t`,
  `SELECT 'comment on ' || pg_describe_object(d.classoid, d.objoid, 0) || ' ' || d.description FROM pg_description d LEFT JOIN pg_class c ON d.classoid = 'pg_class'::regclass AND c.oid = d.objoid
   WHERE d.objsubid = 0 AND (c.relkind IN ('i', 'I') AND c.relnamespace NOT IN (SELECT n.oid FROM pg_namespace n WHERE NOT (${own}))
     OR d.classoid IN ('pg_constraint'::regclass, 'pg_trigger'::regclass, 'pg_policy'::regclass) AND d.objoid >= 16384)`,
  `SELECT 'policy ' || ${relation('p.polrelid')} || ' ' || p.polname || ' ' || p.polcmd::text || ' ' || coalesce(pg_get_expr(p.polqual, p.polrelid), '') || ' ' || coalesce(pg_get_expr(p.polwithcheck, p.polrelid), '') FROM pg_policy p`,
  `SELECT 'publication ' || p.pubname || ' ' || p.puballtables || p.pubinsert || p.pubupdate || p.pubdelete || p.pubtruncate || ' ' || coalesce(string_agg(${relation('r.prrelid')}, ', ' ORDER BY r.prrelid::regclass::text), '')
   FROM pg_publication p LEFT JOIN pg_publication_rel r ON r.prpubid = p.oid GROUP BY p.oid, p.pubname, p.puballtables, p.pubinsert, p.pubupdate, p.pubdelete, p.pubtruncate`,
]

/** The schema of a database, without anything that stands for the order of making: a line for each thing, sorted. */
export async function schemaState(session: Session): Promise<readonly string[]> {
  const lines: string[] = []
  for (const query of queries) for (const [line] of await session.query(query)) lines.push(line ?? '')
  return lines.sort()
}

/** Every row of every table, a line each, sorted; columns named in `without` (`table.column`) are left out. */
export async function dataState(session: Session, without: readonly string[]): Promise<readonly string[]> {
  const tables = await session.query(
    `SELECT c.oid::regclass::text, c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE ${own} AND c.relkind = 'r' ORDER BY 1`,
  )
  const lines: string[] = []
  for (const [table, name] of tables) {
    const left = without.filter((one) => one.startsWith(`${name}.`)).map((one) => ` - '${one.slice(one.indexOf('.') + 1)}'`)
    for (const [row] of await session.query(`SELECT (to_jsonb(t)${left.join('')})::text FROM ONLY ${table} t`))
      lines.push(`${table} ${row}`)
  }
  return lines.sort()
}
