import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { planFixtures } from '../scripts/plan-fixture.ts'
import { analyze } from '../src/analyze.ts'
import { loadGrammar, parseSql } from '../src/grammar/parse.ts'
import { lintReport } from '../src/lint.ts'
import type { Plan } from '../src/plan/plan.ts'
import { disk } from '../src/read/files.ts'
import { findAnywhere } from '../src/read/find.ts'
import { readMigrations } from '../src/read/read.ts'
import type { Addition } from '../src/write/form.ts'
import { placeOf } from '../src/write/place.ts'
import { planFiles } from '../src/write/plan-files.ts'
import { writeFiles } from '../src/write/write-files.ts'
import { plan } from './written-plan.ts'

/** What the plan comes to in the fixture of a tool. */
interface Written {
  readonly files: readonly string[]
  /** `file: what its statements run in`, as the tool's reader reads it. */
  readonly read: readonly string[]
  /** What undoes it, and what that runs in, in the order of the files. */
  readonly down: readonly string[]
  readonly notes: readonly string[]
}

await loadGrammar()

const written: Readonly<Record<string, Written>> = JSON.parse(readFileSync('test/written-files.json', 'utf8'))
const now = new Date('2026-11-22T10:00:00Z')
const temporary = mkdtempSync(join(tmpdir(), 'phasewise-plan-'))
afterAll(() => rmSync(temporary, { recursive: true }))

/** A copy of a tool's fixture without what is wrong in it on purpose, and the migration that a plan comes instead of. */
function projectFor(tool: string, name = tool) {
  const cwd = join(temporary, name)
  cpSync(join('fixtures/tools', tool), cwd, { recursive: true })
  // The fixture lies in this repository, its copy in none: the root of the copy is said.
  mkdirSync(join(cwd, '.git'), { recursive: true })
  const found = findAnywhere({ files: disk, cwd })
  const forward = found.tool.read(found.project).filter(({ kind }) => kind === 'up' || kind === 'repeatable')
  const replaced = tool === 'graphile-migrate' ? 'current.sql' : forward.filter(({ kind }) => kind === 'up').at(-1)?.file
  if (replaced === undefined) throw new Error(`${tool}: nothing to come instead of`)
  return { cwd, found, place: { project: found.project, replaced, postgres: 15, now } }
}

function add(directory: string, addition: Addition): void {
  const file = join(directory, addition.path)
  writeFileSync(file, withAdditions(readFileSync(file, 'utf8'), [addition], addition.path))
}

describe.each(Object.entries(written))('%s', async (tool, expected) => {
  const { cwd, found, place } = projectFor(tool)
  const before = await readMigrations([], { cwd })
  const { files, additions, notes } = planFiles(plan, found.tool, place)
  const paths = writeFiles(files, found.project.directory, cwd)
  for (const addition of additions) add(found.project.directory, addition)
  const after = await readMigrations([], { cwd })

  it('is still found as what it was', () => {
    expect(after.tool).toBe(tool)
  })
  it('has the files', () => {
    expect(files.map(({ path }) => path)).toEqual(expected.files)
    expect(paths).toEqual(files.map(({ path }) => relative(cwd, join(found.project.directory, path))))
  })
  it('runs them after all there were, each change in the transaction that it wants', () => {
    const old = before.migrations.map(({ file }) => file)
    const forward = after.migrations.filter(({ repeatable }) => repeatable !== true)
    const first = forward.findIndex(({ file }) => !old.includes(file))
    const { judged } = analyze(after.migrations, { postgres: 15, rules: new Map(), severityOf: () => 'error' })
    const scopes = forward.slice(first).map((migration) => {
      const own = judged.filter((one) => one.migration === migration).map(({ scope }) => scope)
      return `${relative(found.project.directory, join(cwd, migration.file))}: ${[...new Set(own)].join(' ')}`
    })
    expect(scopes).toEqual(expected.read)
    expect(forward.slice(0, first).map(({ file }) => file)).toEqual(
      old.filter((file) => forward.some((one) => one.file === file)),
    )
  })
  it('lints clean', async () => {
    const { findings } = await lintReport({ cwd, postgres: 15 })
    const serious = findings.filter(({ file, severity }) => paths.includes(file) && severity !== 'note')
    expect(serious.map(({ file, rule, message }) => `${file} ${rule}: ${message}`)).toEqual([])
  })
  it('is not held to its phase on the way back', async () => {
    const { findings } = await lintReport({ cwd, postgres: 15, down: true }).catch(() => ({ findings: [] }))
    const phases = findings.filter(({ file, rule }) => paths.includes(file) && rule === 'phase-not-as-declared')
    expect(phases.map(({ message }) => message)).toEqual([])
  })
  it('is gone back on request', async () => {
    const down = await readMigrations([], { cwd, down: true }).then(
      ({ migrations }) => migrations.filter(({ file }) => paths.includes(file)),
      () => [],
    )
    const { judged } = analyze(down, { postgres: 15, rules: new Map(), severityOf: () => 'error' })
    const undone = judged
      .filter(({ statement }) => /^(?:ALTER|DROP)/.test(statement.sql))
      .map(({ scope, statement }) => `${scope}: ${statement.sql}`)
    expect(undone).toEqual(expected.down)
  })
  it('leaves the rest to people', () => {
    expect(notes).toEqual(expected.notes)
  })
})

