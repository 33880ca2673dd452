import pico from 'picocolors'
import { describe, expect, it } from 'vitest'
import type { Judged } from '../src/analyze.ts'
import type { Effect, Work } from '../src/effect/effect.ts'
import type { Finding } from '../src/finding.ts'
import { blocksReads, blocksWrites, type LockMode, lockModes } from '../src/lock.ts'
import type { Migration } from '../src/migration.ts'
import { lintCompact } from '../src/report/compact.ts'
import { conflictsInWords, consequenceOf } from '../src/report/consequence.ts'
import { lintJson, locksJson } from '../src/report/json.ts'
import { locksText } from '../src/report/locks-text.ts'
import { plainPaint } from '../src/report/paint.ts'
import { printable, printableLine } from '../src/report/printable.ts'
import { wrapProse } from '../src/report/prose.ts'
import type { LintReport } from '../src/report/report.ts'
import { lintText } from '../src/report/text.ts'
import { textWidth } from '../src/report/width.ts'
import { sampleFinding, sampleMigration } from './sample-migration.ts'

function effect(name: string, lock: LockMode, work: readonly Work[] = [], more: Partial<Effect> = {}): Effect {
  return {
    relation: { schema: 'public', name },
    kind: 'table',
    lock,
    work: new Set(work),
    because: undefined,
    existed: true,
    ...more,
  }
}

function reportOf(migration: Migration, findings: readonly Finding[], more: Partial<LintReport> = {}): LintReport {
  const judged = migration.statements.map(
    (statement): Judged => ({
      migration,
      statement,
      effects: [effect('orders', 'ACCESS EXCLUSIVE', ['scan'])],
      known: true,
      scope: 'unit',
      transaction: 0,
      held: new Map(),
    }),
  )
  return {
    tool: 'prisma',
    found: undefined,
    postgres: 15,
    postgresAssumed: true,
    migrations: [migration],
    judged,
    findings,
    allowed: [],
    ...more,
  }
}

const text = 'SELECT 1;\n\nALTER TABLE orders ALTER COLUMN region SET NOT NULL;\n'
const migration = sampleMigration(text, 'm/2.sql')
const statement = 'ALTER TABLE orders ALTER COLUMN region SET NOT NULL'
const finding = sampleFinding(migration, statement, 'set-not-null-without-proof', {
  message: 'SET NOT NULL blocks reads and writes to public.orders while every row is checked',
  effects: [
    effect('orders', 'ACCESS EXCLUSIVE', ['index build', 'scan']),
    effect('new', 'ACCESS EXCLUSIVE', [], { existed: false }),
  ],
  instead: 'prove it first:\nALTER TABLE orders ADD CONSTRAINT c CHECK (region IS NOT NULL) NOT VALID;',
})

