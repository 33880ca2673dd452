import { linkSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { default as draft4 } from 'ajv-draft-04'
import { default as formats } from 'ajv-formats'
import { afterAll, describe, expect, it } from 'vitest'
import packageJson from '../package.json' with { type: 'json' }
import { rules } from '../rules/index.ts'
import { lintFormats } from '../src/report/formats.ts'
import { lintSarif } from '../src/report/sarif.ts'
import { captured } from './captured.ts'

const root = realpathSync(mkdtempSync(join(tmpdir(), 'phasewise-formats-')))
afterAll(() => rmSync(root, { recursive: true }))

function write(path: string, text: string): void {
  mkdirSync(dirname(join(root, path)), { recursive: true })
  writeFileSync(join(root, path), text)
}

write('db/1_orders.sql', 'CREATE TABLE orders (id bigint PRIMARY KEY, region text);\n')
// A character of 4 bytes and 2 UTF-16 units, and one of 2 bytes, before what is found.
write(
  'db/2_région 50%.sql',
  `SET lock_timeout = '2s';\n/* 𐐀é */ ALTER TABLE orders\n  /* 𐐀é */ ALTER COLUMN region SET NOT NULL;\n/* 𐐀é */ CREATE INDEX i ON orders (region);\n`,
)
write(
  'db/3_drop.sql',
  `SET lock_timeout = '2s';\n-- phasewise allow drop-table: nothing reads it {any} [more](x)\nDROP TABLE orders;\n`,
)
const second = 'db/2_région 50%.sql'

const phasewise = (argv: readonly string[], { cwd = '.', isTerminal = false } = {}) =>
  captured(argv, { cwd: join(root, cwd), isTerminal })
const printed = async (format: string, ...more: readonly string[]) => (await phasewise(['db', '--format', format, ...more])).out
const parsed = async (format: string, ...more: readonly string[]) => JSON.parse(await printed(format, ...more))
const read = (path: string) => readFileSync(join(root, path), 'utf8')

describe('positions', () => {
  it('are columns of UTF-16 units', async () => {
    expect((await printed('compact')).split('\n').slice(0, 2)).toEqual([
      expect.stringMatching(/^db\/2_région 50%\.sql:3:13: error: .* \[set-not-null-without-proof\]$/),
      expect.stringMatching(/^db\/2_région 50%\.sql:4:11: error: .* \[create-index-without-concurrently\]$/),
    ])
    expect(await printed('github')).toContain(
      `::error file=${second.replace('%', '%25')},line=3,endLine=3,col=13,endColumn=45,title=set-not-null`,
    )
    expect(await printed('checkstyle')).toContain('<error line="3" column="13" severity="error"')
    const [{ results, columnKind }] = (await parsed('sarif')).runs
    expect(columnKind).toBe('utf16CodeUnits')
    expect(results[0].locations[0].physicalLocation.region).toEqual({ startLine: 3, startColumn: 13, endLine: 3, endColumn: 45 })
  })

  it('are columns of UTF-8 bytes for reviewdog', async () => {
    const { diagnostics } = await parsed('rdjson')
    expect(diagnostics.map(({ location }: { location: unknown }) => location)).toEqual([
      { path: second, range: { start: { line: 3, column: 16 }, end: { line: 3, column: 48 } } },
      { path: second, range: { start: { line: 4, column: 14 }, end: { line: 4, column: 47 } } },
    ])
  })

  it('of several lines have no columns for GitHub, which would drop them', async () => {
    write('long/1_a.sql', 'CREATE INDEX i\n  ON orders (region);\n')
    const { out } = await phasewise(['long', '--format', 'github'])
    expect(out).toMatch(/^::error file=long\/1_a\.sql,line=1,endLine=2,title=create-index-without-concurrently::/m)
  })
})

describe('sarif', () => {
  const load = createRequire(import.meta.url)
  const schema: object = load('@microsoft/jest-sarif/lib/schemas/sarif-2.1.0-rtm.5.json')
  const ajv = new draft4.default({ strict: false, allErrors: true, unicodeRegExp: false })
  formats.default(ajv)
  const validate = ajv.compile(schema)
  const valid = (sarif: unknown) => {
    validate(sarif)
    return validate.errors ?? []
  }

  it('is valid by the schema of the standard', async () => {
    expect(valid(await parsed('sarif'))).toEqual([])
    expect(valid(JSON.parse((await phasewise(['db/1_orders.sql', '--format', 'sarif'])).out))).toEqual([])
    expect(valid({ version: '2.1.0', runs: [{ results: [] }] })).not.toEqual([])
  })

  it('describes every rule validly', () => {
    const location = { line: 1, column: 1, endLine: 1, endColumn: 2 }
    const findings = [...rules].map(([rule, { hazard }]) => ({
      ...{
        rule,
        hazard,
        severity: 'error' as const,
        message: rule,
        file: 'a.sql',
        sql: '',
        effects: [],
        instead: null,
        plan: [],
      },
      ...{ phase: null, fingerprint: rule, ...location },
    }))
    const result = {
      version: 1,
      tool: 'plain',
      postgres: 15,
      files: 1,
      statements: 1,
      findings,
      allowed: [],
      phases: [],
    } as const
    const sarif = lintSarif(result, { rules, files: [], exitCode: 1, version: '1.0.0' })
    expect(valid(sarif)).toEqual([])
    const described = sarif.runs[0]?.tool.driver.rules ?? []
    expect(described).toHaveLength(rules.size)
    for (const rule of described) expect(Object.keys(rule)).toEqual(expect.arrayContaining(['help', 'shortDescription']))
  })

  it('says what was judged, how it ended and what it is called', async () => {
    const [{ tool, invocations, artifacts, results }] = (await parsed('sarif')).runs
    expect(tool.driver).toMatchObject({ name: 'phasewise', semanticVersion: packageJson.version })
    expect(invocations).toEqual([{ executionSuccessful: true, exitCode: 1 }])
    expect(artifacts.map(({ location }: { location: { uri: string } }) => location.uri)).toEqual([
      'db/1_orders.sql',
      'db/2_r%C3%A9gion%2050%25.sql',
      'db/3_drop.sql',
    ])
    expect((await parsed('sarif', '--fail-on', 'never')).runs[0].invocations[0].exitCode).toBe(0)
    const json = await parsed('json')
    expect(results.map(({ partialFingerprints }: { partialFingerprints: object }) => partialFingerprints)).toEqual(
      [...json.findings, ...json.allowed].map(({ fingerprint }) => ({ 'phasewise/v1': fingerprint })),
    )
    const [{ ruleIndex, ruleId }] = results
    expect(tool.driver.rules[ruleIndex].id).toBe(ruleId)
    expect(tool.driver.rules[ruleIndex]).toMatchObject({
      helpUri: expect.stringMatching(/^https:\/\/www\.postgresql\.org\/docs\//),
      help: { markdown: expect.stringContaining('phasewise allow set-not-null-without-proof: <reason>') },
      defaultConfiguration: { level: 'error' },
    })
  })

  it('keeps what is allowed, with the reason', async () => {
    const { results } = (await parsed('sarif')).runs[0]
    expect(results.map(({ suppressions }: { suppressions: unknown }) => suppressions)).toEqual([
      [],
      [],
      [{ kind: 'inSource', justification: 'nothing reads it {{any}} [more] (x)' }],
    ])
    expect(results[2]).toMatchObject({ ruleId: 'drop-table' })
  })

  it('tells what a baseline accepts from what a comment allows', async () => {
    write('old/db/1_a.sql', 'CREATE INDEX i ON orders (region);\n')
    write('old/phasewise.json', '{}')
    const old = ['old/db', '--config', 'old/phasewise.json']
    await phasewise(['baseline', ...old])
    const { results } = JSON.parse((await phasewise([...old, '--format', 'sarif'])).out).runs[0]
    expect(results[0].suppressions).toEqual([{ kind: 'external', justification: 'accepted in old/phasewise-baseline.json' }])
    expect(valid(JSON.parse((await phasewise([...old, '--format', 'sarif'])).out))).toEqual([])
  })

  it('names files outside of the sources without their root', async () => {
    const { out } = await phasewise(['../long', '--format', 'sarif'], { cwd: 'db' })
    expect(JSON.parse(out).runs[0].artifacts[0].location).toEqual({ uri: '../long/1_a.sql' })
    expect(valid(JSON.parse(out))).toEqual([])
  })
})

describe('the other formats', () => {
  it('gitlab has what Code Quality requires', async () => {
    const [first, ...others] = await parsed('gitlab')
    expect(first).toEqual({
      description: expect.stringContaining('blocks reads and writes to public.orders'),
      check_name: 'set-not-null-without-proof',
      fingerprint: (await parsed('json')).findings[0].fingerprint,
      severity: 'critical',
      location: { path: second, lines: { begin: 3, end: 3 } },
    })
    expect(others).toHaveLength(1)
    expect(JSON.parse((await phasewise(['db/1_orders.sql', '--format', 'gitlab'])).out)).toEqual([])
  })

  it('junit fails for what fails the run, and passes migrations without findings', async () => {
    const out = await printed('junit')
    expect(out).toContain('<testsuites name="phasewise" tests="4" failures="2" errors="0" skipped="1">')
    expect(out).toContain('<testcase classname="db/1_orders.sql" name="no findings"/>')
    expect(out).toContain('<skipped message="allowed: nothing reads it {any} [more](x)"/>')
    expect(out).toMatch(/<failure message="[^"]*" type="error">\ndb\/2_région 50%\.sql:3:13\n\nALTER TABLE orders\n/)
    expect(out).toContain('public.orders: ACCESS EXCLUSIVE, scan: reads and writes wait while every row is read')
    expect(await printed('junit', '--fail-on', 'never')).toContain('failures="0"')
  })

  it('markdown folds the details under a table', async () => {
    const out = await printed('markdown')
    expect(out).toMatch(/^## phasewise: 2 errors in 1 of 3 migrations\n\n\|/)
    expect(out).toContain(`| 🔴 error | \`${second}:3\` | `)
    expect(out).toContain('- `public.orders` ACCESS EXCLUSIVE, scan: reads and writes wait while every row is read\n')
    expect(out).toMatch(/\n1 allowed · contract steps in \d · plain SQL files · PostgreSQL 15\n$/)
    expect((await phasewise(['db/1_orders.sql', '--format', 'markdown'])).out).toMatch(
      /^## phasewise: no findings in 1 migration\n\nplain/,
    )
  })

  it('compact and github print nothing where there is nothing, the XML formats an empty report', async () => {
    for (const format of ['compact', 'github']) expect((await phasewise(['db/1_orders.sql', '--format', format])).out).toBe('')
    expect((await phasewise(['db/1_orders.sql', '--format', 'checkstyle'])).out).toMatch(/<checkstyle version="4\.3"\/>\n$/)
  })

  it('the help names all of them', async () => {
    const help = (await phasewise(['lint', '--help'])).out.replace(/\s+/g, ' ')
    expect(help).toContain(lintFormats.join(', '))
  })
})

describe('several at once', () => {
  it('writes files and prints one, with the same exit code', async () => {
    const { code, out, err } = await phasewise(
      ['db', '--format', 'sarif=out.sarif', '--format', 'compact', '--format', 'text=out.txt'],
      { isTerminal: true },
    )
    expect([code, err]).toEqual([1, ''])
    expect(out).toContain('db/2_région 50%.sql:3:13: ')
    expect(out.split('\n')).toHaveLength(3)
    expect(JSON.parse(read('out.sarif')).version).toBe('2.1.0')
    expect(read('out.txt')).toContain('2 errors in 1 of 3 migrations')
    expect(read('out.txt')).not.toContain('\u001b')
  })

  it('prints what is written to the file -', async () => {
    expect((await phasewise(['db', '--format', 'compact=-', '--format', 'json=report.json'])).out).toBe(await printed('compact'))
    expect((await phasewise(['db', '--format', 'compact=-', '--format', 'text'])).err).toContain('both go to standard output')
  })

  it('replaces what an earlier run wrote', async () => {
    write('report.json', 'x'.repeat(100_000))
    expect((await phasewise(['db', '--format', 'json=report.json'])).out).toBe('')
    expect(JSON.parse(read('report.json'))).toEqual(await parsed('json'))
  })

  it.each([
    [
      'two to standard output',
      ['--format', 'text', '--format', 'json'],
      'text and json both go to standard output; give one a file: --format text=<file>',
    ],
    ['two to one file', ['--format', 'json=a', '--format', 'sarif=./a'], './a: json and sarif would both be written to it'],
    ['a directory that is not there', ['--format', 'json=no/where.json'], 'no/where.json: no such file or directory'],
    ['a directory for a file', ['--format', 'json=db'], 'db: is a directory'],
    ['no name', ['--format', 'json='], 'The name of a file must follow the equals sign'],
    ['an unknown format with a file', ['--format', 'pdf=x.pdf'], "argument 'pdf=x.pdf' is invalid. Allowed choices are text"],
  ])('refuses %s', async (_, argv, message) => {
    const { code, out, err } = await phasewise(['db', ...argv])
    expect(err).toContain(message)
    expect(err).toMatch(/^phasewise: [^\n]+\n$/)
    expect([code, out]).toEqual([2, ''])
  })

  it('never replaces what was read', async () => {
    write('phasewise.json', '{ "postgres": 15 }')
    symlinkSync(join(root, 'db/1_orders.sql'), join(root, 'link.json'))
    linkSync(join(root, 'db/1_orders.sql'), join(root, 'hard.json'))
    const before = read('db/1_orders.sql')
    for (const path of ['db/1_orders.sql', './db/../db/1_orders.sql', 'link.json', 'hard.json', 'phasewise.json']) {
      const { code, err } = await phasewise(['db/3_drop.sql', '--format', `json=${path}`, '--format', 'sarif=unwritten.sarif'])
      expect([code, err]).toEqual([
        2,
        `phasewise: ${path}: was read for this result and is not replaced by it; choose another file\n`,
      ])
    }
    expect(read('db/1_orders.sql')).toBe(before)
    expect(() => read('unwritten.sarif')).toThrow('ENOENT')
    const unsaved = ['-', '--stdin-filename', 'db/4_new.sql', '--format', 'json=db/../db/4_new.sql']
    expect((await phasewise(unsaved)).err).toContain('db/../db/4_new.sql: was read for this result')
    rmSync(join(root, 'phasewise.json'))
  })

  it.each(['locks', 'trace', 'debt'])('%s refuses what only lint can print', async (command) => {
    const { code, err } = await phasewise([command, 'db', '--format', 'sarif'])
    expect(err).toContain("argument 'sarif' is invalid. It is a format of lint alone. Allowed choices are text, json")
    expect(code).toBe(2)
    expect((await phasewise([command, 'db', '--format', 'json=x'])).err).toContain(
      'Only lint writes files; redirect the output: --format json > x',
    )
  })
})
