import type { PGlite } from '@electric-sql/pglite'
import type { Catalog, Table } from '../src/catalog/catalog.ts'
import { isTable, keyOf } from '../src/catalog/lookup.ts'
import type { QualifiedName } from '../src/name.ts'
import { printType } from '../src/type-name.ts'

/** What a database holds, by name, in a form that a server and a catalog can both be asked for: `table public.t` → facts. */
export type Snapshot = Record<string, Record<string, unknown>>

const notSystem = `n.nspname !~ '^(pg_toast|pg_catalog$|information_schema$)'`
const schemaOf = (column: string) => `regexp_replace(${column}, '^pg_temp_\\d+$', 'pg_temp')`
const keyIn = (schema: string, name: string) => `quote_ident(${schemaOf(schema)}) || '.' || quote_ident(${name})`
const keyFrom = (oid: string) =>
  `(SELECT ${keyIn('kn.nspname', 'kc.relname')} FROM pg_class kc JOIN pg_namespace kn ON kn.oid = kc.relnamespace WHERE kc.oid = ${oid})`
const list = (select: string) => `coalesce((SELECT json_agg(x ORDER BY x::text) FROM (${select}) AS q(x)), '[]')`
const ordered = (select: string) => `coalesce((SELECT json_agg(x ORDER BY o) FROM (${select}) AS q(x, o)), '[]')`

const relationsSql = `
SELECT ${keyIn('n.nspname', 'c.relname')} AS key,
  CASE c.relkind WHEN 'r' THEN 'table' WHEN 'p' THEN 'partitioned table' WHEN 'v' THEN 'view' WHEN 'm' THEN 'materialized view'
    WHEN 'S' THEN 'sequence' WHEN 'f' THEN 'foreign table' ELSE 'index' END AS kind,
  ${ordered(`SELECT json_build_object('name', a.attname, 'type', format_type(a.atttypid, a.atttypmod), 'notNull', a.attnotnull,
    'default', a.atthasdef AND a.attgenerated = '', 'generated', a.attgenerated <> '', 'identity', a.attidentity <> ''), a.attnum
    FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped`)} AS columns,
  ${list(`SELECT json_build_object('name', k.conname, 'kind', k.contype, 'validated', k.convalidated,
    'index', CASE WHEN k.contype IN ('p', 'u', 'x') THEN ${keyFrom('k.conindid')} END,
    'references', ${keyFrom('nullif(k.confrelid, 0)')},
    'referenced', coalesce((SELECT json_agg(ra.attname ORDER BY rn.n) FROM unnest(k.confkey) WITH ORDINALITY rn(att, n)
      JOIN pg_attribute ra ON ra.attrelid = k.confrelid AND ra.attnum = rn.att), '[]'),
    'inherited', k.coninhcount > 0 OR k.conparentid <> 0)
    FROM pg_constraint k WHERE k.conrelid = c.oid AND k.contype IN ('c', 'p', 'u', 'f', 'x')
    AND NOT EXISTS (SELECT FROM pg_constraint kp WHERE kp.oid = k.conparentid AND kp.conrelid = k.conrelid)`)} AS constraints,
  ${list(`SELECT ${keyFrom('i.indexrelid')} FROM pg_index i WHERE i.indrelid = c.oid`)} AS indexes,
  ${list(`SELECT json_build_object('table', ${keyFrom('k.conrelid')}, 'constraint', k.conname) FROM pg_constraint k
    WHERE k.confrelid = c.oid AND k.contype = 'f'
    AND NOT EXISTS (SELECT FROM pg_constraint kp WHERE kp.oid = k.conparentid AND kp.conrelid = k.conrelid)`)} AS "referencedBy",
  ${list(`SELECT ${keyFrom('h.inhrelid')} FROM pg_inherits h WHERE h.inhparent = c.oid AND c.relkind <> 'I'`)} AS children,
  ${list(`SELECT ${keyFrom('h.inhparent')} FROM pg_inherits h WHERE h.inhrelid = c.oid AND c.relkind NOT IN ('I', 'i')`)} AS parents,
  ${list(`SELECT DISTINCT ${keyFrom('d.refobjid')} FROM pg_rewrite w JOIN pg_depend d ON d.classid = 'pg_rewrite'::regclass AND d.objid = w.oid
    AND d.refclassid = 'pg_class'::regclass AND d.refobjid <> c.oid WHERE w.ev_class = c.oid`)} AS reads,
  ${list(`SELECT g.tgname FROM pg_trigger g WHERE g.tgrelid = c.oid AND NOT g.tgisinternal`)} AS triggers,
  ${list(`SELECT p.polname FROM pg_policy p WHERE p.polrelid = c.oid`)} AS policies,
  (SELECT json_build_object('table', ${keyFrom('i.indrelid')}, 'unique', i.indisunique, 'valid', i.indisvalid,
    'method', (SELECT amname FROM pg_am WHERE oid = c.relam),
    'keys', ${ordered(`SELECT (SELECT attname FROM pg_attribute ia WHERE ia.attrelid = i.indrelid AND ia.attnum = u.att AND u.att > 0), u.n
      FROM unnest(i.indkey::int2[]) WITH ORDINALITY u(att, n) WHERE u.n <= i.indnkeyatts`)},
    'partitionOf', ${keyFrom(`(SELECT h.inhparent FROM pg_inherits h WHERE h.inhrelid = i.indexrelid)`)},
    'constraint', (SELECT k.conname FROM pg_constraint k WHERE k.conindid = c.oid AND k.contype IN ('p', 'u', 'x')))
    FROM pg_index i WHERE i.indexrelid = c.oid) AS index,
  (SELECT json_build_object('table', ${keyFrom('d.refobjid')}, 'column', (SELECT attname FROM pg_attribute WHERE attrelid = d.refobjid AND attnum = d.refobjsubid))
    FROM pg_depend d WHERE d.objid = c.oid AND d.classid = 'pg_class'::regclass AND d.refclassid = 'pg_class'::regclass
    AND d.deptype IN ('a', 'i') AND d.refobjsubid > 0 AND c.relkind = 'S') AS "ownedBy"
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE ${notSystem} AND c.relkind NOT IN ('c', 't')`