describe('the text report', () => {
  it('shows place, severity, rule, source, locks, remedy and circumstances', () => {
    expect(lintText(reportOf(migration, [finding]), plainPaint)).toBe(
      [
        'm/2.sql:3:1  error  set-not-null-without-proof',
        '  SET NOT NULL blocks reads and writes to public.orders while every row is checked',
        '',
        '  3 │ ALTER TABLE orders ALTER COLUMN region SET NOT NULL;',
        '    │ ~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~',
        '',
        '  public.orders  ACCESS EXCLUSIVE  scan, index build  reads and writes wait while every row is read and an index is built',
        '',
        '  instead  prove it first:',
        '           ALTER TABLE orders ADD CONSTRAINT c CHECK (region IS NOT NULL) NOT VALID;',
        '',
        '1 error in 1 of 1 migration · prisma · PostgreSQL 15 assumed (set "postgres")',
        '',
      ].join('\n'),
    )
  })

  it('says what it rests on when nothing is found', () => {
    const quiet = reportOf(migration, [], { postgres: 17, postgresAssumed: false, allowed: [{ ...finding, reason: 'r' }] })
    expect(lintText(quiet, plainPaint)).toBe('no findings in 1 migration · 1 allowed · prisma · PostgreSQL 17\n')
    const found = { directory: 'prisma/migrations', because: 'migration_lock.toml' }
    expect(lintText(reportOf(migration, [], { found }), plainPaint)).toContain(' · prisma (migration_lock.toml) · ')
    const assumed = { ...migration, transactionAssumed: true }
    expect(lintText(reportOf(assumed, []), plainPaint)).toContain('assumed (set "transaction")')
  })

  it('says which step of a change a finding is about, except beside style and errors', () => {
    const headOf = (more: Partial<Finding>) => lintText(reportOf(migration, [{ ...finding, ...more }]), plainPaint).split('\n')[0]
    expect(headOf({ phase: 'contract' })).toBe('m/2.sql:3:1  error  set-not-null-without-proof  contract')
    expect(headOf({ phase: 'contract', hazard: 'style' })).toBe('m/2.sql:3:1  error  set-not-null-without-proof')
  })

  it('does not repeat the source for a second finding at the same place', () => {
    const output = lintText(reportOf(migration, [finding, { ...finding, rule: 'other', message: 'm' }]), plainPaint)
    expect(output.match(/ALTER COLUMN region SET NOT NULL;/g)).toHaveLength(1)
    expect(output).toContain('  error  other\n  m\n')
  })

  it('prints one line per finding when quiet, and nothing for nothing', () => {
    expect(lintCompact(lintJson(reportOf(migration, [finding])).findings, plainPaint)).toBe(
      'm/2.sql:3:1: error: SET NOT NULL blocks reads and writes to public.orders while every row is checked [set-not-null-without-proof]\n',
    )
    expect(lintCompact([], plainPaint)).toBe('')
  })

  it('colours only where colour is asked for', () => {
    const report = reportOf(migration, [finding])
    expect(lintText(report, plainPaint)).not.toContain('\u001b')
    expect(lintText(report, pico.createColors(true))).toContain('\u001b[31m')
  })

  it('leaves out locks where they explain nothing', () => {
    const output = lintText(reportOf(migration, [{ ...finding, hazard: 'fails' }]), plainPaint)
    expect(output).not.toContain('ACCESS EXCLUSIVE')
  })

  it('shows the strongest of many relations and counts the rest', () => {
    const effects = Array.from({ length: 20 }, (_, index) => effect(`t${index}`, index === 19 ? 'ACCESS EXCLUSIVE' : 'SHARE'))
    const output = lintText(reportOf(migration, [{ ...finding, effects }]), plainPaint)
    expect(output).toMatch(/public\.t19\s+ACCESS EXCLUSIVE/)
    expect(output).toContain('… and 14 more relations: phasewise locks')
  })

  it('makes control characters of files visible', () => {
    const hostile = sampleMigration("SELECT '\u001b[2J\u0007\u202e\u009b31m';", 'a\u001b[31m\n.sql')
    const output = lintText(
      reportOf(hostile, [
        sampleFinding(hostile, 'SELECT', 'r', {
          message: 'a \u001b]8;;x\u0007b',
          instead: 'x\u001b[0m',
          file: 'a\u001b[31m\n.sql',
        }),
      ]),
      plainPaint,
    )
    // biome-ignore lint/suspicious/noControlCharactersInRegex: their absence is what is tested
    expect(output).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/)
    expect(output).toContain("SELECT '␛[2J␇<U+202E><U+009B>31m';")
    expect(output).toContain('a␛[31m .sql:1:1')
  })
})

