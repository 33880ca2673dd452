import { describe, expect, it } from 'vitest'
import { peers } from '../scripts/coming-from.ts'
import { lintReport } from '../src/lint.ts'

const rule = 'create-index-without-concurrently'

describe.each(peers.filter(({ comments }) => comments.length > 0))("$title's comments on its page", ({ comments }) => {
  it.each(comments)('reach $reaches', async ({ sql }) => {
    const { findings, allowed } = await lintReport({ paths: ['-'], stdin: { text: `${sql}\n` }, cwd: '/' })
    expect(allowed.map((one) => one.rule)).toContain(rule)
    expect(findings.map((one) => one.rule)).not.toContain(rule)
    expect(findings.map((one) => one.rule)).not.toContain('allow-comment')
  })

  it('are what silences it', async () => {
    for (const { sql } of comments) {
      const text = `${sql.replace(/--.*|\/\*.*\*\//g, '')}\n`
      const { findings } = await lintReport({ paths: ['-'], stdin: { text }, cwd: '/' })
      expect(findings.map((one) => one.rule)).toContain(rule)
    }
  })
})

it('a disable of MigrationPilot that names what is no id silences nothing, as there', async () => {
  const text = `-- migrationpilot-disable require-concurrent-index-creation\nCREATE INDEX orders_region_idx ON orders (region);\n`
  const { findings } = await lintReport({ paths: ['-'], stdin: { text }, cwd: '/' })
  expect(findings.map((one) => one.rule)).toContain(rule)
})
