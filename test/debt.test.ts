import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { debtReport } from '../src/debt-report.ts'
import { lintReport } from '../src/lint.ts'

describe('contract debt', () => {
  let cwd: string
  let next = 1
  const write = (sql: string) => writeFileSync(join(cwd, `${String(next++).padStart(4, '0')}.sql`), `${sql}\n`)
  const owed = async () =>
    (await debtReport({ cwd, paths: ['.'] })).map(
      ({ kind, what, migration, age }) => `${migration.file} ${kind}: ${what} (${age})`,
    )

  beforeEach(() => {
    cwd = mkdtempSync(join(tmpdir(), 'phasewise-debt-'))
    next = 1
    write('CREATE TABLE orders (id bigint PRIMARY KEY, amount integer, note text);')
  })
  afterEach(() => rmSync(cwd, { recursive: true, force: true }))

  it('lists a constraint until it is validated', async () => {
    write('ALTER TABLE orders ADD CONSTRAINT amount_positive CHECK (amount > 0) NOT VALID;')
    write('SELECT 1;')
    expect(await owed()).toEqual(['0002.sql constraint never validated: constraint amount_positive of public.orders (1)'])
    write('ALTER TABLE orders VALIDATE CONSTRAINT amount_positive;')
    expect(await owed()).toEqual([])
  })

  it('lists a sync trigger and the column beside the one that replaced it, until both are dropped', async () => {
    write('ALTER TABLE orders ADD COLUMN amount_new bigint;')
    write(`CREATE FUNCTION sync() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.amount_new := NEW.amount::bigint; RETURN NEW; END $$;
CREATE TRIGGER orders_sync BEFORE INSERT OR UPDATE ON orders FOR EACH ROW EXECUTE FUNCTION sync();`)
    expect(await owed()).toEqual([
      '0002.sql column never dropped: column amount_new of public.orders (1)',
      '0003.sql sync trigger never removed: trigger orders_sync of public.orders, which copies amount to amount_new (0)',
    ])
    write(
      'DROP TRIGGER orders_sync ON orders; ALTER TABLE orders DROP COLUMN amount; ALTER TABLE orders RENAME COLUMN amount_new TO amount;',
    )
    expect(await owed()).toEqual([])
  })

  it('leaves triggers alone that are there to stay', async () => {
    write(`ALTER TABLE orders ADD COLUMN updated_at timestamptz;
CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.updated_at := now(); RETURN NEW; END $$;
CREATE TRIGGER touch BEFORE UPDATE ON orders FOR EACH ROW EXECUTE FUNCTION touch();`)
    expect(await owed()).toEqual([])
  })

  it('lists an index whose failed build IF NOT EXISTS would hide, until it is built again', async () => {
    write('CREATE INDEX CONCURRENTLY IF NOT EXISTS orders_note_idx ON orders (note);')
    write('CREATE INDEX CONCURRENTLY orders_amount_idx ON orders (amount);')
    expect(await owed()).toEqual(['0002.sql index that may be invalid: index public.orders_note_idx (1)'])
    write('REINDEX INDEX CONCURRENTLY orders_note_idx;')
    expect(await owed()).toEqual([])
  })

  it('lists a table that stands beside its successor', async () => {
    write('CREATE TABLE orders_old (id bigint PRIMARY KEY); CREATE TABLE threshold (id bigint PRIMARY KEY);')
    expect(await owed()).toEqual(['0002.sql table never dropped: table public.orders_old (0)'])
  })

  it('is a finding where the configuration asks for old ones', async () => {
    write('ALTER TABLE orders ADD CONSTRAINT amount_positive CHECK (amount > 0) NOT VALID;')
    write('SELECT 1;')
    write('SELECT 2;')
    const found = async (olderThan: number) => {
      writeFileSync(join(cwd, 'phasewise.json'), JSON.stringify({ debt: { olderThan } }))
      const { findings } = await lintReport({ cwd, paths: ['.'] })
      return findings.filter(({ rule }) => rule === 'contract-debt').map(({ file, severity }) => `${file} ${severity}`)
    }
    expect(await found(1)).toEqual(['0002.sql warning'])
    expect(await found(2)).toEqual([])
  })
})
