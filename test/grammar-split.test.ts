import { describe, expect, test } from 'vitest'
import type { PlaceholderSyntax } from '../src/grammar/placeholders.ts'
import { split } from '../src/grammar/split.ts'

const all: ReadonlySet<PlaceholderSyntax> = new Set(['psql', 'dollar', 'go'] as const)

function pieces(text: string, region = { start: 0, end: text.length }): string[] {
  return split(text, region, all).stretches.map(({ span }) => text.slice(span.start, span.end))
}

describe('statements end at semicolons', () => {
  test('outside quotes and comments', () => {
    expect(pieces(`/* a; */ SELECT ';' -- b;\n, ";", $$;$$ ; ; SELECT 2`)).toEqual([`SELECT ';' -- b;\n, ";", $$;$$`, 'SELECT 2'])
  })

  test('not inside a SQL-standard body, with CASE in it', () => {
    const routine = `CREATE OR REPLACE PROCEDURE p() BEGIN ATOMIC
      INSERT INTO a VALUES (1); SELECT CASE WHEN true THEN CASE WHEN 1 = 1 THEN 1 END END; END`
    expect(pieces(`${routine}; SELECT 1;`)).toEqual([routine, 'SELECT 1'])
  })

  test('also where BEGIN is no body', () => {
    expect(pieces('BEGIN; CREATE TABLE atomic (a int); END; SELECT 1')).toEqual([
      'BEGIN',
      'CREATE TABLE atomic (a int)',
      'END',
      'SELECT 1',
    ])
  })

  test('not inside the actions of a rule', () => {
    const rule = 'CREATE RULE r AS ON INSERT TO a DO ALSO (INSERT INTO b VALUES (1); DELETE FROM c;)'
    expect(pieces(`${rule}; SELECT 1;`)).toEqual([rule, 'SELECT 1'])
  })
})

describe('what is not closed swallows no other statement', () => {
  test('a parenthesis', () => {
    expect(pieces('CREATE TABLE a (b int;\nSELECT 1; SELECT (2;')).toEqual(['CREATE TABLE a (b int', 'SELECT 1', 'SELECT (2'])
  })

  test('the parenthesis of a rule', () => {
    expect(pieces('CREATE RULE r AS ON INSERT TO a DO (DELETE FROM b;\nDROP TABLE c;')).toEqual([
      'CREATE RULE r AS ON INSERT TO a DO (DELETE FROM b',
      'DROP TABLE c',
    ])
  })

  test('a body', () => {
    expect(pieces('CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT 1;\nALTER TABLE a ADD b int;')).toEqual([
      'CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT 1',
      'ALTER TABLE a ADD b int',
    ])
  })
})

