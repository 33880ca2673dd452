import { spawn } from 'node:child_process'
import { chmodSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { build } from 'esbuild'
import { afterAll, describe, expect, it } from 'vitest'
import packageJson from '../package.json' with { type: 'json' }
import { run } from '../src/cli/program.ts'
import type { Output } from '../src/cli/terminal.ts'

const root = realpathSync(mkdtempSync(join(tmpdir(), 'phasewise-cli-')))
afterAll(() => rmSync(root, { recursive: true }))

function write(path: string, content: string | Uint8Array): void {
  mkdirSync(dirname(join(root, path)), { recursive: true })
  writeFileSync(join(root, path), content)
}

const unsafe = 'ALTER TABLE orders ALTER COLUMN region SET NOT NULL;\n'
write('project/migrations/1_orders.sql', 'CREATE TABLE orders (id bigint PRIMARY KEY, region text);\n')
write('project/migrations/2_region.sql', unsafe)
write('safe/1_orders.sql', 'CREATE TABLE orders (id bigint PRIMARY KEY, region text);\n')

interface Outcome {
  readonly code: number
  readonly out: string
  readonly err: string
}

interface Circumstances {
  readonly cwd?: string
  readonly stdin?: string | Uint8Array
  readonly env?: Record<string, string>
  readonly isTerminal?: boolean
}

async function phasewise(
  argv: readonly string[],
  { cwd = '.', stdin = '', env = {}, isTerminal = false }: Circumstances = {},
): Promise<Outcome> {
  let out = ''
  let err = ''
  const code = await run(argv, {
    cwd: join(root, cwd),
    env,
    out: output((text) => {
      out += text
    }, isTerminal),
    err: output((text) => {
      err += text
    }),
    stdin: async () => (typeof stdin === 'string' ? new TextEncoder().encode(stdin) : stdin),
  })
  return { code, out, err }
}

function output(write: (text: string) => void, isTerminal = false): Output {
  return { write, isTerminal, columns: isTerminal ? 100 : undefined }
}

describe('lint', () => {
  it('is the default command, and exits with 1 for an error', async () => {
    const { code, out, err } = await phasewise(['migrations'], { cwd: 'project' })
    expect(err).toBe('')
    expect(out).toMatch(/^migrations\/2_region\.sql:1:\d+ {2}error {2}set-not-null-without-proof {2}contract$/m)
    expect(out).toMatch(/\n1 error.* in 1 of 2 migrations · .*PostgreSQL 15 assumed \(set "postgres"\)/)
    expect(code).toBe(1)
    expect(await phasewise(['lint', 'migrations'], { cwd: 'project' })).toEqual({ code, out, err })
  })

  it('exits with 0 when nothing reaches the threshold', async () => {
    expect((await phasewise(['safe'])).code).toBe(0)
    expect((await phasewise(['project/migrations', '--fail-on', 'never'])).code).toBe(0)
  })

  it('takes options from the configuration, and the command line before them', async () => {
    write(
      'configured/phasewise.json',
      '{ "paths": ["db"], "postgres": 17, "failOn": "never", "rules": { "lock-without-timeout": "off" } }',
    )
    write('configured/db/1_a.sql', unsafe)
    write('configured/app/empty.txt', '')
    const { code, out } = await phasewise([], { cwd: 'configured/app' })
    expect(out).toMatch(/^\.\.\/db\/1_a\.sql:1:\d+ {2}error {2}set-not-null-without-proof {2}contract$/m)
    expect(out).toContain('PostgreSQL 17')
    expect(out).not.toContain('PostgreSQL 17 assumed')
    expect(code).toBe(0)
    const stricter = await phasewise(['--fail-on', 'error', '--postgres', '16'], { cwd: 'configured' })
    expect(stricter.out).toContain('PostgreSQL 16')
    expect(stricter.code).toBe(1)
  })

  it('leaves out what the configuration ignores', async () => {
    write('ignoring/phasewise.json', '{ "ignore": ["2_*.sql"] }')
    write('ignoring/db/1_a.sql', 'CREATE TABLE a (id bigint PRIMARY KEY);')
    write('ignoring/db/2_b.sql', unsafe)
    const { out, code } = await phasewise(['db', '--format', 'json'], { cwd: 'ignoring' })
    expect(JSON.parse(out)).toMatchObject({ files: 1, findings: [] })
    expect(code).toBe(0)
  })

  it('prints JSON, and nothing else, on stdout', async () => {
    const { out, err } = await phasewise(['migrations', '--format', 'json'], { cwd: 'project' })
    const result = JSON.parse(out)
    expect(Object.keys(result)).toEqual(['version', 'tool', 'postgres', 'files', 'statements', 'findings', 'allowed', 'phases'])
    expect(result).toMatchObject({ files: 2, statements: 2, allowed: [] })
    expect(result.findings.map((finding: { rule: string }) => finding.rule)).toContain('set-not-null-without-proof')
    expect(err).toBe('')
  })

  it('silences what a comment allows, and lists it', async () => {
    write('allowed/1_a.sql', `-- phasewise allow set-not-null-without-proof, lock-without-timeout: the table is tiny\n${unsafe}`)
    const { out, code } = await phasewise(['allowed', '--format', 'json'])
    expect(JSON.parse(out).allowed).toMatchObject([{ reason: 'the table is tiny' }, { reason: 'the table is tiny' }])
    expect(code).toBe(0)
  })

  it('reads - from standard input under the name it is given', async () => {
    const { out, code } = await phasewise(['-', '--stdin-filename', 'db/9_x.sql'], { stdin: unsafe })
    expect(out).toMatch(/^db\/9_x\.sql:1:\d+ {2}error/m)
    expect(code).toBe(1)
    expect((await phasewise(['-'], { stdin: unsafe })).out).toMatch(/^stdin\.sql:1:\d+ {2}error/m)
  })

  it('prints one line per finding with --quiet, and nothing when all is well', async () => {
    const { out } = await phasewise(['migrations', '--quiet'], { cwd: 'project' })
    expect(out).toMatch(/^migrations\/2_region\.sql:1:\d+: error: .* \[set-not-null-without-proof\]$/m)
    expect((await phasewise(['safe', '--quiet'])).out).toBe('')
  })

  it('reports a statement that does not parse and still judges the others', async () => {
    write('broken/1_a.sql', `ALTER TABEL x;\n${unsafe}`)
    const { out, code } = await phasewise(['broken'])
    expect(out).toContain('broken/1_a.sql:1:7  error  syntax-error')
    expect(out).toMatch(/^broken\/1_a\.sql:2:\d+ {2}error {2}set-not-null-without-proof {2}contract$/m)
    expect(code).toBe(1)
  })
})

describe('colour', () => {
  const colours = async (argv: readonly string[], more: Circumstances = {}) =>
    (await phasewise(['safe', ...argv], more)).out.includes('\u001b[')

  it('follows the terminal, FORCE_COLOR, NO_COLOR and the options, the last winning', async () => {
    expect(await colours([])).toBe(false)
    expect(await colours([], { isTerminal: true })).toBe(true)
    expect(await colours([], { isTerminal: true, env: { TERM: 'dumb' } })).toBe(false)
    expect(await colours([], { env: { FORCE_COLOR: '1' } })).toBe(true)
    expect(await colours([], { isTerminal: true, env: { FORCE_COLOR: '1', NO_COLOR: '1' } })).toBe(false)
    expect(await colours([], { isTerminal: true, env: { NO_COLOR: '' } })).toBe(true)
    expect(await colours(['--color'], { env: { NO_COLOR: '1' } })).toBe(true)
    expect(await colours(['--no-color'], { isTerminal: true, env: { FORCE_COLOR: '1' } })).toBe(false)
  })
})

describe('what cannot be done', () => {
  write('empty/readme.md', '')
  write('bytes/binary/db/sql/binary.sql', Uint8Array.of(0x00, 0x01, 0x02))
  write('bytes/utf16/db/sql/utf16.sql', Uint8Array.of(0xff, 0xfe, 0x41, 0x00))
  write('bytes/latin1/db/sql/latin1.sql', Uint8Array.of(0x2d, 0x2d, 0x20, 0xe4, 0x0a))
  write('config/broken.json', '{\n  "postgres": 17,,\n}')
  write('config/key.json', '{\n  "postgress": 17\n}')
  write('config/rule.json', '{ "rules": { "set-not-null-without-prof": "off" } }')
  write('config/tool.json', '{ "tool": "prsma" }')
  mkdirSync(join(root, 'nothing'))

  it.each([
    ['a path that is not there', ['missing.sql'], 'missing.sql: no such file or directory'],
    ['a mistyped command', ['lokcs', 'safe'], 'lokcs: no such file or directory; did you mean "locks"?'],
    ['a missing file beside one that is there', ['project/migrations', 'missing.sql'], 'missing.sql: no such file or directory'],
    ['a glob that matches nothing', ['missing/*.sql'], 'missing/*.sql: no file matches'],
    ['an empty directory', ['nothing'], 'nothing'],
    ['a directory without migrations', ['empty'], 'empty'],
    ['a binary file', ['bytes/binary/db/sql/binary.sql'], 'bytes/binary/db/sql/binary.sql: the file is binary'],
    ['UTF-16', ['bytes/utf16/db/sql/utf16.sql'], 'bytes/utf16/db/sql/utf16.sql: the file is UTF-16'],
    [
      'text that is not UTF-8',
      ['bytes/latin1/db/sql/latin1.sql'],
      'bytes/latin1/db/sql/latin1.sql: the file is not valid UTF-8 (line 1)',
    ],
    ['a missing configuration', ['safe', '--config', 'missing.json'], 'missing.json: no such file or directory'],
    ['a malformed configuration', ['safe', '--config', 'config/broken.json'], 'config/broken.json:2:18: not valid JSON'],
    [
      'an unknown key',
      ['safe', '--config', 'config/key.json'],
      'config/key.json:2:3: unknown key "postgress"; did you mean "postgres"?',
    ],
    [
      'an unknown rule',
      ['safe', '--config', 'config/rule.json'],
      'unknown rule "set-not-null-without-prof"; did you mean "set-not-null-without-proof"?',
    ],
    [
      'an unknown tool in the configuration',
      ['safe', '--config', 'config/tool.json'],
      'config/tool.json: unknown tool "prsma"; did you mean "prisma"?',
    ],
    ['an unknown tool', ['safe', '--tool', 'x'], 'unknown tool "x"; known: '],
    ['an unknown option', ['safe', '--formt', 'json'], "unknown option '--formt'; did you mean --format?"],
    ['an unknown format', ['safe', '--format', 'xml'], "option '--format <format>' argument 'xml' is invalid"],
    ['an unknown threshold', ['safe', '--fail-on', 'fatal'], "option '--fail-on <severity>' argument 'fatal' is invalid"],
    ['an unknown transaction mode', ['safe', '--transaction', 'all'], "option '--transaction <mode>' argument 'all' is invalid"],
    ['a word for a version', ['safe', '--postgres', 'latest'], 'It must be a major version from 12 to 18'],
    ['a version that is too old', ['safe', '--postgres', '11'], 'It must be a major version from 12 to 18'],
    ['a minor version', ['safe', '--postgres', '15.4'], 'It must be a major version from 12 to 18'],
    ['an option without its value', ['safe', '--postgres'], "option '--postgres <major>' argument missing"],
    ['a name for standard input without it', ['safe', '--stdin-filename', 'x.sql'], '--stdin-filename needs the path -'],
    ['an unknown rule to explain', ['explain', 'set-not-null-without-prof'], 'did you mean "set-not-null-without-proof"?'],
    ['SQL that does not parse', ['explain', 'ALTER TABEL t'], 'the SQL does not parse'],
    [
      'a --fill without a column',
      ['plan', 'project/migrations/2_region.sql', '--fill', 'x'],
      'write it as table.column=expression',
    ],
    [
      'a --fill that is no expression',
      ['plan', 'project/migrations/2_region.sql', '--fill', 'orders.region=lower(id'],
      '--fill "orders.region=lower(id": what follows the equals sign is no SQL expression',
    ],
    [
      'a --fill that leaves its parentheses',
      ['plan', 'project/migrations/2_region.sql', '--fill', 'orders.region=1); SELECT (2'],
      'is no SQL expression',
    ],
    [
      'a --fill that ends in a comment',
      ['plan', 'project/migrations/2_region.sql', '--fill', "orders.region='x' -- why"],
      'is no SQL expression',
    ],
    [
      'a --fill of another column',
      ['plan', 'project/migrations/2_region.sql', '--fill', "orders.area='x'"],
      `--fill "orders.area='x'": no plan asks what fills this column`,
    ],
    ['a plan of a file that is not there', ['plan', 'missing.sql'], 'missing.sql: no such file or directory'],
    [
      "a server's address that is none",
      ['stats', '--database-url', 'nowhere'],
      "cannot read the server's statistics: Invalid URL",
    ],
    ['a path to set up that is not there', ['init', '--dry-run', 'missing'], 'missing: no such file or directory'],
    ['nothing to explain', ['explain'], "missing required argument 'rule-or-sql'"],
  ])('%s: one line that names it, exit code 2', async (_, argv, message) => {
    const { code, out, err } = await phasewise(argv)
    expect(err).toContain(message)
    expect(err).toMatch(/^phasewise: [^\n]+\n$/)
    expect(out).toBe('')
    expect(code).toBe(2)
  })

  it('does not write the files of a plan a second time', async () => {
    write('twice/migrations/1_orders.sql', 'CREATE TABLE orders (id bigint PRIMARY KEY, region text);\n')
    write('twice/migrations/2_region.sql', 'CREATE INDEX orders_region_idx ON orders (region);\n')
    const argv = ['plan', 'migrations/2_region.sql', '--write']
    expect(await phasewise(argv, { cwd: 'twice' })).toMatchObject({ code: 0 })
    expect(await phasewise(argv, { cwd: 'twice' })).toEqual({
      code: 2,
      out: '',
      err: 'phasewise: 3_build_orders_region_idx.sql and what follows it is this plan already; delete them to have it written anew\n',
    })
  })

  it('does not obey control characters in file names', async () => {
    const { err } = await phasewise(['a\u001b[2Jb\nc.sql'])
    expect(err).toContain('a␛[2Jb c.sql')
  })

  it('names standard input that is no text', async () => {
    const { err, code } = await phasewise(['-', '--stdin-filename', 'x.sql'], { stdin: Uint8Array.of(0xff, 0xfe) })
    expect([err, code]).toEqual(['phasewise: x.sql: the file is UTF-16; save it as UTF-8\n', 2])
  })

  it.skipIf(process.getuid?.() === 0)('an unreadable file', async () => {
    write('locked/1.sql', 'SELECT 1;')
    chmodSync(join(root, 'locked/1.sql'), 0o000)
    expect(await phasewise(['locked/1.sql'])).toMatchObject({ code: 2, err: 'phasewise: locked/1.sql: permission denied\n' })
  })
})

describe('the other commands', () => {
  it('locks prints what each statement does', async () => {
    const { out, code } = await phasewise(['locks', 'migrations'], { cwd: 'project' })
    expect(out).toContain('1:1  ALTER TABLE orders ALTER COLUMN region SET NOT NULL')
    expect(out).toMatch(/public\.orders\s+ACCESS EXCLUSIVE\s+scan\s+reads and writes wait while every row is read/)
    expect(code).toBe(0)
    const json = JSON.parse((await phasewise(['locks', 'migrations', '--format', 'json'], { cwd: 'project' })).out)
    expect(Object.keys(json)).toEqual(['version', 'postgres', 'statements'])
    expect(json.statements[1]).toMatchObject({
      file: 'migrations/2_region.sql',
      known: true,
      effects: [{ relation: 'public.orders', kind: 'table', lock: 'ACCESS EXCLUSIVE', work: ['scan'], existed: true }],
    })
  })

  it("explain prints the page of a rule, by a peer's name too", async () => {
    const { out, code } = await phasewise(['explain', 'set-not-null-without-proof'])
    for (const part of [
      'why\n',
      'instead\n',
      'allow it\n  -- phasewise allow set-not-null-without-proof: <reason>',
      'references\n  https://',
    ])
      expect(out).toContain(part)
    expect(code).toBe(0)
    expect((await phasewise(['explain', 'squawk/adding-not-nullable-field'])).out).toContain('set-not-null-without-proof')
    expect((await phasewise(['explain', 'allow-comment'])).out).toContain('allow-file')
  })

  it('explain says what a statement locks and why there is no rewrite', async () => {
    const { out, code } = await phasewise(['explain', 'ALTER TABLE t ADD COLUMN c timestamptz DEFAULT now()'])
    expect(out).toContain('public.t  ACCESS EXCLUSIVE for a moment')
    expect(out).toMatch(/blocks +everything: SELECT · SELECT … FOR UPDATE \/ SHARE · INSERT, UPDATE, DELETE, MERGE/)
    expect(out).toContain('the default now() is not volatile')
    expect(out).toContain('PostgreSQL 15 assumed')
    expect(code).toBe(0)
  })

  it('explain takes the words of a statement without quotes, and says why it rewrites', async () => {
    const { out } = await phasewise([
      'explain',
      '--postgres',
      '17',
      'ALTER',
      'TABLE',
      't',
      'ADD',
      'c',
      'uuid',
      'DEFAULT',
      'gen_random_uuid()',
    ])
    expect(out).toMatch(/public\.t {2}ACCESS EXCLUSIVE while the table is rewritten/)
    expect(out).toMatch(/because +.*gen_random_uuid/)
    expect(out).toContain('PostgreSQL 17 ·')
  })

  it('rules lists every rule once', async () => {
    const { out, code } = await phasewise(['rules'])
    expect(out).toMatch(/^ {2}set-not-null-without-proof +error +\S/m)
    expect(code).toBe(0)
    const json = JSON.parse((await phasewise(['rules', '--format', 'json'])).out)
    expect(Object.keys(json[0])).toEqual(['rule', 'hazard', 'severity', 'summary', 'knownAs', 'references'])
    const ids = json.map(({ rule }: { rule: string }) => rule)
    expect(ids).toEqual([...new Set(ids)].sort())
  })

  it('help shows the commands and the options of lint', async () => {
    const { out, err, code } = await phasewise(['--help'])
    for (const part of ['locks', 'explain', 'rules', '--postgres <major>', '--fail-on <severity>']) expect(out).toContain(part)
    expect([err, code]).toEqual(['', 0])
    expect((await phasewise(['locks', '--help'])).out).toContain('--stdin-filename')
  })

  it("version is the package's", async () => {
    expect(await phasewise(['--version'])).toEqual({ code: 0, out: `${packageJson.version}\n`, err: '' })
  })
})

describe('the program', () => {
  it('loads neither the parser nor the analyzer before a command needs them', async () => {
    const { metafile } = await build({
      entryPoints: ['src/cli/main.ts'],
      bundle: true,
      splitting: true,
      format: 'esm',
      platform: 'node',
      outdir: 'dist',
      write: false,
      metafile: true,
      external: ['libpg-query'],
    })
    const reached = new Set<string>()
    const visit = (output: string) => {
      if (reached.has(output)) return
      reached.add(output)
      for (const { path, kind } of metafile.outputs[output]?.imports ?? []) if (kind === 'import-statement') visit(path)
    }
    visit('dist/main.js')
    const inputs = [...reached].flatMap((output) => Object.keys(metafile.outputs[output]?.inputs ?? {}))
    expect(inputs).toContain('src/cli/program.ts')
    expect(inputs.filter((input) => /valibot|analyze|read\/|grammar\/(?!library)|catalog\/|^rules\//.test(input))).toEqual([])
    expect([...reached]).not.toContain('libpg-query')
  })

  const spawned = (argv: readonly string[], close: boolean) =>
    new Promise<{ code: number | null; out: string; err: string }>((done, fail) => {
      const child = spawn(process.execPath, ['--import', 'tsx', resolve('src/cli/main.ts'), ...argv], {
        stdio: ['ignore', 'pipe', 'pipe'],
      })
      let out = ''
      let err = ''
      child.stderr.on('data', (data) => {
        err += data
      })
      if (close) child.stdout.destroy()
      else {
        child.stdout.on('data', (data) => {
          out += data
        })
      }
      child.on('error', fail)
      child.on('close', (code) => done({ code, out, err }))
    })

  it('exits with the code and without a word where nobody reads on', async () => {
    const { code, err } = await spawned([join(root, 'project/migrations'), '--format', 'json'], true)
    expect([code, err]).toEqual([1, ''])
  })

  it('prints all of a long output into a pipe', async () => {
    write(
      'long/1_a.sql',
      `${Array.from({ length: 3000 }, (_, index) => `CREATE TABLE t${index} (id bigint PRIMARY KEY);`).join('\n')}\n`,
    )
    const { code, out, err } = await spawned(['locks', '--format', 'json', join(root, 'long')], false)
    expect([code, err]).toEqual([0, ''])
    expect(JSON.parse(out).statements).toHaveLength(3000)
  })
})
