// biome-ignore-all lint/suspicious/noTemplateCurlyInString: placeholders that look like JavaScript's are what is tested
import { beforeAll, describe, expect, test } from 'vitest'
import { loadGrammar, parseSql } from '../src/grammar/parse.ts'
import { type Lower, postgresGrammar } from '../src/grammar/parser.ts'
import { type Filling, fill, findPlaceholders, isControlAction, wordsFor } from '../src/grammar/placeholders.ts'

beforeAll(() => loadGrammar())

const all = new Set(['psql', 'dollar', 'go'] as const)

/** What the parser got in the end, and the placeholders' text. */
function parsed(text: string, placeholders: Parameters<typeof parseSql>[1] = {}) {
  const got: string[] = []
  const lower: Lower = (_, { sql, original, offset }) => {
    expect(sql).toHaveLength(original.length)
    expect(text.slice(offset, offset + original.length)).toBe(original)
    got.push(sql)
    return [{ operation: { kind: 'Session', statement: '' }, span: { start: offset, end: offset + sql.length } }]
  }
  const result = parseSql(text, { ...placeholders, grammar: postgresGrammar(lower) })
  for (const { commands } of result.statements) {
    for (const { operation } of commands) {
      if (operation.kind === 'Opaque') got.push(`Opaque: ${operation.reason}`)
      if (operation.kind === 'Unparsed') got.push(`Unparsed: ${operation.message}`)
    }
  }
  return { got, filled: result.placeholders.map(({ start, end }) => text.slice(start, end)) }
}

describe('placeholders are filled in place', () => {
  test.each([
    ['CREATE TABLE ${s}.t (a int)', 'CREATE TABLE __s_.t (a int)'],
    ['CREATE TABLE t_${env}_x (a int)', 'CREATE TABLE t___env__x (a int)'],
    ['CREATE TABLE a (b varchar(${n}))', 'CREATE TABLE a (b varchar(1   ))'],
    ['CREATE TABLE ${s}.a (b varchar(${s}))', 'CREATE TABLE __s_.a (b varchar(1   ))'],
    ['CREATE TABLE a (b char(${n}0))', 'CREATE TABLE a (b char(   10))'],
    ['CREATE INDEX i ON t (a) ${options}', 'CREATE INDEX i ON t (a)           '],
    ['CREATE TABLE {{ .Schema }}.a (b int)', 'CREATE TABLE ____schema___.a (b int)'],
    ['CREATE TABLE {{ index .O\n"é" }}.a ()', 'CREATE TABLE ___index__o\n      .a ()'],
    ['SELECT {{ if .X }}1{{ else }}+ 2{{ end }}', 'SELECT            1          + 2'],
    ['CREATE TABLE :s.a ()', 'CREATE TABLE _s.a ()'],
    ['CREATE TABLE :"s".a (b text DEFAULT :\'s\')', 'CREATE TABLE "_s".a (b text DEFAULT \'s_\')'],
    ['SELECT 1 WHERE :{?x}', 'SELECT 1 WHERE TRUE '],
    ['SELECT a[1:b], b[:c], ARRAY[:x, :y]::int[], :z::int', 'SELECT a[1:b], b[:c], ARRAY[_x, _y]::int[], _z::int'],
    ["SELECT ':x', $$ :x $$, \"${x}\", '${x}', :x -- :x", "SELECT ':x', $$ :x $$, \"${x}\", '${x}', _x"],
  ])('%s', (text, expected) => {
    expect(parsed(text).got).toEqual([expected])
  })

  test('and reported, control actions too', () => {
    const text = '{{ if .X }} SELECT {{ .Y }} FROM :t; {{ end }} SELECT $$ :x $$'
    expect(parsed(text).filled).toEqual(['{{ if .X }}', '{{ .Y }}', ':t', '{{ end }}'])
  })

  test('without moving what follows multi-byte text', () => {
    const text = "INSERT INTO :é VALUES ('😀'); SELECT 😀"
    expect(parsed(text)).toEqual({ got: ["INSERT INTO _é VALUES ('😀')", 'SELECT 😀'], filled: [':é'] })
  })
})

