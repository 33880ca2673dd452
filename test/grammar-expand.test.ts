// biome-ignore-all lint/suspicious/noTemplateCurlyInString: placeholders that look like JavaScript's are what is tested
import { beforeAll, describe, expect, test } from 'vitest'
import { expand } from '../src/grammar/expand.ts'
import { loadGrammar, parseSql } from '../src/grammar/parse.ts'
import { type PlaceholderSyntax, wordsFor } from '../src/grammar/placeholders.ts'
import type { Statement } from '../src/operation.ts'

beforeAll(() => loadGrammar())

function expanded(text: string, syntax: PlaceholderSyntax | readonly PlaceholderSyntax[]): string {
  const got = expand(text, { start: 0, end: text.length }, new Set([syntax].flat()), wordsFor(text)).text
  expect(got).toHaveLength(text.length)
  expect(lineBreaks(got)).toEqual(lineBreaks(text))
  return got
}

const lineBreaks = (text: string) => [...text.matchAll(/[\r\n]/g)].map(({ index }) => index)

/** What each statement does, in words, those of a DO block behind it; every statement has its place and the user's text. */
function does(text: string, syntax: PlaceholderSyntax | readonly PlaceholderSyntax[] = 'go'): readonly string[] {
  const words = (statement: Statement): readonly string[] => {
    expect(text.slice(statement.span.start, statement.span.end)).toBe(statement.sql)
    const commands = statement.commands.map(({ operation }) => {
      const table = 'table' in operation && typeof operation.table === 'object' ? operation.table : undefined
      const named = table === undefined ? '' : ` ${table.schema ?? ''}.${table.name}`
      const why = 'reason' in operation ? `: ${operation.reason}` : 'message' in operation ? `: ${operation.message}` : ''
      const dynamic = operation.kind === 'DoBlock' && operation.dynamic.length > 0 ? `: ${operation.dynamic.join('; ')}` : ''
      return `${statement.conditional ? '? ' : ''}${operation.kind}${named}${why}${dynamic}`
    })
    return [...commands, ...statement.body.flatMap(words)]
  }
  return parseSql(text, { placeholders: new Set([syntax].flat()) }).statements.flatMap(words)
}

describe('actions of Go are words', () => {
  test.each([
    ['{{ index .Options "Namespace" }}.users', '___index__options__namespace____.users'],
    ['"{{ index .Options "Namespace" }}"."users"', '"___index__options__namespace____"."users"'],
    [`'{{ index .Options "It's" }}'`, `'___index__options__it_s____'`],
    ['$$ "{{.A}}" $$', '$$ "___a__" $$'],
    ['{{ printf `}}` }} {{ "}}" }} {{ "\\"}}" }}', '___printf________ __________ ____________'],
    ["{{ '}' }}{{ '\\'' }}", '_________' + '_______' + '___'],
    ['{{- .A -}}', '_____a____'],
    ['-- {{ .A }}\n{{ .A }}', '-- ____a___\n____a___'],
    ['{{ .A\n}}.t', '____a\n  .t'],
    ['{{\r\n.Long }}.t', '  \r\n_long___.t'],
  ])('%s', (text, expected) => {
    expect(expanded(text, 'go')).toHaveLength(expected.length)
    expect(expanded(text, 'go').replace(/[0-9]/g, '_')).toBe(expected)
  })

  test('equal ones the same word, others another, none one of the text', () => {
    const [a, b, c, plain] = expanded('"{{ .A }}" {{ .A }} {{ .a }} ____a___', 'go').split(' ')
    expect(a).toBe(`"${b}"`)
    expect(new Set([b, c, plain]).size).toBe(3)
  })

  test.each([
    '{{ if .A }}',
    '{{- else if eq .A "}}" }}',
    '{{ else }}',
    '{{ end }}',
    '{{ range $i, $e := .L }}',
    '{{ with .A }}',
    '{{ define "x" }}',
    '{{ block "x" . }}',
    '{{ template "x" . }}',
    '{{/* a "quote, }} and\n a line */}}',
    '{{- /* trimmed */ -}}',
    '{{ $x := "}}" }}',
  ])('but for %j, which is blank', (text) => {
    expect(expanded(text, 'go').trim()).toBe('')
  })

  test.each(['{{ .A', '{{ "a\n}}', '{{/* a }}', '{{ `a }}', "a } {{ '}}"])('%j is none', (text) => {
    expect(expanded(text, 'go')).toBe(text)
  })

  test('outside the region they stay', () => {
    const { text, placeholders } = expand('{{a}} {{b}} {{c}}', { start: 6, end: 15 }, new Set(['go']), wordsFor(''))
    expect(text).toBe('{{a}} __b__ {{c}}')
    expect(placeholders.map(({ span, written }) => [span, written])).toEqual([[{ start: 6, end: 11 }, '{{b}}']])
  })
})

