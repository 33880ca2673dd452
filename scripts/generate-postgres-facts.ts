/**
 * Writes src/effect/postgres.generated.ts: what PostgreSQL's own catalogs say of functions, operators, types and casts.
 *   npx tsx scripts/generate-postgres-facts.ts
 *   scripts/with-postgres.sh npx tsx scripts/generate-postgres-facts.ts
 * Read from PGlite 18 and, where PHASEWISE_TEST_DATABASE_URL names one, from that server too: facts are the union, and where two
 * versions disagree on a volatility the more volatile one counts.
 */
import { writeFileSync } from 'node:fs'
import type { Engine } from '../src/trace/engine.ts'
import { openPglite } from '../src/trace/pglite.ts'
import { openServer } from '../src/trace/server.ts'

/** The extensions of PostgreSQL's own contrib whose functions and types turn up in schemas. */
const extensionNames = [
  'btree_gin',
  'btree_gist',
  'citext',
  'cube',
  'earthdistance',
  'fuzzystrmatch',
  'hstore',
  'intarray',
  'isn',
  'ltree',
  'pg_trgm',
  'pgcrypto',
  'seg',
  'tablefunc',
  'unaccent',
  'uuid-ossp',
]

interface Overload {
  readonly name: string
  readonly least: number
  readonly most: number
  readonly volatility: string
}

interface Facts {
  readonly functions: Overload[]
  readonly operators: Set<string>
  readonly types: Set<string>
  readonly casts: Set<string>
}

const url = process.env.PHASEWISE_TEST_DATABASE_URL
const engines = [await openPglite({ extensions: extensionNames }), ...(url === undefined ? [] : [await openServer(url)])]
const builtIn: Facts = emptyFacts()
const extensions = new Map(extensionNames.map((name) => [name, emptyFacts()]))
const lengthCoercions = new Set<string>()
const keptIndexes = new Set<string>()
const utcZones = new Set<string>()
try {
  for (const engine of engines) {
    await read(engine, "n.nspname = 'pg_catalog'", builtIn)
    const coercions = 'SELECT DISTINCT typname FROM pg_cast JOIN pg_type t ON t.oid = castsource WHERE castsource = casttarget'
    for (const [type] of await engine.query(coercions)) if (type) lengthCoercions.add(type)
    for (const pair of await indexesKept(engine)) keptIndexes.add(pair)
    for (const zone of await zonesLikeUtc(engine)) utcZones.add(zone)
    for (const [name, facts] of extensions) {
      const { error } = await engine.run(`CREATE EXTENSION "${name}" SCHEMA public CASCADE`)
      if (error !== undefined && !/already exists/.test(error.message)) continue
      await read(
        engine,
        `EXISTS (SELECT FROM pg_depend d JOIN pg_extension e ON e.oid = d.refobjid AND d.refclassid = 'pg_extension'::regclass
           WHERE d.objid = o.oid AND d.deptype = 'e' AND e.extname = '${name}')`,
        facts,
      )
    }
  }
  writeFileSync(new URL('../src/effect/postgres.generated.ts', import.meta.url), print(engines.map(({ name }) => name)))
} finally {
  for (const engine of engines) await engine.close()
}

function emptyFacts(): Facts {
  return { functions: [], operators: new Set(), types: new Set(), casts: new Set() }
}

async function read(engine: Engine, where: string, into: Facts): Promise<void> {
  // What takes or returns `internal` and the like cannot be called from SQL.
  const functions = await engine.query(
    `SELECT o.proname, o.pronargs - o.pronargdefaults, CASE WHEN o.provariadic <> 0 THEN 99 ELSE o.pronargs END, o.provolatile
     FROM pg_proc o JOIN pg_namespace n ON n.oid = o.pronamespace
     WHERE ${where} AND NOT (o.prorettype = ANY (hidden.types) OR o.proargtypes::oid[] && hidden.types)`.replaceAll(
      'hidden.types',
      `ARRAY['internal', 'cstring', 'trigger', 'event_trigger', 'index_am_handler', 'language_handler', 'fdw_handler', 'table_am_handler', 'tsm_handler']::regtype[]::oid[]`,
    ),
  )
  for (const [name, least, most, volatility] of functions) {
    if (name && volatility) into.functions.push({ name, least: Number(least), most: Number(most), volatility })
  }
  const operators = await engine.query(
    `SELECT DISTINCT o.oprname FROM pg_operator o JOIN pg_namespace n ON n.oid = o.oprnamespace JOIN pg_proc p ON p.oid = o.oprcode
     WHERE ${where} AND p.provolatile <> 'v'`,
  )
  for (const [name] of operators) if (name) into.operators.add(name)
  const types = await engine.query(
    `SELECT o.typname FROM pg_type o JOIN pg_namespace n ON n.oid = o.typnamespace
     WHERE ${where} AND o.typtype IN ('b', 'r', 'm') AND o.typcategory <> 'A'`,
  )
  for (const [name] of types) if (name) into.types.add(name)
  const casts = await engine.query(
    `SELECT s.typname, t.typname, o.castmethod FROM pg_cast o JOIN pg_type s ON s.oid = o.castsource JOIN pg_type t ON t.oid = o.casttarget
       JOIN pg_namespace n ON n.oid = s.typnamespace
     WHERE ${where} AND o.castsource <> o.casttarget AND s.typcategory <> 'P' AND t.typcategory <> 'P'`,
  )
  for (const [source, target, method] of casts) into.casts.add(`${source}>${target}:${method}`)
}

