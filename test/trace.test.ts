import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Effect } from '../src/effect/effect.ts'
import { compare } from '../src/trace/compare.ts'
import { readMessages } from '../src/trace/debug-message.ts'
import { type Engine, importPeer } from '../src/trace/engine.ts'
import { type Observation, type ObservedEffect, observe } from '../src/trace/observe.ts'
import { type EmbeddedEngine, openPglite } from '../src/trace/pglite.ts'
import { openServer } from '../src/trace/server.ts'

describe('PGlite', () => {
  let engine: EmbeddedEngine
  beforeAll(async () => {
    engine = await openPglite({ extensions: ['uuid-ossp', 'pg_trgm', 'plpgsql', 'postgis'] })
  })
  afterAll(() => engine.close())

  it('loads the extensions that it ships and names the others', async () => {
    expect(engine.unavailableExtensions).toEqual(['postgis'])
    expect(engine.postgres).toBeGreaterThanOrEqual(17)
    expect((await observe(engine, 'CREATE EXTENSION "uuid-ossp"')).refused).toBeUndefined()
    expect((await observe(engine, 'CREATE EXTENSION pg_trgm')).refused).toBeUndefined()
    expect((await observe(engine, 'CREATE EXTENSION postgis')).refused?.sqlstate).toBe('0A000')
  })

  it('leaves nothing of a statement that fails', async () => {
    const { refused, effects } = await observe(engine, 'CREATE TABLE half (id int REFERENCES absent)')
    expect([refused?.sqlstate, effects]).toEqual(['42P01', []])
    expect((await observe(engine, 'SELECT * FROM half')).refused?.sqlstate).toBe('42P01')
  })

  it('reports an error of a constraint that is checked at the commit', async () => {
    await engine.run('CREATE TABLE a (id int PRIMARY KEY)')
    await engine.run('CREATE TABLE b (a int REFERENCES a DEFERRABLE INITIALLY DEFERRED)')
    expect((await observe(engine, 'INSERT INTO b VALUES (1)')).refused?.sqlstate).toBe('23503')
  })

  it('sees the work but not the locks of what runs outside a transaction', async () => {
    await engine.run('CREATE TABLE c (id int)')
    const { inTransaction, locks, effects } = await observe(engine, 'CREATE INDEX CONCURRENTLY c_id_idx ON c (id)')
    expect([inTransaction, locks]).toEqual([false, 'none'])
    expect(effects.map(({ relation, lock, work, existed }) => [relation.name, lock, [...work], existed])).toEqual([
      ['c', undefined, ['index build'], true],
      ['c_id_idx', undefined, ['index build'], false],
    ])
  })

  it('tells namesakes in different schemas apart', async () => {
    await engine.run('CREATE SCHEMA other')
    await engine.run('CREATE TABLE twin (a int); CREATE TABLE other.twin (a int)')
    const { effects } = await observe(engine, 'ALTER TABLE other.twin ADD CHECK (a > 0)')
    expect(effects.map(({ relation, work }) => [relation.schema, [...work]])).toEqual([['other', ['scan']]])
  })

  it('says that an empty table is rewritten, and that TRUNCATE rewrites nothing', async () => {
    await engine.run('CREATE TABLE bare (a int PRIMARY KEY)')
    const workOn = async (sql: string) => {
      const { effects } = await observe(engine, sql)
      return effects.filter(({ kind }) => kind === 'table').map(({ work }) => [...work])
    }
    expect(await workOn('ALTER TABLE bare ALTER COLUMN a TYPE bigint')).toEqual([['rewrite', 'index build']])
    expect(await workOn('TRUNCATE bare')).toEqual([[]])
    expect(await workOn('CLUSTER bare USING bare_pkey')).toEqual([['rewrite', 'index build']])
  })
})

