import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { acceptFindings, lintReport } from '../src/lint.ts'

describe('the baseline', () => {
  let cwd: string
  const migration = () => join(cwd, '0001_a.sql')
  const lint = () => lintReport({ cwd, paths: ['.'] })
  const rulesOf = async () => (await lint()).findings.map(({ rule }) => rule)

  beforeEach(() => {
    cwd = mkdtempSync(join(tmpdir(), 'phasewise-baseline-'))
    writeFileSync(migration(), "SET lock_timeout = '2s';\nALTER TABLE a ALTER COLUMN b SET NOT NULL;\n")
  })
  afterEach(() => rmSync(cwd, { recursive: true, force: true }))

  it('starts an old project green and reports only what is new', async () => {
    expect(await rulesOf()).toEqual(['set-not-null-without-proof'])
    expect(await acceptFindings({ cwd, paths: ['.'] })).toEqual({
      shown: 'phasewise-baseline.json',
      accepted: 1,
      added: 1,
      dropped: 0,
    })
    const report = await lint()
    expect(report.findings).toEqual([])
    expect(report.allowed.map(({ rule, reason }) => [rule, reason])).toEqual([
      ['set-not-null-without-proof', 'accepted in phasewise-baseline.json'],
    ])
    writeFileSync(join(cwd, '0002_b.sql'), "SET lock_timeout = '2s';\nCREATE INDEX i ON a (b);\n")
    expect(await rulesOf()).toEqual(['create-index-without-concurrently'])
  })

  it('knows a finding again after its lines moved and its white space changed', async () => {
    await acceptFindings({ cwd, paths: ['.'] })
    writeFileSync(migration(), "-- moved\n\nSET lock_timeout = '2s';\n\nALTER TABLE a\n  ALTER COLUMN b SET NOT NULL;\n")
    expect(await rulesOf()).toEqual([])
  })

  it('names entries that match nothing any more, and drops them on the next acceptance', async () => {
    await acceptFindings({ cwd, paths: ['.'] })
    writeFileSync(migration(), 'SELECT 1;\n')
    expect((await lint()).baseline?.stale.map(({ rule }) => rule)).toEqual(['set-not-null-without-proof'])
    expect(await acceptFindings({ cwd, paths: ['.'] })).toEqual({
      shown: 'phasewise-baseline.json',
      accepted: 0,
      added: 0,
      dropped: 1,
    })
    expect((await lint()).baseline?.stale).toEqual([])
  })

  it('keeps what was accepted in files that were not looked at', async () => {
    writeFileSync(join(cwd, '0002_b.sql'), "SET lock_timeout = '2s';\nCREATE INDEX i ON a (b);\n")
    await acceptFindings({ cwd, paths: ['.'] })
    expect(await acceptFindings({ cwd, paths: ['0002_b.sql'] })).toMatchObject({ accepted: 2, added: 0, dropped: 0 })
  })

  it('never overwrites a file that is no baseline', async () => {
    const path = join(cwd, 'phasewise-baseline.json')
    for (const text of ['{ "mine": true }', 'not JSON']) {
      writeFileSync(path, text)
      await expect(acceptFindings({ cwd, paths: ['.'] })).rejects.toThrow('phasewise-baseline.json: not')
      expect(readFileSync(path, 'utf8')).toBe(text)
    }
  })
})
