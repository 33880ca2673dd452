import {
  chmodSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type FixCase, readFixFixture } from '../scripts/fix-fixture.ts'
import { transactionModes } from '../src/config/limits.ts'
import { applyEdits } from '../src/fix/edit.ts'
import { fixReport } from '../src/fix-report.ts'
import { acceptFindings, type LintOptions, lintReport } from '../src/lint.ts'
import { readMigrations } from '../src/read/read.ts'
import { lintJson } from '../src/report/json.ts'
import { lintSarif } from '../src/report/sarif.ts'
import { Lines } from '../src/span.ts'
import type { Engine } from '../src/trace/engine.ts'
import { openPglite } from '../src/trace/pglite.ts'
import { replaceFiles } from '../src/write/replace-files.ts'
import { captured } from './captured.ts'
import { makeRepository, type Repository } from './repository.ts'
import { schemaState } from './schema-state.ts'

const temporary = mkdtempSync(join(tmpdir(), 'phasewise-fix-'))
afterAll(() => rmSync(temporary, { recursive: true }))

let projects = 0
function projectOf(files: FixCase['files']): string {
  const cwd = join(temporary, `${++projects}`)
  for (const { name, text } of files) {
    mkdirSync(dirname(join(cwd, name)), { recursive: true })
    writeFileSync(join(cwd, name), text)
  }
  return cwd
}

function jobOf({ options, files }: FixCase, cwd: string): LintOptions {
  const postgres = options.get('postgres')
  const transaction = transactionModes.find((mode) => mode === options.get('transaction'))
  return {
    cwd,
    paths: [files.at(-1)?.name ?? ''],
    tool: options.get('tool') ?? 'plain',
    ...(postgres === undefined ? {} : { postgres: Number(postgres) }),
    ...(transaction === undefined ? {} : { transaction }),
  }
}

let engine: Engine
beforeAll(async () => {
  engine = await openPglite()
}, 60_000)
afterAll(() => engine.close())

/** The schema after the migrations of a project, each sent as its tool sends it. */
async function schemaOf(job: LintOptions): Promise<readonly string[]> {
  await run('ROLLBACK')
  await run('DISCARD ALL')
  for (const [schema] of await engine.query(
    `SELECT quote_ident(nspname) FROM pg_namespace WHERE nspname !~ '^(pg_|information_schema$)'`,
  ))
    await run(`DROP SCHEMA ${schema} CASCADE`)
  await run('CREATE SCHEMA public')
  const { migrations } = await readMigrations(job.paths ?? [], { cwd: job.cwd ?? '', tool: job.tool ?? 'plain' })
  for (const { statements, transaction } of migrations) {
    const sent = statements.filter(({ commands }) => commands.every(({ operation }) => operation.kind !== 'MetaCommand'))
    const together = transaction === 'unit' || transaction === 'run' || (transaction !== 'each' && sent.length > 1)
    for (const sql of together ? ['BEGIN', ...sent.map((one) => one.sql), 'COMMIT'] : sent.map((one) => one.sql)) await run(sql)
  }
  return schemaState(engine)
}

async function run(sql: string): Promise<void> {
  const { error } = await engine.run(sql)
  if (error !== undefined) throw new Error(`${error.message}: ${sql}`)
}

describe.each(readdirSync('fixtures/fixes'))('%s', (name) => {
  describe.each(readFixFixture(readFileSync(join('fixtures/fixes', name), 'utf8')))('$title', (one) => {
    const last = one.files.at(-1)
    const before = last?.text ?? ''
    const after = one.fixed ?? before

    it('is fixed so', async () => {
      const cwd = projectOf(one.files)
      const file = join(cwd, last?.name ?? '')
      const { fixed: made = [], ...first } = await fixReport(jobOf(one, cwd))
      expect(readFileSync(file, 'utf8')).toBe(after)
      expect(made.length > 0).toBe(one.fixed !== undefined)
      expect(one.title.startsWith('not: ')).toBe(one.fixed === undefined)
      // What is reported is what is left.
      const left = await lintReport(jobOf(one, cwd))
      expect(lintJson(first)).toEqual(lintJson(left))
      const again = await fixReport(jobOf(one, cwd))
      expect(again.fixed).toEqual([])
      expect(readFileSync(file, 'utf8')).toBe(after)
      for (const other of one.files.slice(0, -1)) expect(readFileSync(join(cwd, other.name), 'utf8')).toBe(other.text)
    })

    it.runIf(one.fixed !== undefined && !before.includes('{{'))('runs, and comes to the same schema', async () => {
      const original = await schemaOf(jobOf(one, projectOf(one.files)))
      const fixed = projectOf(one.files.map((file) => (file === last ? { ...file, text: after } : file)))
      expect(await schemaOf(jobOf(one, fixed))).toEqual(original)
    })
  })
})

