import { lexer, type Token } from 'marked'
import { SaxesParser } from 'saxes'
import { expect, it } from 'vitest'
import type { FindingJson, LintJson } from '../src/contract.ts'
import { lintCheckstyle } from '../src/report/checkstyle.ts'
import { lintCompact } from '../src/report/compact.ts'
import { lintGithub } from '../src/report/github.ts'
import { lintJunit } from '../src/report/junit.ts'
import { lintMarkdown } from '../src/report/markdown.ts'
import { plainPaint } from '../src/report/paint.ts'
import { printable, printableJson, printableLine } from '../src/report/printable.ts'
import { runnerCommand } from './runner-command.ts'

/** What syntax is made of, put together at random where the fixtures put together what is known to hurt. */
const atoms = [
  ...[
    '`',
    '```',
    '~~~',
    '|',
    '\\',
    '\\|',
    '**',
    '_',
    '[',
    '](',
    ')',
    '![',
    '<',
    '>',
    '</details>',
    '<!--',
    '<a href="x">',
    '&lt;',
    '&#',
  ],
  ...['@team', '#12', 'http://e.x', 'https://', 'www.e.x', 'a@b.co', 'mailto:', ':smile:', '~del~', '$', '^', '=', '{', '}'],
  ...[
    ' ',
    '  ',
    '\n',
    '\n\n',
    '\r\n',
    '\r',
    '\t',
    '# h',
    '- ',
    '1. ',
    '> ',
    '---',
    '===',
    '\u000b',
    '\f',
    '\u0085',
    '\u00a0',
    '\u2028',
  ],
  ...[
    '::error::',
    '::',
    '##[error]',
    '##',
    '%0A',
    '%',
    ':',
    ',',
    ';',
    '"',
    "'",
    ']]>',
    '\u001b[31m',
    '\u202e',
    '\u200b',
    '\ud800',
    '\ufffe',
  ],
  ...['a', 'B', '0', 'é', '𐐀'],
]

let seed = 1
function random(): number {
  seed = (seed * 1_103_515_245 + 12_345) & 0x7fffffff
  return seed / 0x7fffffff
}

const some = () =>
  Array.from({ length: Math.floor(random() * 14) }, () => atoms[Math.floor(random() * atoms.length)] ?? '').join('')

function someFinding(): FindingJson {
  return {
    ...{ rule: 'drop-table', hazard: 'fails', severity: 'error', message: some(), file: some() || 'f' },
    ...{ line: 1, column: 1, endLine: 1, endColumn: 2, sql: some(), instead: some(), phase: null, fingerprint: '' },
    plan: [
      { phase: 'expand', transaction: true, sql: some(), title: some(), why: some(), rollback: null },
      { phase: 'deploy', note: some() },
    ],
    effects: [{ relation: some(), kind: 'table', lock: 'SHARE', work: [], existed: true }],
  }
}

it('keeps to itself', () => {
  for (let round = 0; round < 400; round++) {
    const findings = [someFinding(), someFinding()]
    const files = findings.map(({ file }) => file)
    const result: LintJson = {
      version: 1,
      tool: 'plain',
      postgres: 15,
      files: 2,
      statements: 2,
      findings,
      allowed: [],
      phases: [],
    }
    const markdown = lintMarkdown(result)
    const compact = lintCompact(findings, plainPaint)
    const json = printableJson(result)
    const documents = [lintJunit(result, files, 'error'), lintCheckstyle(result)]
    const told = JSON.stringify(findings)

    for (const line of [markdown, compact, json, ...documents].join('\n').split(/[\r\n\u0085\u2028]/))
      expect(runnerCommand(line), told).toBeUndefined()
    expect(compact.split('\n'), told).toHaveLength(3)
    expect(JSON.parse(json)).toEqual(JSON.parse(JSON.stringify(result)))
    for (const document of documents) expect(() => new SaxesParser().write(document).close(), told).not.toThrow()
    const commands = lintGithub(result).trimEnd().split('\n').map(runnerCommand)
    expect(
      commands.map((command) => command?.properties.title),
      told,
    ).toEqual(['drop-table', 'drop-table'])
    expect(
      commands.map((command) => command?.properties.file?.trim()),
      told,
    ).toEqual(files.map((file) => printableLine(file).trim()))

    const tokens = lexer(markdown)
    const codes = tokens.flatMap((token) => (token.type === 'code' ? [lines(token.text)] : []))
    expect(codes, told).toEqual(
      findings.flatMap(({ sql, instead, plan: [step] }) =>
        [sql, instead ?? '', step !== undefined && 'sql' in step ? step.sql : ''].map((text) => lines(printable(text.trim()))),
      ),
    )
    expect(
      tokens.filter(({ type }) => type === 'table').flatMap((token) => (token.type === 'table' ? token.rows : [])),
    ).toHaveLength(2)
    for (const token of everyToken(tokens)) {
      expect(ours.has(token.type), `${token.type} ${token.raw} of ${told}`).toBe(true)
      if (token.type === 'html') expect(token.raw).toMatch(/^(?:<details><summary>[^<>\n]*<\/summary>|<\/details>)\n*$/)
    }
  }
})

const ours = new Set([
  'heading',
  'table',
  'space',
  'html',
  'code',
  'list',
  'list_item',
  'paragraph',
  'text',
  'codespan',
  'escape',
])

const lines = (code: string) =>
  code
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n')
    .trimEnd()

function everyToken(tokens: readonly Token[]): readonly Token[] {
  return tokens.flatMap((token) => {
    const cells = token.type === 'table' ? [...token.header, ...token.rows.flat()].flatMap((cell) => cell.tokens) : []
    const items = token.type === 'list' ? token.items : []
    return [token, ...everyToken([...cells, ...items, ...('tokens' in token ? (token.tokens ?? []) : [])])]
  })
}