const typesSql = `
SELECT ${keyIn('n.nspname', 't.typname')} AS key, t.typtype AS kind,
  ${ordered(`SELECT e.enumlabel, e.enumsortorder FROM pg_enum e WHERE e.enumtypid = t.oid`)} AS values,
  ${list(`SELECT json_build_object('name', k.conname, 'validated', k.convalidated) FROM pg_constraint k WHERE k.contypid = t.oid AND k.contype = 'c'`)} AS constraints,
  t.typnotnull AS "notNull", CASE WHEN t.typtype = 'd' THEN format_type(t.typbasetype, t.typtypmod) END AS base,
  ${ordered(`SELECT a.attname, a.attnum FROM pg_attribute a WHERE a.attrelid = t.typrelid AND a.attnum > 0 AND NOT a.attisdropped`)} AS attributes
FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace
WHERE ${notSystem} AND t.typtype IN ('e', 'd', 'c')
  AND (t.typtype <> 'c' OR EXISTS (SELECT FROM pg_class c WHERE c.oid = t.typrelid AND c.relkind = 'c'))`

interface Row {
  readonly key: string
  readonly kind: string
  readonly [fact: string]: unknown
}

/** Asks a server. */
export async function serverSnapshot(db: PGlite): Promise<Snapshot> {
  const path = (await db.query<{ path: string }>(`SELECT current_setting('search_path') AS path`)).rows[0]?.path ?? ''
  await db.query(`SELECT set_config('search_path', '', false)`)
  const snapshot: Snapshot = {}
  for (const { key, kind, ...facts } of (await db.query<Row>(relationsSql)).rows) {
    snapshot[`relation ${key}`] = { kind, ...factsOf(kind, facts) }
  }
  for (const { key, kind, ...facts } of (await db.query<Row>(typesSql)).rows) {
    snapshot[`type ${key}`] = typeFacts(kind, facts)
  }
  const functions = await db.query<{ key: string; n: number }>(
    `SELECT ${keyIn('n.nspname', 'p.proname')} AS key, count(*)::int AS n FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
     WHERE ${notSystem} AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = p.oid AND d.deptype IN ('e', 'i')) GROUP BY 1`,
  )
  for (const { key, n } of functions.rows) snapshot[`function ${key}`] = { overloads: n }
  await db.query(`SELECT set_config('search_path', $1, false)`, [path])
  return snapshot
}

function factsOf(kind: string, facts: Record<string, unknown>): Record<string, unknown> {
  const pick = (...names: string[]) => Object.fromEntries(names.map((name) => [name, facts[name]]))
  switch (kind) {
    case 'index':
      return { index: facts.index }
    case 'sequence':
      return pick('ownedBy')
    case 'view':
    case 'materialized view':
      return {
        names: Array.isArray(facts.columns) ? facts.columns.map((column: { name: string }) => column.name) : [],
        ...pick('reads', 'indexes'),
      }
    default:
      return pick('columns', 'constraints', 'indexes', 'referencedBy', 'children', 'parents', 'triggers', 'policies')
  }
}

function typeFacts(kind: string, facts: Record<string, unknown>): Record<string, unknown> {
  if (kind === 'e') return { values: facts.values }
  if (kind === 'd') return { base: facts.base, notNull: facts.notNull, constraints: facts.constraints }
  return { attributes: facts.attributes }
}

const contypes = { check: 'c', 'primary key': 'p', unique: 'u', 'foreign key': 'f', exclude: 'x', 'not null': 'n' }

function sorted<T>(items: readonly T[]): readonly T[] {
  return items
    .map((item) => ({ item, text: textOf(item) }))
    .sort((a, b) => (a.text < b.text ? -1 : a.text > b.text ? 1 : 0))
    .map((each) => each.item)
}

function textOf(item: unknown): string {
  return typeof item === 'string' ? item : JSON.stringify(item)
}

