import { beforeAll, describe, expect, test } from 'vitest'
import { loadGrammar, parseSql } from '../src/grammar/parse.ts'
import { type Lower, postgresGrammar } from '../src/grammar/parser.ts'
import type { Statement } from '../src/operation.ts'

beforeAll(() => loadGrammar())

/** Names the tree's node, with the span of the statement as the lowering gets it. */
const byNode: Lower = (tree, { offset, sql }) => [
  { operation: { kind: 'Session', statement: Object.keys(tree).join() }, span: { start: offset, end: offset + sql.length } },
]

const parse = (text: string) => parseSql(text, { grammar: postgresGrammar(byNode) })

function summary({ commands: [command] }: Statement): string {
  const operation = command?.operation
  if (operation?.kind === 'Session') return operation.statement
  if (operation?.kind === 'Unparsed') return `Unparsed: ${operation.message}`
  if (operation?.kind === 'Opaque') return `Opaque: ${operation.reason}`
  return operation?.kind ?? ''
}

const summaries = (text: string) => parse(text).statements.map(summary)

/** The text that the first command's span covers. */
function marked(text: string): string | undefined {
  const span = parse(text).statements.at(-1)?.commands[0]?.span
  return span && text.slice(span.start, span.end)
}

describe('spans', () => {
  test.each([
    ['line feeds', '\n'],
    ['carriage returns', '\r\n'],
  ])('are UTF-16 offsets into the text, with %s and multi-byte text before', (_, newline) => {
    const text = ['-- é😀', "  SELECT '😀é' ; -- x", 'CREATE TABLE été (', '  a int', ') /* y */;', 'COMMIT', ''].join(newline)
    const { statements } = parse(text)
    expect(statements.map(({ sql }) => sql)).toEqual([
      "SELECT '😀é'",
      ['CREATE TABLE été (', '  a int', ')'].join(newline),
      'COMMIT',
    ])
    for (const { sql, span, commands } of statements) {
      expect(text.slice(span.start, span.end)).toBe(sql)
      expect(commands[0]?.span).toEqual(span)
    }
  })

  test('the lowering turns byte offsets into offsets of the file', () => {
    const text = "SELECT 1; UPDATE t SET a = '😀', é = 2 WHERE b"
    const { statements } = parseSql(text, {
      grammar: postgresGrammar((_, { sql, offset, utf16Of, tokens }) => {
        const bytes = Buffer.from(sql).indexOf('WHERE')
        const start = bytes < 0 ? 0 : utf16Of(bytes)
        const token = tokens.find((each) => each.start === start)
        return [
          { operation: { kind: 'Session', statement: '' }, span: { start: offset + start, end: offset + (token?.end ?? 0) } },
        ]
      }),
    })
    expect(statements.map(({ commands: [command] }) => text.slice(command?.span.start, command?.span.end))).toEqual([
      'SELECT',
      'WHERE',
    ])
  })

  test('a region keeps offsets of the whole text', () => {
    const text = '-- up\nSELECT 1;\n-- down\nDROP TABLE a;\n'
    const { statements, comments } = parseSql(text, { grammar: postgresGrammar(byNode), region: { start: 16, end: text.length } })
    expect(statements.map(({ span }) => text.slice(span.start, span.end))).toEqual(['DROP TABLE a'])
    expect(comments).toEqual([{ text: 'down', span: { start: 16, end: 23 } }])
  })

  test('comments are those outside quotes and bodies', () => {
    const text =
      "-- a\nSELECT '-- b' /* c */; DO $$ BEGIN -- d\n END $$; CREATE FUNCTION f() RETURNS int LANGUAGE sql AS '-- e'; -- f"
    expect(parse(text).comments.map((comment) => comment.text)).toEqual(['a', 'c', 'f'])
  })
})