/** Which indexes outlive a change between two types without a rewrite, found by making the change. */
async function indexesKept(engine: Engine): Promise<readonly string[]> {
  const pairs = await engine.query(
    `SELECT s.typname, t.typname FROM pg_cast c JOIN pg_type s ON s.oid = castsource JOIN pg_type t ON t.oid = casttarget
     WHERE castmethod = 'b' AND castcontext IN ('a', 'i') AND s.typnamespace = 'pg_catalog'::regnamespace
     UNION VALUES ('timestamp', 'timestamptz'), ('timestamptz', 'timestamp') ORDER BY 1, 2`,
  )
  const kept: string[] = []
  await engine.run("SET timezone = 'UTC'")
  for (const [source, target] of pairs) {
    for (const method of ['btree', 'hash', 'gist', 'gin', 'spgist', 'brin']) {
      await engine.run('BEGIN')
      const made = await engine.run(`CREATE TABLE k (c pg_catalog."${source}"); CREATE INDEX k_i ON k USING ${method} (c)`)
      if (made.error === undefined) {
        const fileOf = async () => (await engine.query("SELECT pg_relation_filenode('k_i')::text"))[0]?.[0]
        const before = await fileOf()
        const { error } = await engine.run(`ALTER TABLE k ALTER c TYPE pg_catalog."${target}"`)
        if (error === undefined && (await fileOf()) === before) kept.push(`${source}>${target}:${method}`)
      }
      await engine.run('ROLLBACK')
    }
  }
  return kept
}

/** Zones in which timestamp becomes timestamptz without a rewrite, found by making the change; in lower case, as SET takes any. */
async function zonesLikeUtc(engine: Engine): Promise<readonly string[]> {
  const zones = await engine.query(
    "SELECT name FROM pg_timezone_names WHERE utc_offset = '0' AND name !~ '^(posix|localtime|Factory)' UNION VALUES ('0'), ('+00'), ('+00:00'), ('UTC0')",
  )
  const found: string[] = []
  for (const [zone] of zones) {
    if (!zone) continue
    await engine.run('BEGIN')
    await engine.run(`SET LOCAL timezone = '${zone}'; CREATE TABLE z (c timestamp)`)
    const fileOf = async () => (await engine.query("SELECT pg_relation_filenode('z')::text"))[0]?.[0]
    const before = await fileOf()
    const { error } = await engine.run('ALTER TABLE z ALTER c TYPE timestamptz')
    if (error === undefined && (await fileOf()) === before) found.push(zone.toLowerCase())
    await engine.run('ROLLBACK')
  }
  return found
}

function print(versions: readonly string[]): string {
  const extensionLines = [...extensions]
    .filter(([, facts]) => facts.functions.length > 0)
    .map(([name, facts]) => `  ${JSON.stringify(name)}: ${printFacts(facts, '  ')},`)
  return `// Written by scripts/generate-postgres-facts.ts from ${versions.join(' and ')}. Do not edit.

/** Names separated by blanks; \`name/2\` where only the overloads with so many arguments are meant; casts as \`source>target:method\` (pg_cast.castmethod). */
export interface PostgresFacts {
  readonly immutable: string
  readonly stable: string
  readonly volatile: string
  readonly operators: string
  readonly types: string
  readonly casts: string
}

export const builtIn: PostgresFacts = ${printFacts(builtIn, '')}

/** Types that a length or precision is enforced on by a function. */
export const lengthCoercions = ${JSON.stringify([...lengthCoercions].sort().join(' '))}

/** Changes of type after which an index with the default operator class is kept: \`source>target:method\`. */
export const keptIndexes =
  ${JSON.stringify([...keptIndexes].sort().join(' '))}

/** Zones in which timestamp and timestamptz are the same bytes, in lower case. */
export const utcZones = ${JSON.stringify([...utcZones].sort().join(' '))}

/** What extensions of PostgreSQL's own contrib add. */
export const extensions: Readonly<Record<string, PostgresFacts>> = {
${extensionLines.join('\n')}
}
`
}

function printFacts(facts: Facts, indent: string): string {
  const names = namesByVolatility(facts.functions)
  const line = (name: string, words: Iterable<string>) =>
    `${indent}  ${name}: ${JSON.stringify([...new Set(words)].sort().join(' '))},`
  return `{
${line('immutable', names('i'))}
${line('stable', names('s'))}
${line('volatile', names('v'))}
${line('operators', facts.operators)}
${line('types', facts.types)}
${line('casts', facts.casts)}
${indent}}`
}

function namesByVolatility(overloads: readonly Overload[]): (volatility: string) => readonly string[] {
  const byName = new Map<string, Overload[]>()
  for (const overload of overloads) byName.set(overload.name, [...(byName.get(overload.name) ?? []), overload])
  const found = new Map<string, string[]>()
  const add = (volatility: string, word: string) => found.set(volatility, [...(found.get(volatility) ?? []), word])
  for (const [name, all] of byName) {
    const only = new Set(all.map(({ volatility }) => volatility))
    if (only.size === 1) {
      add(all[0]?.volatility ?? 'v', name)
      continue
    }
    const most = Math.min(9, Math.max(...all.map((overload) => overload.most)))
    for (let arity = 0; arity <= most; arity++) {
      const fitting = all.filter((overload) => overload.least <= arity && arity <= overload.most)
      if (fitting.length === 0) continue
      add(['v', 's', 'i'].find((letter) => fitting.some(({ volatility }) => volatility === letter)) ?? 'v', `${name}/${arity}`)
    }
  }
  return (volatility) => found.get(volatility) ?? []
}
