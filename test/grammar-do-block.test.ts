import { beforeAll, describe, expect, test } from 'vitest'
import { constantText } from '../src/grammar/constant-text.ts'
import { loadGrammar, parseSql } from '../src/grammar/parse.ts'
import { type Lower, postgresGrammar } from '../src/grammar/parser.ts'
import type { Statement } from '../src/operation.ts'

beforeAll(() => loadGrammar())

const byNode: Lower = (tree, { offset, original }) => [
  { operation: { kind: 'Session', statement: Object.keys(tree).join() }, span: { start: offset, end: offset + original.length } },
]

/** The DO statement, each of its body's statements as text (`?` before a conditional one), and what their spans cover. */
function followed(text: string) {
  const [block] = parseSql(text, { grammar: postgresGrammar(byNode) }).statements
  const body: readonly Statement[] = block?.body ?? []
  return {
    operation: block?.commands[0]?.operation,
    body: body.map(({ sql, conditional }) => (conditional ? `? ${sql}` : sql)),
    covered: body.map(({ span, commands: [command] }) => {
      expect(command?.span).toEqual(span)
      return text.slice(span.start, span.end)
    }),
  }
}

/** Every statement is where its span says. */
function inPlace(text: string): readonly string[] {
  const { body, covered, operation } = followed(text)
  expect(covered).toEqual(body.map((sql) => sql.replace(/^\? /, '')))
  expect(operation).toEqual({ kind: 'DoBlock', language: 'plpgsql', dynamic: [] })
  return body
}

