import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, lstatSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { LintJson } from '../src/contract.ts'

/** The package as users get it: packed, installed from the tarball, run through the symlink that npm makes. */
describe('the packed package', () => {
  let folder: string
  let bin: string

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'phasewise-package-'))
    // Packing builds.
    const packed: unknown = JSON.parse(
      execFileSync('npm', ['pack', '--json', '--pack-destination', folder], { encoding: 'utf8' }),
    )
    const tarball = Array.isArray(packed) && typeof packed[0]?.filename === 'string' ? packed[0].filename : ''
    writeFileSync(join(folder, 'package.json'), '{ "private": true }')
    execFileSync('npm', ['install', '--no-audit', '--no-fund', '--prefer-offline', join(folder, tarball)], {
      cwd: folder,
      stdio: 'ignore',
    })
    bin = join(folder, 'node_modules/.bin/phasewise')
  }, 120_000)

  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  function run(...args: string[]) {
    return spawnSync(bin, args, { cwd: resolve('.'), encoding: 'utf8', env: { ...process.env, NO_COLOR: '1' } })
  }

  it('is run through a symlink', () => {
    expect(lstatSync(bin).isSymbolicLink()).toBe(true)
    expect(run('--version').stdout).toMatch(/^\d+\.\d+\.\d+\n$/)
  })

  it('reports the naive change of the example and exits with 1', () => {
    const { status, stdout } = run('fixtures/projects/orders/naive/migrations')
    expect(stdout).toContain('set-not-null-without-proof')
    expect(status).toBe(1)
  })

  it('finds nothing worse than a note in the safe change and exits with 0', () => {
    const { status, stdout } = run('lint', '--format', 'json', 'fixtures/projects/orders/safe/migrations')
    const { findings }: LintJson = JSON.parse(stdout)
    expect(findings.filter(({ severity }) => severity !== 'note')).toEqual([])
    expect(status).toBe(0)
  })

  it('ships the config schema and leaves sources and tests out', () => {
    const root = join(folder, 'node_modules/phasewise')
    expect(existsSync(join(root, 'phasewise.schema.json'))).toBe(true)
    for (const left of ['src', 'rules', 'fixtures', 'test']) expect(existsSync(join(root, left)), left).toBe(false)
  })

  it('brings the types of the library, which need no other package', () => {
    const consumer = [
      "import { Failure, lint, type LintJson } from 'phasewise'",
      "const report: LintJson = await lint(['migrations'], { postgres: 17 })",
      "export const worst: 'error' | 'warning' | 'note' | 'off' | undefined = report.findings[0]?.severity",
      'export const failure: Error = new Failure(String(report.version))',
    ]
    writeFileSync(join(folder, 'consumer.mts'), consumer.join('\n'))
    const options = ['--noEmit', '--strict', '--ignoreConfig', '--module', 'nodenext', '--target', 'es2023', 'consumer.mts']
    const { stdout, status } = spawnSync(process.execPath, [resolve('node_modules/typescript/bin/tsc'), ...options], {
      cwd: folder,
      encoding: 'utf8',
    })
    expect({ stdout, status }).toEqual({ stdout: '', status: 0 })
  })

  // Other Node versions come with CI: paths of their programs, separated by colons.
  for (const node of (process.env.PHASEWISE_TEST_NODES ?? '').split(':').filter((path) => path !== '')) {
    it(`runs on ${spawnSync(node, ['--version'], { encoding: 'utf8' }).stdout.trim()}`, () => {
      const { status, stdout } = spawnSync(node, [bin, 'fixtures/projects/orders/naive/migrations'], {
        cwd: resolve('.'),
        encoding: 'utf8',
      })
      expect(stdout).toContain('set-not-null-without-proof')
      expect(status).toBe(1)
    })
  }

  it('is a library too', () => {
    const code = `import { lint } from 'phasewise'; const r = await lint(['fixtures/projects/orders/safe/migrations'], { cwd: ${JSON.stringify(resolve('.'))} }); console.log(r.version, r.findings.filter(({ severity }) => severity !== 'note').length)`
    const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', code], { cwd: folder, encoding: 'utf8' })
    expect(stderr).toBe('')
    expect(stdout).toBe('1 0\n')
  })
})
