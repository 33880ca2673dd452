import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { captured } from './captured.ts'

/** Text that an editor has not saved yet, judged in the place of its file on top of the history on disk. */
const root = realpathSync(mkdtempSync(join(tmpdir(), 'phasewise-unsaved-')))
afterAll(() => rmSync(root, { recursive: true }))

function write(path: string, text: string): void {
  mkdirSync(dirname(join(root, path)), { recursive: true })
  writeFileSync(join(root, path), text)
}

const table = 'CREATE TABLE orders (id bigint PRIMARY KEY, region text);\n'
const check = 'ALTER TABLE orders ADD CONSTRAINT c CHECK (region IS NOT NULL) NOT VALID;\n'
const validate = 'ALTER TABLE orders VALIDATE CONSTRAINT c;\n'
const timeout = `SET lock_timeout = '2s';\n`
const notNull = `${timeout}ALTER TABLE orders ALTER COLUMN region SET NOT NULL;\n`
const index = `${timeout}CREATE INDEX i ON orders (region);\n`

/** The findings as `file:line [rule]`. */
async function judge(filename: string, stdin: string, ...more: readonly string[]): Promise<readonly string[]> {
  const argv = ['lint', '-', '--stdin-filename', filename, '--format', 'compact', ...more]
  const { code, out, err } = await captured(argv, { cwd: root, stdin })
  expect(err).toBe('')
  const found = out.split('\n').filter((line) => line !== '')
  expect(code).toBe(found.some((line) => line.includes(': error: ')) ? 1 : 0)
  return found.map((line) => line.replace(/^(.*?:\d+):\d+: .* (\[[\w-]+\])$/, '$1 $2'))
}

describe('plain files', () => {
  beforeAll(() => {
    write('plain/1_orders.sql', table)
    write('plain/2_index.sql', index)
    write('plain/3_check.sql', timeout + check)
    write('plain/4_valid.sql', timeout + validate)
    write('plain/6_later.sql', `${timeout}CREATE INDEX later ON orders (id);\nDROP TABLE orders;\n`)
  })

  it('a new file comes at its place in order: what is before it counts, what is after it does not', async () => {
    expect(await judge('plain/5_not_null.sql', notNull)).toEqual([])
    expect(await judge('plain/2b_not_null.sql', notNull)).toEqual(['plain/2b_not_null.sql:2 [set-not-null-without-proof]'])
    expect(await judge('plain/7_gone.sql', notNull)).toEqual([expect.stringMatching(/^plain\/7_gone\.sql:2 \[[\w-]+\]$/)])
    expect(existsSync(join(root, 'plain/5_not_null.sql'))).toBe(false)
  })

  it('a file that is there is read as it would be saved', async () => {
    expect(await judge('plain/2_index.sql', index)).toEqual(['plain/2_index.sql:2 [create-index-without-concurrently]'])
    expect(await judge('plain/2_index.sql', 'SELECT 1;\n')).toEqual([])
    expect(await judge('plain/2_index.sql', `\n${index}`)).toEqual(['plain/2_index.sql:3 [create-index-without-concurrently]'])
  })

  it('a relative and an absolute path are the same', async () => {
    const relative = await judge('plain/2_index.sql', index)
    expect(await judge(join(root, 'plain/2_index.sql'), index)).toEqual(relative)
    expect(await judge('./plain/../plain/2_index.sql', index)).toEqual(relative)
  })

  it('SQL that does not parse yet is said, and the rest judged', async () => {
    expect(await judge('plain/5_x.sql', `ALTER TABEL;\n${index.replace(' i ', ' other ')}`)).toEqual([
      'plain/5_x.sql:1 [syntax-error]',
      'plain/5_x.sql:3 [create-index-without-concurrently]',
    ])
    expect(await judge('plain/5_x.sql', '')).toEqual([])
  })

  it('where there is no such directory, or no migration is meant, the text stands alone', async () => {
    expect(await judge('no/such/folder/5_x.sql', index)).toEqual(['no/such/folder/5_x.sql:2 [create-index-without-concurrently]'])
    expect(await judge('plain/notes.txt', index)).toEqual(['plain/notes.txt:2 [create-index-without-concurrently]'])
  })
})

describe('migration tools', () => {
  it('up and down files', async () => {
    write('golang/1_orders.up.sql', table)
    write('golang/1_orders.down.sql', 'DROP TABLE orders;\n')
    write('golang/2_check.up.sql', timeout + check + validate)
    write('golang/2_check.down.sql', 'ALTER TABLE orders DROP CONSTRAINT c;\n')
    expect(await judge('golang/3_not_null.up.sql', notNull)).toEqual([])
    expect(await judge('golang/2_check.up.sql', index)).toEqual(['golang/2_check.up.sql:2 [create-index-without-concurrently]'])
    expect((await judge('golang/2_check.down.sql', index)).every((line) => line.startsWith('golang/2_check.down.sql:'))).toBe(
      true,
    )
    expect(await judge('golang/2_check.down.sql', index, '--down')).toContain(
      'golang/2_check.down.sql:2 [create-index-without-concurrently]',
    )
  })

  it('sections of one file', async () => {
    const section = (up: string) => `-- +goose Up\n${up}\n-- +goose Down\nSELECT 1;\n`
    write('goose/00001_orders.sql', section(table))
    write('goose/00002_check.sql', section(timeout + check))
    expect(await judge('goose/00003_index.sql', section(index))).toEqual([
      'goose/00003_index.sql:3 [create-index-without-concurrently]',
    ])
    expect(
      await judge('goose/00003_ours.sql', section('CREATE TABLE t (id bigint PRIMARY KEY); CREATE INDEX ON t (id);')),
    ).toEqual([])
  })

  it("Prisma's folders, those too that are not there yet", async () => {
    write('prisma/migrations/migration_lock.toml', 'provider = "postgresql"\n')
    write('prisma/migrations/1_orders/migration.sql', table)
    write('prisma/migrations/2_check/migration.sql', timeout + check)
    write('prisma/migrations/3_valid/migration.sql', timeout + validate)
    expect(await judge('prisma/migrations/4_not_null/migration.sql', notNull)).toEqual([])
    expect(await judge('prisma/migrations/2b_not_null/migration.sql', notNull)).toEqual([
      'prisma/migrations/2b_not_null/migration.sql:2 [set-not-null-without-proof]',
    ])
    expect(await judge('prisma/migrations/3_valid/migration.sql', notNull)).toEqual([
      'prisma/migrations/3_valid/migration.sql:2 [set-not-null-without-proof]',
    ])
  })
})

it('with --since it belongs to the change set, whatever git knows of it', async () => {
  const git = (...argv: readonly string[]) =>
    execFileSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@example.com', ...argv], { cwd: join(root, 'repository') })
  write('repository/db/1_orders.sql', table)
  write('repository/db/2_index.sql', 'SELECT 1;\n')
  git('init', '-q')
  git('add', '.')
  git('commit', '-q', '-m', 'a')
  const inRepository = ['--since', 'HEAD', '--config', join(root, 'repository/phasewise.json')]
  write('repository/phasewise.json', '{}')
  for (const file of ['db/2_index.sql', 'db/3_new.sql']) {
    const argv = ['lint', '-', '--stdin-filename', file, '--format', 'compact', ...inRepository]
    const { code, out } = await captured(argv, { cwd: join(root, 'repository'), stdin: index })
    expect(code).toBe(1)
    expect(out).toMatch(new RegExp(`^${file}:2:1: error: .* \\[create-index-without-concurrently\\]$`, 'm'))
  }
})