it('files of every tool are tested', () => {
  const tools = readdirSync('fixtures/tools').filter((name) => !name.endsWith('.json'))
  expect(Object.keys(written).sort()).toEqual(tools.sort())
})

describe('the plans of fixtures/plans', () => {
  const plans = planFixtures().filter((one) => (one.postgres ?? 0) <= 15)
  const isHeader = (sql: string) => /^(?:SET|RESET) (?:LOCAL )?\w+_timeout\b/.test(sql)
  it.each(Object.keys(written))('are sent by %s as they are meant', async (tool) => {
    const { found, place } = projectFor(tool, `${tool}-plans`)
    for (const { name, files } of plans) {
      const steps: Plan = files.map((file) => {
        const { statements } = parseSql(file.sql)
        return {
          phase: 'migrate',
          title: file.name,
          why: name,
          transaction: file.inTransaction,
          statements: statements.map(({ sql }) => sql).filter((sql) => !isHeader(sql)),
          tables: 'one',
          rollback: {
            transaction: file.inTransaction,
            statements: statements.map(({ sql }) => sql).filter((sql) => !isHeader(sql)),
          },
        }
      })
      const { files: made, additions } = planFiles(steps, found.tool, place)
      const paths = new Set(made.map(({ path }) => path))
      const texts = new Map(made.map(({ path, text }) => [path, text]))
      const project = {
        ...place.project,
        files: [...place.project.files, ...paths].sort(),
        text: (file: string) => texts.get(file) ?? withAdditions(place.project.text(file), additions, file),
      }
      const units = found.tool.read(project).filter(({ kind, file }) => kind === 'up' && paths.has(file))
      const migrations = units.map((unit, index) => {
        const { statements, comments } = parseSql(
          project.text(unit.file),
          unit.region === undefined ? {} : { region: unit.region },
        )
        const { transaction, messages } = unit
        const history = messages === undefined ? {} : { messages }
        return {
          file: `${index} ${unit.file}`,
          text: project.text(unit.file),
          statements,
          comments,
          transaction,
          transactionAssumed: false,
          ...history,
        }
      })
      const { judged } = analyze(migrations, { postgres: 15, rules: new Map(), severityOf: () => 'error' })
      const sent = judged.filter(({ statement }) => !isHeader(statement.sql) && !/^(?:BEGIN|COMMIT)$/.test(statement.sql))
      const wanted = steps.flatMap((step) =>
        'statements' in step ? step.statements.map((sql) => ({ sql, free: !step.transaction })) : [],
      )
      const beside = tool === 'node-pg-migrate' || made.some(({ path }) => path.endsWith('.psql'))
      expect(
        sent.map(({ statement, scope }) => ({ sql: statement.sql, free: scope === 'none' })),
        `${tool} ${name}`,
      ).toEqual(beside ? wanted.filter(({ free }) => !free) : wanted)
    }
  })
})

function withAdditions(text: string, additions: readonly Addition[], file: string): string {
  const lines = additions.filter(({ path }) => path === file).flatMap(({ lines: own }) => own)
  if (lines.length === 0) return text
  if (!file.endsWith('.json')) return `${text}${lines.join('\n')}\n`
  const journal = JSON.parse(text)
  return JSON.stringify({ ...journal, entries: [...journal.entries, ...lines.map((line) => JSON.parse(line))] })
}

