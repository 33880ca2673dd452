import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { lintReport } from '../src/lint.ts'
import { describe as describeSize } from '../src/size.ts'
import { readServerSizes } from '../src/trace/stats.ts'

describe('--stats', () => {
  let cwd: string
  beforeEach(() => {
    cwd = mkdtempSync(join(tmpdir(), 'phasewise-size-'))
    writeFileSync(
      join(cwd, '1.sql'),
      "SET lock_timeout = '2s';\nALTER TABLE plans ALTER COLUMN name SET NOT NULL;\nALTER TABLE plans RENAME COLUMN name TO title;\n",
    )
  })
  afterEach(() => rmSync(cwd, { recursive: true, force: true }))

  async function found(tables: object | undefined, config = {}) {
    writeFileSync(join(cwd, 'phasewise.json'), JSON.stringify(config))
    if (tables) writeFileSync(join(cwd, 'stats.json'), JSON.stringify({ version: 1, tables }))
    const { findings } = await lintReport({ cwd, paths: ['1.sql'], ...(tables ? { stats: 'stats.json' } : {}) })
    return findings.map(({ rule, severity, message }) => [rule, severity, /\(public\.plans holds (.*)\)$/.exec(message)?.[1]])
  }

  it('lowers work on a small table to a note and says how small; a rename is as bad as before', async () => {
    expect(await found({ 'public.plans': { rows: 812, bytes: 122_880 } })).toEqual([
      ['set-not-null-without-proof', 'note', '812 rows, 123 kB'],
      ['rename-column', 'error', undefined],
    ])
  })
  it('says how big a big table is', async () => {
    expect((await found({ 'public.plans': { rows: 4_100_000, bytes: 2_300_000_000 } }))[0]).toEqual([
      'set-not-null-without-proof',
      'error',
      '4.1 million rows, 2.3 GB',
    ])
  })
  it('takes a few fat rows for big, and what is not listed too', async () => {
    expect((await found({ 'public.plans': { rows: 3, bytes: 50_000_000 } }))[0]?.[1]).toBe('error')
    expect((await found({ 'public.other': { rows: 3, bytes: 5 } }))[0]).toEqual([
      'set-not-null-without-proof',
      'error',
      undefined,
    ])
  })
  it('lets the configuration say what is small', async () => {
    const sizes = { 'public.plans': { rows: 812, bytes: 122_880 } }
    expect((await found(sizes, { smallTable: { rows: 100, bytes: 1_000_000 } }))[0]?.[1]).toBe('error')
  })
  it('names a file that is missing or something else', async () => {
    await expect(lintReport({ cwd, paths: ['1.sql'], stats: 'none.json' })).rejects.toThrow('none.json: no such file')
    writeFileSync(join(cwd, 'stats.json'), '[]')
    await expect(lintReport({ cwd, paths: ['1.sql'], stats: 'stats.json' })).rejects.toThrow(
      'stats.json: not a file that phasewise stats wrote',
    )
  })
})

it('describes sizes', () => {
  expect(describeSize({ rows: 999, bytes: 999 })).toBe('999 rows, 999 bytes')
  expect(describeSize({ rows: 12_345, bytes: 1_500_000 })).toBe('12.3 thousand rows, 1.5 MB')
})

const url = process.env.PHASEWISE_TEST_DATABASE_URL
// Without a server there is nothing to ask; CI starts one.
describe.skipIf(url === undefined)('phasewise stats', () => {
  it('asks a server for its tables, writes nothing there, and leaves never analyzed tables out', async () => {
    const { default: postgres } = await import('postgres')
    const sql = postgres(url ?? '', { max: 1, onnotice: () => {} })
    try {
      await sql.unsafe(`
        DROP SCHEMA IF EXISTS "Sized" CASCADE;
        CREATE SCHEMA "Sized";
        CREATE TABLE "Sized".few AS SELECT i FROM generate_series(1, 100) i;
        CREATE TABLE "Sized".fresh AS SELECT i FROM generate_series(1, 100) i;
        CREATE TABLE "Sized".p (k int) PARTITION BY LIST (k);
        CREATE TABLE "Sized".p1 PARTITION OF "Sized".p FOR VALUES IN (1);
        INSERT INTO "Sized".p SELECT 1 FROM generate_series(1, 50);
        ANALYZE "Sized".few; ANALYZE "Sized".p1`)
      const sizes = await readServerSizes(url ?? '')
      expect(sizes['"Sized".few']).toMatchObject({ rows: 100 })
      expect(sizes['"Sized".p']).toMatchObject({ rows: 50 })
      expect(sizes['"Sized".fresh']).toBeUndefined()
    } finally {
      await sql.unsafe('DROP SCHEMA IF EXISTS "Sized" CASCADE')
      await sql.end()
    }
  })
  it('keeps the password out of its messages', async () => {
    await expect(readServerSizes('postgres://ann:geheim@127.0.0.1:1/none')).rejects.toThrow(
      /^cannot read the server's statistics: (?!.*geheim)/,
    )
  })
})
