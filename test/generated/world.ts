import type { Session } from '../../src/trace/engine.ts'

/** What a server's database holds, as far as the next statement is chosen by it. Names are quoted where SQL needs it. */
export interface World {
  readonly tables: readonly TableFacts[]
  readonly views: readonly ViewFacts[]
  readonly sequences: readonly { readonly name: string; readonly owned: boolean }[]
  readonly enums: readonly { readonly name: string; readonly labels: readonly string[] }[]
  readonly domains: readonly {
    readonly name: string
    readonly base: string
    readonly constraints: readonly { readonly name: string; readonly validated: boolean }[]
  }[]
  readonly composites: readonly { readonly name: string; readonly attributes: readonly string[] }[]
  readonly functions: readonly string[]
  readonly statistics: readonly string[]
  readonly publications: readonly string[]
}

export interface TableFacts {
  /** Qualified. */
  readonly name: string
  /** Without its schema, not quoted. */
  readonly bare: string
  readonly schema: string
  readonly kind: 'table' | 'partitioned table'
  readonly columns: readonly ColumnFacts[]
  readonly constraints: readonly ConstraintFacts[]
  readonly indexes: readonly IndexFacts[]
  readonly triggers: readonly string[]
  readonly policies: readonly string[]
  readonly rules: readonly string[]
  /** `range`, `list` or `hash`, and the first key column; an expression has none. */
  readonly strategy: string | null
  readonly keyColumn: string | null
  readonly isPartition: boolean
  readonly parents: readonly string[]
  readonly children: readonly string[]
  readonly bounds: readonly string[]
  readonly typed: boolean
}

export interface ColumnFacts {
  readonly name: string
  /** As format_type prints it. */
  readonly type: string
  /** The type below domains; `enum` and `composite` for those. */
  readonly base: string
  readonly notNull: boolean
  readonly hasDefault: boolean
  readonly generated: boolean
  readonly identity: boolean
  readonly inherited: boolean
}

export interface ConstraintFacts {
  readonly name: string
  /** pg_constraint.contype. */
  readonly type: string
  readonly validated: boolean
  readonly inherited: boolean
  readonly deferrable: boolean
  readonly columns: readonly string[]
}

export interface IndexFacts {
  /** Qualified. */
  readonly name: string
  readonly bare: string
  readonly columns: readonly string[]
  readonly unique: boolean
  readonly plain: boolean
  readonly ofConstraint: boolean
  readonly method: string
  readonly valid: boolean
  readonly parent: string | null
}

export interface ViewFacts {
  readonly name: string
  readonly bare: string
  readonly materialized: boolean
  readonly columns: readonly string[]
  readonly indexes: readonly string[]
}

const user = (schema: string) => `${schema} !~ '^pg_' AND ${schema} <> 'information_schema'`
const nameOf = (schema: string, name: string) => `quote_ident(${schema}) || '.' || quote_ident(${name})`
const relation = (oid: string) =>
  `(SELECT ${nameOf('rn.nspname', 'rc.relname')} FROM pg_class rc JOIN pg_namespace rn ON rn.oid = rc.relnamespace WHERE rc.oid = ${oid})`
// In an order that no server's collation decides: the choices of a seed depend on it.
const list = (value: string, from: string, order: string) =>
  `coalesce((SELECT json_agg(${value} ORDER BY (${order})::text COLLATE "C") FROM ${from}), '[]'::json)`
const object = (facts: Readonly<Record<string, string>>) =>
  `json_build_object(${Object.entries(facts)
    .map(([name, value]) => `'${name}', ${value}`)
    .join(', ')})`
const attributes = (of: string) =>
  list(
    'quote_ident(at.attname)',
    `pg_attribute at WHERE at.attrelid = ${of} AND at.attnum > 0 AND NOT at.attisdropped`,
    `lpad(at.attnum::text, 5, '0')`,
  )
const columnsAt = (relation: string, numbers: string) =>
  list(
    'quote_ident(ca.attname)',
    `unnest(${numbers}) WITH ORDINALITY cn(att, n) JOIN pg_attribute ca ON ca.attrelid = ${relation} AND ca.attnum = cn.att`,
    `lpad(cn.n::text, 5, '0')`,
  )

const columns = list(
  object({
    name: 'quote_ident(a.attname)',
    type: 'format_type(a.atttypid, a.atttypmod)',
    base: `CASE bt.typtype WHEN 'e' THEN 'enum' WHEN 'c' THEN 'composite' ELSE format_type(bt.oid, NULL) END`,
    notNull: 'a.attnotnull',
    hasDefault: `a.atthasdef AND a.attgenerated = ''`,
    generated: `a.attgenerated <> ''`,
    identity: `a.attidentity <> ''`,
    inherited: 'a.attinhcount > 0',
  }),
  `pg_attribute a JOIN pg_type t ON t.oid = a.atttypid
    JOIN pg_type bt ON bt.oid = CASE t.typtype WHEN 'd' THEN t.typbasetype ELSE t.oid END
    WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped`,
  `lpad(a.attnum::text, 5, '0')`,
)

const constraints = list(
  object({
    name: 'quote_ident(k.conname)',
    type: 'k.contype',
    validated: 'k.convalidated',
    inherited: 'k.coninhcount > 0 OR k.conparentid <> 0',
    deferrable: 'k.condeferrable',
    columns: columnsAt('k.conrelid', 'k.conkey'),
  }),
  `pg_constraint k WHERE k.conrelid = c.oid AND k.contype <> 't'`,
  'k.conname',
)