describe('psql', () => {
  test('meta-commands stand apart, end at the line or at two backslashes', () => {
    const { stretches } = split(
      `\\set x 'a\\\\b' c\r\nSELECT 1; \\echo hi \\\\ SELECT 2;\n\\!  rm \\x`,
      { start: 0, end: 61 },
      all,
    )
    expect(stretches.map(({ meta }) => meta && [meta.command, meta.argument])).toEqual([
      ['set', "x 'a\\\\b' c"],
      undefined,
      ['echo', 'hi'],
      undefined,
      ['!', 'rm \\x'],
    ])
  })

  test('those that send the statement before them end it', () => {
    expect(pieces("SELECT 'DROP TABLE a' \\gexec\nSELECT 1 \\g SELECT 2 \\; SELECT 3;")).toEqual([
      "SELECT 'DROP TABLE a'",
      '\\gexec',
      'SELECT 1',
      '\\g SELECT 2',
      'SELECT 3',
    ])
  })

  test('others leave it open', () => {
    const text = 'CREATE TABLE a (\n\\echo x\nb int);'
    const { stretches } = split(text, { start: 0, end: text.length }, all)
    expect(stretches.map(({ span, holes }) => [span, holes])).toEqual([
      [{ start: 0, end: 31 }, [{ start: 17, end: 24 }]],
      [{ start: 17, end: 24 }, []],
    ])
  })

  test('a backslash before the semicolon joins statements to one message', () => {
    const messages = (text: string) => {
      const found = split(text, { start: 0, end: text.length }, all).messages
      return found.map(({ start, end }) => text.slice(start, end))
    }
    expect(
      messages('SELECT 0; SELECT 1 \\; SELECT 2 \\;SELECT 3; SELECT 4; SELECT 5\\; SELECT 6 \\g\nSELECT 7\\; ; \\; SELECT 8;'),
    ).toEqual(['SELECT 1 \\; SELECT 2 \\;SELECT 3', 'SELECT 5\\; SELECT 6'])
    expect(messages('SELECT 1\\; COPY t FROM stdin\\; SELECT 2;\n;\\;it is data\n\\.\nSELECT 3\\;\n\\echo x\nSELECT 4')).toEqual([
      'SELECT 1\\; COPY t FROM stdin\\; SELECT 2',
      'SELECT 3\\;\n\\echo x\nSELECT 4',
    ])
    expect(messages("SELECT '\\;'; SELECT 1; SELECT 2")).toEqual([])
  })

  test('both branches of \\if are kept', () => {
    expect(pieces('\\if :x\nDROP TABLE a;\n\\else\nDROP TABLE b;\n\\endif')).toEqual([
      '\\if :x',
      'DROP TABLE a',
      '\\else',
      'DROP TABLE b',
      '\\endif',
    ])
  })

  test('inline data of COPY is never read', () => {
    const data = "it's\t; -- $$ (\r\n\\N\t\\x\r\n\\.\r\n"
    expect(pieces(`COPY t (a) FROM stdin;\r\n${data}SELECT 1;\n\\copy t from stdin\n${data}SELECT 2;`)).toEqual([
      'COPY t (a) FROM stdin',
      'SELECT 1',
      '\\copy t from stdin',
      'SELECT 2',
    ])
  })

  test('a statement on the line of COPY is read, the data after it is not', () => {
    expect(pieces('COPY t FROM stdin; SELECT 1; -- x\n1;2\n\\.\nSELECT 3;')).toEqual([
      'COPY t FROM stdin',
      'SELECT 1',
      'SELECT 3',
    ])
  })

  test('without an end of data there is no data', () => {
    expect(pieces('COPY t FROM stdin;\nDROP TABLE a;')).toEqual(['COPY t FROM stdin', 'DROP TABLE a'])
    expect(pieces("COPY t FROM '/f';\nDROP TABLE a;\n\\.\n")).toEqual(["COPY t FROM '/f'", 'DROP TABLE a', '\\.'])
  })
})

test('control actions of templates belong to no statement', () => {
  const text = '{{ if .X }}\nSELECT 1 {{- /* no */ -}} + 1;\n{{ end }}{{ $x := 1 }}'
  expect(pieces(text)).toEqual(['SELECT 1 {{- /* no */ -}} + 1'])
  expect(split(text, { start: 0, end: text.length }, all).controls).toHaveLength(4)
  expect(split(text, { start: 0, end: text.length }, new Set()).stretches).toHaveLength(2)
})

test('a region is split alone, quotes that it leaves open included', () => {
  const text = "SELECT 'a; SELECT 2; SELECT 3'; SELECT 4"
  expect(pieces(text, { start: 11, end: 31 })).toEqual(['SELECT 2', "SELECT 3';"])
})

describe('any row of statements is given back', () => {
  const statements = [
    'SELECT 1',
    `INSERT INTO "a;b" VALUES ('it''s; --', E'\\';', $$;$$, $q$ $$; $q$)`,
    'CREATE RULE r AS ON UPDATE TO a DO INSTEAD (SELECT 1; DELETE FROM b)',
    'CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT CASE 1 WHEN 1 THEN 2 END; SELECT 3; END',
    "CREATE FUNCTION g() RETURNS text LANGUAGE plpgsql AS $f$ BEGIN; RETURN ';'; END $f$",
    "SELECT a[1:2], b::text, 1 - -1, c@-1 FROM été WHERE x ->> $1 = '😀'",
    'DO $$ BEGIN NULL; END $$',
    'begin',
    'COPY (SELECT 1) TO stdout',
  ]
  const gaps = [' ', '\n', '\r\n', '\t/* ; ( \' " */ ', " -- ; ' ( $$\n", '/* /* ; */ \n */', '\n\n;;\n', '{{ end }}']

  test.each(Array.from({ length: 50 }, (_, seed) => seed))('seed %i', (seed) => {
    let state = seed + 1
    const pick = <T>(from: readonly T[]): T | undefined => {
      state = (state * 48_271) % 2_147_483_647
      return from[state % from.length]
    }
    const chosen = Array.from({ length: 20 }, () => pick(statements) ?? '')
    const text = chosen.map((statement) => `${pick(gaps)}${pick(gaps)}${statement}${pick(gaps)};${pick(gaps)}`).join('')
    expect(pieces(text)).toEqual(chosen)
  })
})
