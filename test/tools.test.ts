import { readdirSync, readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { rules } from '../rules/index.ts'
import { analyze } from '../src/analyze.ts'
import { readMigrations } from '../src/read/read.ts'
import { Lines } from '../src/span.ts'

/** What a tool's fixture must come to: fixtures/tools/<tool>.json. */
interface Expected {
  readonly because: string
  /** `file: scope of each statement`, in the order in which the tool runs them. */
  readonly migrations: readonly string[]
  /** Where CONCURRENTLY would run in a transaction: `file:line`. */
  readonly concurrently: readonly string[]
  /** Forward order of the down migrations. */
  readonly down: readonly string[]
}

const rule = rules.get('concurrently-in-transaction')
if (rule === undefined) throw new Error('the rule concurrently-in-transaction is gone')
const options = { postgres: 15, rules: new Map([['concurrently-in-transaction', rule]]), severityOf: () => 'error' as const }

for (const tool of readdirSync('fixtures/tools').filter((name) => !name.endsWith('.json'))) {
  describe(tool, async () => {
    const expected: Expected = JSON.parse(readFileSync(`fixtures/tools/${tool}.json`, 'utf8'))
    const cwd = resolve('fixtures/tools', tool)
    const history = await readMigrations([], { cwd })
    const { judged, findings } = analyze(history.migrations, options)

    it('is found without an option', () => {
      expect({ tool: history.tool, because: history.found?.because }).toEqual({ tool, because: expected.because })
    })
    it('is read in its order, in its transactions', () => {
      const read = history.migrations.map((migration) => {
        const scopes = judged.filter((one) => one.migration === migration).map(({ scope }) => scope)
        return `${migration.file}: ${scopes.join(' ')}`.trim()
      })
      expect(read).toEqual(expected.migrations)
    })
    it('has every statement understood', () => {
      expect(judged.filter(({ known }) => !known).map(({ statement }) => statement.sql)).toEqual([])
    })
    it('is told where CONCURRENTLY fails, and nowhere else', () => {
      const places = findings.map((finding) => {
        const text = history.migrations.find(({ file }) => file === finding.file)?.text ?? ''
        return `${finding.file}:${new Lines(text).positionOf(finding.span.start).line}`
      })
      expect(places).toEqual(expected.concurrently)
    })
    it('has its down migrations judged on request', async () => {
      const down = await readMigrations([], { cwd, down: true }).then(
        ({ migrations }) => migrations.map(({ file, statements }) => `${file}: ${statements.map(({ sql }) => sql).join('; ')}`),
        () => [],
      )
      expect(down).toEqual(expected.down)
    })
  })
}
