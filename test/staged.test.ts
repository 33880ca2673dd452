import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, symlinkSync, unlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { lintReport } from '../src/lint.ts'
import { makeRepository, type Repository } from './repository.ts'

const accounts = 'CREATE TABLE accounts (id bigint PRIMARY KEY, email text);\n'
const index = 'CREATE INDEX accounts_email_idx ON accounts (email);\n'
const safe = 'CREATE INDEX CONCURRENTLY accounts_email_idx ON accounts (email);\n'
const blocking = 'create-index-without-concurrently'

describe('--staged', () => {
  let repository: Repository

  beforeEach(() => {
    repository = makeRepository()
    repository.write({ 'db/migrations/0001_accounts.sql': accounts })
    repository.commit('accounts')
  })
  afterEach(() => repository.remove())

  async function found(options: { cwd?: string; since?: string; paths?: readonly string[] } = {}) {
    const { findings } = await lintReport({ cwd: repository.directory, staged: true, ...options })
    return findings.filter(({ rule }) => rule !== 'lock-without-timeout').map(({ file, rule }) => `${file} ${rule}`)
  }
  function stage(files: Readonly<Record<string, string>>) {
    repository.write(files)
    repository.git('add', ...Object.keys(files))
  }

  it('reports what is staged and neither what is not nor what was committed before', async () => {
    stage({ 'db/migrations/0002_index.sql': index })
    repository.write({ 'db/migrations/0003_untracked.sql': index.replace('email_idx', 'b_idx') })
    expect(await found()).toEqual([`db/migrations/0002_index.sql ${blocking}`])
  })

  it('reads the staged text where the working tree has another', async () => {
    stage({ 'db/migrations/0002_index.sql': index })
    repository.write({ 'db/migrations/0002_index.sql': safe })
    expect(await found()).toEqual([`db/migrations/0002_index.sql ${blocking}`])
    stage({ 'db/migrations/0002_index.sql': `-- atlas:txmode none\n${safe}` })
    repository.write({ 'db/migrations/0002_index.sql': index, 'db/migrations/0001_accounts.sql': 'broken (' })
    expect(await found()).not.toContain(`db/migrations/0002_index.sql ${blocking}`)
  })

  it('reads a staged file that the working tree has lost, also by a pattern', async () => {
    stage({ 'db/migrations/0002_index.sql': index })
    unlinkSync(join(repository.directory, 'db/migrations/0002_index.sql'))
    expect(await found()).toEqual([`db/migrations/0002_index.sql ${blocking}`])
    expect(await found({ paths: ['db/**/0002*.sql'] })).toEqual([`db/migrations/0002_index.sql ${blocking}`])
    expect(await found({ cwd: join(repository.directory, 'db'), paths: ['../db/migrations/*.sql'] })).toEqual([
      `migrations/0002_index.sql ${blocking}`,
    ])
    await expect(found({ paths: ['db/**/0003*.sql'] })).rejects.toThrow('db/**/0003*.sql: no file matches')
  })

  it('leaves out what the configuration ignores', async () => {
    repository.write({ 'phasewise.json': '{ "ignore": ["db/migrations/0002*"] }' })
    stage({ 'db/migrations/0002_index.sql': index, 'db/migrations/0003_index.sql': index.replace('email_idx', 'b_idx') })
    expect(await found()).toEqual([`db/migrations/0003_index.sql ${blocking}`])
  })

  it('looks at nothing where no SQL is staged, even before there are migrations', async () => {
    repository.git('rm', '-q', 'db/migrations/0001_accounts.sql')
    expect(await found()).toEqual([])
    stage({ 'README.md': 'x' })
    expect(await found()).toEqual([])
  })

  it('works before the first commit', async () => {
    const fresh = makeRepository()
    try {
      fresh.write({ 'migrations/1_a.sql': accounts, 'migrations/2_b.sql': 'ALTER TABLE accounts ADD COLUMN email text;\n' })
      expect(await found({ cwd: fresh.directory })).toEqual([])
      fresh.git('add', '-A')
      expect(await found({ cwd: fresh.directory })).toEqual(['migrations/2_b.sql statement-refused'])
    } finally {
      fresh.remove()
    }
  })

  it('takes the branch for one change set: a table of an earlier commit of it is new', async () => {
    repository.git('switch', '-q', '-c', 'feature')
    repository.write({ 'db/migrations/0002_notes.sql': 'CREATE TABLE notes (id bigint PRIMARY KEY, body text);\n' })
    repository.commit('notes')
    stage({ 'db/migrations/0003_index.sql': 'CREATE INDEX notes_body_idx ON notes (body);\n' })
    expect(await found()).toEqual([])
    expect(await found({ since: 'HEAD' })).toEqual([`db/migrations/0003_index.sql ${blocking}`])
    await expect(found({ since: 'nowhere' })).rejects.toThrow('--since: git knows no commit "nowhere"')
  })

  it('says nothing of an edit to a migration of the same branch, and says so of a merged one', async () => {
    repository.git('switch', '-q', '-c', 'feature')
    repository.write({ 'db/migrations/0002_index.sql': index })
    repository.commit('index')
    stage({ 'db/migrations/0002_index.sql': index.replace('email_idx', 'b_idx') })
    expect(await found()).toEqual([`db/migrations/0002_index.sql ${blocking}`])
    repository.git('mv', 'db/migrations/0001_accounts.sql', 'db/migrations/0001_people.sql')
    expect(await found()).toEqual(['db/migrations/0001_people.sql migration-edited'])
  })

  it('does not report what a merge brings in', async () => {
    repository.git('switch', '-q', '-c', 'feature')
    repository.write({ 'note.txt': 'feature' })
    repository.commit('note')
    repository.git('switch', '-q', 'main')
    repository.write({ 'db/migrations/0002_index.sql': index, 'note.txt': 'main' })
    repository.commit('index')
    repository.git('switch', '-q', 'feature')
    expect(() => repository.git('merge', '-q', 'main')).toThrow()
    await expect(found()).rejects.toThrow('--staged: note.txt has conflicts; resolve them and add it')
    stage({ 'note.txt': 'both', 'db/migrations/0003_index.sql': index.replace('email_idx', 'b_idx') })
    expect(await found()).toEqual([`db/migrations/0003_index.sql ${blocking}`])
  })

  it('leaves out what is only meant to be added, and follows links to files', async () => {
    repository.write({ 'db/migrations/0009_later.sql': 'DROP TABLE accounts;' })
    repository.git('add', '--intent-to-add', 'db/migrations/0009_later.sql')
    stage({ 'shared/index.sql': index })
    symlinkSync('../../shared/index.sql', join(repository.directory, 'db/migrations/0002_index.sql'))
    repository.git('add', 'db')
    repository.git('reset', '-q', 'db/migrations/0009_later.sql')
    repository.git('add', '--intent-to-add', 'db/migrations/0009_later.sql')
    expect(await found({ paths: ['db/migrations'] })).toEqual([`db/migrations/0002_index.sql ${blocking}`])
  })

  it('takes the code of the application from the index as well', async () => {
    repository.write({ 'phasewise.json': '{ "app": { "paths": ["src/**"] } }', 'src/a.ts': 'select id from accounts\n' })
    repository.commit('code')
    stage({
      'src/a.ts': 'select id, phone from accounts\n',
      'db/migrations/0002_phone.sql': 'ALTER TABLE accounts ADD phone text;\n',
    })
    expect(await found()).toEqual(['db/migrations/0002_phone.sql schema-and-code-together'])
    repository.git('reset', '-q', 'src/a.ts')
    expect(await found()).toEqual([])
  })

  it('goes with neither standard input nor a place without a repository', async () => {
    const outside = mkdtempSync(join(tmpdir(), 'phasewise-outside-'))
    try {
      await expect(found({ cwd: outside })).rejects.toThrow('--staged needs a git repository')
    } finally {
      rmSync(outside, { recursive: true, force: true })
    }
  })

  it('is right in hooks: of a linked worktree, run in a sub-directory, and for `commit <path>`', () => {
    const cli = `node --import ${import.meta.resolve('tsx')} ${join(import.meta.dirname, '../src/cli/main.ts')}`
    const hook = join(repository.directory, '.git/hooks/pre-commit')
    repository.write({ '.git/hooks/pre-commit': `#!/bin/sh\ncd db && exec ${cli} --staged --quiet\n` })
    execFileSync('chmod', ['+x', hook])
    const worktree = `${repository.directory}-worktree`
    repository.git('worktree', 'add', '-q', '-b', 'feature', worktree)
    const commit = (directory: string, ...args: readonly string[]) => {
      const identity = ['-c', 'user.name=Ann', '-c', 'user.email=ann@example.com']
      try {
        execFileSync('git', [...identity, 'commit', '-q', '-m', 'x', ...args], {
          cwd: directory,
          encoding: 'utf8',
          stdio: 'pipe',
        })
        return 'committed'
      } catch (error) {
        return error instanceof Error && 'stderr' in error ? String(error.stderr) : String(error)
      }
    }
    try {
      execFileSync('sh', ['-c', `printf '%s' '${index}' >db/migrations/0002_index.sql; git add db`], { cwd: worktree })
      expect(commit(worktree)).toMatch(/^migrations\/0002_index\.sql:1:1: error: .*\[create-index-without-concurrently\]$/m)
      stage({ 'db/migrations/0002_index.sql': index, 'note.txt': 'x' })
      expect(commit(repository.directory, 'note.txt')).toBe('committed')
      expect(commit(repository.directory)).toContain(blocking)
    } finally {
      rmSync(worktree, { recursive: true, force: true })
    }
  })
})
