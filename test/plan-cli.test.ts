import { mkdirSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { run } from '../src/cli/program.ts'
import type { PlanJson } from '../src/contract.ts'

const root = realpathSync(mkdtempSync(join(tmpdir(), 'phasewise-plan-cli-')))
afterAll(() => rmSync(root, { recursive: true }))

/** A project of its own with the article's change. */
function project(name: string): string {
  const directory = join(root, name)
  mkdirSync(join(directory, 'migrations'), { recursive: true })
  writeFileSync(
    join(directory, 'migrations/0001_orders.sql'),
    'CREATE TABLE orders (id bigint PRIMARY KEY, address text NOT NULL);\n',
  )
  writeFileSync(
    join(directory, 'migrations/0002_region.sql'),
    "-- the region\nALTER TABLE orders ADD COLUMN region text;\nUPDATE orders SET region = split_part(address, '-', 1);\nALTER TABLE orders ALTER COLUMN region SET NOT NULL;\n",
  )
  return directory
}

async function phasewise(cwd: string, ...argv: readonly string[]) {
  let out = ''
  let err = ''
  const code = await run(argv, {
    cwd,
    env: {},
    out: { write: (text) => (out += text), isTerminal: false, columns: undefined },
    err: { write: (text) => (err += text), isTerminal: false, columns: undefined },
    stdin: async () => new Uint8Array(),
  })
  return { code, out, err }
}

describe('plan', () => {
  it('prints expand, migrate, deploy, contract as SQL', async () => {
    const { code, out, err } = await phasewise(project('printed'), 'plan', 'migrations/0002_region.sql')
    expect({ code, err }).toEqual({ code: 0, err: '' })
    const phases = [...out.matchAll(/^-- \d of \d · (\w+) · /gm)].map((match) => match[1])
    expect(phases).toEqual(['expand', 'migrate', 'contract', 'contract', 'contract', 'contract'])
    expect(out).toContain('-- deploy before this: the code that reads and writes orders.region')
    expect(out).toContain('ALTER TABLE orders VALIDATE CONSTRAINT orders_region_present;')
  })
  it('gives programs the steps', async () => {
    const { out } = await phasewise(project('json'), 'plan', 'migrations/0002_region.sql', '--format', 'json')
    const { version, migrations }: PlanJson = JSON.parse(out)
    expect(version).toBe(1)
    expect(migrations.map(({ file, changed, left }) => ({ file, changed, left }))).toEqual([
      { file: 'migrations/0002_region.sql', changed: true, left: [] },
    ])
    expect(migrations[0]?.plan.filter(({ phase }) => phase === 'deploy')).toHaveLength(1)
  })
  it('writes files once and never over others', async () => {
    const cwd = project('written')
    const first = await phasewise(cwd, 'plan', 'migrations/0002_region.sql', '--write', 'safe')
    expect(first.code).toBe(0)
    const files = readdirSync(join(cwd, 'safe'))
    expect(files).toHaveLength(6)
    const texts = files.map((file) => readFileSync(join(cwd, 'safe', file), 'utf8'))
    const again = await phasewise(cwd, 'plan', 'migrations/0002_region.sql', '--write', 'safe')
    expect(again.code).toBe(2)
    expect(again.err).toMatch(/already there and never overwritten; nothing was written\n$/)
    expect(files.map((file) => readFileSync(join(cwd, 'safe', file), 'utf8'))).toEqual(texts)
  })
  it('lints clean where its files come instead of the migration', async () => {
    const cwd = project('clean')
    await phasewise(cwd, 'plan', 'migrations/0002_region.sql', '--write')
    rmSync(join(cwd, 'migrations/0002_region.sql'))
    const { code, out } = await phasewise(cwd, 'migrations', '--quiet', '--fail-on', 'warning')
    expect(code).toBe(0)
    expect(out).not.toMatch(/: (?:error|warning): /)
  })
  it('takes from people what fills a column', async () => {
    const cwd = project('filled')
    writeFileSync(join(cwd, 'migrations/0003_note.sql'), 'ALTER TABLE orders ADD COLUMN note text NOT NULL;\n')
    const { out } = await phasewise(cwd, 'plan', 'migrations/0003_note.sql', '--fill', 'orders.note=left(address, 3)')
    expect(out).toContain('NEW.note := (SELECT left(address, 3) FROM (SELECT NEW.*) AS orders)')
    const bad = await phasewise(cwd, 'plan', 'migrations/0003_note.sql', '--fill', 'note')
    expect(bad).toEqual({ code: 2, out: '', err: 'phasewise: --fill "note": write it as table.column=expression\n' })
  })
  it('allows again what was allowed, where the statement stays', async () => {
    const cwd = project('allowed')
    writeFileSync(
      join(cwd, 'migrations/0003_note.sql'),
      'CREATE INDEX orders_address ON orders (address);\n-- phasewise allow add-column-required: nobody writes orders any more\nALTER TABLE orders ADD COLUMN note text NOT NULL;\n',
    )
    const { out } = await phasewise(cwd, 'plan', 'migrations/0003_note.sql')
    expect(out).toContain(
      '-- phasewise allow add-column-required: nobody writes orders any more\nALTER TABLE orders ADD COLUMN note text NOT NULL;',
    )
    expect(out).not.toContain('left to people')
  })
  it('says so where there is nothing to plan', async () => {
    const { code, out } = await phasewise(project('nothing'), 'plan', 'migrations/0001_orders.sql')
    expect({ code, out }).toEqual({ code: 0, out: '-- migrations/0001_orders.sql: nothing in it needs a plan\n' })
  })
  it('says what people do where no plan is known', async () => {
    const cwd = project('people')
    writeFileSync(join(cwd, 'migrations/0003_full.sql'), 'VACUUM FULL;\n')
    const { out } = await phasewise(cwd, 'plan', 'migrations/0003_full.sql')
    expect(out).toMatch(
      /^-- migrations\/0003_full\.sql: no plan is known for what was found\n-- {3}.*\[cluster-or-vacuum-full\]\n-- {5}\w/,
    )
  })
})