const orders = 'CREATE TABLE orders (id bigint PRIMARY KEY, region text);\n'
const index = 'CREATE INDEX orders_region_idx ON orders (region);\n'
const concurrent = 'CREATE INDEX CONCURRENTLY orders_region_idx ON orders (region);\n'

describe('the file', () => {
  it('keeps its byte order mark, line breaks, characters and permissions', async () => {
    const cwd = projectOf([
      { name: '1.sql', text: orders },
      { name: '2.sql', text: `\ufeff-- für 😀\r\n${index.trim()}\r\nALTER TABLE orders ADD CHECK (region <> '😀');\r\nSELECT 1` },
    ])
    const file = join(cwd, '2.sql')
    chmodSync(file, 0o640)
    await fixReport({ cwd, paths: ['2.sql'], transaction: 'each' })
    expect(readFileSync(file, 'utf8')).toBe(
      `\ufeff-- für 😀\r\n${concurrent.trim()}\r\nSET lock_timeout = '2s';\r\nALTER TABLE orders ADD CHECK (region <> '😀') NOT VALID;\r\nALTER TABLE orders VALIDATE CONSTRAINT orders_region_check;\r\nSELECT 1`,
    )
    expect(statSync(file).mode & 0o777).toBe(0o640)
    expect(readdirSync(cwd).sort()).toEqual(['1.sql', '2.sql'])
  })

  it('has the edits that JSON and SARIF tell', async () => {
    const text = `-- 😀\r\n/* 😀 */ ${index}`
    const cwd = projectOf([
      { name: '1.sql', text: orders },
      { name: '2.sql', text },
    ])
    const job = { cwd, paths: ['2.sql'], transaction: 'each' } as const
    const json = lintJson(await lintReport(job))
    const lines = new Lines(text)
    const edits = (json.findings[0]?.fix?.edits ?? []).map((edit) => ({
      start: lines.startOf(edit.line) + edit.column - 1,
      end: lines.startOf(edit.endLine) + edit.endColumn - 1,
      text: edit.text,
    }))
    const after = `-- 😀\r\n/* 😀 */ ${concurrent}`
    expect(applyEdits(text, edits)).toBe(after)
    const log = lintSarif(json, { rules: new Map(), files: ['2.sql'], exitCode: 1, version: '0' })
    expect(log.runs[0]?.results[0]).toMatchObject({
      fixes: [
        {
          artifactChanges: [
            {
              artifactLocation: { uri: '2.sql' },
              replacements: [
                {
                  deletedRegion: { startLine: 2, startColumn: 22, endLine: 2, endColumn: 22 },
                  insertedContent: { text: ' CONCURRENTLY' },
                },
              ],
            },
          ],
        },
      ],
    })
    await fixReport(job)
    expect(readFileSync(join(cwd, '2.sql'), 'utf8')).toBe(after)
  })

  it('is left alone where a comment or the baseline accepts the finding', async () => {
    const allowed = `-- phasewise allow create-index-without-concurrently: the table is small\n${index}`
    const cwd = projectOf([
      { name: '1.sql', text: orders },
      { name: '2.sql', text: allowed },
      { name: '3.sql', text: 'CREATE INDEX another ON orders (region, id);\n' },
    ])
    await acceptFindings({ cwd, paths: ['2.sql', '3.sql'], transaction: 'each' })
    const { fixed } = await fixReport({ cwd, paths: ['2.sql', '3.sql'], transaction: 'each' })
    expect(fixed).toEqual([])
    expect(readFileSync(join(cwd, '2.sql'), 'utf8')).toBe(allowed)
  })
})