describe('static SQL', () => {
  test.each(['\n', '\r\n'])('is followed to its place, lines ending in %j', (newline) => {
    const text = [
      '-- é😀',
      'DO $x$',
      'BEGIN -- ALTER TABLE a ADD b int;',
      "  RAISE NOTICE 'ALTER TABLE a ADD b int';",
      '  ALTER TABLE a ADD b int; ALTER TABLE a ADD b int; /* ; */ ALTER TABLE a',
      '    DROP é /* c */;',
      'END $x$;',
    ].join(newline)
    expect(inPlace(text)).toEqual([
      'ALTER TABLE a ADD b int',
      'ALTER TABLE a ADD b int',
      ['ALTER TABLE a', '    DROP é'].join(newline),
    ])
    const spans = parseSql(text, { grammar: postgresGrammar(byNode) }).statements[0]?.body.map(({ span }) => span.start)
    expect(new Set(spans).size).toBe(3)
  })

  test('is followed to its place where thousands of statements are one line', () => {
    const tables = Array.from({ length: 5000 }, (_, index) => `DROP TABLE a${index % 7}`)
    expect(inPlace(`DO $$ BEGIN ${tables.join('; ')}; END $$`)).toEqual(tables)
    const places = parseSql(`DO $$ BEGIN ${tables.join(';')}; END $$`).statements[0]?.body.map(({ span }) => span.start)
    expect(new Set(places).size).toBe(tables.length)
  })

  test('comes out lowered, with exact spans', () => {
    const text = "DO 'BEGIN ALTER TABLE é ADD a int, DROP b; END'"
    const commands = parseSql(text).statements[0]?.body[0]?.commands
    expect(commands?.map(({ operation, span }) => [operation.kind, text.slice(span.start, span.end)])).toEqual([
      ['DropColumn', 'DROP b'],
      ['AddColumn', 'ADD a int'],
    ])
  })

  test('without its INTO clause', () => {
    const text = 'DO $$ DECLARE x int; BEGIN SELECT é INTO x FROM b; INSERT INTO a VALUES (1) RETURNING id INTO x; END $$'
    const { statements } = parseSql(text)
    expect(inPlace(text)).toEqual(['SELECT é INTO x FROM b', 'INSERT INTO a VALUES (1) RETURNING id'])
    expect(statements[0]?.body.map(({ commands: [command] }) => command?.operation.kind)).toEqual(['Select', 'Insert'])
  })

  test('PERFORM is a SELECT, in its place', () => {
    const text = 'DO $$ BEGIN perform f(a) FROM b; PERFORM(1); END $$'
    expect(inPlace(text)).toEqual(['perform f(a) FROM b', 'PERFORM(1)'])
    const parsed: string[] = []
    parseSql(text, {
      grammar: postgresGrammar((_, { sql, offset }) => {
        parsed.push(sql)
        return [{ operation: { kind: 'Session', statement: '' }, span: { start: offset, end: offset } }]
      }),
    })
    expect(parsed).toEqual(['SELECT  f(a) FROM b', 'SELECT (1)'])
  })

  test('expressions that read or call are followed, others are not', () => {
    expect(
      inPlace(`DO $$ DECLARE a int := f(1); b int := 2; c CURSOR FOR SELECT 1; BEGIN
        a := (SELECT max(id) FROM t); b := a + 1; IF a IN (1, 2) AND EXISTS (SELECT 1 FROM u) THEN NULL; END IF;
        CASE a WHEN g(1) THEN NULL; ELSE NULL; END CASE; END $$`),
    ).toEqual(['f(1)', 'SELECT 1', '(SELECT max(id) FROM t)', 'a IN (1, 2) AND EXISTS (SELECT 1 FROM u)', '? g(1)'])
  })

  test('transactions end inside', () => {
    const text = 'DO $$ BEGIN COMMIT; rollback AND  CHAIN ; END $$'
    expect(inPlace(text)).toEqual(['COMMIT', 'rollback AND  CHAIN'])
    expect(parseSql(text).statements[0]?.body.map(({ commands: [command] }) => command?.operation)).toEqual([
      { kind: 'Commit', chain: false },
      { kind: 'Rollback', chain: true },
    ])
  })

  test('DO and CALL are followed as statements', () => {
    const text = 'DO $$ BEGIN CALL p(); DO $x$ BEGIN DROP TABLE a; END $x$; END $$'
    expect(inPlace(text)).toEqual(['CALL p()', 'DO $x$ BEGIN DROP TABLE a; END $x$'])
    const inner = parseSql(text).statements[0]?.body[1]?.body[0]
    expect(text.slice(inner?.span.start, inner?.span.end)).toBe('DROP TABLE a')
  })

  test('in a body with escapes has the span of the DO statement', () => {
    const text = "DO 'BEGIN INSERT INTO a VALUES (''é''); END'"
    const { body, covered } = followed(text)
    expect(body).toEqual(["INSERT INTO a VALUES ('é')"])
    expect(covered).toEqual([text])
  })
})

describe('what may or may not run is conditional', () => {
  test.each([
    [
      'IF a THEN DROP TABLE b; ELSIF c THEN DROP TABLE d; ELSE DROP TABLE e; END IF',
      ['? DROP TABLE b', '? DROP TABLE d', '? DROP TABLE e'],
    ],
    ['CASE WHEN a THEN DROP TABLE b; ELSE DROP TABLE c; END CASE', ['? DROP TABLE b', '? DROP TABLE c']],
    ['LOOP DROP TABLE b; EXIT; END LOOP; DROP TABLE c', ['? DROP TABLE b', 'DROP TABLE c']],
    ['WHILE a LOOP DROP TABLE b; END LOOP', ['? DROP TABLE b']],
    ['FOR i IN 1..2 LOOP DROP TABLE b; END LOOP', ['? DROP TABLE b']],
    ['FOR r IN SELECT 1 LOOP DROP TABLE b; END LOOP', ['SELECT 1', '? DROP TABLE b']],
    ["FOR r IN EXECUTE 'SELECT 1' LOOP DROP TABLE b; END LOOP", ['SELECT 1', '? DROP TABLE b']],
    ['FOREACH r IN ARRAY a LOOP DROP TABLE b; END LOOP', ['? DROP TABLE b']],
    [
      'BEGIN DROP TABLE b; EXCEPTION WHEN others THEN DROP TABLE c; END; DROP TABLE d',
      ['? DROP TABLE b', '? DROP TABLE c', 'DROP TABLE d'],
    ],
    ['BEGIN DROP TABLE b; END', ['DROP TABLE b']],
    ['IF a THEN RETURN; END IF; DROP TABLE b', ['? DROP TABLE b']],
    ["IF a THEN RAISE EXCEPTION 'no'; END IF; DROP TABLE b", ['DROP TABLE b']],
    ["IF a THEN EXECUTE 'DROP TABLE b; DROP TABLE c'; END IF", ['? DROP TABLE b', '? DROP TABLE c']],
  ])('%s', (code, expected) => {
    expect(inPlace(`DO $$ DECLARE a int; r record; BEGIN ${code}; END $$`)).toEqual(expected)
  })
})

