import { cpSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { lexer, parse, type Token } from 'marked'
import { SaxesParser } from 'saxes'
import { afterAll, describe, expect, it } from 'vitest'
import { rules } from '../rules/index.ts'
import type { LintJson } from '../src/contract.ts'
import { loadGrammar, parseSql } from '../src/grammar/parse.ts'
import { lintFormats } from '../src/report/formats.ts'
import { lintMarkdown } from '../src/report/markdown.ts'
import { printable, printableLine } from '../src/report/printable.ts'
import { captured } from './captured.ts'
import { runnerCommand } from './runner-command.ts'

/** Migrations, and names of them, that try to break out of what shows them: no output may obey them. */
const root = realpathSync(mkdtempSync(join(tmpdir(), 'phasewise-hostile-')))
afterAll(() => rmSync(root, { recursive: true }))

cpSync('fixtures/hostile', join(root, 'migrations'), { recursive: true })
const names = [
  '::error::1.sql',
  '##[error]2.sql',
  '3_%0A%3A,line=1.sql',
  '4_|`x`|.sql',
  '5_[l](evil.example) ![i](x) @team #123.sql',
  '6_<img src=x>&lt;"\'.sql',
  '7_\u001b[31m\u009b31m\r.sql',
  '8_\n::error::owned\n# heading\n.sql',
  '9_\u202e\u200b\u2028.sql',
  '10_{0}$x$ü 漢.sql',
]
for (const name of names)
  writeFileSync(join(root, 'migrations', name), 'ALTER TABLE a ALTER COLUMN b SET NOT NULL;\nALTER TABEL x;\n')

const phasewise = (...argv: readonly string[]) => captured(argv, { cwd: root })

const lint = async (format: string, ...more: readonly string[]) =>
  (await phasewise('lint', 'migrations', '--format', format, ...more)).out

const result: LintJson = JSON.parse(await lint('json'))

/** Nothing that a terminal, a build server's log or a reader's eye would take for something else. */
function expectSafe(text: string): void {
  expect(text.match(hidden)).toBeNull()
  for (const line of text.split('\n')) expect(runnerCommand(line), line).toBeUndefined()
}

const hidden = /[^\P{C}\n\t]|\p{Zl}|\p{Zp}|\u034f|\u115f|\u1160|\u17b4|\u3164|\uffa0|\p{Variation_Selector}/u

it('there is enough to be afraid of', () => {
  expect(new Set(result.findings.map(({ file }) => file)).size).toBe(names.length + 5)
  expect(result.findings.length).toBeGreaterThan(200)
  expect(result.allowed).toHaveLength(5)
  const raw = JSON.stringify(result)
  for (const part of ['\\u001b]52;', '::stop-commands::token', '##vso[', '</details>', '@team', ']]>', '\u202e'])
    expect(raw).toContain(part)
})

describe('what people read', () => {
  it.each([
    ['text', ['lint', 'migrations']],
    ['text in one line each', ['lint', 'migrations', '--quiet']],
    ['compact', ['lint', 'migrations', '--format', 'compact']],
    ['json', ['lint', 'migrations', '--format', 'json']],
    ['locks', ['locks', 'migrations']],
    ['locks as JSON', ['locks', 'migrations', '--format', 'json']],
    ['debt', ['debt', 'migrations']],
    ['debt as JSON', ['debt', 'migrations', '--format', 'json']],
    [
      'an explanation',
      ['explain', `ALTER TABLE "\u001b[31m::error::x" ADD COLUMN "##[error]\u202e" text DEFAULT '\n::error::x ::warning::y'`],
    ],
    ['an explanation of a new line', ['explain', 'CREATE INDEX ON "x\n::error::owned" (a)']],
  ])('%s obeys nothing', async (_, argv) => {
    const { out, err } = await phasewise(...argv)
    expect(err).toBe('')
    expect(out.length).toBeGreaterThan(10)
    expectSafe(out)
  })

  it.each([
    ['a file', ['lint', '\n::error::x\u001b[2J##[error]y']],
    ['a word', ['explain', '::error::x-\u009b31m']],
    ['SQL', ['explain', 'ALTER TABEL "\u001b[2J\n::error::x::"']],
    ['an option', ['lint', '--::error::x\u001b']],
    ['a format', ['lint', '--format', '\u202ex\n::error::y']],
    ['an output', ['lint', 'migrations', '--format', 'json=\u001b[31m/::error::x']],
    ['a reference', ['lint', '--since', '\u001b[31m::error::x']],
  ])('an error about %s obeys nothing', async (_, argv) => {
    const { out, err } = await phasewise(...argv)
    expect(out).toBe('')
    expect(err).toMatch(/^phasewise: [^\n]+\n$/)
    expectSafe(err)
  })

  it('colours are all the escapes that there are', async () => {
    const coloured = await lint('text', '--color')
    expect(coloured).toContain('\u001b[31m')
    // biome-ignore lint/suspicious/noControlCharactersInRegex: it is the one to be taken out
    expectSafe(coloured.replaceAll(/\u001b\[\d+m/g, ''))
  })

  it('trace obeys nothing', { timeout: 120_000 }, async () => {
    const { out } = await phasewise('trace', 'migrations/workflow.sql', 'migrations/terminal.sql')
    expect(out).toContain('migrations/workflow.sql')
    expectSafe(out)
    expectSafe((await phasewise('trace', 'migrations/workflow.sql', '--format', 'json')).out)
  })
})

describe('plan', () => {
  const identifier = '"x\nDROP TABLE owned; --"'
  const file = `1_a\nDROP TABLE owned;\n--.sql`
  mkdirSync(join(root, 'planned'))
  writeFileSync(
    join(root, 'planned', file),
    `ALTER TABLE ${identifier} ALTER COLUMN ${identifier} SET NOT NULL;\nALTER TABLE ${identifier} RENAME COLUMN a TO ${identifier};\n`,
  )

  it('is SQL that drops nothing, whatever the names', async () => {
    const { out } = await phasewise('plan', `planned/${file}`)
    const { statements } = parseSql(out, { grammar: await loadGrammar() })
    expect(statements.length).toBeGreaterThan(5)
    for (const { commands } of statements)
      for (const { operation } of commands) expect(['DropTable', 'Unparsed']).not.toContain(operation.kind)
  })

  it.each(['text', 'json'])('as %s obeys nothing', async (format) => {
    const { out } = await phasewise(
      'plan',
      'migrations/workflow.sql',
      'migrations/terminal.sql',
      'migrations/unicode.sql',
      '--format',
      format,
    )
    expect(out.length).toBeGreaterThan(100)
    expectSafe(out)
  })
})

it('json loses nothing', async () => {
  const sql = result.findings.map((finding) => finding.sql).join('\n')
  for (const part of ['\u001b[2J', '\n::error::owned', '##[error]owned', '\u202etxt', '\u{e0041}', '\ufffe'])
    expect(sql).toContain(part)
  expect(result.findings.map(({ file }) => file)).toEqual(expect.arrayContaining(names.map((name) => `migrations/${name}`)))
})

it('compact has one line per finding, each of the one shape', async () => {
  const lines = (await lint('compact')).trimEnd().split('\n')
  expect(lines).toHaveLength(result.findings.length)
  for (const [index, { file, line, column, severity, message, rule }] of result.findings.entries())
    expect(lines[index]).toBe(`${printableLine(file)}:${line}:${column}: ${severity}: ${printableLine(message)} [${rule}]`)
})

it('github has one command per finding, with the properties that we give it', async () => {
  const out = await lint('github')
  expectSafe(out.replaceAll(/^::(?:error|warning|notice) /gm, ''))
  const commands = out.trimEnd().split('\n').map(runnerCommand)
  expect(commands).toHaveLength(result.findings.length)
  for (const [index, { file, line, severity, rule, message }] of result.findings.entries()) {
    const command = commands[index]
    expect(command?.name).toBe(severity === 'note' ? 'notice' : severity)
    expect(command?.properties).toMatchObject({ file: printableLine(file), line: String(line), title: rule })
    const known = ['file', 'line', 'endLine', 'col', 'endColumn', 'title']
    expect(Object.keys(command?.properties ?? {}).filter((key) => !known.includes(key))).toEqual([])
    expect(command?.data.startsWith(printable(message))).toBe(true)
    expectSafe(command?.data ?? '')
  }
})

describe('markdown', () => {
  const out = lintMarkdown(result, { longest: Number.POSITIVE_INFINITY })
  const tokens = lexer(out)
  const all = (list: readonly Token[]): readonly Token[] =>
    list.flatMap((token) => {
      const cells = token.type === 'table' ? [...token.header, ...token.rows.flat()].flatMap((cell) => cell.tokens) : []
      const items = token.type === 'list' ? token.items : []
      return [token, ...all([...cells, ...items, ...('tokens' in token ? (token.tokens ?? []) : [])])]
    })

  it('shows nothing that people should not see', () => expectSafe(out))

  it('is made of our blocks alone', () => {
    const top = tokens.filter(({ type }) => type !== 'space')
    const table = top.find((token) => token.type === 'table')
    expect(top[0]).toMatchObject({ type: 'heading', depth: 2 })
    expect(table?.type === 'table' && table.rows.length).toBe(result.findings.length)
    expect(table?.type === 'table' && table.rows.every((row: readonly unknown[]) => row.length === 3)).toBe(true)
    expect(top.filter(({ type }) => type === 'heading')).toHaveLength(1)
    expect([...new Set(all(tokens).map(({ type }) => type))].sort()).toEqual(
      expect.not.arrayContaining(['link', 'image', 'def', 'blockquote', 'hr', 'br', 'del', 'em', 'strong', 'checkbox']),
    )
    for (const { raw } of all(tokens).filter(({ type }) => type === 'html'))
      expect(raw).toMatch(/^(?:<details><summary>[^<>\n]*<\/summary>|<\/details>)\n*$/)
  })

  it('renders as our elements, and no text of it mentions, refers or links', () => {
    const { elements, texts } = parseXml(`<root>${parse(out, { async: false })}</root>`)
    const ours = ['root', 'h2', 'table', 'thead', 'tbody', 'tr', 'th', 'td', 'code', 'details', 'summary', 'pre', 'ul', 'li', 'p']
    expect([...new Set(elements.map(({ name }) => name))].filter((name) => !ours.includes(name))).toEqual([])
    for (const { attributes } of elements) expect(Object.entries(attributes).flat().join()).toMatch(/^(?:class,language-sql)?$/)
    const prose = texts.filter(({ within }) => within !== 'code').map(({ text }) => text)
    expect(prose.join('')).toContain('team')
    for (const text of prose)
      expect(text).not.toMatch(/@\w|#\d|GH-\d|[!~%$&]\d|:\/\/|www\.|:[a-z]+:|\b[0-9a-f]{40}\b|\p{C}(?<![\n\u200b])/u)
  })

  it('says what has no room', async () => {
    expect(await lint('markdown')).toBe(lintMarkdown(result))
    for (const longest of [500, 5_000, 20_000, 60_000]) {
      const short = lintMarkdown(result, { longest })
      expect(short.length).toBeLessThanOrEqual(longest)
      expect(short).toMatch(/… and \d+ more, (?:not shown|without details) here/)
    }
    expect(lintMarkdown(result, { longest: Number.POSITIVE_INFINITY })).not.toContain('… and')
  })
})

it('sarif has every result, and no message of it links or leaves a place open', async () => {
  const out = await lint('sarif')
  expectSafe(out)
  const [sarif] = JSON.parse(out).runs
  const all = [...result.findings, ...result.allowed]
  expect(sarif.results).toHaveLength(all.length)
  for (const [index, { file }] of all.entries()) {
    const { message, locations, suppressions } = sarif.results[index]
    expectSafe(message.text)
    expect(message.text).not.toContain('](')
    expect(message.text.replaceAll('{{', '').replaceAll('}}', '')).not.toMatch(/[{}]/)
    const { uri, index: artifact } = locations[0].physicalLocation.artifactLocation
    expect(uri).toMatch(/^[\w./%!'()*~-]+$/)
    expect(decodeURIComponent(uri)).toBe(file)
    expect(sarif.artifacts[artifact].location.uri).toBe(uri)
    expect(suppressions).toHaveLength(index < result.findings.length ? 0 : 1)
  }
})

it.each(['gitlab', 'rdjson'])('%s has every finding', async (format) => {
  const out = await lint(format)
  expectSafe(out)
  const json = JSON.parse(out)
  const all = format === 'gitlab' ? json : json.diagnostics
  expect(all.map(({ location }: { location: { path: string } }) => location.path)).toEqual(
    result.findings.map(({ file }) => file),
  )
  for (const { description, message } of all) expectSafe(description ?? message)
  if (format === 'gitlab') expect(new Set(all.map((one: { fingerprint: string }) => one.fingerprint)).size).toBe(all.length)
})

it('checkstyle is well-formed, with our elements alone', async () => {
  const out = await lint('checkstyle')
  expectSafe(out)
  const { elements, texts } = parseXml(out)
  expect([...new Set(elements.map(({ name }) => name))].sort()).toEqual(['checkstyle', 'error', 'file'])
  expect(elements.filter(({ name }) => name === 'file').map(({ attributes }) => attributes.name)).toEqual([
    ...new Set(result.findings.map(({ file }) => printable(file))),
  ])
  const errors = elements.filter(({ name }) => name === 'error').map(({ attributes }) => attributes)
  expect(errors.map(({ message }) => message)).toEqual(result.findings.map(({ message }) => printableLine(message)))
  for (const attributes of errors) expect(Object.keys(attributes)).toEqual(['line', 'column', 'severity', 'message', 'source'])
  expect(
    texts
      .map(({ text }) => text)
      .join('')
      .trim(),
  ).toBe('')
})

it('junit is well-formed, with our elements alone', async () => {
  const out = await lint('junit')
  expectSafe(out)
  const { elements } = parseXml(out)
  const ours = ['failure', 'skipped', 'system-out', 'testcase', 'testsuite', 'testsuites']
  expect(elements.filter(({ name }) => !ours.includes(name))).toEqual([])
  expect(elements.filter(({ name }) => name === 'testcase')).toHaveLength(result.findings.length + result.allowed.length)
  const failures = elements.filter(({ name }) => name === 'failure').map(({ attributes }) => attributes.message)
  expect(failures).toEqual(
    result.findings.flatMap(({ severity, message }) => (severity === 'error' ? [printableLine(message)] : [])),
  )
})

it('every format is tried', () => {
  expect([...lintFormats].sort()).toEqual(
    ['checkstyle', 'compact', 'github', 'gitlab', 'json', 'junit', 'markdown', 'rdjson', 'sarif', 'text'].sort(),
  )
  expect(rules.size).toBeGreaterThan(50)
})

interface Xml {
  readonly elements: readonly { readonly name: string; readonly attributes: Readonly<Record<string, string>> }[]
  readonly texts: readonly { readonly within: string | undefined; readonly text: string }[]
}

/** Throws where it is not well-formed. */
function parseXml(text: string): Xml {
  const elements: { name: string; attributes: Record<string, string> }[] = []
  const texts: { within: string | undefined; text: string }[] = []
  const open: string[] = []
  const parser = new SaxesParser({ xmlns: false })
  parser.on('error', (error) => {
    throw error
  })
  parser.on('opentag', ({ name, attributes }) => {
    open.push(name)
    elements.push({ name, attributes })
  })
  parser.on('closetag', () => void open.pop())
  parser.on('text', (found) => void texts.push({ within: open.at(-1), text: found }))
  parser.on('cdata', () => {
    throw new Error('a CDATA section')
  })
  parser.on('comment', () => {
    throw new Error('a comment')
  })
  parser.on('doctype', () => {
    throw new Error('a DOCTYPE')
  })
  parser.write(text).close()
  return { elements, texts }
}