describe('statements that only one tool takes', () => {
  const place = (tool: string) => projectFor(tool, `${tool}-again`)
  const first = (tool: string, steps: Plan) => {
    const { found, place: at } = place(tool)
    return planFiles(steps, found.tool, at)
      .files.map(({ path, text }) => `${path}\n${text}`)
      .join('\n')
  }
  const drop = {
    phase: 'contract',
    title: 'drop accounts_email_idx',
    why: 'Nothing needs it.',
    transaction: false,
    statements: ['DROP INDEX CONCURRENTLY accounts_email_idx'],
    tables: 'one',
    rollback: { transaction: true, statements: ["COMMENT ON TABLE accounts IS 'a;b'", 'ALTER TABLE accounts ADD COLUMN x text'] },
  } as const

  it('a way back in a transaction from what goose frees is one message', () => {
    expect(first('goose', [drop])).toContain(
      "-- +goose Down\n-- +goose StatementBegin\nSET LOCAL lock_timeout = '2s';\nSET LOCAL statement_timeout = '10s';\nCOMMENT ON TABLE accounts IS 'a;b';\nALTER TABLE accounts ADD COLUMN x text;\n-- +goose StatementEnd\n",
    )
  })
  it('a way back outside of a transaction stays a comment where one mark is for both directions', () => {
    const text = first('goose', [
      { ...drop, transaction: true, rollback: { transaction: false, statements: ['VACUUM accounts'] } },
    ])
    expect(text).not.toContain('NO TRANSACTION')
    expect(text).toContain('\n-- VACUUM accounts;\n')
  })
  it('a semicolon inside is no end for tools that read lines, and none for Liquibase', () => {
    const steps: Plan = [{ ...drop, transaction: true, statements: ['DO $$ BEGIN\n  PERFORM 1;\nEND $$', 'SELECT 2'] }]
    expect(first('sql-migrate', steps)).toContain(
      '-- +migrate StatementBegin\nDO $$ BEGIN\n  PERFORM 1;\nEND $$;\n-- +migrate StatementEnd\nSELECT 2;\n',
    )
    expect(first('liquibase', steps)).toMatch(/^--changeset \S+ splitStatements:false rollbackSplitStatements:false$/m)
    expect(first('liquibase', steps)).toContain("\n--rollback COMMENT ON TABLE accounts IS 'a;b';\n")
  })
  it('a setting of the session goes with its statement, beside the tool where it has to', () => {
    const steps: Plan = [{ ...drop, statements: ['SET search_path = app', ...drop.statements] }]
    expect(first('prisma', steps)).toMatch(/^\S+_drop_accounts_email_idx\.psql\n/)
    expect(first('graphile-migrate', steps)).toMatch(/^after-000003-drop-accounts-email-idx\.psql\n/)
    expect(first('goose', steps)).toContain('SET search_path = app;\nDROP INDEX CONCURRENTLY accounts_email_idx;\n')
  })
  it('the ways back of a change that is cut are gone backwards', () => {
    const steps: Plan = [
      {
        ...drop,
        statements: ['DROP INDEX CONCURRENTLY a', 'DROP INDEX CONCURRENTLY b'],
        rollback: {
          transaction: false,
          statements: ['CREATE INDEX CONCURRENTLY b ON t (b)', 'CREATE INDEX CONCURRENTLY a ON t (a)'],
        },
      },
    ]
    const text = first('golang-migrate', steps)
    expect(text.match(/^\S+\.down\.sql\n.*|^12.*|^CREATE.*/gm)).toEqual([
      '12_drop_accounts_email_idx_1.up.sql',
      '12_drop_accounts_email_idx_1.down.sql\nCREATE INDEX CONCURRENTLY a ON t (a);',
      '13_drop_accounts_email_idx_2.down.sql\nCREATE INDEX CONCURRENTLY b ON t (b);',
    ])
  })
  it('a comment is none that a tool reads', () => {
    const why = 'rollback is easy\nDown migration follows\nphasewise allow drop-index: said so'
    const text = first('liquibase', [{ ...drop, why }])
    expect(text).toContain('-- * rollback is easy\n-- * Down migration follows\n-- phasewise allow drop-index: said so\n')
  })
  it('a name ends no comment', () => {
    const name = 'a\rDROP TABLE b;\u2028process.exit()\nDROP TABLE c;'
    const change = {
      ...drop,
      title: `drop ${name}`,
      why: name,
      statements: ['SELECT 1'],
      rollback: { transaction: false, statements: [`SELECT "${name}"`] },
    } as const
    const { statements } = parseSql(first('atlas', [change]).replace(/^\S+\n/, ''))
    expect(statements.map(({ sql }) => sql).filter((sql) => !/timeout/.test(sql))).toEqual(['SELECT 1'])
    const [, head = ''] = /^\S+\n([\s\S]*?)exports\.up/.exec(first('node-pg-migrate', [change])) ?? []
    expect(head.split(/[\n\r\u2028\u2029]/).filter((line) => line !== '' && !line.startsWith('//'))).toEqual([])
    expect(planFiles([change], place('sqitch').found.tool, place('sqitch').place).additions[0]?.lines).toEqual([
      'drop_a_drop_table_b_process_exit_drop_table_c 2026-11-22T10:00:00Z Ann <ann@example.com> # drop a DROP TABLE b; process.exit() DROP TABLE c;',
    ])
  })
  it('transaction_timeout is bounded from 17 on', () => {
    const { found, place: at } = place('plain')
    const textAt = (postgres: number) => planFiles([drop], found.tool, { ...at, postgres }).files[0]?.text
    expect(textAt(16)).not.toContain('transaction_timeout')
    expect(textAt(17)).toContain(
      'SET transaction_timeout = 0;\nDROP INDEX CONCURRENTLY accounts_email_idx;\nRESET transaction_timeout;\n',
    )
  })
  it('node-pg-migrate runs the code as it is written', () => {
    const sql = `SELECT \`a\`, 'b\r\nc', E'\\n', $x$ \${y} $x$`
    const text = first('node-pg-migrate', [{ ...drop, statements: [sql] }])
    const exported: { up?: (pgm: unknown) => void } = {}
    new Function('exports', text.slice(text.indexOf('\n') + 1))(exported)
    const calls: string[] = []
    exported.up?.({ noTransaction: () => calls.push('no transaction'), sql: (one: string) => calls.push(one) })
    expect(calls.filter((call) => !/timeout/.test(call))).toEqual(['no transaction', sql])
  })
  it('plain files follow what the user says of the runner', () => {
    const { found, place: at } = place('plain')
    const paths = (transaction: 'unit' | 'string') =>
      planFiles(plan, found.tool, { ...at, transaction }).files.map(({ path }) => path)
    expect(paths('unit')).toContain('0005_build_accounts_region_idx.psql')
    expect(paths('string')).toContain('0006_build_accounts_region_idx_2.sql')
  })
})

