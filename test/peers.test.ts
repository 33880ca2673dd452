import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { type PeerCase, readPeerFixture } from '../scripts/peer-fixture.ts'
import { areas, elsewhere, leftOut } from '../scripts/peer-rows.ts'
import { type LintOptions, lintReport, readJob } from '../src/lint.ts'
import type { TransactionMode } from '../src/migration.ts'
import { Lines } from '../src/span.ts'
import type { Engine } from '../src/trace/engine.ts'
import { openPglite } from '../src/trace/pglite.ts'
import { openServer } from '../src/trace/server.ts'
import { type Traced, trace } from '../src/trace/trace.ts'
import { readCases } from './effect-fixture.ts'
import { fixtureExtensions, mismatches, resetDatabase, runCase } from './effect-run.ts'

// Where other linters are wrong: all default rules say what is wanted and nothing else, servers do what is claimed, and remedies run.
const url = process.env.PHASEWISE_TEST_DATABASE_URL
const engines: Engine[] = [
  await openPglite({ extensions: fixtureExtensions }),
  ...(url === undefined ? [] : [await openServer(url)]),
]
const embedded = engines[0]
const directories: string[] = []

afterAll(async () => {
  for (const engine of engines) await engine.close()
  for (const directory of directories) rmSync(directory, { recursive: true, force: true })
})

const modes: readonly string[] = ['each', 'unit', 'run', 'string', 'pipeline'] satisfies TransactionMode[]

function isMode(text: string): text is TransactionMode {
  return modes.includes(text)
}

for (const fixture of readdirSync('fixtures/peers').filter((name) => name.endsWith('.sql'))) {
  describe(fixture.replace(/\.sql$/, ''), () => {
    for (const each of readPeerFixture(readFileSync(`fixtures/peers/${fixture}`, 'utf8'))) {
      it(`${each.row} ${each.title} (line ${each.line})`, async () => {
        const job = jobOf(each)
        const { findings } = await lintReport(job)
        const lines = new Map(each.files.map(({ name, sql }) => [name, new Lines(sql)]))
        const found = findings.map((finding) => ({
          ...finding,
          line: lines.get(finding.file)?.positionOf(finding.span.start).line ?? 0,
        }))
        expect(surprises(each, found)).toEqual([])
        if (each.tool !== undefined) return
        for (const engine of engines.filter((one) => one.postgres >= (each.postgres ?? 15))) {
          expect(await wrongAtServer(each, job, engine), engine.name).toEqual([])
        }
        if (embedded === undefined) return
        const broken: string[] = []
        for (const finding of found.filter(({ rule }) => !each.unrunnable.has(rule))) {
          const problem = await remedyProblem(each, finding, embedded)
          if (problem !== undefined) broken.push(`the remedy of ${finding.rule}: ${problem}`)
        }
        expect(broken).toEqual([])
      }, 60_000)
    }
  })
}

/** Writes the files of a case where the tool can read them. */
function jobOf({ files, postgres, transaction = 'unit', tool }: PeerCase): LintOptions {
  const cwd = mkdtempSync(join(tmpdir(), 'phasewise-peers-'))
  directories.push(cwd)
  for (const { name, sql } of files) {
    mkdirSync(dirname(join(cwd, name)), { recursive: true })
    writeFileSync(join(cwd, name), sql)
  }
  if (tool !== undefined) return { cwd, tool, ...(postgres === undefined ? {} : { postgres }) }
  if (!isMode(transaction)) throw new Error(`no such transaction mode: ${transaction}`)
  const paths = files.map(({ name }) => name)
  return { cwd, paths, tool: 'plain', transaction, ...(postgres === undefined ? {} : { postgres }) }
}

interface Found {
  readonly rule: string
  readonly severity: string
  readonly message: string
  readonly file: string
  readonly line: number
  readonly instead: string | undefined
}

/** Findings that nobody wants, and wants that nothing meets. A want is `rule` or `rule: words of the message`. */
function surprises({ files }: PeerCase, found: readonly Found[]): readonly string[] {
  const unwanted = [...found]
  const missing = files.flatMap(({ name, wants }) =>
    wants.flatMap(({ line, text, alone }) => {
      const [, rule, words = ''] = /^([a-z-]+)(?:: (.*))?$/s.exec(text) ?? []
      const index = unwanted.findIndex(
        (one) =>
          one.file === name &&
          (one.line === line || (alone && one.line === line - 1)) &&
          one.rule === rule &&
          one.message.includes(words),
      )
      if (index < 0) return [`missing ${name}:${line} ${text}`]
      unwanted.splice(index, 1)
      return []
    }),
  )
  return [
    ...missing,
    ...unwanted.map(({ file, line, rule, severity, message }) => `unwanted ${file}:${line} ${severity} ${rule}: ${message}`),
  ]
}

