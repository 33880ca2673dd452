import { describe, expect, it } from 'vitest'
import type { Finding } from '../src/finding.ts'
import type { Migration } from '../src/migration.ts'
import { severityOf } from '../src/severity.ts'
import { suppress } from '../src/suppress.ts'
import { sampleFinding, sampleMigration } from './sample-migration.ts'

const rules = new Map(
  Object.entries({
    'drop-column': [
      'squawk/ban-drop-column',
      'atlas/DS103',
      'pgls/banDropColumn',
      'pgfence/drop-column',
      'pg-migration-lint/PGM009',
    ],
    'create-index': ['squawk/require-concurrent-index-creation', 'atlas/PG101', 'eugene/E6', 'migrationpilot/MP001'],
    'no-timeout': ['pgfence/missing-lock-timeout', 'eugene/E9'],
    ours: [],
  }).map(([id, knownAs]) => [id, { knownAs, hazard: 'blocks writes' as const }]),
)

function judge(migration: Migration, findings: readonly Finding[], off: readonly string[] = []) {
  const result = suppress(findings, [migration], {
    rules,
    severityOf: (rule, hazard, certainty, file) => (off.includes(rule) ? 'off' : severityOf(rule, hazard, certainty, file, {})),
  })
  return {
    kept: result.findings.map(({ rule, sql }) => (rule === 'allow-comment' ? rule : `${rule} ${sql}`)),
    allowed: result.allowed.map(({ rule, sql, reason }) => `${rule} ${sql}: ${reason}`),
    complaints: result.findings.flatMap(({ rule, message }) => (rule === 'allow-comment' ? [message] : [])),
  }
}

/** Everything that could be found in the text: a finding per drop and per index. */
function findIn(text: string, off: readonly string[] = []) {
  const migration = sampleMigration(text)
  const findings = [...text.matchAll(/DROP COLUMN \w+|CREATE INDEX \w+ ON t \(a\)/g)].map(([at]) =>
    sampleFinding(migration, at, at.startsWith('CREATE') ? 'create-index' : 'drop-column'),
  )
  return judge(migration, findings, off)
}