describe('what the grammar refuses', () => {
  test('costs only itself', () => {
    expect(summaries('SELECT 1; SELEKT 2; SELECT (3; SELECT 4')).toEqual([
      'SelectStmt',
      'Unparsed: syntax error at or near "SELEKT"',
      'Unparsed: syntax error at or near ";"',
      'SelectStmt',
    ])
  })

  test.each([
    ["SELECT '😀é' FORM x y", 'x'],
    ['SELECT 1; ALTER TABLE été ADD COLUMN COLUMN', 'COLUMN'],
    ['SELECT (1; ', ';'],
    ['SELECT (1', '1'],
    ["SELECT 'é', 'abc", "'abc"],
    ['SELECT "é", "abc', '"abc'],
    ['SELECT 1 || $x$abc', '$x$abc'],
    ["SELECT 'é', 12abc", '12'],
    ["SELECT 'é', E'ab\\u12'", "\\u12'"],
    ['SELECT 1 WHERE \0 x', '\0'],
  ])('%j is marked at %j', (text, token) => {
    expect(summaries(text).at(-1)).toMatch(/^Unparsed: /)
    expect(marked(text)).toBe(token)
  })

  test('messages quote no more than a line of it', () => {
    expect(summaries("SELECT 'abc\ndef")).toEqual(['Unparsed: unterminated quoted string at or near "\'abc…"'])
  })

  test('a NUL does not hide what follows it', () => {
    expect(summaries('SELECT 1 \0; DROP TABLE a')).toEqual(['Unparsed: a NUL character is not allowed in SQL', 'DropStmt'])
  })
})

describe('what the parser cannot take', () => {
  const deep = `SELECT ${'('.repeat(20_000)}1${')'.repeat(20_000)}`
  const long = `SELECT ${'1+'.repeat(40_000)}1`

  test('is opaque, and the next statement is parsed', () => {
    expect(summaries(`${deep}; SELECT 1`)).toEqual(['Opaque: it is nested too deeply for PostgreSQL’s parser', 'SelectStmt'])
  })

  test('stays so, however often it happens', () => {
    const found = summaries(`${`${long};`.repeat(40)} SELECT 1; SELECT FROM WHERE; SELECT 2`)
    expect(found.slice(0, 40).every((each) => each.startsWith('Opaque: '))).toBe(true)
    expect(found.slice(40)).toEqual(['SelectStmt', 'Unparsed: syntax error at or near "WHERE"', 'SelectStmt'])
  })

  test('is not tried where PostgreSQL takes seconds to refuse it', () => {
    const row = '+'.repeat(5000)
    const reason = 'it has more than 1,000 operators in a row'
    expect(summaries(`SELECT ${row}1; SELECT ${row}; SELECT 1`)).toEqual([`Opaque: ${reason}`, `Opaque: ${reason}`, 'SelectStmt'])
    const [block] = parse(`DO $$ BEGIN PERFORM ${row}1; END $$`).statements
    expect(block?.commands[0]?.operation).toEqual({ kind: 'DoBlock', language: 'plpgsql', dynamic: [reason] })
    expect(summaries(`SELECT 1 @${row} 2`)).toEqual([expect.stringMatching(/^Unparsed: operator too long/)])
  })

  test('a tree that nothing is known of is opaque', () => {
    const { statements } = parseSql('CREATE TABLE a ()', { grammar: postgresGrammar(() => []) })
    expect(statements[0]?.commands[0]?.operation).toEqual({
      kind: 'Opaque',
      statement: 'CREATE TABLE',
      sql: 'CREATE TABLE a ()',
      reason: 'nothing is known of what it does',
    })
  })
})

test('a string whose pieces a comment separates parses as on the server', () => {
  const text = "SELECT 'a' -- one\n'b'"
  const { statements, comments } = parse(text)
  expect(statements.map(({ sql }) => sql)).toEqual([text])
  expect(statements.map(summary)).toEqual(['SelectStmt'])
  expect(comments.map((comment) => comment.text)).toEqual(['one'])
})

test('meta-commands of psql are statements, inside another one too', () => {
  const text = '\\connect "a b" me\nCREATE TABLE a (\n\\echo x\nb int);'
  const { statements } = parse(text)
  expect(statements.map(({ commands: [command] }) => command?.operation)).toEqual([
    { kind: 'MetaCommand', command: 'connect', argument: '"a b" me' },
    { kind: 'Session', statement: 'CreateStmt' },
    { kind: 'MetaCommand', command: 'echo', argument: 'x' },
  ])
  expect(statements.map(({ sql }) => sql)).toEqual(['\\connect "a b" me', 'CREATE TABLE a (\n\\echo x\nb int)', '\\echo x'])
})

test('statements come out lowered', () => {
  const text = 'SELECT 1; ALTER TABLE été ADD a int, DROP b;'
  const [, statement] = parseSql(text).statements
  expect(statement?.commands.map(({ operation: { kind }, span }) => [kind, text.slice(span.start, span.end)])).toEqual([
    ['DropColumn', 'DROP b'],
    ['AddColumn', 'ADD a int'],
  ])
})
