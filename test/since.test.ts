import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { lintReport } from '../src/lint.ts'
import { makeRepository, type Repository } from './repository.ts'

const accounts = 'CREATE TABLE accounts (id bigint PRIMARY KEY, email text);\n'
const index = 'CREATE INDEX accounts_email_idx ON accounts (email);\n'

describe('--since', () => {
  let repository: Repository

  beforeEach(() => {
    repository = makeRepository()
    repository.write({
      'db/migrations/0001_accounts.sql': accounts,
      'db/migrations/0002_old.sql': 'ALTER TABLE accounts ADD COLUMN age int;\n',
    })
    repository.commit('accounts')
    repository.git('switch', '-q', '-c', 'feature')
  })
  afterEach(() => repository.remove())

  async function found(cwd = repository.directory, since = 'main') {
    const { findings } = await lintReport({ cwd, since })
    return findings.filter(({ rule }) => rule !== 'lock-without-timeout').map(({ file, rule }) => `${file} ${rule}`)
  }

  it('reports committed, staged, unstaged and untracked migrations, and knows the tables of before', async () => {
    repository.write({ 'db/migrations/0003_committed.sql': index })
    repository.commit('index')
    repository.write({ 'db/migrations/0004_staged.sql': index.replace('email_idx', 'b_idx') })
    repository.git('add', '-A')
    repository.write({ 'db/migrations/0005_untracked.sql': index.replace('email_idx', 'c_idx') })
    expect(await found()).toEqual(
      ['0003_committed', '0004_staged', '0005_untracked'].map(
        (name) => `db/migrations/${name}.sql create-index-without-concurrently`,
      ),
    )
  })

  it('is quiet about a table of the same change set', async () => {
    repository.write({
      'db/migrations/0003_new.sql': 'CREATE TABLE notes (id bigint PRIMARY KEY, body text);\n',
      'db/migrations/0004_more.sql': 'CREATE INDEX notes_body_idx ON notes (body);\n',
    })
    expect(await found()).toEqual([])
  })

  it('has nothing to say where no migration changed', async () => {
    repository.write({ 'README.md': 'x' })
    repository.commit('readme')
    expect(await lintReport({ cwd: repository.directory, since: 'main' })).toMatchObject({
      findings: [],
      judged: [],
      migrations: [],
    })
  })

  it('says so when an old migration was edited or renamed', async () => {
    repository.write({ 'db/migrations/0001_accounts.sql': `${accounts}-- edited\n` })
    renameSync(
      join(repository.directory, 'db/migrations/0002_old.sql'),
      join(repository.directory, 'db/migrations/0003_renamed.sql'),
    )
    expect(await found()).toEqual([
      'db/migrations/0001_accounts.sql migration-edited',
      'db/migrations/0003_renamed.sql migration-edited',
    ])
  })

  it('says so when a new migration sorts before one that was there', async () => {
    repository.write({ 'db/migrations/0001_b_late.sql': 'CREATE TABLE late (id bigint PRIMARY KEY);\n' })
    expect(await found()).toEqual(['db/migrations/0001_b_late.sql migration-out-of-order'])
  })

  it('works from a sub-directory and in a worktree', async () => {
    repository.write({ 'db/migrations/0003_index.sql': index })
    expect(await found(join(repository.directory, 'db'))).toEqual(['migrations/0003_index.sql create-index-without-concurrently'])
    repository.commit('index')
    const worktree = join(repository.directory, '..', `${repository.directory.split('/').at(-1)}-worktree`)
    repository.git('worktree', 'add', '-q', '--detach', worktree, 'feature')
    try {
      expect(await found(worktree)).toEqual(['db/migrations/0003_index.sql create-index-without-concurrently'])
    } finally {
      rmSync(worktree, { recursive: true, force: true })
    }
  })

  it('names what is wrong: an unknown reference, a shallow clone, no repository', async () => {
    await expect(found(repository.directory, 'nowhere')).rejects.toThrow('--since: git knows no commit "nowhere"')
    await expect(found(repository.directory, '--output=x')).rejects.toThrow('git knows no commit "--output=x"')
    repository.write({ 'db/migrations/0003_index.sql': index })
    repository.commit('index')
    const shallow = mkdtempSync(join(tmpdir(), 'phasewise-shallow-'))
    const outside = mkdtempSync(join(tmpdir(), 'phasewise-outside-'))
    try {
      execFileSync('git', ['clone', '-q', '--depth', '1', '--branch', 'feature', `file://${repository.directory}`, shallow], {
        stdio: 'ignore',
      })
      await expect(found(shallow, 'main')).rejects.toThrow(/shallow.*fetch-depth: 0/)
      mkdirSync(join(outside, 'migrations'))
      await expect(found(outside, 'main')).rejects.toThrow('--since needs a git repository')
    } finally {
      rmSync(shallow, { recursive: true, force: true })
      rmSync(outside, { recursive: true, force: true })
    }
  })
})