/** What a server does otherwise than predicted, in the transactions of the case; and otherwise than annotated, statement by statement. */
async function wrongAtServer(each: PeerCase, job: LintOptions, engine: Engine): Promise<readonly string[]> {
  await resetDatabase(engine, each.timeZone ?? 'Europe/Berlin')
  const { history } = await readJob(job)
  const { statements, undone } = await trace(history.migrations, { engine, schema: undefined, asked: () => true })
  const fails = new Map(each.files.map(({ name, fails }) => [name, new Set(fails)]))
  const wrong: string[] = []
  const lineOf = ({ migration, statement }: Pick<Traced, 'migration' | 'statement'>) =>
    new Lines(migration.text).positionOf(statement.span.start).line
  for (const one of statements) {
    const place = `${one.migration.file}:${lineOf(one)}`
    const foretold = fails.get(one.migration.file)?.has(lineOf(one)) ?? false
    if (one.outcome.kind === 'refused' && !foretold) wrong.push(`${place} refused: ${one.outcome.refusal.message}`)
    // What reaches beyond its database is not run on a server that others use.
    if (
      one.outcome.kind !== 'refused' &&
      one.outcome.kind !== 'not run' &&
      foretold &&
      undone.every(({ statement }) => statement !== one.statement)
    )
      wrong.push(`${place} was to be refused: ${one.outcome.kind}`)
    if (one.agrees === false) wrong.push(`${place} ${JSON.stringify(one.comparison?.disagreements)}`)
  }
  for (const annotated of annotatedCases(each)) {
    for (const { statement, observation } of await runCase(engine, annotated)) {
      if (statement.expected === undefined) wrong.push(`${statement.sql} has no observed annotation yet`)
      else wrong.push(...mismatches(statement.expected, observation, engine.postgres).map((line) => `${statement.sql}: ${line}`))
    }
  }
  return wrong
}

function annotatedCases({ title, timeZone, files }: PeerCase) {
  const text = files.map(({ sql }) => sql.replaceAll(/;[ \t]*-- fails.*$/gm, ';')).join('\n')
  if (!/^-- effect /m.test(text)) return []
  return readCases([`-- # ${title}`, ...(timeZone === undefined ? [] : [`-- timezone ${timeZone}`]), text].join('\n'))
}

/** Runs what stands before the statement of a finding, then the SQL of its remedy; gives the first error. */
async function remedyProblem(each: PeerCase, finding: Found, engine: Engine): Promise<string | undefined> {
  const sql = finding.instead?.split('\n').slice(1).join('\n') ?? ''
  if (sql.replaceAll(/^\s*--.*$/gm, '').trim() === '') return undefined
  await resetDatabase(engine, each.timeZone ?? 'Europe/Berlin')
  const before = { ...each, files: untilFinding(each, finding) }
  for (const { migrations, title } of [
    { migrations: (await readJob({ ...jobOf({ ...before, transaction: 'each' }) })).history.migrations, title: 'history' },
    {
      migrations: (
        await readJob(
          jobOf({ ...each, transaction: 'each', files: [{ name: 'remedy.sql', change: undefined, sql, wants: [], fails: [] }] }),
        )
      ).history.migrations,
      title: 'remedy',
    },
  ]) {
    for (const migration of migrations) {
      for (const statement of migration.statements) {
        const { error } = await engine.run(statement.sql)
        if (error !== undefined && title === 'remedy') return `${error.message}: ${statement.sql}`
      }
      // What stands in a transaction is to be taken out of it.
      await engine.run('COMMIT')
    }
  }
  return undefined
}

function untilFinding({ files }: PeerCase, { file, line }: Found): PeerCase['files'] {
  const index = files.findIndex(({ name }) => name === file)
  return files.slice(0, index + 1).map((one, i) =>
    i < index
      ? one
      : {
          ...one,
          sql: one.sql
            .split('\n')
            .slice(0, line - 1)
            .join('\n'),
        },
  )
}

it('every row has a case, a test elsewhere, or a reason to be left out', () => {
  const files = readdirSync('fixtures/peers').filter((name) => name.endsWith('.sql'))
  const cases = new Set(
    files.flatMap((file) => readPeerFixture(readFileSync(`fixtures/peers/${file}`, 'utf8'))).map(({ row }) => row),
  )
  const rows = Object.entries(areas).flatMap(([area, count]) =>
    Array.from({ length: count }, (_, index) => `${area}-${String(index + 1).padStart(2, '0')}`),
  )
  const held = [...cases, ...elsewhere.keys(), ...leftOut.keys()].sort()
  expect(held).toEqual(rows.sort())
})

it.each([...elsewhere])('%s stands elsewhere', (_row, [file, words]) => {
  expect(readFileSync(file, 'utf8')).toContain(words)
})