describe('dollars', () => {
  test.each([
    ['"${schema}".t', '"__schema_".t'],
    ["'${a}-${b}' $$ ${a} $$ $x$${a}$x$", "'__a_-__b_' $$ __a_ $$ $x$${a}$x$"],
    ['t_${env}_x', 't___env__x'],
    ['DO $${}$$', 'DO $${}$$'],
    ['$json${"a": 1}$json$', '$json${"a": 1}$json$'],
    ["SELECT '${'; DROP TABLE a; SELECT '}'", "SELECT '${'; DROP TABLE a; SELECT '}'"],
    ['${a\nb} ${} ${{a}}', '${a\nb} ${} ${{a}}'],
    ['$A $1 $$ $tag$ $B $tag$', '$A $1 $$ $tag$ $B $tag$'],
  ])('in braces: %s', (text, expected) => {
    expect(expanded(text, 'dollar')).toBe(expected)
  })

  test.each([
    ['"$SCHEMA".t', '"_schema".t'],
    ["$A.t '$B' ${C:-d}", "_a.t '_b' ${C:-d}"],
    ['$1 $$ $B $$ $tag$ $B$tag$ a$B $é', '$1 $$ _b $$ $tag$ $B$tag$ a$B $é'],
  ])('without braces: %s', (text, expected) => {
    expect(expanded(text, 'env')).toBe(expected)
  })

  test('both', () => {
    expect(does('CREATE TABLE $S."${T:-a b}" (a varchar($N), b varchar(${M})); SELECT $1, $$ $A $$', ['dollar', 'env'])).toEqual([
      'CreateTable _s.__t__a_b_',
      'Select',
    ])
  })
})

describe('SQL with templates that the tool expands', () => {
  const schema = '{{ index .Options "Namespace" }}'
  const name = '___index__options__namespace____'

  test('is read in its place, DO bodies too', () => {
    const text = `-- é😀 ${schema}
CREATE INDEX i ON "${schema}"."users" (a);
DO $$ BEGIN
  IF NOT EXISTS (SELECT FROM information_schema.columns WHERE table_schema = '${schema}' AND column_name = 'é')
  THEN ALTER TABLE "${schema}"."users" RENAME COLUMN a TO b; END IF;
  EXECUTE 'DROP TABLE "${schema}".a; DROP VIEW ${schema}.b';
END $$;
DROP TABLE ${schema}.c`
    expect(does(text)).toEqual([
      `CreateIndex ${name}.users`,
      'DoBlock',
      'Select',
      `? RenameColumn ${name}.users`,
      `DropTable ${name}.a`,
      'DropView',
      `DropTable ${name}.c`,
    ])
    const { comments, placeholders } = parseSql(text, { placeholders: new Set(['go']) })
    expect(comments.map((comment) => comment.text)).toEqual([`é😀 ${schema}`])
    expect(placeholders.map(({ start, end }) => text.slice(start, end))).toEqual(Array.from({ length: 7 }, () => schema))
  })

  test('takes numbers and nothing where no name can stand', () => {
    expect(does('ALTER TABLE {{ .T }} ADD a varchar({{ .N }}); CREATE TABLE {{ .T }} (a int) {{ .Options }}')).toEqual([
      'AddColumn .____t___',
      'CreateTable .____t___',
    ])
    expect(does('DO $$ BEGIN ALTER TABLE a ADD b varchar({{ .N }}); END $$')).toEqual(['DoBlock', 'AddColumn .a'])
  })

  test('keeps what it stands for in dynamic SQL as written', () => {
    expect(does(`DO $$ BEGIN EXECUTE 'DROP TABLE "${schema}".' || x; END $$`)).toEqual([
      `DoBlock: 'DROP TABLE "${schema}".' || x`,
    ])
  })

  test('is conditional in branches', () => {
    expect(
      does(
        'DROP TABLE a; {{ if .X }} DROP TABLE b; {{ if .Y }} DROP TABLE c; {{ end }} DROP TABLE d; {{ else }} DROP TABLE e; {{ end }} DROP TABLE f',
      ),
    ).toEqual(['DropTable .a', ...['b', 'c', 'd', 'e'].map((table) => `? DropTable .${table}`), 'DropTable .f'])
  })

  test('is opaque where branches do not parse together', () => {
    expect(does('ALTER TABLE a {{ if .X }} ADD b int {{ else }} DROP c {{ end }}; DROP TABLE d')).toEqual([
      'Opaque: it does not parse with all branches of its template at once: syntax error at or near "DROP"',
      'DropTable .d',
    ])
    expect(does('DO $$ BEGIN DROP TABLE {{ if .X }} a {{ else }} b {{ end }}; END $$')).toEqual([
      'DoBlock: a body that does not parse with its placeholders filled in: syntax error at or near "b"',
    ])
  })

  test('is opaque where a placeholder is all of it, wrong where none matters', () => {
    expect(does("{{ .Body }}; SELEKT 1; SELEKT '{{ .A }}'")).toEqual([
      'Opaque: the whole statement is a placeholder',
      'Unparsed: syntax error at or near "SELEKT"',
      'Unparsed: syntax error at or near "SELEKT"',
    ])
  })
})

test('a tool that expands nothing sends what is written', () => {
  expect(does('DROP TABLE ${a}; DROP TABLE "{{ .A }}"', [])).toEqual([
    'Unparsed: syntax error at or near "$"',
    'DropTable .{{ .A }}',
  ])
})
