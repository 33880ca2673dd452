import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { loadGrammar } from '../src/grammar/parse.ts'
import type { Engine } from '../src/trace/engine.ts'
import { openPglite } from '../src/trace/pglite.ts'
import { catalogAfter, observeOnce, predict } from './effect-observed.ts'

let engine: Engine
beforeAll(async () => {
  await loadGrammar()
  engine = await openPglite()
}, 60_000)
afterAll(() => engine.close())

const types = `
  CREATE TYPE mood AS ENUM ('sad', 'happy');
  CREATE TYPE pair AS (x int, y text);
  CREATE DOMAIN short AS varchar(10);
  CREATE DOMAIN shorter AS short;
  CREATE DOMAIN filled AS varchar(10) CHECK (VALUE <> '');
  CREATE DOMAIN needed AS text NOT NULL;
  CREATE DOMAIN plain AS text;
  CREATE DOMAIN numbers AS int[];`

const columns = [
  ...['text', 'varchar', 'varchar(5)', 'varchar(10)', 'varchar(20)', 'char(5)', 'bpchar', 'name', '"char"'],
  ...['plain', 'short', 'shorter', 'filled', 'needed', 'mood', 'pair', 'xml', 'json', 'jsonb', 'bytea', 'uuid'],
  ...['smallint', 'int', 'bigint', 'oid', 'real', 'double precision', 'boolean'],
  ...['numeric', 'numeric(10)', 'numeric(10,2)', 'numeric(12,2)', 'numeric(12,4)'],
  ...['bit(4)', 'varbit', 'varbit(4)', 'inet', 'cidr'],
  ...['date', 'time', 'time(3)', 'timetz', 'timetz(3)'],
  ...['timestamp', 'timestamp(3)', 'timestamp(6)', 'timestamptz', 'timestamptz(3)'],
  ...[
    'interval',
    'interval(3)',
    'interval(6)',
    'interval year',
    'interval day to hour',
    'interval day to second(3)',
    'interval hour',
  ],
  ...['text[]', 'varchar[]', 'varchar(10)[]', 'varchar(20)[]', 'int[]', 'numbers', 'mood[]', 'short[]', 'int4range'],
]

function setUp(column: string): string {
  return `${types} CREATE TABLE t (id int, c ${column}); CREATE INDEX t_id ON t (id);`
}

/** Whether a change of type writes the table anew; undefined where the server refuses it. The table is empty: no value is refused. */
async function rewrites(sql: string): Promise<boolean | undefined> {
  const fileOf = async () => (await engine.query("SELECT pg_relation_filenode('t')::text"))[0]?.[0]
  await engine.run('BEGIN')
  const before = await fileOf()
  const { error } = await engine.run(sql)
  const after = error === undefined ? await fileOf() : undefined
  await engine.run('ROLLBACK')
  return after === undefined ? undefined : after !== before
}

describe('every change from one type to another', () => {
  for (const from of columns) {
    it(`${from} to …`, async () => {
      await observeOnce(engine, setUp(from), 'SELECT 1')
      const catalog = catalogAfter(setUp(from))
      const wrong: string[] = []
      let compared = 0
      for (const to of columns) {
        const sql = `ALTER TABLE t ALTER COLUMN c TYPE ${to}`
        const observed = await rewrites(sql)
        if (observed === undefined) continue
        compared++
        const predicted = predict(sql, catalog, { postgres: 18, timeZone: 'UTC' })
        if (predicted.join().includes('rewrite') !== observed)
          wrong.push(`${to}: ${observed ? 'the server rewrites' : predicted.join()}`)
      }
      expect(wrong).toEqual([])
      expect(compared).toBeGreaterThan(0)
    })
  }
})

