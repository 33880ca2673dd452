import { Map as PersistentMap } from 'immutable'
import { beforeAll, describe, expect, it, vi } from 'vitest'
import { afterSession, afterTransaction, apply } from '../src/catalog/apply.ts'
import { builtInTypes } from '../src/catalog/built-in-types.ts'
import type { Applied, Catalog } from '../src/catalog/catalog.ts'
import {
  existence,
  findColumn,
  findConstraint,
  findIndex,
  findTable,
  foreignKeysTo,
  resolve,
  sameType,
  unknownCatalog,
} from '../src/catalog/lookup.ts'
import { loadGrammar, parseSql } from '../src/grammar/parse.ts'
import type { Name } from '../src/name.ts'

beforeAll(() => loadGrammar())

/** The catalog after some SQL, each statement a transaction, and what the last operation came to. */
function replay(sql: string, start: Catalog = unknownCatalog, conditional = false): Applied {
  let applied: Applied = { catalog: start, refused: undefined, skipped: undefined, touched: new Set() }
  for (const [transaction, statement] of parseSql(sql).statements.entries()) {
    for (const { operation } of statement.commands) {
      applied = apply(operation, applied.catalog, { migration: 0, transaction }, { conditional })
    }
  }
  return applied
}

function named(text: string): Name {
  const [first, second] = text.split('.')
  return second === undefined ? { schema: undefined, name: text } : { schema: first, name: second }
}

describe('what no migration made', () => {
  it.each([
    'ALTER TABLE t ADD COLUMN a int',
    'ALTER TABLE t DROP COLUMN a',
    'ALTER TABLE t ALTER a TYPE bigint',
    'ALTER TABLE t ADD FOREIGN KEY (a) REFERENCES u (b)',
    'ALTER TABLE t DROP CONSTRAINT c',
    'ALTER TABLE t VALIDATE CONSTRAINT c',
    'ALTER TABLE t ADD CONSTRAINT c PRIMARY KEY USING INDEX i',
    'ALTER TABLE t RENAME a TO b',
    'CREATE INDEX ON t (a)',
    'DROP TABLE t',
    'DROP INDEX i',
    'DROP VIEW v',
    'DROP TYPE mood',
    'DROP FUNCTION f()',
    'DROP SCHEMA s',
    'CREATE TABLE c PARTITION OF t DEFAULT',
    'CREATE TRIGGER g BEFORE UPDATE OF a ON t FOR EACH ROW EXECUTE FUNCTION f()',
    "ALTER TYPE mood ADD VALUE 'x'",
  ])('is no reason to refuse: %s', (sql) => {
    expect(replay(sql).refused).toBeUndefined()
  })

  it('is written down as incomplete, with what the statement tells', () => {
    const { catalog } = replay('ALTER TABLE t ADD COLUMN a int; ALTER TABLE t ALTER b SET NOT NULL; ALTER TABLE t RENAME c TO d')
    const table = findTable(catalog, named('t'))
    expect(table).toMatchObject({ complete: false, origin: undefined, mayHaveRows: true })
    expect(table?.columns.map((column) => [column.name, column.notNull])).toEqual([
      ['a', false],
      ['b', true],
      ['d', undefined],
    ])
    expect(replay('ALTER TABLE t ADD COLUMN a int', catalog).refused).toBe('column "a" of relation "t" already exists')
    expect(replay('ALTER TABLE t DROP COLUMN z', catalog).refused).toBeUndefined()
  })

  it('knows who refers to it', () => {
    const { catalog } = replay('CREATE TABLE t (a int REFERENCES u (id)); CREATE VIEW v AS SELECT x FROM u')
    expect(foreignKeysTo(catalog, named('u')).map((key) => key.constraint.name)).toEqual(['t_a_fkey'])
    expect(findTable(catalog, named('u'))?.dependentViews).toEqual([{ schema: 'public', name: 'v' }])
    expect(replay('DROP TABLE u', catalog).refused).toBe('cannot drop table u because other objects depend on it')
  })

  it('is known to be gone once it was dropped', () => {
    const { catalog } = replay('DROP TABLE IF EXISTS t')
    expect(existence(catalog, named('t'))).toBe('absent')
    expect(replay('DROP TABLE t', catalog).refused).toBe('table "t" does not exist')
    expect(replay('DROP TABLE IF EXISTS t', catalog).skipped).toBe('table "t" does not exist, skipping')
    expect(existence(replay('CREATE TABLE t (a int)', catalog).catalog, named('t'))).toBe('exists')
  })

  it('may have been there before IF NOT EXISTS', () => {
    const { catalog } = replay('CREATE TABLE IF NOT EXISTS t (a int)')
    expect(findTable(catalog, named('t'))?.mayHaveRows).toBe(true)
    expect(replay('ALTER TABLE t DROP COLUMN other', catalog).refused).toBeUndefined()
    expect(replay('CREATE TABLE t (b int)', catalog).refused).toBeUndefined()
  })

  it('leaves the old catalog as it was', () => {
    const before = replay('CREATE TABLE t (a int)').catalog
    replay('ALTER TABLE t DROP COLUMN a; DROP TABLE t', before)
    expect(findColumn(before, named('t'), 'a')).toBeDefined()
  })
})