/** Asks a catalog. */
export function catalogSnapshot(catalog: Catalog): Snapshot {
  const snapshot: Snapshot = {}
  const typeText = (type: Parameters<typeof printType>[0] | undefined) => {
    if (type === undefined) return undefined
    const found =
      type.name.schema ?? (catalog.types.has(keyOf({ schema: 'public', name: type.name.name })) ? 'public' : undefined)
    const table = type.name.schema === undefined && catalog.relations.has(keyOf({ schema: 'public', name: type.name.name }))
    return printType({ ...type, name: { schema: found ?? (table ? 'public' : undefined), name: type.name.name } }).replaceAll(
      ', ',
      ',',
    )
  }
  for (const relation of catalog.relations.values()) {
    const key = `relation ${keyOf(relation.name)}`
    if (relation.kind === 'dropped') continue
    if (isTable(relation)) snapshot[key] = tableFacts(relation, typeText)
    else if (relation.kind === 'index') {
      snapshot[key] = {
        kind: 'index',
        index: {
          table: keyOf(relation.table),
          unique: relation.unique,
          valid: relation.valid,
          method: relation.method,
          keys: relation.keys.map((each) => each.column ?? null),
          partitionOf: relation.partitionOf ? keyOf(relation.partitionOf) : null,
          constraint: relation.constraint ?? null,
        },
      }
    } else if (relation.kind === 'sequence') {
      const { ownedBy } = relation
      snapshot[key] = { kind: 'sequence', ownedBy: ownedBy ? { table: keyOf(ownedBy.table), column: ownedBy.column } : null }
    } else {
      snapshot[key] = {
        kind: relation.kind,
        names: relation.columns,
        reads: sorted(relation.reads.map(keyOf)),
        indexes: sorted(relation.indexes.map(keyOf)),
      }
    }
  }
  for (const type of catalog.types.values()) {
    const key = `type ${keyOf(type.name)}`
    if (type.kind === 'enum') snapshot[key] = { values: type.values.map((each) => each.label) }
    if (type.kind === 'domain') {
      const constraints = sorted(type.constraints.map(({ name, validated }) => ({ name, validated })))
      snapshot[key] = { base: typeText(type.base), notNull: type.notNull, constraints }
    }
    if (type.kind === 'composite') snapshot[key] = { attributes: type.attributes.map((each) => each.name) }
  }
  for (const [key, routines] of catalog.functions) snapshot[`function ${key}`] = { overloads: routines.length }
  return snapshot
}

function tableFacts(table: Table, typeText: (type: Parameters<typeof printType>[0] | undefined) => string | undefined) {
  const keys = (names: readonly QualifiedName[]) => sorted(names.map(keyOf))
  return {
    kind: table.kind,
    columns: table.columns.map((column) => ({
      name: column.name,
      type: typeText(column.type),
      notNull: column.notNull,
      default: column.default !== undefined && column.default.shape !== 'null',
      generated: column.generated !== undefined,
      identity: column.identity !== undefined,
    })),
    constraints: sorted(
      table.constraints
        .filter((each) => each.definition.kind !== 'not null')
        .map((each) => ({
          name: each.name,
          kind: contypes[each.definition.kind],
          validated: each.validated,
          index: each.index ? keyOf(each.index) : null,
          references: each.references ? keyOf(each.references) : null,
          referenced: each.definition.kind === 'foreign key' ? each.definition.referencedColumns : [],
          inherited: each.inherited ?? false,
        })),
    ),
    indexes: keys(table.indexes),
    referencedBy: sorted(table.referencedBy.map((each) => ({ table: keyOf(each.table), constraint: each.constraint }))),
    children: keys(table.children),
    parents: keys([...(table.partitionOf ? [table.partitionOf.parent] : []), ...table.inherits]),
    triggers: sorted(table.triggers.map((each) => each.name)),
    policies: sorted(table.policies.map((each) => each.name)),
  }
}

/** Without the types that the catalog says it does not know: those of a query's output. */
export function forgetting(server: Snapshot, known: Snapshot): Snapshot {
  const columnsOf = (facts: Record<string, unknown> | undefined): readonly { type?: string }[] =>
    Array.isArray(facts?.columns) ? facts.columns : []
  return Object.fromEntries(
    Object.entries(server).map(([key, facts]) => {
      if (!Array.isArray(facts.columns)) return [key, facts]
      const ours = columnsOf(known[key])
      const columns = columnsOf(facts).map((column, i) => (ours[i]?.type === undefined ? { ...column, type: undefined } : column))
      return [key, { ...facts, columns }]
    }),
  )
}

/** Both with lists in one order, whatever collation the server sorts by. */
export function normalised(snapshot: Snapshot): Snapshot {
  const unordered = new Set(['constraints', 'indexes', 'referencedBy', 'children', 'parents', 'reads', 'triggers', 'policies'])
  return Object.fromEntries(
    Object.entries(snapshot).map(([key, facts]) => [
      key,
      Object.fromEntries(
        Object.entries(facts).map(([fact, value]) => [fact, unordered.has(fact) && Array.isArray(value) ? sorted(value) : value]),
      ),
    ]),
  )
}