describe('EXECUTE', () => {
  test('of a constant is followed to its place', () => {
    expect(inPlace("DO $$ BEGIN EXECUTE 'DROP TABLE a; DROP TABLE b'; EXECUTE $x$DROP TABLE c$x$ ; END $$")).toEqual([
      'DROP TABLE a',
      'DROP TABLE b',
      'DROP TABLE c',
    ])
  })

  test('of a constant that is put together has the span of the expression', () => {
    const { body, covered } = followed(`DO $$ BEGIN EXECUTE 'DROP ' || 'TABLE a'; EXECUTE format('DROP TABLE %I', 'B c'); END $$`)
    expect(body).toEqual(['DROP TABLE a', 'DROP TABLE "B c"'])
    expect(covered).toEqual(["'DROP ' || 'TABLE a'", "format('DROP TABLE %I', 'B c')"])
  })

  test('of anything else is dynamic', () => {
    const text = `DO $$ DECLARE x text; BEGIN EXECUTE 'DROP TABLE ' || quote_ident(x); EXECUTE  format('DROP TABLE %I', x) USING x; END $$`
    expect(followed(text)).toEqual({
      operation: {
        kind: 'DoBlock',
        language: 'plpgsql',
        dynamic: ["'DROP TABLE ' || quote_ident(x)", "format('DROP TABLE %I', x)"],
      },
      body: [],
      covered: [],
    })
  })
})

describe('what cannot be followed', () => {
  test('a body in another language', () => {
    expect(followed('DO LANGUAGE plpython3u $$ x $$').operation).toEqual({
      kind: 'DoBlock',
      language: 'plpython3u',
      dynamic: ['a body in plpython3u, which is not read'],
    })
  })

  test('a body with a syntax error, marked where it is', () => {
    const text = 'SELECT 1; DO $$ BEGIN DROP TABL é; END $$'
    const command = parseSql(text, { grammar: postgresGrammar(byNode) }).statements[1]?.commands[0]
    expect(command?.operation).toEqual({ kind: 'Unparsed', message: 'syntax error at or near "TABL"' })
    expect(text.slice(command?.span.start, command?.span.end)).toBe('TABL')
  })

  test('a body that the server may take and the parser does not', () => {
    expect(followed('DO $$ BEGIN OPEN nothing; END $$').operation).toEqual({
      kind: 'DoBlock',
      language: 'plpgsql',
      dynamic: ['a body that could not be read: "nothing" is not a known variable'],
    })
  })
})

test('variables of a row type hide nothing', () => {
  expect(inPlace('DO $$ DECLARE r s.t%ROWTYPE; BEGIN r.a := 1; DROP TABLE a; END $$')).toEqual(['DROP TABLE a'])
})

test('placeholders in a body are filled', () => {
  const schema = '$' + '{schema}'
  const text = `DO $$ BEGIN DROP TABLE ${schema}.a; EXECUTE 'DROP TABLE ${schema}.b'; END $$`
  expect(inPlace(text)).toEqual([`DROP TABLE ${schema}.a`, `DROP TABLE ${schema}.b`])
  const { statements, placeholders } = parseSql(text)
  expect(placeholders.map(({ start, end }) => text.slice(start, end))).toEqual([schema, schema])
  expect(statements[0]?.body.map(({ commands: [command] }) => command?.operation)).toMatchObject([
    { table: { schema: '__schema_', name: 'a' } },
    { table: { schema: '__schema_', name: 'b' } },
  ])
})

