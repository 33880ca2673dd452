import { PGlite } from '@electric-sql/pglite'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { apply } from '../src/catalog/apply.ts'
import { unknownCatalog } from '../src/catalog/lookup.ts'
import { loadGrammar, parseSql } from '../src/grammar/parse.ts'
import { catalogSnapshot, forgetting, normalised, serverSnapshot } from './catalog-snapshot.ts'

/** Histories that nobody wrote by hand: random statements over few names, so that they meet each other. */
let db: PGlite

beforeAll(async () => {
  await loadGrammar()
  db = await PGlite.create()
  await db.exec('SET client_min_messages = error')
}, 60_000)

afterAll(async () => {
  await db.close()
})

/** The same numbers for the same seed (mulberry32). */
function numbers(seed: number): (below: number) => number {
  let state = seed
  return (below) => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below
  }
}

const words: Readonly<Record<string, readonly string[]>> = {
  T: ['t', 'u', 'p', 'q', 's.t', 's.w'],
  C: ['a', 'b', 'c'],
  D: ['b', 'c', 'd'],
  I: ['i', 'j', 't_a_idx', 't_pkey'],
  K: ['k', 'l', 't_a_check', 'u_a_fkey', 't_pkey'],
  V: ['v', 'w'],
  Y: ['int', 'bigint', 'text', 'mood', 'varchar(20)'],
  X: ['', '', ' CASCADE'],
  E: ['', ' IF EXISTS'],
  N: ['', ' IF NOT EXISTS'],
  O: ['', '', ' ONLY'],
}

const statements = [
  'CREATE TABLE%N %T (a serial PRIMARY KEY, b int UNIQUE, c %Y)',
  'CREATE TABLE%N %T (a int, b int CHECK (b > 0), c int REFERENCES t, CONSTRAINT %K CHECK (a > 1))',
  'CREATE TABLE %T (a int NOT NULL, b int, c int) PARTITION BY LIST (a)',
  'CREATE TABLE %T PARTITION OF p DEFAULT',
  'CREATE TABLE %T (d int) INHERITS (u)',
  'CREATE TABLE %T (LIKE %T INCLUDING ALL)',
  'ALTER TABLE p ATTACH PARTITION %T DEFAULT',
  'ALTER TABLE p DETACH PARTITION %T',
  'ALTER TABLE %T INHERIT u',
  'ALTER TABLE %T NO INHERIT u',
  'DROP TABLE%E %T%X',
  'DROP TABLE %T, %T%X',
  'ALTER TABLE%E %T RENAME TO %V',
  'ALTER TABLE %T RENAME %C TO %D',
  'ALTER TABLE %T ADD COLUMN%N %D %Y',
  'ALTER TABLE %T ADD COLUMN %D int GENERATED ALWAYS AS (a + 1) STORED',
  'ALTER TABLE %T ADD COLUMN %D int DEFAULT 1 NOT NULL REFERENCES u (b)',
  'ALTER TABLE%O %T DROP COLUMN%E %C%X',
  'ALTER TABLE %T ALTER %C TYPE bigint',
  'ALTER TABLE %T ALTER %C SET NOT NULL',
  'ALTER TABLE %T ALTER %C DROP NOT NULL',
  'ALTER TABLE %T ALTER %C SET DEFAULT 5',
  'ALTER TABLE %T ALTER %C DROP DEFAULT',
  'ALTER TABLE %T ADD CONSTRAINT %K UNIQUE (%C, a)',
  'ALTER TABLE %T ADD PRIMARY KEY (a)',
  'ALTER TABLE %T ADD CONSTRAINT %K CHECK (%C > 3) NOT VALID',
  'ALTER TABLE %T ADD CHECK (%C > 3)',
  'ALTER TABLE %T ADD FOREIGN KEY (%C) REFERENCES %T (a)',
  'ALTER TABLE %T ADD CONSTRAINT %K FOREIGN KEY (%C) REFERENCES %T',
  'ALTER TABLE %T ADD CONSTRAINT %K UNIQUE USING INDEX %I',
  'ALTER TABLE %T DROP CONSTRAINT%E %K%X',
  'ALTER TABLE %T RENAME CONSTRAINT %K TO %K',
  'ALTER TABLE %T VALIDATE CONSTRAINT %K',
  'ALTER TABLE %T SET SCHEMA s',
  'CREATE INDEX%N %I ON %T (%C)',
  'CREATE INDEX ON %T (%C, a)',
  'CREATE UNIQUE INDEX %I ON %T (%C)',
  'CREATE INDEX %I ON ONLY %T (b)',
  'CREATE INDEX ON %T (b) WHERE %C IS NOT NULL',
  'DROP INDEX%E %I%X',
  'ALTER INDEX%E %I RENAME TO %I',
  'CREATE VIEW %V AS SELECT %C FROM %T',
  'CREATE OR REPLACE VIEW %V AS SELECT %C, %D FROM %T',
  'CREATE MATERIALIZED VIEW %V AS SELECT * FROM %T',
  'DROP VIEW%E %V%X',
  'DROP MATERIALIZED VIEW%E %V%X',
  'ALTER SEQUENCE%E t_a_seq RENAME TO other_seq',
  'DROP SEQUENCE%E t_a_seq%X',
  "CREATE TYPE mood AS ENUM ('sad', 'ok')",
  'DROP TYPE%E mood%X',
]

it.each(Array.from({ length: 12 }, (_, i) => i + 1))('history %i ends at the same schema', { timeout: 60_000 }, async (seed) => {
  const next = numbers(seed * 7919)
  const pick = (list: readonly string[]) => list[next(list.length)] ?? ''
  await db.exec('DROP SCHEMA IF EXISTS public, s CASCADE; CREATE SCHEMA public; CREATE SCHEMA s')
  let catalog = unknownCatalog
  // A history that starts from nothing: no name is unknown.
  const names = [...(words.T ?? []), ...(words.I ?? []), ...(words.V ?? []), 's.v', 't_a_seq', 'other_seq', 's.p', 's.q', 's.u']
  const start = ['CREATE SCHEMA s', ...names.map((name) => `DROP TABLE IF EXISTS ${name}`), 'DROP TYPE IF EXISTS mood'].join(';')
  for (const { operation } of parseSql(start).statements.flatMap((statement) => statement.commands)) {
    catalog = apply(operation, catalog, { migration: 0, transaction: 0 }).catalog
  }
  const run: string[] = []
  for (let i = 0; i < 120; i++) {
    const sql = pick(statements).replace(/%([A-Z])/g, (_, letter: string) => pick(words[letter] ?? []))
    const [statement] = parseSql(sql).statements
    if (statement === undefined) throw new Error(`not parsed: ${sql}`)
    let error: string | undefined
    await db.exec(sql).catch((reason) => {
      error = reason instanceof Error ? reason.message : String(reason)
    })
    let after = catalog
    let refused: string | undefined
    for (const { operation } of statement.commands) {
      const applied = apply(operation, after, { migration: 0, transaction: i })
      refused ??= applied.refused
      after = applied.catalog
    }
    if (error !== undefined) continue
    run.push(sql)
    expect(refused, `${sql}\nafter\n${run.join(';\n')}`).toBeUndefined()
    catalog = after
    const known = normalised(catalogSnapshot(catalog))
    expect(known, run.join(';\n')).toEqual(forgetting(normalised(await serverSnapshot(db)), known))
  }
  expect(run.length).toBeGreaterThan(10)
})