const indexes = list(
  object({
    name: relation('i.indexrelid'),
    bare: 'ic.relname',
    columns: columnsAt('i.indrelid', 'i.indkey::int2[]'),
    unique: 'i.indisunique',
    plain: 'i.indexprs IS NULL AND i.indpred IS NULL',
    ofConstraint: `EXISTS (SELECT FROM pg_constraint k WHERE k.conindid = ic.oid AND k.contype IN ('p', 'u', 'x'))`,
    method: '(SELECT am.amname FROM pg_am am WHERE am.oid = ic.relam)',
    valid: 'i.indisvalid',
    parent: relation('(SELECT h.inhparent FROM pg_inherits h WHERE h.inhrelid = ic.oid)'),
  }),
  'pg_index i JOIN pg_class ic ON ic.oid = i.indexrelid WHERE i.indrelid = c.oid',
  'ic.relname',
)

const tables = list(
  object({
    name: nameOf('n.nspname', 'c.relname'),
    bare: 'c.relname',
    schema: 'n.nspname',
    kind: `CASE c.relkind WHEN 'p' THEN 'partitioned table' ELSE 'table' END`,
    columns,
    constraints,
    indexes,
    triggers: list('quote_ident(g.tgname)', 'pg_trigger g WHERE g.tgrelid = c.oid AND NOT g.tgisinternal', 'g.tgname'),
    policies: list('quote_ident(p.polname)', 'pg_policy p WHERE p.polrelid = c.oid', 'p.polname'),
    rules: list('quote_ident(r.rulename)', 'pg_rewrite r WHERE r.ev_class = c.oid', 'r.rulename'),
    strategy: `(SELECT CASE pt.partstrat WHEN 'r' THEN 'range' WHEN 'l' THEN 'list' ELSE 'hash' END FROM pg_partitioned_table pt WHERE pt.partrelid = c.oid)`,
    keyColumn: `(SELECT quote_ident(ka.attname) FROM pg_partitioned_table pt
      JOIN pg_attribute ka ON ka.attrelid = c.oid AND ka.attnum = pt.partattrs[0] WHERE pt.partrelid = c.oid)`,
    isPartition: 'c.relispartition',
    parents: list(relation('h.inhparent'), 'pg_inherits h WHERE h.inhrelid = c.oid', 'h.inhseqno'),
    children: list(relation('h.inhrelid'), 'pg_inherits h WHERE h.inhparent = c.oid', relation('h.inhrelid')),
    bounds: list(
      'pg_get_expr(b.relpartbound, b.oid)',
      'pg_inherits h JOIN pg_class b ON b.oid = h.inhrelid WHERE h.inhparent = c.oid AND b.relpartbound IS NOT NULL',
      'b.relname',
    ),
    typed: 'c.reloftype <> 0',
  }),
  `pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind IN ('r', 'p') AND ${user('n.nspname')}`,
  `n.nspname || '.' || c.relname`,
)

const views = list(
  object({
    name: nameOf('n.nspname', 'c.relname'),
    bare: 'c.relname',
    materialized: `c.relkind = 'm'`,
    columns: attributes('c.oid'),
    indexes: list(relation('i.indexrelid'), 'pg_index i WHERE i.indrelid = c.oid', relation('i.indexrelid')),
  }),
  `pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind IN ('v', 'm') AND ${user('n.nspname')}`,
  `n.nspname || '.' || c.relname`,
)

const typesOf = (facts: Readonly<Record<string, string>>, kind: string) =>
  list(
    object({ name: nameOf('n.nspname', 't.typname'), ...facts }),
    `pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace WHERE t.typtype = '${kind}' AND ${user('n.nspname')}
      AND (t.typrelid = 0 OR EXISTS (SELECT FROM pg_class c WHERE c.oid = t.typrelid AND c.relkind = 'c'))`,
    `n.nspname || '.' || t.typname`,
  )

const world = object({
  tables,
  views,
  sequences: list(
    object({
      name: nameOf('n.nspname', 'c.relname'),
      owned: `EXISTS (SELECT FROM pg_depend d WHERE d.objid = c.oid AND d.classid = 'pg_class'::regclass AND d.refobjsubid > 0)`,
    }),
    `pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind = 'S' AND ${user('n.nspname')}`,
    `n.nspname || '.' || c.relname`,
  ),
  enums: typesOf({ labels: list('e.enumlabel', 'pg_enum e WHERE e.enumtypid = t.oid', 'e.enumlabel') }, 'e'),
  domains: typesOf(
    {
      base: 'format_type(t.typbasetype, NULL)',
      constraints: list(
        object({ name: 'quote_ident(k.conname)', validated: 'k.convalidated' }),
        `pg_constraint k WHERE k.contypid = t.oid AND k.contype = 'c'`,
        'k.conname',
      ),
    },
    'd',
  ),
  composites: typesOf({ attributes: attributes('t.typrelid') }, 'c'),
  functions: list(
    'p.oid::regprocedure::text',
    `pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace WHERE p.prokind = 'f' AND ${user('n.nspname')}
      AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = p.oid AND d.deptype IN ('e', 'i'))`,
    'p.oid::regprocedure::text',
  ),
  statistics: list(
    nameOf('n.nspname', 's.stxname'),
    'pg_statistic_ext s JOIN pg_namespace n ON n.oid = s.stxnamespace',
    's.stxname',
  ),
  publications: list('quote_ident(p.pubname)', 'pg_publication p', 'p.pubname'),
})

export async function readWorld(session: Session): Promise<World> {
  const text = (await session.query(`SELECT ${world}::text`))[0]?.[0]
  // The query above spells out every fact of the interface.
  return JSON.parse(text ?? '{}') as World
}
