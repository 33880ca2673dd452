import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { lintReport } from '../src/lint.ts'

/** What pg_dump --schema-only writes, shortened: psql commands, an emptied search_path, constraints after the tables. */
const dump = String.raw`--
-- PostgreSQL database dump
--

\restrict k3y

SET statement_timeout = 0;
SET lock_timeout = 0;
SELECT pg_catalog.set_config('search_path', '', false);

CREATE TABLE public.accounts (
    id bigint NOT NULL,
    email character varying(50),
    name text,
    CONSTRAINT accounts_email_present CHECK ((email IS NOT NULL))
);
CREATE SEQUENCE public.accounts_id_seq START WITH 1 INCREMENT BY 1 NO MINVALUE NO MAXVALUE CACHE 1;
ALTER SEQUENCE public.accounts_id_seq OWNED BY public.accounts.id;
ALTER TABLE ONLY public.accounts ALTER COLUMN id SET DEFAULT nextval('public.accounts_id_seq'::regclass);
COPY public.accounts (id, email, name) FROM stdin;
1	it's; here	\N
\.
ALTER TABLE ONLY public.accounts ADD CONSTRAINT accounts_pkey PRIMARY KEY (id);

\unrestrict k3y
`

describe('--schema', () => {
  let cwd: string
  beforeEach(() => {
    cwd = mkdtempSync(join(tmpdir(), 'phasewise-schema-'))
    writeFileSync(join(cwd, 'structure.sql'), dump)
  })
  afterEach(() => rmSync(cwd, { recursive: true, force: true }))

  async function found(sql: string, schema: string | false = 'structure.sql') {
    writeFileSync(join(cwd, '0500_next.sql'), `SET lock_timeout = '2s';\n${sql}\n`)
    const { findings, migrations } = await lintReport({ cwd, paths: ['0500_next.sql'], schema: schema || undefined })
    expect(migrations.map(({ file }) => file)).toEqual(['0500_next.sql'])
    return findings.map(({ rule }) => rule)
  }

  it('knows types and proofs from the dump', async () => {
    expect(await found('ALTER TABLE accounts ALTER COLUMN email SET NOT NULL;')).toEqual([])
    expect(await found('ALTER TABLE accounts ALTER COLUMN email SET NOT NULL;', false)).toEqual(['set-not-null-without-proof'])
    expect(await found('ALTER TABLE accounts ALTER COLUMN name SET NOT NULL;')).toEqual(['set-not-null-without-proof'])
    expect(
      await found(
        "SET lock_timeout = '1s'; ALTER TABLE accounts DROP CONSTRAINT accounts_email_present, ALTER COLUMN email TYPE text;",
      ),
    ).toEqual([])
  })
  it('takes its tables for old ones, and finds them by the usual search_path', async () => {
    expect(await found('CREATE INDEX accounts_name_idx ON accounts (name);')).toEqual(['create-index-without-concurrently'])
    expect(await found('ALTER TABLE accounts ADD COLUMN email text;')).toEqual(['statement-refused'])
  })
  it('names a dump that is not there', async () => {
    await expect(found('SELECT 1;', 'none.sql')).rejects.toThrow('none.sql: no such file or directory')
  })
})