describe('the excerpt', () => {
  const rowsOf = (source: string, at: string) => {
    const sample = sampleMigration(source)
    return lintText(reportOf(sample, [sampleFinding(sample, at, 'r')]), plainPaint)
      .split('\n')
      .filter((row) => row.includes('│'))
  }

  it('underlines a command below the first line of its statement', () => {
    expect(rowsOf('ALTER TABLE t\n  ADD COLUMN a int,\n  DROP COLUMN b;', 'DROP COLUMN b')).toEqual([
      '  1 │ ALTER TABLE t',
      '  ⋮ │',
      '  3 │   DROP COLUMN b;',
      '    │   ~~~~~~~~~~~~~',
    ])
  })

  it('shows the first lines of a long statement and counts the others', () => {
    const source = `CREATE TABLE t (\n${Array.from({ length: 20 }, (_, index) => `  c${index} int`).join(',\n')}\n)`
    expect(rowsOf(`${source};`, source)).toEqual([
      '  1 │ CREATE TABLE t (',
      '    │ ~~~~~~~~~~~~~~~~',
      '  2 │   c0 int,',
      '    │   ~~~~~~~',
      '  3 │   c1 int,',
      '    │   ~~~~~~~',
      '  4 │   c2 int,',
      '    │   ~~~~~~~',
      '  ⋮ │ 18 more lines',
    ])
  })

  it.each([
    ['tabs', '\tDROP\tTABLE t', 'TABLE'],
    ['wide characters', "SELECT '日本語', x", 'x'],
    ['emoji', "SELECT '🦖🦖', x", 'x'],
    ['combining marks', "SELECT 'e\u0301', x", 'x'],
    ['control characters', "SELECT '\u001b\u202e', x", 'x'],
    ['a quoted name', 'DROP TABLE "Größe"', '"Größe"'],
  ])('keeps the underline right under %s', (_, source, at) => {
    const [line = '', underline = ''] = rowsOf(source, at)
    const marked = textWidth(underline.slice(0, underline.indexOf('~')))
    expect(textWidth(line.slice(0, line.lastIndexOf(at)))).toBe(marked)
    expect(underline.trim().length - underline.trim().indexOf('~')).toBe(textWidth(at))
  })

  it('shows a stretch around the span of a very long line, in one step', () => {
    const source = `INSERT INTO t VALUES (${'1, '.repeat(200_000)}needle, ${'2, '.repeat(200_000)}3);`
    const [line = '', underline = ''] = rowsOf(source, 'needle')
    expect(line.length).toBeLessThan(200)
    expect(line.indexOf('needle')).toBe(underline.indexOf('~'))
  })

  it('does not cut a character in two', () => {
    const [line = ''] = rowsOf(`SELECT '${'🦖'.repeat(300)}', needle`, 'needle')
    expect(line).not.toMatch(/\p{Surrogate}/u)
    expect(line).not.toContain('<U+D')
  })
})

describe('what is printed', () => {
  it.each([
    ['a\u0000b', 'a␀b'],
    ['a\u007fb', 'a␡b'],
    ['a\u200bb', 'a<U+200B>b'],
    ['a\ufeffb', 'a<U+FEFF>b'],
    ['a\u{e0041}b', 'a<U+E0041>b'],
    ['a\ud800b', 'a<U+D800>b'],
    ['äöü 日本 🦖', 'äöü 日本 🦖'],
  ])('%j is %s', (hostile, shown) => {
    expect(printable(hostile)).toBe(shown)
  })

  it('keeps line feeds, or folds them', () => {
    expect(printable('a\r\nb\tc')).toBe('a\nb\tc')
    expect(printableLine('a\r\n  b\tc')).toBe('a b c')
  })

  it('breaks prose but not code', () => {
    const markdown = 'one two three\nfour\n\n- five six seven\n\n```sql\nSELECT 1, 2, 3, 4;\n```'
    expect(wrapProse(markdown, 12)).toBe('one two\nthree four\n\n- five six\n  seven\n\n    SELECT 1, 2, 3, 4;')
  })
})

describe('consequences', () => {
  it('say who waits exactly as the lock modes do', () => {
    for (const lock of lockModes) {
      const words = consequenceOf(effect('t', lock))
      expect(words.startsWith('reads and writes wait')).toBe(blocksReads(lock))
      expect(words.startsWith('writes wait')).toBe(blocksWrites(lock) && !blocksReads(lock))
      const { blocks, lets } = conflictsInWords(lock)
      expect(blocks.includes('SELECT')).toBe(blocksReads(lock))
      expect(blocks.includes('INSERT, UPDATE, DELETE, MERGE')).toBe(blocksWrites(lock))
      expect(blocks.length + lets.length).toBe(lockModes.length)
    }
  })

  it('say for how long in kind', () => {
    expect(consequenceOf(effect('t', 'ACCESS EXCLUSIVE', ['rewrite', 'index build']))).toBe(
      'reads and writes wait while the table is rewritten and its indexes are rebuilt',
    )
    expect(consequenceOf(effect('t', 'SHARE', ['index build']))).toBe('writes wait while an index is built')
    expect(consequenceOf(effect('t', 'SHARE UPDATE EXCLUSIVE', ['scan']))).toBe(
      'reads and writes go on; schema changes and VACUUM wait while every row is read',
    )
    expect(consequenceOf(effect('t', 'ACCESS EXCLUSIVE'))).toBe('reads and writes wait for a moment')
    const referenced = effect('customers', 'SHARE ROW EXCLUSIVE')
    const looksUp = effect('orders', 'SHARE ROW EXCLUSIVE', ['scan'])
    expect(consequenceOf(referenced, [looksUp, referenced])).toBe('writes wait until that is done')
    expect(consequenceOf(effect('t', 'ACCESS EXCLUSIVE', [], { existed: false }))).toContain('nobody uses it yet')
  })
})

