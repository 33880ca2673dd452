import { loadModule, scanSync } from 'libpg-query'
import { beforeAll, describe, expect, test } from 'vitest'
import { hasRowOfOperators, lexer, tokensOf, withoutComments } from '../src/grammar/lexer.ts'
import { literalBody } from '../src/grammar/literal.ts'
import { byteOffsets } from '../src/grammar/parser.ts'
import type { Comment } from '../src/migration.ts'

beforeAll(() => loadModule())

const texts = (sql: string) => tokensOf(sql).map(({ text }) => text)
const kinds = (sql: string) => tokensOf(sql).map(({ kind }) => kind)

describe('tokens', () => {
  test.each([
    [`'it''s'`, 'string'],
    [`E'it\\'s \\\\'`, 'string'],
    [`e'\\''`, 'string'],
    [`U&'d\\0061'`, 'string'],
    [`B'01'`, 'string'],
    [`x'FF'`, 'string'],
    [`N'é'`, 'string'],
    ['$$it\'s; -- "$$', 'string'],
    ['$tag$ $$ $other$ $tag$', 'string'],
    ['$é$ x $é$', 'string'],
    [`'a'\n  'b'`, 'string'],
    [`E'a'\n'\\''`, 'string'],
    [`'a' -- joined\n 'b'`, 'string'],
    ['"a ""b"" ;"', 'quoted identifier'],
    ['U&"d\\0061"', 'quoted identifier'],
    ['été_1$x', 'word'],
    ['a\u00a0b', 'word'],
    ['😀', 'word'],
    ['1_000', 'number'],
    ['1.5e-3', 'number'],
    ['.5', 'number'],
    ['0x2A', 'number'],
    ['$12', 'parameter'],
    ['::', 'operator'],
    [':=', 'operator'],
    ['<->', 'operator'],
    ['#>>', 'operator'],
    ['@-', 'operator'],
    [';', 'punctuation'],
    ['\\', 'punctuation'],
  ])('%s is one %s', (sql, kind) => {
    expect(tokensOf(sql)).toEqual([{ kind, text: sql, start: 0, end: sql.length, depth: 0 }])
  })

  test.each([
    ['1*-1', ['1', '*', '-', '1']],
    ['a@-1', ['a', '@-', '1']],
    ['+++1', ['+', '+', '+', '1']],
    ['2+--x\n+3', ['2', '+', '+', '3']],
    ['2*/* x /* y */ */3', ['2', '*', '3']],
    ['1..10', ['1', '..', '10']],
    ['a[1:n]', ['a', '[', '1', ':', 'n', ']']],
    ['a$b$c', ['a$b$c']],
    [`'a' 'b'`, [`'a'`, `'b'`]],
    [`'\\' 'x'`, [`'\\'`, `'x'`]],
  ])('%s splits', (sql, expected) => {
    expect(texts(sql)).toEqual(expected)
  })

  test('agree with the scanner of PostgreSQL', () => {
    const sql = `select @-1, 1*-1, a->>'b', 1--2\n+1, +++++1, a<>-b, a*-+-b, a@-b, 2+/* x /* y */ */3, a+-/*z*/b, x=>1, y:=2,
      b[1:2], 1..10, 1.5e+3, 0x1F, 1_000, $1, E'a\\'b' 'c'\n'd', U&"d\\0061" uescape '!', b'01', $$a$$, $é$ $x$ é $é$, "a""b",
      'é😀' || 😀x, a$b, x <= y >= z != w @> u -|- r ~~* q !~~ p a?-b, a-?-b, '' from été where a=-1 and b is not null;`
    const offset = byteOffsets(sql)
    const scanned = scanSync(sql).tokens.filter(({ tokenName }) => !tokenName.endsWith('COMMENT'))
    const pieces = tokensOf(sql).flatMap((token) =>
      // The scanner has no token for a string in pieces.
      token.text === "'c'\n'd'" ? [] : [[token.start, token.end]],
    )
    expect(pieces.length).toBeGreaterThan(100)
    expect(pieces).toEqual(
      scanned
        .map(({ start, end }) => [offset(start), offset(end)])
        .filter(([start, end]) => sql.slice(start, end) !== "'c'\n'd'"),
    )
  })

  test('carry their parenthesis depth; both parentheses have the depth outside', () => {
    expect(tokensOf('a (b (c)) d)').map(({ text, depth }) => `${text}${depth}`)).toEqual([
      'a0',
      '(0',
      'b1',
      '(1',
      'c2',
      ')1',
      ')0',
      'd0',
      ')0',
    ])
  })

  test.each([`'abc`, `E'abc\\'`, '"abc', '$$abc', '$x$abc$y$', '/* abc'])('%s ends with the text', (sql) => {
    expect(tokensOf(`a ${sql}`).at(-1)?.end).toBe(sql.startsWith('/') ? 1 : sql.length + 2)
  })

  test('templates are one token where switched on', () => {
    const sql = `a $\{b:-it's} {{ index "}" }} c`
    const lex = lexer(sql, { start: 0, end: sql.length }, new Set(['dollar', 'go'] as const))
    const found: string[] = []
    while (lex.next()) found.push(`${lex.kind} ${sql.slice(lex.start, lex.end)}`)
    expect(found).toEqual(['word a', `parameter $\{b:-it's}`, 'parameter {{ index "}" }}', 'word c'])
    expect(kinds(`$\{b}`)).toEqual(['punctuation', 'punctuation', 'word', 'punctuation'])
  })
})