describe('under an IF or an exception handler', () => {
  it('nothing is refused, and what exists stays', () => {
    const start = replay('CREATE TABLE t (a int)').catalog
    const { catalog, refused } = replay('CREATE TABLE t (b int); ALTER TABLE t ADD COLUMN a text; DROP TABLE nope', start, true)
    expect(refused).toBeUndefined()
    expect(findTable(catalog, named('t'))?.columns.map((column) => column.type?.name.name)).toEqual(['int4'])
  })

  it('what is dropped or made is no longer certain', () => {
    const start = replay('CREATE TABLE t (a int); CREATE TABLE u (a int)').catalog
    const { catalog } = replay('DROP TABLE t; ALTER TABLE u DROP COLUMN a; CREATE TABLE w (x int)', start, true)
    expect(existence(catalog, named('t'))).toBe('unknown')
    expect(existence(catalog, named('w'))).toBe('exists')
    for (const sql of ['DROP TABLE t', 'CREATE TABLE t (b int)', 'ALTER TABLE u DROP COLUMN a', 'CREATE TABLE w (y int)']) {
      expect(replay(sql, catalog).refused, sql).toBeUndefined()
    }
  })

  it('SQL that is text to us is no longer certain either', () => {
    const start = replay('CREATE TABLE t (a int); DROP TABLE t').catalog
    expect(replay('DROP TABLE t', start).refused).toBeDefined()
    const { catalog } = replay(`DO $$ BEGIN EXECUTE 'CREATE TABLE t (a ' || current_user || ')'; END $$`, start)
    expect(replay('DROP TABLE t', catalog).refused).toBeUndefined()
  })
})

describe('rows', () => {
  const mayHaveRows = (sql: string, table = 't') => findTable(replay(sql).catalog, named(table))?.mayHaveRows
  it.each([
    ['CREATE TABLE t (a int)', false],
    ['CREATE TABLE t (a int); INSERT INTO t VALUES (1)', true],
    ['CREATE TABLE t (a int); INSERT INTO t DEFAULT VALUES', true],
    ['CREATE TABLE t (a int); COPY t FROM stdin', true],
    ['CREATE TABLE t (a int); UPDATE t SET a = 1', false],
    ['CREATE TABLE t (a int); INSERT INTO t VALUES (1); TRUNCATE t', false],
    ['CREATE TABLE t AS SELECT 1 AS a', true],
    ['CREATE TABLE t AS SELECT 1 AS a WITH NO DATA', false],
    ["CREATE TABLE t (a int); CREATE FUNCTION f() RETURNS void LANGUAGE sql AS 'INSERT INTO t VALUES (1)'; SELECT f()", true],
    ["CREATE TABLE t (a int); DO $$ BEGIN EXECUTE 'INSERT INTO t VALUES (' || random() || ')'; END $$", true],
    ['CREATE TABLE t (a int) PARTITION BY LIST (a); CREATE TABLE u PARTITION OF t DEFAULT; INSERT INTO u VALUES (1)', true],
    [
      'CREATE TABLE t (a int) PARTITION BY LIST (a); CREATE TABLE u (a int); INSERT INTO u VALUES (1); ALTER TABLE t ATTACH PARTITION u DEFAULT',
      true,
    ],
    ['ALTER TABLE t ADD COLUMN a int; TRUNCATE t', true],
  ])('%s', (sql, expected) => {
    expect(mayHaveRows(sql)).toBe(expected)
  })

  it('are gone from a table of others to the end of the transaction that truncated it', () => {
    const { catalog } = replay('ALTER TABLE t ADD COLUMN a int; TRUNCATE t')
    expect(findTable(catalog, named('t'))?.emptied).toEqual({ migration: 0, transaction: 1 })
    expect(findTable(replay('INSERT INTO t VALUES (1)', catalog).catalog, named('t'))?.emptied).toBeUndefined()
  })
})

describe('the session', () => {
  it('takes SET LOCAL back at the end of the transaction', () => {
    const { catalog } = replay('SET search_path = app; SET LOCAL search_path = other, "My App"')
    expect(catalog.searchPath).toEqual(['other', 'My App'])
    expect(afterTransaction(catalog).searchPath).toEqual(['app'])
    expect(replay('RESET search_path', catalog).catalog.searchPath).toEqual(['public'])
  })

  it('finds temporary tables first and forgets them', () => {
    const { catalog } = replay('CREATE TABLE t (a int); CREATE TEMP TABLE t (b serial PRIMARY KEY)')
    expect(resolve(catalog, named('t')).schema).toBe('pg_temp')
    const later = afterSession(catalog)
    expect(resolve(later, named('t')).schema).toBe('public')
    expect([...later.relations.keys()]).toEqual(['public.t'])
  })

  it('looks for what it does not know where that may be', () => {
    const { catalog } = replay('CREATE SCHEMA app; SET search_path = app, public; CREATE TABLE t (a int)')
    expect(resolve(catalog, named('t')).schema).toBe('app')
    expect(resolve(catalog, named('unknown')).schema).toBe('public')
    expect(resolve(catalog, named('pg_class')).schema).toBe('pg_catalog')
  })
})