describe('a comment of ours', () => {
  it('silences the statement that it stands directly above, with its reason', () => {
    const { kept, allowed, complaints } = findIn('-- phasewise allow drop-column: nobody reads it\nALTER TABLE t DROP COLUMN a;')
    expect(kept).toEqual([])
    expect(allowed).toEqual(['drop-column DROP COLUMN a: nobody reads it'])
    expect(complaints).toEqual([])
  })

  it.each([
    ['at the end of its line', 'ALTER TABLE t DROP COLUMN a; -- phasewise allow drop-column: r'],
    ['at the end of one of its lines', 'ALTER TABLE t\n  DROP COLUMN a -- phasewise allow drop-column: r\n;'],
    ['on a line inside it', 'ALTER TABLE t\n  -- phasewise allow drop-column: r\n  DROP COLUMN a;'],
    ['in a block comment', '/* phasewise allow drop-column: r */\nALTER TABLE t DROP COLUMN a;'],
    ['in a block comment before it on its line', '/* phasewise allow drop-column: r */ ALTER TABLE t DROP COLUMN a;'],
    ['above another comment', '-- phasewise allow drop-column: r\n-- more\nALTER TABLE t DROP COLUMN a;'],
    ['below another comment', '-- more\n-- phasewise allow drop-column: r\nALTER TABLE t DROP COLUMN a;'],
    ['with Windows line ends', '-- phasewise allow drop-column: r\r\nALTER TABLE t\r\n  DROP COLUMN a;\r\n'],
    ['with a colon in the reason', '-- phasewise allow drop-column: r: s\nALTER TABLE t DROP COLUMN a;'],
  ])('silences the statement %s', (_, text) => {
    expect(findIn(text)).toMatchObject({ kept: [], complaints: [] })
  })

  it('at the end of a line belongs to that line, never to the next', () => {
    const text = 'ALTER TABLE t DROP COLUMN a; -- phasewise allow drop-column: r\nALTER TABLE t DROP COLUMN b;'
    expect(findIn(text)).toMatchObject({ kept: ['drop-column DROP COLUMN b'], allowed: ['drop-column DROP COLUMN a: r'] })
  })

  it('at the end of a line with nothing to allow does not reach the next', () => {
    const { kept, complaints } = findIn('SELECT 1; -- phasewise allow drop-column: r\nALTER TABLE t DROP COLUMN b;')
    expect(kept).toEqual(['allow-comment', 'drop-column DROP COLUMN b'])
    expect(complaints).toEqual(['drop-column finds nothing here, so there is nothing to allow; remove it from the comment'])
  })

  it('belongs to the statements on its line, where there are several', () => {
    const text = 'ALTER TABLE t DROP COLUMN a; ALTER TABLE t DROP COLUMN b; -- phasewise allow drop-column: r'
    expect(findIn(text)).toMatchObject({ kept: [], complaints: [] })
  })

  it('parted from the statement by an empty line stands for nothing', () => {
    const { kept, complaints } = findIn('-- phasewise allow drop-column: r\n\nALTER TABLE t DROP COLUMN a;')
    expect(kept).toEqual(['allow-comment', 'drop-column DROP COLUMN a'])
    expect(complaints).toEqual(['the comment stands neither on a statement nor directly above one, so it allows nothing'])
  })

  it('speaks of one command of a statement, where it stands on it or above it', () => {
    const onIt = 'ALTER TABLE t\n  DROP COLUMN a, -- phasewise allow drop-column: r\n  DROP COLUMN b;'
    expect(findIn(onIt)).toMatchObject({ kept: ['drop-column DROP COLUMN b'], complaints: [] })
    const above = 'ALTER TABLE t\n  DROP COLUMN a,\n  -- phasewise allow drop-column: r\n  DROP COLUMN b;'
    expect(findIn(above)).toMatchObject({ kept: ['drop-column DROP COLUMN a'], complaints: [] })
    const whole = '-- phasewise allow drop-column: r\nALTER TABLE t\n  DROP COLUMN a,\n  DROP COLUMN b;'
    expect(findIn(whole)).toMatchObject({ kept: [], complaints: [] })
    const firstLine = 'ALTER TABLE t -- phasewise allow drop-column: r\n  DROP COLUMN a,\n  DROP COLUMN b;'
    expect(findIn(firstLine)).toMatchObject({ kept: [], complaints: [] })
  })

  it('on a command silences what was found about the whole statement', () => {
    const text = 'ALTER TABLE t\n  DROP COLUMN a,\n  DROP COLUMN b; -- phasewise allow ours: r'
    const migration = sampleMigration(text)
    const whole = sampleFinding(migration, text.slice(0, text.indexOf(';')), 'ours')
    expect(judge(migration, [whole])).toMatchObject({ kept: [], complaints: [] })
  })

  it('silences several rules', () => {
    const text = '-- phasewise allow drop-column, ours: both are known\nALTER TABLE t DROP COLUMN a;'
    const migration = sampleMigration(text)
    const findings = ['drop-column', 'ours', 'create-index'].map((rule) => sampleFinding(migration, 'DROP COLUMN a', rule))
    expect(judge(migration, findings)).toMatchObject({ kept: ['create-index DROP COLUMN a'], complaints: [] })
  })

  it.each([
    ['without a reason', '-- phasewise allow drop-column\nALTER TABLE t DROP COLUMN a;', 'gives no reason'],
    ['with an empty reason', '-- phasewise allow drop-column:  \nALTER TABLE t DROP COLUMN a;', 'gives no reason'],
    ['without a rule', '-- phasewise allow: r\nALTER TABLE t DROP COLUMN a;', 'names no rule'],
    [
      'of an unknown rule',
      '-- phasewise allow drop-colum: r\nALTER TABLE t DROP COLUMN a;',
      'unknown rule "drop-colum"; did you mean "drop-column"?',
    ],
    [
      "of a peer's rule",
      '-- phasewise allow ban-drop-column: r\nALTER TABLE t DROP COLUMN a;',
      `squawk's ban-drop-column is "drop-column" here`,
    ],
    ["with another linter's verb", '-- phasewise ignore drop-column: r\nALTER TABLE t DROP COLUMN a;', 'is not understood'],
    [
      'for the file below a statement',
      'SELECT 1;\n-- phasewise allow-file drop-column: r\nALTER TABLE t DROP COLUMN a;',
      'before the first statement',
    ],
  ])('%s silences nothing and is a finding', (_, text, complaint) => {
    const { kept, allowed, complaints } = findIn(text)
    expect(kept).toContain('drop-column DROP COLUMN a')
    expect(allowed).toEqual([])
    expect(complaints).toHaveLength(1)
    expect(complaints[0]).toContain(complaint)
  })

  it('for a whole file silences the rule everywhere in it', () => {
    const text =
      '-- header\n\n-- phasewise allow-file drop-column: r\n\nALTER TABLE t DROP COLUMN a;\nALTER TABLE t DROP COLUMN b;'
    expect(findIn(text)).toMatchObject({ kept: [], complaints: [] })
  })

  it('for a whole file may stand above the section that a tool runs', () => {
    const whole = sampleMigration('-- phasewise allow-file drop-column: r\n-- +goose Up\nALTER TABLE t DROP COLUMN a;')
    const section = { ...whole, comments: whole.comments.slice(1) }
    expect(judge(section, [sampleFinding(section, 'DROP COLUMN a', 'drop-column')])).toMatchObject({ kept: [], complaints: [] })
  })

  it('that allows nothing is a finding, unless the rule is off', () => {
    const text = '-- phasewise allow drop-column: r\nSELECT 1;'
    expect(findIn(text).complaints).toHaveLength(1)
    expect(findIn(text, ['drop-column']).complaints).toEqual([])
  })

  it('inside a string is text', () => {
    const text = "INSERT INTO t VALUES ('\n-- phasewise allow drop-column: r\n');\nALTER TABLE t DROP COLUMN a;"
    expect(findIn(text)).toMatchObject({ kept: ['drop-column DROP COLUMN a'], allowed: [], complaints: [] })
  })

  it('is not seen in prose', () => {
    expect(findIn('-- phasewise complains about the next line\nALTER TABLE t DROP COLUMN a;').complaints).toEqual([])
  })
})

