// biome-ignore-all lint/suspicious/noTemplateCurlyInString: placeholders that look like JavaScript's are what is tested
import { describe, expect, test } from 'vitest'
import { analyze } from '../src/analyze.ts'
import type { Files } from '../src/read/files.ts'
import { readMigrations } from '../src/read/read.ts'

/** A directory that holds nothing but the given files. */
function folder(contents: Readonly<Record<string, string>>): Files {
  const bytes = new Map(Object.entries(contents).map(([file, text]) => [`/db/${file}`, new TextEncoder().encode(text)]))
  return {
    below: (directory) => (directory === '/db' ? Object.keys(contents).sort() : []),
    read: (path) => bytes.get(path),
    kind: (path) => (bytes.has(path) ? 'file' : path === '/db' ? 'directory' : undefined),
  }
}

async function read(contents: Readonly<Record<string, string>>, more: { transaction?: 'string'; tool?: string } = {}) {
  const { migrations } = await readMigrations(['/db'], { cwd: '/', files: folder(contents), ...more })
  const { judged } = analyze(migrations, { postgres: 15, rules: new Map(), severityOf: () => 'off' })
  return judged.map(({ statement, scope }) => `${scope}: ${statement.sql} ${statement.commands[0]?.operation.kind}`)
}

describe('statements joined with a backslash', () => {
  const sql = 'SELECT 1;\nDROP TABLE a\\; DROP TABLE b;\nDROP TABLE c;'

  test('are one implicit transaction where psql may run them', async () => {
    expect(await read({ '1_a.sql': sql })).toEqual([
      'none: SELECT 1 Select',
      'string: DROP TABLE a DropTable',
      'string: DROP TABLE b DropTable',
      'none: DROP TABLE c DropTable',
    ])
  })

  test('change nothing where a file is one message anyway', async () => {
    expect((await read({ '1_a.sql': sql }, { transaction: 'string' })).every((line) => line.startsWith('string: '))).toBe(true)
  })
})

describe('placeholders', () => {
  const sql = 'SELECT ${a}, :b;'

  test('are looked for where the runner is unknown', async () => {
    expect(await read({ '1_a.sql': sql })).toEqual(['none: SELECT ${a}, :b Select'])
  })

  test('are SQL where the runner expands nothing', async () => {
    expect(await read({ '1_a.up.sql': sql }, { tool: 'golang-migrate' })).toEqual(['none: SELECT ${a}, :b Unparsed'])
  })

  test('of the environment are expanded between the marks of goose', async () => {
    const marked = '-- +goose ENVSUB ON\n-- +goose Up\nDROP TABLE "$S"."${T}";\n'
    expect(await read({ '1_a.sql': marked })).toEqual(['unit: DROP TABLE "$S"."${T}" DropTable'])
  })
})
