import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { run } from '../src/cli/program.ts'
import { Failure, lint } from '../src/index.ts'

const cwd = mkdtempSync(join(tmpdir(), 'phasewise-library-'))
afterAll(() => rmSync(cwd, { recursive: true }))
writeFileSync(join(cwd, '1_a.sql'), 'ALTER TABLE orders ALTER COLUMN region SET NOT NULL;\n')

describe('the library', () => {
  it('returns what the command line prints as JSON', async () => {
    let out = ''
    const write = (text: string) => {
      out += text
    }
    const output = { write, isTerminal: false, columns: undefined }
    await run(['.', '--format', 'json', '--postgres', '17'], {
      cwd,
      env: {},
      out: output,
      err: output,
      stdin: async () => new Uint8Array(),
    })
    const result = await lint(['.'], { cwd, postgres: 17 })
    expect(result).toEqual(JSON.parse(out))
    expect(result.postgres).toBe(17)
    expect(result.findings).not.toEqual([])
  })

  it('judges a text that is in no file', async () => {
    const stdin = { text: 'ALTER TABLE orders ALTER COLUMN region SET NOT NULL', filename: 'x.sql' }
    expect((await lint(['-'], { cwd, stdin })).findings.map(({ file }) => file)).toContain('x.sql')
  })

  it('rejects with a Failure where the job cannot be done', async () => {
    await expect(lint(['missing.sql'], { cwd })).rejects.toBeInstanceOf(Failure)
    await expect(lint(['.'], { cwd, postgres: 11 })).rejects.toThrow('the major version goes from 12 to 18')
    await expect(lint(['.'], { cwd, tool: 'prsma' })).rejects.toThrow('did you mean "prisma"?')
  })
})