describe('which files', () => {
  const repositories: Repository[] = []
  afterAll(() => {
    for (const one of repositories) one.remove()
  })
  const repository = () => {
    const one = makeRepository()
    repositories.push(one)
    one.write({
      'migrations/2_more.sql': 'SELECT 1;\n',
      'migrations/1_orders.sql': orders,
      'migrations/2_region.sql': index,
    })
    one.commit('start')
    return one
  }
  const textOf = ({ directory }: Repository, file: string) => readFileSync(join(directory, 'migrations', file), 'utf8')

  it('only those that HEAD does not have, even where others are named', async () => {
    const one = repository()
    one.write({ 'migrations/3_index.sql': 'CREATE INDEX third ON orders (id, region);\n' })
    const job = { cwd: one.directory, transaction: 'each' } as const
    const report = await fixReport({ ...job, paths: ['migrations'] })
    expect(textOf(one, '2_region.sql')).toBe(index)
    expect(textOf(one, '3_index.sql')).toBe('CREATE INDEX CONCURRENTLY third ON orders (id, region);\n')
    expect(report.fixed).toEqual([
      {
        rule: 'create-index-without-concurrently',
        file: 'migrations/3_index.sql',
        line: 1,
        column: 1,
        message: 'building third blocks writes to public.orders until it is done',
      },
    ])
    expect(report.notes).toEqual([expect.stringMatching(/^1 finding could be fixed in a migration that may have run/)])
    await fixReport({ ...job, paths: ['migrations/2_region.sql'] })
    expect(textOf(one, '2_region.sql')).toBe(index)
  })

  it('with --since those that the merge base does not have; edited and renamed ones may have run', async () => {
    const one = repository()
    one.git('checkout', '-q', '-b', 'feature')
    one.git('mv', 'migrations/2_region.sql', 'migrations/4_region.sql')
    one.write({
      'migrations/3_index.sql': 'CREATE INDEX third ON orders (id, region);\n',
      'migrations/2_more.sql': 'CREATE INDEX more ON orders (id);\n',
    })
    one.commit('branch')
    await fixReport({ cwd: one.directory, transaction: 'each', paths: ['migrations'], since: 'main' })
    expect(textOf(one, '3_index.sql')).toBe('CREATE INDEX CONCURRENTLY third ON orders (id, region);\n')
    expect(textOf(one, '4_region.sql')).toBe(index)
    expect(textOf(one, '2_more.sql')).toBe('CREATE INDEX more ON orders (id);\n')
  })

  it('without git those that are named, one by one', async () => {
    const cwd = projectOf([
      { name: 'm/1.sql', text: orders },
      { name: 'm/2.sql', text: index },
    ])
    await fixReport({ cwd, paths: ['m'], transaction: 'each' })
    expect(readFileSync(join(cwd, 'm/2.sql'), 'utf8')).toBe(index)
    await fixReport({ cwd, paths: ['m/2.sql'], transaction: 'each' })
    expect(readFileSync(join(cwd, 'm/2.sql'), 'utf8')).toBe(concurrent)
  })

  it('neither standard input nor the index', async () => {
    await expect(fixReport({ paths: ['-'], stdin: { text: index } })).rejects.toThrow(
      '--fix writes to files, and the path - is none',
    )
    await expect(fixReport({ staged: true })).rejects.toThrow(/^--fix writes to the working tree, and --staged reads the index/)
  })

  it('none behind a link that leads out of the project', async () => {
    const outside = projectOf([{ name: '2.sql', text: index }])
    const cwd = projectOf([{ name: 'm/1.sql', text: orders }])
    symlinkSync(join(outside, '2.sql'), join(cwd, 'm/2.sql'))
    await expect(fixReport({ cwd, paths: ['m/2.sql'], transaction: 'each' })).rejects.toThrow(
      'm/2.sql: it is a link that leads out of the project; nothing was written',
    )
    expect(readFileSync(join(outside, '2.sql'), 'utf8')).toBe(index)
    expect(readdirSync(outside)).toEqual(['2.sql'])
  })
})

it('is said on the command line', async () => {
  const cwd = projectOf([
    { name: '1.sql', text: orders },
    { name: '2.sql', text: `${index}DROP TABLE orders;\n` },
  ])
  const first = await captured(['--fix', '--transaction', 'each', '2.sql'], { cwd })
  expect(first.out).toContain('fixed  2.sql:1:1  create-index-without-concurrently\n')
  expect(first.out).toMatch(/ · 2 fixed · /)
  const again = await captured(['--fix', '--transaction', 'each', '--format', 'json', '2.sql'], { cwd })
  expect(JSON.parse(again.out)).toMatchObject({ fixed: [], findings: [{ rule: 'drop-table', fix: null }] })
})

describe('writing', () => {
  const one = () => {
    const cwd = projectOf([
      { name: 'a.sql', text: 'a' },
      { name: 'b.sql', text: 'b' },
    ])
    return { cwd, a: join(cwd, 'a.sql'), b: join(cwd, 'b.sql') }
  }

  it('replaces nothing where one file was changed meanwhile', () => {
    const { cwd, a, b } = one()
    writeFileSync(b, 'saved by somebody')
    const both = [
      { path: a, before: 'a', after: 'A' },
      { path: b, before: 'b', after: 'B' },
    ]
    expect(() => replaceFiles(both, cwd, cwd)).toThrow('b.sql: it was changed meanwhile; nothing was written')
    expect([readFileSync(a, 'utf8'), readFileSync(b, 'utf8'), readdirSync(cwd)]).toEqual([
      'a',
      'saved by somebody',
      ['a.sql', 'b.sql'],
    ])
  })

  it('goes through a link within the project, and takes no second name away', () => {
    const { cwd, a, b } = one()
    symlinkSync('a.sql', join(cwd, 'link.sql'))
    replaceFiles([{ path: join(cwd, 'link.sql'), before: 'a', after: 'A' }], cwd, cwd)
    expect(readFileSync(a, 'utf8')).toBe('A')
    expect(readdirSync(cwd)).toEqual(['a.sql', 'b.sql', 'link.sql'])
    linkSync(b, join(cwd, 'twin.sql'))
    expect(() => replaceFiles([{ path: b, before: 'b', after: 'B' }], cwd, cwd)).toThrow(
      'b.sql: it has a second name (a hard link); nothing was written',
    )
    expect(readFileSync(b, 'utf8')).toBe('b')
  })
})