it('a migration that was read has its place', async () => {
  const { cwd, place } = projectFor('prisma', 'prisma-place')
  const { migrations } = await readMigrations([], { cwd })
  const [last] = migrations.slice(-1)
  if (last === undefined) throw new Error('nothing was read')
  const { project, replaced } = placeOf(last, { cwd, postgres: 15, now })
  expect({ replaced, directory: project.directory }).toEqual({ replaced: place.replaced, directory: place.project.directory })
  expect(() => placeOf({ ...last, file: '-', history: '-' }, { cwd, postgres: 15, now })).toThrow(/^-: it lies in no directory/)
})

describe('names', () => {
  const named = (tool: string, files: readonly string[], replaced: string) => {
    const found = findAnywhere({ files: disk, cwd: join('fixtures/tools', tool) })
    const project = { ...found.project, files, text: () => '-- migrate:up\n', sample: () => '' }
    const [step] = plan
    return planFiles(step === undefined ? [] : [step], found.tool, { project, replaced, postgres: 15, now }).files[0]?.path
  }
  it.each([
    ['goose', ['00009_x.sql', '00010_y.go'], '00009_x.sql', '00011_add_accounts_region.sql'],
    ['goose', ['20270101000000_x.sql'], '20270101000000_x.sql', '20270101000001_add_accounts_region.sql'],
    ['goose', ['20261131000000_x.sql'], '20261131000000_x.sql', '20261131000001_add_accounts_region.sql'],
    ['dbmate', ['2024010101_x.sql'], '2024010101_x.sql', '2024010102_add_accounts_region.sql'],
    ['golang-migrate', ['1700000000_x.up.sql'], '1700000000_x.up.sql', '1795341600_add_accounts_region.up.sql'],
    ['node-pg-migrate', ['20260101000000000_x.sql'], '20260101000000000_x.sql', '20261122100000000_add_accounts_region.sql'],
    ['flyway', ['db/V1.9__x.sql', 'db/V1.10__y.sql'], 'db/V1.9__x.sql', 'db/V1.11__add_accounts_region.sql'],
    ['flyway', ['V007__x.sql', 'R__v.sql'], 'V007__x.sql', 'V008__add_accounts_region.sql'],
    ['refinery', ['U3__x.sql', 'V2__y.sql'], 'V2__y.sql', 'V4__add_accounts_region.sql'],
    [
      'diesel',
      ['2026-01-01-000000-0000_x/up.sql'],
      '2026-01-01-000000-0000_x/up.sql',
      '2026-11-22-100000-0000_add_accounts_region/up.sql',
    ],
    ['diesel', ['00000000000000_x/up.sql'], '00000000000000_x/up.sql', '00000000000001_add_accounts_region/up.sql'],
    ['plain', ['0099-x.sql'], '0099-x.sql', '0100-add-accounts-region.sql'],
    ['plain', ['init.sql'], 'init.sql', 'init_1_add_accounts_region.sql'],
    ['plain', ['9_x.sql'], '9_x.sql', '9_x_1_add_accounts_region.sql'],
    ['liquibase', ['db.changelog-1.0.sql'], 'db.changelog-1.0.sql', 'db.changelog-2_add_accounts_region.sql'],
    ['atlas', ['20260101000000.sql'], '20260101000000.sql', '20261122100000_add_accounts_region.sql'],
  ])('%s after %j', (tool, files, replaced, path) => {
    expect(named(tool, files, replaced)).toBe(path)
  })
  it('are refused where the tool would not run them last', () => {
    expect(() => named('dbmate', ['10_x.sql', '9_y.sql'], '9_y.sql')).toThrow(
      /^10_add_accounts_region\.sql: dbmate would not run it after/,
    )
  })
  it('say what now runs before', () => {
    const { found, place } = projectFor('goose', 'goose-overtaken')
    expect(planFiles(plan, found.tool, { ...place, replaced: '00002_wrong.sql' }).notes[1]).toBe(
      '00003_right.sql and 1 more came after 00002_wrong.sql and will run before these files: see that nothing there needs it',
    )
  })
  it('have no place in a chain of hashes', () => {
    const { found, place } = projectFor('graphile-migrate', 'graphile-committed')
    expect(() => planFiles(plan, found.tool, { ...place, replaced: 'committed/000003-right.sql' })).toThrow(
      /graphile-migrate uncommit/,
    )
  })
})