describe('indexes over a column whose type changes', () => {
  const indexes = {
    btree: '(c)',
    hash: 'USING hash (c)',
    brin: 'USING brin (c)',
    gin: 'USING gin (c)',
    gist: 'USING gist (c)',
    spgist: 'USING spgist (c)',
    include: '(id) INCLUDE (c)',
    expression: '((c IS NULL))',
    partial: '(id) WHERE c IS NOT NULL',
    descending: '(c DESC, id)',
    collated: '(c COLLATE "C")',
  }
  const changes: readonly (readonly [from: string, to: string])[] = [
    ['varchar(10)', 'varchar(20)'],
    ['varchar(10)', 'text'],
    ['text', 'varchar'],
    ['text', 'text'],
    ['text', 'text COLLATE "C"'],
    ['text COLLATE "C"', 'text'],
    ['text COLLATE "C"', 'varchar COLLATE "C"'],
    ['text COLLATE "C"', 'text COLLATE "POSIX"'],
    ['short', 'text'],
    ['varchar(10)', 'short'],
    ['text', 'plain'],
    ['int', 'oid'],
    ['oid', 'regclass'],
    ['int', 'int'],
    ['numeric(10,2)', 'numeric(12,2)'],
    ['cidr', 'inet'],
    ['inet', 'inet'],
    ['bit(4)', 'varbit'],
    ['timestamp', 'timestamptz'],
    ['timestamptz', 'timestamp'],
    ['timestamp(3)', 'timestamp'],
    ['time(3)', 'time(5)'],
    ['varchar(10)[]', 'varchar[]'],
    ['int[]', 'int[]'],
    ['mood', 'mood'],
    ['pair', 'pair'],
    ['uuid', 'uuid'],
    ['int4range', 'int4range'],
    ['jsonb', 'jsonb'],
    ['point', 'point'],
    ['int', 'bigint'],
    ['text', 'varchar(5)'],
  ]
  for (const [name, definition] of Object.entries(indexes)) {
    it(name, { timeout: 60_000 }, async () => {
      const wrong: string[] = []
      let compared = 0
      for (const [from, to] of changes) {
        const text = `${types} CREATE TABLE t (id int, c ${from}); CREATE INDEX t_i ON t ${definition};`
        const sql = `ALTER TABLE t ALTER COLUMN c TYPE ${to}`
        let observed: readonly string[] | string
        try {
          observed = await observeOnce(engine, text, sql)
        } catch {
          // The access method has no operator class for the type.
          continue
        }
        if (typeof observed === 'string') continue
        compared++
        const predicted = predict(sql, catalogAfter(text), { postgres: 18, timeZone: 'UTC' })
        if (predicted.join() !== observed.join())
          wrong.push(`${from} to ${to}: model ${predicted.join()}; server ${observed.join()}`)
      }
      expect(wrong).toEqual([])
      expect(compared).toBeGreaterThan(0)
    })
  }
})

describe('time zones', () => {
  for (const [zone, isFree] of [
    ['UTC', true],
    ['Etc/UTC', true],
    ['GMT', true],
    ['zulu', true],
    ['Europe/London', false],
    ['Africa/Abidjan', false],
    ['Europe/Berlin', false],
  ] as const) {
    it(zone, async () => {
      const sql = 'ALTER TABLE t ALTER COLUMN c TYPE timestamptz'
      const observed = await observeOnce(engine, setUp('timestamp'), sql, zone)
      expect(predict(sql, catalogAfter(setUp('timestamp')), { postgres: 18, timeZone: zone })).toEqual(observed)
      expect(observed.includes('public.t ACCESS EXCLUSIVE')).toBe(isFree)
    })
  }
})

describe('USING', () => {
  const cases: readonly (readonly [from: string, to: string, using: string])[] = [
    ['varchar(10)', 'text', 'c'],
    ['varchar(10)', 'text', 'c::text'],
    ['varchar(10)', 'text', 'CAST(c AS text)'],
    ['varchar(10)', 'text', 'c::varchar(20)::text'],
    ['varchar(10)', 'text', 'c::varchar(5)::text'],
    ['varchar(10)', 'text', 'upper(c)'],
    ['varchar(10)', 'text', "c || ''"],
    ['varchar(10)', 'text', 'd'],
    ['varchar(10)', 'text', 'd::text'],
    ['varchar(10)', 'text', 'c COLLATE "C"'],
    ['varchar(10)', 'varchar(20)', 'c'],
    ['varchar(10)', 'varchar(20)', "coalesce(c, '')"],
    ['varchar(10)', 'text', "'x'"],
    ['varchar(10)', 'text', 'NULL'],
    ['text', 'int', 'c::int'],
    ['text', 'text[]', "string_to_array(c, ',')"],
    ['oid', 'int', 'c::int'],
    ['bigint', 'bigint', 'c + 1'],
    ['timestamp', 'timestamptz', "c AT TIME ZONE 'UTC'"],
    ['timestamp', 'timestamptz', 'c::timestamptz'],
    ['text', 'mood', 'c::mood'],
    ['mood', 'text', 'c::text'],
    ['text', 'xml', 'c::xml'],
    ['text', 'varchar', 'c::varchar::text'],
    ['numeric(10,2)', 'numeric(12,2)', 'c::numeric(11,2)'],
  ]
  it.each(cases)('%s to %s using %s', async (from, to, using) => {
    const text = `${types} CREATE TABLE t (id int, c ${from}, d text); CREATE INDEX t_id ON t (id);`
    const sql = `ALTER TABLE t ALTER COLUMN c TYPE ${to} USING ${using}`
    const observed = await observeOnce(engine, text, sql)
    expect(predict(sql, catalogAfter(text), { postgres: 18, timeZone: 'UTC' })).toEqual(observed)
  })
})
