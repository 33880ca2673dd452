import { chmodSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { rules as ours } from '../rules/index.ts'
import { nearest } from '../src/config/nearest.ts'
import { configSchema } from '../src/config/schema.ts'
import { loadConfig, parseConfig, severitiesOf } from '../src/config.ts'
import { globTest } from '../src/glob.ts'
import { severityOf } from '../src/severity.ts'

const rules = new Map([
  ['allow-comment', { knownAs: [] }],
  ['drop-column', { knownAs: ['squawk/ban-drop-column'] }],
  ['set-not-null-without-proof', { knownAs: [] }],
])

const parse = (text: string) => parseConfig(text, 'phasewise.json', rules, false)

describe('a configuration', () => {
  it('may have comments and trailing commas', () => {
    expect(parse('// ours\n{ "postgres": 17, /* x */ "presets": ["strict"], }')).toEqual({ postgres: 17, presets: ['strict'] })
  })

  it('takes every key', () => {
    const whole = {
      $schema: './node_modules/phasewise/phasewise.schema.json',
      paths: ['db/migrations'],
      postgres: 16,
      tool: 'prisma',
      transaction: 'unit',
      parser: 'pgsql-ast-parser',
      presets: ['strict', 'style'],
      hazards: { 'blocks reads': 'error', style: 'note' },
      rules: { 'drop-column': 'off', 'allow-comment': 'error' },
      overrides: [{ files: ['old/**'], rules: { 'drop-column': 'note' } }],
      ignore: ['**/seed.sql'],
      failOn: 'warning',
    }
    expect(parse(JSON.stringify(whole))).toEqual(whole)
  })

  it.each([
    ['an unknown key', '{\n  "postgress": 17\n}', ':2:3: unknown key "postgress"; did you mean "postgres"?'],
    ['an unknown rule', '{ "rules": {\n "drop-colum": "off" } }', ':2:2: unknown rule "drop-colum"; did you mean "drop-column"?'],
    [
      "a peer's rule",
      '{"rules":{"ban-drop-column":"off"}}',
      `:1:11: unknown rule "ban-drop-column"; squawk's ban-drop-column is "drop-column" here`,
    ],
    ['the beginning of a rule', '{"rules":{"set-not-null":"off"}}', 'did you mean "set-not-null-without-proof"?'],
    [
      'an unknown rule of an override',
      '{"overrides":[{"files":["a"],"rules":{"drop-colunm":"off"}}]}',
      ':1:39: unknown rule "drop-colunm"; did you mean "drop-column"?',
    ],
    ['an unknown key of an override', '{"overrides":[{"file":["a"],"rules":{}}]}', '"files"'],
    [
      'an unknown hazard',
      '{"hazards":{"blocks read":"off"}}',
      ':1:13: unknown hazard "blocks read"; did you mean "blocks reads"?',
    ],
    [
      'an unknown severity',
      '{"rules":{"drop-column":"warn"}}',
      ':1:25: "rules.drop-column" must be one of error, warning, note, off, not "warn"; did you mean "warning"?',
    ],
    [
      'an unknown preset',
      '{"presets":["stric"]}',
      ':1:13: "presets[0]" must be one of recommended, strict, style, not "stric"; did you mean "strict"?',
    ],
    ['a version that is none', '{"postgres":"17"}', ':1:13: "postgres" must be a whole number from 12 to 18, not "17"'],
    ['an old version', '{"postgres":9.6}', 'must be a whole number from 12 to 18, not 9.6'],
    ['a list that is none', '{"ignore":"a.sql"}', ':1:11: "ignore" must be a list, not "a.sql"'],
    ['a list at the top', '[]', ':1:1: the configuration must be an object, not []'],
    [
      'a list for an object',
      '{"overrides":[{"files":["a"],"rules":[]}]}',
      ':1:38: "overrides[0].rules" must be an object, not []',
    ],
    ['a key set twice', '{"postgres":16,\n"postgres":17}', ':2:1: "postgres" is set twice'],
    ['a missing comma', '{\n  "postgres": 17\n  "tool": "prisma"\n}', ':3:3: not valid JSON: comma expected'],
    ['an open brace', '{', ':1:2: not valid JSON: close brace expected'],
    ['an empty file', '', ':1:1: '],
  ])('with %s fails in one line that says where', (_, text, message) => {
    let failure = ''
    try {
      parse(text)
    } catch (error) {
      failure = error instanceof Error ? `${error.name} ${error.message}` : ''
    }
    expect(failure).toMatch(/^Failure phasewise\.json:\d+:\d+: /)
    expect(failure).toContain(message)
    expect(failure).not.toContain('\n')
  })

  it('is described by a JSON Schema of the same keys', () => {
    const schema = JSON.parse(JSON.stringify(configSchema([...rules.keys()])))
    expect(schema.additionalProperties).toBe(false)
    expect(Object.keys(schema.properties)).toEqual([
      '$schema',
      'paths',
      'postgres',
      'tool',
      'transaction',
      'parser',
      'presets',
      'hazards',
      'rules',
      'overrides',
      'ignore',
      'app',
      'baseline',
      'stats',
      'smallTable',
      'debt',
      'failOn',
    ])
    expect(Object.keys(schema.properties.rules.properties)).toEqual([
      'allow-comment',
      'drop-column',
      'set-not-null-without-proof',
    ])
    expect(schema.properties.rules.additionalProperties).toBe(false)
    expect(schema.properties.postgres).toMatchObject({ type: 'integer', minimum: 12, maximum: 18 })
  })
})

describe('finding the configuration', () => {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'phasewise-config-')))
  afterAll(() => rmSync(root, { recursive: true }))
  const write = (path: string, text: string | Uint8Array) => {
    mkdirSync(dirname(join(root, path)), { recursive: true })
    writeFileSync(join(root, path), text)
    return join(root, path)
  }
  const load = (cwd: string, file?: string) => loadConfig(rules, { cwd: join(root, cwd), file })

  it('takes the nearest file upwards', async () => {
    write('a/phasewise.json', '{"postgres":16}')
    mkdirSync(join(root, 'a/b/c'), { recursive: true })
    expect(await load('a/b/c')).toEqual({
      config: { postgres: 16 },
      directory: join(root, 'a'),
      file: join(root, 'a/phasewise.json'),
    })
    write('a/b/package.json', '{"name":"x","devDependencies":{"phasewise":"^1"},\n"phasewise":{"postgres":14}}')
    expect(await load('a/b/c')).toMatchObject({ config: { postgres: 14 }, directory: join(root, 'a/b') })
  })

  it('reads the file that is named, and fails where it is not there', async () => {
    write('named/other.json', '{"postgres":13}')
    expect(await load('named', 'other.json')).toMatchObject({ config: { postgres: 13 } })
    await expect(load('named', 'missing.json')).rejects.toThrow('missing.json: no such file or directory')
  })

  it('fails at the place in package.json', async () => {
    write('manifest/package.json', '{\n  "phasewise": {\n    "posgres": 14\n  }\n}')
    await expect(load('manifest')).rejects.toThrow('package.json:3:5: unknown key "posgres"; did you mean "postgres"?')
  })

  it('passes a package.json by that does not speak of it', async () => {
    write('plain/package.json', '{"devDependencies":{"phasewise":"^1"}}')
    expect((await load('plain')).config).toEqual({})
  })

  it('refuses two configurations in one directory', async () => {
    write('two/package.json', '{"phasewise":{}}')
    write('two/phasewise.json', '{}')
    await expect(load('two')).rejects.toThrow('keep one')
  })

  it('names a file that is no text', async () => {
    write('bytes/phasewise.json', Uint8Array.of(0x7b, 0xff, 0x7d))
    await expect(load('bytes')).rejects.toThrow('phasewise.json: the file is not valid UTF-8')
  })

  it.skipIf(process.getuid?.() === 0)('names a file that may not be read', async () => {
    chmodSync(write('locked/phasewise.json', '{}'), 0o000)
    await expect(load('locked')).rejects.toThrow('phasewise.json: permission denied')
  })

  it('reads overrides relative to the configuration, files relative to the working directory', async () => {
    write('over/phasewise.json', '{"overrides":[{"files":["db/old/**"],"rules":{"drop-column":"off"}}]}')
    mkdirSync(join(root, 'over/db'), { recursive: true })
    const severities = severitiesOf(await load('over/db'), join(root, 'over/db'))
    expect(severityOf('drop-column', 'breaks clients', 'certain', 'old/1.sql', severities)).toBe('off')
    expect(severityOf('drop-column', 'breaks clients', 'certain', 'new/1.sql', severities)).toBe('error')
  })
})