describe('writing', () => {
  const files = [
    { path: 'a.sql', text: 'SELECT 1;\n' },
    { path: 'deep/er/b.sql', text: 'SELECT 2;\n' },
  ]
  const folder = (name: string) => {
    const path = join(temporary, name)
    mkdirSync(path)
    return path
  }
  it('makes folders, and says what it wrote', () => {
    const cwd = folder('write')
    expect(writeFiles(files, 'new/place', cwd)).toEqual(['new/place/a.sql', 'new/place/deep/er/b.sql'])
    expect(readFileSync(join(cwd, 'new/place/deep/er/b.sql'), 'utf8')).toBe('SELECT 2;\n')
  })
  it('overwrites nothing, and names all that is there', () => {
    const cwd = folder('there')
    mkdirSync(join(cwd, 'deep/er'), { recursive: true })
    writeFileSync(join(cwd, 'deep/er/b.sql'), 'mine')
    expect(() => writeFiles(files, '.', cwd)).toThrow('deep/er/b.sql: already there and never overwritten; nothing was written')
    expect(existsSync(join(cwd, 'a.sql'))).toBe(false)
    expect(readFileSync(join(cwd, 'deep/er/b.sql'), 'utf8')).toBe('mine')
  })
  it('takes a link that leads nowhere for a file', () => {
    const cwd = folder('link')
    symlinkSync('nowhere', join(cwd, 'a.sql'))
    expect(() => writeFiles(files, '.', cwd)).toThrow(/^a\.sql: already there/)
  })
  it('takes away what it wrote before it failed, and the folders it made', () => {
    const cwd = folder('half')
    writeFileSync(join(cwd, 'wall'), '')
    const wall = { path: 'wall/c.sql', text: '' }
    expect(() => writeFiles([...files, wall], '.', cwd)).toThrow(/^wall\/c\.sql: .*; nothing was written$/)
    expect(readdirSync(cwd)).toEqual(['wall'])
  })
  it.each(['../a.sql', '/etc/a.sql', 'x/../../a.sql', '.'])('stays in its folder: %s', (path) => {
    const cwd = folder(`outside${path.replaceAll('/', '_')}`)
    expect(() => writeFiles([...files, { path, text: '' }], '.', cwd)).toThrow(/is outside of .*: nothing was written/)
    expect(readdirSync(cwd)).toEqual([])
  })
  it('follows no link out of its folder', () => {
    const cwd = folder('inside')
    symlinkSync(folder('elsewhere'), join(cwd, 'deep'))
    expect(() => writeFiles(files, '.', cwd)).toThrow(/deep\/er\/b\.sql is outside of \.: nothing was written/)
    expect(readdirSync(join(temporary, 'elsewhere'))).toEqual([])
  })
  it('writes no path twice', () => {
    expect(() => writeFiles([...files, { path: './a.sql', text: '' }], '.', folder('twice'))).toThrow(
      /a\.sql would be written twice/,
    )
  })
})