describe("peers' comments", () => {
  const drop = 'ALTER TABLE t DROP COLUMN a;'
  const index = 'CREATE INDEX i ON t (a);'

  it.each([
    ['squawk', `-- squawk-ignore ban-drop-column\n${drop}`],
    ['squawk with a reason', `-- squawk-ignore prefer-robust-stmts, ban-drop-column -- it is unused\n${drop}`],
    ['squawk in a block', `/* squawk-ignore ban-drop-column */\n${drop}`],
    ['squawk at the end of the line', `${drop} -- squawk-ignore ban-drop-column`],
    ['squawk for the file', `${drop}\n-- squawk-ignore-file`],
    ['atlas', `-- atlas:nolint\n${drop}`],
    ['atlas by code', `--atlas:nolint MF101 DS103\n${drop}`],
    ['atlas by analyzer', `-- atlas:nolint destructive\n${drop}`],
    ['atlas for the file', `-- atlas:nolint DS103\n\nSELECT 1;\n${drop}`],
    ['pgfence', `-- pgfence-ignore\n${drop}`],
    ['pgfence by id', `-- pgfence-ignore: add-column, drop-column\n${drop}`],
    ['pgfence as it was', `-- pgfence: ignore drop-column\n${drop}`],
    ['pgls', `-- pgls-ignore lint/safety/banDropColumn: it is unused\n${drop}`],
    ['pgls by group', `-- pgt-ignore lint/safety\n${drop}`],
    ['pgls for the file', `-- pgls-ignore-all lint/safety/banDropColumn\nSELECT 1;\n${drop}`],
    [
      'pgls for a range',
      `-- pgls-ignore-start lint/safety/banDropColumn\nSELECT 1;\n${drop}\n-- pgls-ignore-end lint/safety/banDropColumn`,
    ],
    ['pg-migration-lint', `-- pgm-lint:suppress PGM009,PGM501\n${drop}`],
    ['pg-migration-lint for the file', `-- pgm-lint:suppress-file PGM009\nSELECT 1;\n${drop}`],
    ['eugene', `-- eugene: ignore E6\n${index}`],
    ['eugene without an id', `-- eugene: ignore\n${index}`],
    ['migrationpilot', `-- MigrationPilot-Disable MP001 because\n${index}`],
    ['migrationpilot for the file', `SELECT 1;\n${index}\n-- migrationpilot-disable-file`],
  ])('%s is honoured', (_, text) => {
    const { kept, allowed } = findIn(text)
    expect(kept).toEqual([])
    expect(allowed).toHaveLength(1)
  })

  it.each([
    ['squawk without a rule', `-- squawk-ignore\n${drop}`],
    ['squawk for another rule', `-- squawk-ignore renaming-column\n${drop}`],
    ['atlas after the statement', `${drop} -- atlas:nolint`],
    ['atlas at the top of the file without an empty line', `-- atlas:nolint\nSELECT 1;\n${drop}`],
    ['a rule that the peer does not know', `-- eugene: ignore\n${drop}`],
    ['pgls below the range', `-- pgls-ignore-start lint/safety\nSELECT 1;\n-- pgls-ignore-end lint/safety\n${drop}`],
    ['pgls for the file below a statement', `SELECT 1;\n-- pgls-ignore-all lint\n${drop}`],
    ['the line before', `SELECT 1; -- pgfence-ignore\n${drop}`],
    ['a string', `SELECT '-- squawk-ignore-file';\n${drop}`],
  ])('%s is not silenced, and says nothing of itself', (_, text) => {
    expect(findIn(text)).toEqual({ kept: ['drop-column DROP COLUMN a'], allowed: [], complaints: [] })
  })

  it('keep to the lines that squawk looks at', () => {
    const text =
      '-- squawk-ignore ban-drop-column\nALTER TABLE t\n  DROP COLUMN a,\n  -- squawk-ignore ban-drop-column\n  DROP COLUMN b;'
    expect(findIn(text).kept).toEqual(['drop-column DROP COLUMN a'])
  })

  it("name themselves as the reason and cover pgfence's policies at the first statement", () => {
    const text = `-- pgfence-ignore: missing-lock-timeout\nSELECT 1;\n${drop}`
    const migration = sampleMigration(text)
    expect(judge(migration, [sampleFinding(migration, 'DROP COLUMN a', 'no-timeout')]).allowed).toEqual([
      'no-timeout DROP COLUMN a: pgfence-ignore comment',
    ])
  })
})
