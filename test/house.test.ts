import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'
import { describe, expect, it } from 'vitest'
import { rules } from '../rules/index.ts'
import { generatedFiles, ruleIds } from '../scripts/generated.ts'
import { readRuleFixture } from '../scripts/rule-fixture.ts'

function filesBelow(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((file) => join(folder, file))
    .filter((file) => file.endsWith('.ts'))
}

/** Local files that a module imports, type imports too: a type is knowledge as well. */
function importsOf(file: string): readonly string[] {
  const text = readFileSync(file, 'utf8')
  return [...text.matchAll(/(?:from|import\()\s*'(\.[^']+)'/g)].map((match) => normalize(join(dirname(file), match[1] ?? '')))
}

describe('generated files', async () => {
  for (const [path, text] of await generatedFiles()) {
    it(`${path} is fresh`, () => {
      expect(existsSync(path) ? readFileSync(path, 'utf8') : 'missing', 'run npm run generate').toBe(text)
    })
  }
  it('no page describes a rule that is gone', () => {
    expect(readdirSync('docs/rules').sort()).toEqual([...rules.keys()].map((id) => `${id}.md`))
  })
})

describe.each([...rules])('rule %s', (id, rule) => {
  const path = `fixtures/rules/${id}.sql`
  it('has a fixture with an unsafe and a safe case', () => {
    const cases = readRuleFixture(readFileSync(path, 'utf8'))
    // A rule that looks at nothing is documentation for findings made elsewhere.
    if (rule.on.length > 0) expect(cases.some((one) => one.files.some((file) => file.wants.length > 0))).toBe(true)
    expect(cases.some((one) => one.safe)).toBe(true)
    for (const one of cases.filter(({ safe }) => safe))
      expect(
        one.files.flatMap((file) => file.wants),
        one.title,
      ).toEqual([])
  })
  it("cites PostgreSQL's manual", () => {
    expect(rule.references.some((link) => link.startsWith('https://www.postgresql.org/docs/'))).toBe(true)
  })
  it('says what, why and what instead', () => {
    expect(rule.summary).toMatch(/^[^\n]{10,160}$/)
    expect(rule.summary.endsWith('.')).toBe(false)
    expect(rule.why.trim().length).toBeGreaterThan(80)
    expect(rule.instead.trim().length).toBeGreaterThan(40)
  })
  it('is small', () => {
    expect(readFileSync(`rules/${id}.ts`, 'utf8').split('\n').length).toBeLessThanOrEqual(120)
  })
  it("imports the rules' vocabulary only", () => {
    for (const target of importsOf(`rules/${id}.ts`)) expect(target).toMatch(/^src\/(?:rule\.ts|plan\/)/)
  })
})

it('every fixture belongs to a rule', () => {
  const fixtures = readdirSync('fixtures/rules').map((file) => file.replace(/\.sql$/, ''))
  expect(fixtures.filter((id) => !ruleIds().includes(id))).toEqual([])
})

/** Pipeline order: a module imports from its own floor or a lower one. */
const floors: readonly (readonly [floor: number, pattern: RegExp])[] = [
  [
    0,
    /^src\/(?:name|reserved-words|span|lock|failure|type-name|expression|migration|operation|settings|fingerprint|contract|glob|plan\/plan|fix\/edit|suppress\/directive)\.ts$|^src\/operation\/|^package\.json$/,
  ],
  [1, /^src\/grammar\//],
  [2, /^src\/read\//],
  [2, /^src\/(?:catalog|application)\//],
  [3, /^src\/effect\//],
  [4, /^src\/(?:held|transaction|session|finding|severity|phase)\.ts$/],
  [5, /^src\/rule\.ts$|^src\/rule\/|^src\/plan\/|^src\/print\/|^src\/fix\//],
  [6, /^rules\//],
  [
    7,
    /^src\/(?:check|analyze|migration-plan|carried-allow|suppress|fold|config|baseline|size|debt)\.ts$|^src\/config\/|^src\/suppress\//,
  ],
  [8, /^src\/(?:report|trace|lsp|write)\//],
  [9, /^src\/cli\/|^src\/(?:index|lint|trace-report|debt-report|plan-report|fix-report)\.ts$|^src\/init\//],
  [10, /^src\/action\//],
]

function floorOf(file: string): number | undefined {
  return floors.find(([, pattern]) => pattern.test(file))?.[0]
}

describe('imports go one way, in pipeline order', () => {
  for (const file of [...filesBelow('src'), ...filesBelow('rules')]) {
    it(file, () => {
      const floor = floorOf(file)
      expect(floor, `${file} stands on no floor: add it to the list in this test`).toBeDefined()
      for (const target of importsOf(file))
        expect(floorOf(target) ?? 99, `${file} imports ${target}`).toBeLessThanOrEqual(floor ?? -1)
    })
  }
})

describe('parser nodes are seen only in grammar/ and print/', () => {
  for (const file of filesBelow('src').filter((path) => !/^src\/(?:grammar|print)\//.test(path))) {
    it(file, () => {
      expect(readFileSync(file, 'utf8')).not.toMatch(/from '(?:libpg-query|@pgsql\/types|pgsql-ast-parser)'/)
    })
  }
})

describe('modules stay small', () => {
  for (const file of filesBelow('src').filter((path) => !path.includes('.generated.'))) {
    it(file, () => {
      expect(readFileSync(file, 'utf8').split('\n').length).toBeLessThanOrEqual(400)
    })
  }
})