describe('facts follow renames', () => {
  it('in checks, defaults and keys', () => {
    const { catalog } = replay(`
      CREATE TABLE t (id serial PRIMARY KEY, a int, CONSTRAINT c CHECK (a IS NOT NULL AND a > 0));
      CREATE TABLE u (t_id int REFERENCES t (id));
      CREATE INDEX i ON t (a) WHERE a > 1;
      ALTER TABLE t RENAME a TO "A b";
      ALTER TABLE t RENAME id TO key;
      ALTER SEQUENCE t_id_seq RENAME TO keys;
      ALTER TABLE t RENAME TO tt;`)
    const check = findConstraint(catalog, named('tt'), 'c')
    expect(check?.columns).toEqual(['A b'])
    expect(check?.definition).toMatchObject({
      expression: {
        sql: '"A b" IS NOT NULL AND "A b" > 0',
        columns: ['A b'],
        provesNotNull: ['A b'],
        conjuncts: ['"A b" IS NOT NULL', '"A b" > 0'],
      },
    })
    expect(findConstraint(catalog, named('u'), 'u_t_id_fkey')).toMatchObject({
      references: { schema: 'public', name: 'tt' },
      definition: { referencedColumns: ['key'] },
    })
    expect(findIndex(catalog, named('i'))).toMatchObject({ table: { name: 'tt' }, where: { columns: ['A b'] } })
    expect(findColumn(catalog, named('tt'), 'key')?.default?.strings).toEqual(['public.keys'])
  })

  it('in defaults that are a label of an enum, and of no other type', () => {
    const { catalog } = replay(`
      CREATE TYPE mood AS ENUM ('sad', 'ok');
      CREATE TABLE t (a mood DEFAULT 'sad'::mood, b text DEFAULT 'sad', c mood[] DEFAULT '{sad}', d mood DEFAULT 'ok');
      ALTER TYPE mood RENAME VALUE 'sad' TO 'it''s down';`)
    const defaults = findTable(catalog, named('t'))?.columns.map((column) => column.default)
    expect(defaults?.map((each) => each?.sql)).toEqual(["'it''s down'::mood", "'sad'", "'{sad}'", "'ok'"])
    expect(defaults?.map((each) => each?.outdated === true)).toEqual([false, false, true, false])
  })
})

it('tells types apart by what they are, not how they are written', () => {
  const { catalog } = replay(
    'CREATE TYPE mood AS ENUM (); CREATE TABLE t (a int4, b integer, c mood, d public.mood, e text, f int8)',
  )
  const [a, b, c, d, e, f] = findTable(catalog, named('t'))?.columns.flatMap((column) => column.type ?? []) ?? []
  if (!a || !b || !c || !d || !e || !f) throw new Error('six columns have types')
  expect([sameType(catalog, a, b), sameType(catalog, c, d), sameType(catalog, a, f), sameType(catalog, c, e)]).toEqual([
    true,
    true,
    false,
    false,
  ])
  expect(builtInTypes.has('mood')).toBe(false)
})

it('costs no more per statement in a long history than in a short one', () => {
  const history = (tables: number, each: number) =>
    Array.from({ length: tables }, (_, i) =>
      [
        `CREATE TABLE t${i} (id serial PRIMARY KEY, a int UNIQUE, b int REFERENCES t${Math.max(i - 1, 0)})`,
        ...Array.from({ length: each }, (_, n) => `ALTER TABLE t${i} ADD COLUMN c${n} int`),
        `CREATE VIEW v${i} AS SELECT a FROM t${i}`,
        `CREATE TYPE y${i} AS ENUM ('a')`,
        `DROP TYPE y${i}`,
        `ALTER TABLE t${i} RENAME COLUMN c0 TO d`,
        `ALTER TABLE t${i} DROP COLUMN d`,
        `DROP VIEW v${i}`,
      ].join(';'),
    ).join(';')
  const steps = (sql: string) => {
    const spies = (['get', 'has', 'set', 'delete', 'map', 'filter', 'forEach', '__iterate', '__iterator'] as const).map(
      (method) => vi.spyOn(PersistentMap.prototype as Record<string, (...args: never[]) => unknown>, method),
    )
    const statements = parseSql(sql).statements.length
    const { refused } = replay(sql)
    const calls = spies.reduce((sum, spy) => sum + spy.mock.calls.length, 0)
    for (const spy of spies) spy.mockRestore()
    expect(refused).toBeUndefined()
    return calls / statements
  }
  expect(steps(history(200, 3)) / steps(history(20, 3))).toBeLessThan(1.1)
})
