import { execFileSync, spawnSync } from 'node:child_process'
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { makeRepository, type Repository } from './repository.ts'

const isInstalled = spawnSync('pre-commit', ['--version'], { stdio: 'ignore' }).status === 0

/** The hooks as users of the pre-commit framework get them: cloned, built, packed and installed by the real program. */
describe.skipIf(!isInstalled)('with pre-commit', () => {
  let ours: Repository
  let project: Repository
  let home: string

  beforeAll(() => {
    home = mkdtempSync(join(tmpdir(), 'phasewise-pre-commit-'))
    ours = makeRepository()
    const tracked = [
      'ls-files',
      '-z',
      '--cached',
      '--others',
      '--exclude-standard',
      '--',
      '.',
      ':!fixtures',
      ':!test',
      ':!bench',
      ':!docs',
    ]
    for (const file of execFileSync('git', tracked, { encoding: 'utf8' }).split('\0')) {
      if (file === '' || !existsSync(file)) continue
      mkdirSync(join(ours.directory, dirname(file)), { recursive: true })
      copyFileSync(file, join(ours.directory, file))
    }
    const revision = ours.commit('as it is now')
    project = makeRepository()
    project.write({
      '.pre-commit-config.yaml': `repos:\n  - repo: ${ours.directory}\n    rev: ${revision}\n    hooks:\n      - id: phasewise\n      - id: phasewise-all\n`,
      'migrations/1_accounts.sql': 'CREATE TABLE accounts (id bigint PRIMARY KEY, email text);\n',
    })
    project.commit('one')
    const { status, stdout } = preCommit('install', '--install-hooks')
    if (status !== 0) throw new Error(stdout)
  }, 600_000)

  afterAll(() => {
    ours?.remove()
    project?.remove()
    rmSync(home, { recursive: true, force: true })
  })

  function preCommit(...args: readonly string[]) {
    const env = { ...process.env, PRE_COMMIT_HOME: home }
    return spawnSync('pre-commit', args, { cwd: project.directory, encoding: 'utf8', env })
  }

  it('judges the staged text, and stops a commit', () => {
    project.write({ 'migrations/2_index.sql': 'CREATE INDEX accounts_email_idx ON accounts (email);\n' })
    project.git('add', '-A')
    project.write({ 'migrations/2_index.sql': 'SELECT 1;\n' })
    const { status, stdout } = preCommit('run')
    expect(stdout).toContain('create-index-without-concurrently')
    expect(status).toBe(1)
  }, 60_000)

  it('lets a safe migration pass', () => {
    project.write({ 'migrations/2_index.sql': 'CREATE INDEX CONCURRENTLY accounts_email_idx ON accounts (email);\n' })
    project.git('add', '-A')
    const { status, stdout } = preCommit('run')
    expect(stdout).toMatch(/phasewise\.+Passed/)
    expect(status).toBe(0)
  }, 60_000)

  it('judges everything where it is asked to', () => {
    const { stdout } = preCommit('run', '--hook-stage', 'manual', 'phasewise-all', '--all-files', '--verbose')
    expect(stdout).toContain('in 2 migrations')
  }, 60_000)
})

describe.skipIf(!isInstalled)('pre-commit finds no fault', () => {
  it('with our list of hooks', () => {
    const { status, stdout } = spawnSync('pre-commit', ['validate-manifest', '.pre-commit-hooks.yaml'], { encoding: 'utf8' })
    expect({ status, stdout }).toEqual({ status: 0, stdout: '' })
  })
})