describe('severity', () => {
  const of = (config: Parameters<typeof severityOf>[4], hazard: Parameters<typeof severityOf>[1] = 'blocks reads') =>
    (['certain', 'possible', 'checked'] as const).map((certainty) => severityOf('r', hazard, certainty, 'a/1.sql', config))

  it('follows from hazard and certainty', () => {
    expect(of({})).toEqual(['error', 'warning', 'note'])
    expect(of({}, 'fails')).toEqual(['error', 'warning', 'note'])
    expect(of({}, 'queues traffic')).toEqual(['warning', 'warning', 'note'])
    expect(of({}, 'not understood')).toEqual(['warning', 'warning', 'note'])
    expect(of({}, 'style')).toEqual(['off', 'off', 'off'])
  })

  it('is one step higher when strict, and style has to be asked for', () => {
    expect(of({ presets: ['strict'] })).toEqual(['error', 'error', 'warning'])
    expect(of({ presets: ['strict'] }, 'queues traffic')).toEqual(['error', 'error', 'warning'])
    expect(of({ presets: ['strict'] }, 'style')).toEqual(['off', 'off', 'off'])
    expect(of({ presets: ['style'] }, 'style')).toEqual(['warning', 'warning', 'warning'])
  })

  it('is set by the path before the rule, the rule before the hazard, the hazard before the preset', () => {
    const hazard = { presets: ['strict'], hazards: { 'blocks reads': 'warning' } } as const
    expect(of(hazard)).toEqual(['warning', 'warning', 'note'])
    const rule = { ...hazard, rules: { r: 'note' } } as const
    expect(of(rule)).toEqual(['note', 'note', 'note'])
    const path = (matches: boolean, severity: 'off' | 'error') => ({ matches: () => matches, rules: { r: severity } }) as const
    expect(of({ ...rule, overrides: [path(true, 'error'), path(true, 'off'), path(false, 'error')] })).toEqual([
      'off',
      'off',
      'off',
    ])
    expect(of({ ...rule, overrides: [path(false, 'error')] })).toEqual(['note', 'note', 'note'])
  })

  it('turns every style rule on with the preset, and off again one by one', () => {
    const style = [...ours].filter(([, rule]) => rule.hazard === 'style')
    expect(style.length).toBeGreaterThan(10)
    for (const [id, { certainty = 'certain' }] of style) {
      expect(severityOf(id, 'style', certainty, '1.sql', {})).toBe('off')
      expect(severityOf(id, 'style', certainty, '1.sql', { presets: ['style'] })).toBe('warning')
      expect(severityOf(id, 'style', certainty, '1.sql', { presets: ['style'], rules: { [id]: 'off' } })).toBe('off')
      expect(severityOf(id, 'style', certainty, '1.sql', { rules: { [id]: 'error' } })).toBe('error')
    }
  })

  it('does not take names from the prototype of objects', () => {
    expect(severityOf('constructor', 'fails', 'certain', 'a.sql', { rules: {}, overrides: [] })).toBe('error')
  })
})