const place = ['file', 'line', 'column', 'endLine', 'endColumn']
const findingKeys = [
  'rule',
  'hazard',
  'severity',
  'message',
  ...place,
  'sql',
  'effects',
  'instead',
  'plan',
  'fix',
  'phase',
  'fingerprint',
]
const effectKeys = ['relation', 'kind', 'lock', 'work', 'existed']

describe('the JSON reports', () => {
  it('of lint have the promised keys, in order', () => {
    const json = lintJson(reportOf(migration, [finding], { allowed: [{ ...finding, reason: 'known' }] }))
    expect(Object.keys(json)).toEqual(['version', 'tool', 'postgres', 'files', 'statements', 'findings', 'allowed', 'phases'])
    expect(json).toMatchObject({ version: 1, tool: 'prisma', postgres: 15, files: 1, statements: 2 })
    expect(Object.keys(json.findings[0] ?? {})).toEqual(findingKeys)
    expect(Object.keys(json.allowed[0] ?? {})).toEqual([...findingKeys, 'reason'])
    expect(Object.keys(json.findings[0]?.effects[0] ?? {})).toEqual(effectKeys)
    expect(json.findings[0]).toMatchObject({
      file: 'm/2.sql',
      line: 3,
      column: 1,
      endLine: 3,
      endColumn: statement.length + 1,
      plan: [],
    })
    expect(json.findings[0]?.effects).toEqual([
      { relation: 'public.orders', kind: 'table', lock: 'ACCESS EXCLUSIVE', work: ['scan', 'index build'], existed: true },
      { relation: 'public.new', kind: 'table', lock: 'ACCESS EXCLUSIVE', work: [], existed: false },
    ])
    expect(lintJson(reportOf(migration, [{ ...finding, instead: undefined }])).findings[0]).toHaveProperty('instead', null)
  })

  it('of locks have the promised keys, in order', () => {
    const json = locksJson(reportOf(migration, []))
    expect(Object.keys(json)).toEqual(['version', 'postgres', 'statements'])
    expect(json.statements).toHaveLength(2)
    expect(Object.keys(json.statements[0] ?? {})).toEqual([...place, 'sql', 'known', 'transaction', 'effects'])
    expect(Object.keys(json.statements[0]?.effects[0] ?? {})).toEqual(effectKeys)
  })

  it('count columns in UTF-16 units over all line ends', () => {
    const sample = sampleMigration("SELECT '🦖'; DROP TABLE a;\r\nDROP TABLE b;\rDROP TABLE c;")
    const report = reportOf(
      sample,
      ['DROP TABLE a', 'DROP TABLE b', 'DROP TABLE c'].map((at) => sampleFinding(sample, at, 'r')),
    )
    expect(lintJson(report).findings.map(({ line, column }) => [line, column])).toEqual([
      [1, 14],
      [2, 1],
      [3, 1],
    ])
  })

  it('quote relations only where SQL would', () => {
    const effects = [effect('Order Items', 'SHARE'), effect('user', 'SHARE')]
    expect(lintJson(reportOf(migration, [{ ...finding, effects }])).findings[0]?.effects.map(({ relation }) => relation)).toEqual(
      ['public."Order Items"', 'public."user"'],
    )
  })
})

describe('the text of locks', () => {
  it('says what each statement locks, and where the model ends', () => {
    const report = reportOf(migration, [])
    const [first, second] = report.judged
    if (first === undefined || second === undefined) throw new Error('the sample has two statements')
    const judged = [
      { ...first, effects: [] },
      { ...second, known: false },
    ]
    const output = locksText({ ...report, judged }, plainPaint)
    expect(output).toContain("  1:1  SELECT 1  (in the migration's transaction)\n    locks no relation\n")
    expect(output).toContain(
      '    public.orders  ACCESS EXCLUSIVE  scan  reads and writes wait while every row is read\n    not understood',
    )
    expect(output).toContain('2 statements in 1 migration · prisma')
  })
})