test('rows of operators are found where they are operators', () => {
  const row = '+'.repeat(1500)
  expect(hasRowOfOperators(`SELECT ${row}1`)).toBe(true)
  expect(hasRowOfOperators(`SELECT ${'+'.repeat(900)} ${'+'.repeat(900)}1`)).toBe(false)
  // One operator, which is too long for PostgreSQL, and no operators at all.
  expect(hasRowOfOperators(`SELECT 1 @${row} 2`)).toBe(false)
  expect(hasRowOfOperators(`SELECT '${row}', "${row}", $$${row}$$ -- ${row}\n/* ${row} */ ${'-'.repeat(1500)}`)).toBe(false)
})

describe('comments', () => {
  const commentsOf = (sql: string) => {
    const comments: Comment[] = []
    const lex = lexer(sql, { start: 0, end: sql.length }, undefined, comments)
    while (lex.next()) if (lex.end > sql.length) throw new Error('beyond the end')
    return comments
  }

  test('have no marks and exact spans', () => {
    const sql = "-- one \r\nselect '-- not', $$ /* nor */ $$ /* two\n /* nested */ */ -- three"
    expect(commentsOf(sql).map(({ text }) => text)).toEqual(['one', 'two\n /* nested */', 'three'])
    expect(commentsOf(sql).map(({ span }) => sql.slice(span.start, span.end))).toEqual([
      '-- one ',
      '/* two\n /* nested */ */',
      '-- three',
    ])
  })

  test('between the pieces of a string are found', () => {
    expect(commentsOf("select 'a' -- one\n'b'").map(({ text }) => text)).toEqual(['one'])
  })

  test('turn into blanks of the same length', () => {
    expect(withoutComments("a -- é\r\n/* x\ny */ '--'")).toBe("a     \r\n    \n     '--'")
  })
})

describe('values of strings', () => {
  test.each([
    [`'abc'`, { value: 'abc', offset: 1 }],
    [`$x$it's$x$`, { value: "it's", offset: 3 }],
    [`E'abc'`, { value: 'abc', offset: 2 }],
    [`'it''s'`, { value: "it's", offset: undefined }],
    [`E'it\\'s\\n\\\\'`, { value: "it's\n\\", offset: undefined }],
    [`''`, { value: '', offset: 1 }],
    [`'''a'''`, { value: "'a'", offset: undefined }],
  ])('%s', (token, body) => {
    expect(literalBody(token)).toEqual(body)
  })

  test.each([`E'\\x41'`, `'a'\n'b'`, `U&'a'`, `B'1'`, `'open`, '$$open'])('%s is not worked out', (token) => {
    expect(literalBody(token)).toBeUndefined()
  })
})