describe('nearest', () => {
  it.each([
    ['drp-column', 'drop-column'],
    ['dorp-column', 'drop-column'],
    ['set-not-null', 'set-not-null-without-proof'],
    ['DROP-COLUMN', 'drop-column'],
    ['truncate', undefined],
    ['', undefined],
  ])('%s', (word, expected) => {
    expect(nearest(word, rules.keys())).toBe(expected)
  })
})

describe('globs', () => {
  it.each([
    ['*.sql', 'a/b.sql', true],
    ['a/*.sql', 'a/b.sql', true],
    ['a/*.sql', 'a/b/c.sql', false],
    ['a/**/c.sql', 'a/c.sql', true],
    ['a/**/c.sql', 'a/b/b/c.sql', true],
    ['a/**', 'a/b/c.sql', true],
    ['a', 'a/b/c.sql', true],
    ['./a/', 'a/b.sql', true],
    ['a', 'b/ab/c.sql', false],
    ['{old,older}/*.sql', 'older/1.sql', true],
    ['[0-9]_?.sql', '1_x.sql', true],
    ['[!0-9]*.sql', '1_x.sql', false],
    ['a.sql', 'aXsql', false],
    ['(x)+.sql', '(x)+.sql', true],
  ])('%s and %s: %s', (pattern, path, expected) => {
    expect(globTest([pattern])(path)).toBe(expected)
  })

  it('take matches back with !', () => {
    const test = globTest(['old/**', '!old/keep.sql'])
    expect([test('old/a.sql'), test('old/keep.sql')]).toEqual([true, false])
  })
})