describe('constant texts', () => {
  test.each([
    ["'a'", { text: 'a', offset: 1 }],
    ["'a' || 'b' || format('%%')", { text: 'ab%', offset: undefined }],
    ["format('%s %I %L', 'a', 'B', 'it''s')", { text: `a "B" 'it''s'`, offset: undefined }],
    ["'it''s'", { text: "it's", offset: undefined }],
  ])('%s', (expression, expected) => {
    expect(constantText(expression)).toEqual(expected)
  })

  test.each(['x', "'a' || x", "'a' || f('b')", "format('%s', x)", "format('%1$s', 'a')", "format('%s')", "'a' 'b'", ''])(
    '%s is none',
    (expression) => {
      expect(constantText(expression)).toBeUndefined()
    },
  )
})

describe('the body of a routine', () => {
  /** What a call runs, as text (`?` before what may not run), and what is not known before it runs. */
  function bodyOf(sql: string) {
    const operation = parseSql(sql).statements[0]?.commands[0]?.operation
    const body = operation?.kind === 'CreateFunction' ? operation.follow?.() : undefined
    return body && { runs: body.statements.map((each) => (each.conditional ? `? ${each.sql}` : each.sql)), dynamic: body.dynamic }
  }

  test.each([
    [
      "CREATE FUNCTION f(a text DEFAULT 'x', b orders = NULL) RETURNS SETOF int LANGUAGE plpgsql AS $$ BEGIN UPDATE t SET a = 1; RETURN QUERY SELECT 2; RETURN; END $$ SET search_path = x",
      ['UPDATE t SET a = 1', 'SELECT 2'],
    ],
    [
      "CREATE PROCEDURE p() AS 'BEGIN IF true THEN LOCK TABLE t; END IF; COMMIT; END' LANGUAGE 'plpgsql'",
      ['? LOCK TABLE t', 'COMMIT'],
    ],
    ["CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'DELETE FROM t; SELECT 1'", ['DELETE FROM t', 'SELECT 1']],
    ["CREATE FUNCTION f() RETURNS int LANGUAGE sql AS E'SELECT \\'x\\''", ["SELECT 'x'"]],
    ['CREATE FUNCTION f() RETURNS int RETURN (SELECT 1)', ['SELECT  (SELECT 1)']],
    [
      'CREATE PROCEDURE p() BEGIN ATOMIC INSERT INTO t VALUES (CASE WHEN true THEN 1 END); SELECT 1; END',
      ['INSERT INTO t VALUES (CASE WHEN true THEN 1 END)', 'SELECT 1'],
    ],
  ])('is followed: %s', (sql, runs) => {
    expect(bodyOf(sql)).toEqual({ runs, dynamic: [] })
  })

  test('tells what it puts together while it runs', () => {
    const sql =
      "CREATE FUNCTION f() RETURNS SETOF int LANGUAGE plpgsql AS $$ BEGIN EXECUTE 'DROP TABLE ' || name; RETURN QUERY EXECUTE made; END $$"
    expect(bodyOf(sql)).toEqual({ runs: [], dynamic: ["EXECUTE 'DROP TABLE ' || name", 'EXECUTE made'] })
  })

  test('is not followed in other languages, nor by another grammar', async () => {
    expect(bodyOf("CREATE FUNCTION f() RETURNS int LANGUAGE plpython3u AS 'return 1'")).toBeUndefined()
    const sql = "CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1'"
    const [statement] = parseSql(sql, { grammar: await loadGrammar('pgsql-ast-parser') }).statements
    expect(statement?.commands[0]?.operation).not.toHaveProperty('follow')
  })
})