const url = process.env.PHASEWISE_TEST_DATABASE_URL
describe.runIf(url !== undefined)('a server', () => {
  const databases = async (engine: Engine) =>
    (await engine.query('SELECT datname::text FROM pg_database ORDER BY 1')).map(([name]) => name)

  it('works in a database of its own and drops it', async () => {
    const outer = await openServer(url ?? '')
    const before = await databases(outer)
    const inner = await openServer(url ?? '')
    // Tests beside this one have databases of their own.
    const own = (await inner.query('SELECT current_database()::text'))[0]?.[0] ?? ''
    expect(own).toMatch(/^phasewise_trace_/)
    expect(before).not.toContain(own)
    expect(await databases(outer)).toContain(own)
    await inner.close()
    expect(await databases(outer)).not.toContain(own)
    await outer.close()
  })

  it('watches a statement that commits on its way from a second connection', async () => {
    const engine = await openServer(url ?? '')
    await engine.run('CREATE TABLE c (id int); CREATE TABLE d (id int)')
    const { locks, effects } = await observe(engine, 'VACUUM FULL c')
    expect([locks, effects.map(({ relation, lock }) => [relation.name, lock])]).toEqual(['strong', [['c', 'ACCESS EXCLUSIVE']]])
    await engine.close()
  })
})

it('says in one line how to add a package that is absent', async () => {
  const absent = 'phasewise-has-no-such-package'
  await expect(importPeer(() => import(absent), absent, 'tracing on a server')).rejects.toThrow(
    `tracing on a server needs the package ${absent}: npm install --save-dev ${absent}`,
  )
})

it('reads the server’s messages, odd names too', () => {
  const messages = readMessages([
    'rewriting table "a "b""',
    'verifying table "c"',
    'building index "i" on table "t" serially',
    'building index "j" on table "t" with request for 1 parallel workers',
    'validating foreign key constraint "f"',
    'index "i" can safely use deduplication',
  ])
  expect(messages).toEqual({
    rewritten: ['a "b"'],
    verified: ['c'],
    validated: ['f'],
    built: [
      { index: 'i', table: 't' },
      { index: 'j', table: 't' },
    ],
  })
})

describe('compare', () => {
  const effect = (name: string, more: Partial<Effect> = {}): Effect => ({
    relation: { schema: 'public', name },
    kind: 'table',
    lock: 'ACCESS EXCLUSIVE',
    work: new Set(),
    because: undefined,
    existed: true,
    ...more,
  })
  const observation = (effects: readonly ObservedEffect[], more: Partial<Observation> = {}): Observation => ({
    sql: 'ALTER TABLE t …',
    refused: undefined,
    inTransaction: true,
    locks: 'all',
    effects,
    ...more,
  })
  const about = (predicted: readonly Effect[], observed: Observation) =>
    compare(predicted, observed).disagreements.map((each) => `${each.relation} ${each.about}`)

  it('finds what is missing, imagined or different', () => {
    expect(about([effect('t')], observation([effect('t')]))).toEqual([])
    expect(about([effect('t')], observation([]))).toEqual(['public.t imagined'])
    expect(about([], observation([effect('t')]))).toEqual(['public.t missing'])
    expect(about([effect('t', { lock: 'SHARE' })], observation([effect('t')]))).toEqual(['public.t lock'])
    expect(about([effect('t', { work: new Set(['scan']) })], observation([effect('t')]))).toEqual(['public.t work'])
    expect(about([effect('t', { existed: false, kind: 'view' })], observation([effect('t')]))).toEqual([
      'public.t kind',
      'public.t existed',
    ])
  })

  it('wants what is said of an index to be true, and needs nothing said', () => {
    const index = effect('i', { kind: 'index', lock: 'SHARE' })
    expect(about([], observation([index]))).toEqual([])
    expect(about([effect('i', { kind: 'index' })], observation([index]))).toEqual(['public.i lock'])
    expect(about([index], observation([]))).toEqual(['public.i imagined'])
  })

  it('holds nothing against a prediction that could not be observed', () => {
    const predicted = [effect('t', { lock: 'SHARE' }), effect('u', { lock: 'ACCESS SHARE' })]
    expect(compare(predicted, observation([], { locks: 'none' })).unobserved).toEqual(predicted)
    expect(about(predicted, observation([effect('t', { lock: 'SHARE' })], { locks: 'strong' }))).toEqual([])
    expect(about(predicted, observation([], { refused: { sqlstate: '42P01', message: '' } }))).toEqual([])
    const vacuum = effect('t', { lock: 'SHARE UPDATE EXCLUSIVE', work: new Set(['scan']) })
    expect(about([vacuum], observation([effect('t', { lock: 'SHARE UPDATE EXCLUSIVE' })], { sql: 'ANALYZE t' }))).toEqual([])
    expect(about([vacuum], observation([effect('t', { lock: 'SHARE UPDATE EXCLUSIVE' })]))).toEqual(['public.t work'])
  })
})