test('equal placeholders get equal words, different ones different words, new to the text', () => {
  const words = wordsFor('CREATE TABLE _a; SELECT __x_y_')
  const found = [':a', ':b', ':a', '${x.y}', '${x-y}'].map(words)
  expect(found[0]).toBe(found[2])
  expect(new Set(found).size).toBe(4)
  expect(found).not.toContain('_a')
  expect(found).not.toContain('__x_y_')
  expect(found.map((word) => word.length)).toEqual([2, 2, 2, 6, 6])
})

test('many that look alike get words of their own', () => {
  const marks = [...'.,;+-*/!']
  const alike = marks.flatMap((a) => marks.flatMap((b) => marks.flatMap((c) => marks.map((d) => `\${${a}${b}${c}${d}x}`))))
  const long = marks.map((mark) => `\${${'x'.repeat(90)}${mark}}`)
  const words = wordsFor('')
  expect(new Set(alike.map(words)).size).toBe(alike.length)
  // PostgreSQL cuts names after 63 bytes.
  expect(new Set(long.map((each) => words(each).slice(0, 63))).size).toBe(long.length)
})

test('a word longer than PostgreSQL takes is cut and padded', () => {
  const text = `CREATE TABLE \${${'x'.repeat(80)}} ()`
  const [sql] = parsed(text).got
  expect(sql).toBe(`CREATE TABLE __${'x'.repeat(61)}${' '.repeat(20)} ()`)
})

test('valid SQL is never changed', () => {
  const text = 'SELECT a[1:n], b::text, $${$$, \'${x} {{ .y }} :z\', "${x}", $1 FROM t; CALL p(a := 1)'
  expect(parsed(text)).toEqual({ got: text.split('; '), filled: [] })
})

describe('what does not parse with any filling', () => {
  test.each(['${body}', '{{ template "x" . }}', ':body', '${a} ${b}'])('%s is the whole statement', (text) => {
    expect(parsed(`SELECT 1; ${text};`).got).toEqual(['SELECT 1', 'Opaque: the whole statement is a placeholder'])
  })

  test('is opaque', () => {
    expect(parsed('CREATE ${kind} a (b) (c)').got).toEqual([
      'Opaque: it does not parse with its placeholders filled in: syntax error at or near "__kind_"',
    ])
  })

  test('is a syntax error where a colon is far from it', () => {
    expect(parsed('SELECT :x, a FORM b c').got).toEqual(['Unparsed: syntax error at or near "b"'])
  })
})

test('a syntax that is switched off is SQL, which refuses it', () => {
  expect(parsed('SELECT ${x}; SELECT :x', { placeholders: new Set() }).got).toEqual([
    'Unparsed: syntax error at or near "$"',
    'Unparsed: syntax error at or near ":"',
  ])
  expect(parsed('SELECT ${x}; SELECT :x', { placeholders: new Set(['psql']) }).got).toEqual([
    'SELECT _x',
    'Unparsed: syntax error at or near "$"',
  ])
})

test.each([
  ['{{ if .X }}', true],
  ['{{- range $i, $e := .List -}}', true],
  ['{{/* note */}}', true],
  ['{{ $x := 1 }}', true],
  ['{{ $x }}', false],
  ['{{ ifelse }}', false],
  ['{{ template "x" }}', false],
  ['{{ .end }}', false],
])('%s is a control action: %s', (action, expected) => {
  expect(isControlAction(action)).toBe(expected)
})

test('filling keeps every length and line break', () => {
  const text = 'a {{ x\n}} :b :\'c\' :"d" :{?e} ${f}'
  const placeholders = findPlaceholders(text, all)
  expect(placeholders).toHaveLength(6)
  for (const filling of ['word', 'number', 'blank'] satisfies Filling[]) {
    expect(fill(text, placeholders, () => filling, wordsFor(text))).toHaveLength(text.length)
  }
  expect(fill(text, placeholders, () => 'blank', wordsFor(text))).toBe(`a     \n${' '.repeat(text.length - 7)}`)
})

describe('the words that stand for placeholders', () => {
  test('are handed out with what they stand for', () => {
    const text = 'CREATE TABLE ${schema}.orders (id bigint); SELECT 1'
    const { statements, written } = parseSql(text, { placeholders: new Set(['dollar']) })
    expect([...(written ?? [])]).toEqual([['__schema_', '${schema}']])
    expect(statements).toHaveLength(2)
    expect(parseSql('SELECT 1').written).toBeUndefined()
  })
})
