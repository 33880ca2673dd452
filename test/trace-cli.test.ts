import { execFile } from 'node:child_process'
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { build } from 'esbuild'
import { afterAll, describe, expect, it } from 'vitest'
import { run } from '../src/cli/program.ts'
import { plainPaint } from '../src/report/paint.ts'
import { traceText } from '../src/report/trace-text.ts'
import { openPglite } from '../src/trace/pglite.ts'
import { openServer } from '../src/trace/server.ts'
import { traceReport } from '../src/trace-report.ts'

const root = realpathSync(mkdtempSync(join(tmpdir(), 'phasewise-trace-')))
afterAll(() => rmSync(root, { recursive: true }))

function write(path: string, content: string): void {
  mkdirSync(dirname(join(root, path)), { recursive: true })
  writeFileSync(join(root, path), content)
}

interface Outcome {
  readonly code: number
  readonly out: string
  readonly err: string
}

async function phasewise(argv: readonly string[], cwd = root): Promise<Outcome> {
  let out = ''
  let err = ''
  const output = (write: (text: string) => void) => ({ write, isTerminal: false, columns: undefined })
  const code = await run(argv, {
    cwd,
    env: {},
    out: output((text) => {
      out += text
    }),
    err: output((text) => {
      err += text
    }),
    stdin: async () => new Uint8Array(),
  })
  return { code, out, err }
}

interface Statement {
  readonly file: string
  readonly line: number
  readonly sql: string
  readonly transaction: string
  readonly agrees: boolean | null
  readonly predicted: readonly { readonly relation: string; readonly lock: string; readonly work: readonly string[] }[]
  readonly observed:
    | readonly { readonly relation: string; readonly lock: string | null; readonly work: readonly string[] }[]
    | null
  readonly refused: { readonly sqlstate: string; readonly message: string } | null
  readonly notRun: string | null
}

interface Json {
  readonly engine: string
  readonly postgres: number
  readonly statements: readonly Statement[]
  readonly missingContext: readonly { readonly file: string; readonly refused: { readonly sqlstate: string } | null }[]
  readonly undone: readonly { readonly line: number; readonly refused: { readonly sqlstate: string } }[]
  readonly stubRoles: readonly string[]
  readonly unavailableExtensions: readonly string[]
}

async function traced(argv: readonly string[], cwd = root): Promise<Json & { readonly code: number }> {
  const { code, out, err } = await phasewise(['trace', '--format', 'json', ...argv], cwd)
  expect(err).toBe('')
  return { ...JSON.parse(out), code }
}

/** What became of each statement, in a word. */
function fates({ statements }: Json): readonly string[] {
  return statements.map(({ agrees, refused, notRun, observed }) => {
    if (refused) return `failed ${refused.sqlstate}`
    if (notRun) return 'not run'
    return agrees === null ? (observed === null ? 'nothing to see' : 'unobserved') : agrees ? 'agrees' : 'disagrees'
  })
}

describe('on PGlite', () => {
  it('agrees about the naive way of a change', async () => {
    const { code, out } = await phasewise(['trace', 'fixtures/projects/orders/naive'], resolve('.'))
    expect(out).toMatch(
      /6:1 {2}ALTER TABLE orders .*\n +predicted +observed\n +public.orders +ACCESS EXCLUSIVE, scan +ACCESS EXCLUSIVE, scan\n/,
    )
    expect(out).toMatch(/\n6 agree · 6 statements in 2 migrations · plain SQL files · PGlite 18/)
    expect(code).toBe(0)
  })

  it('agrees about the safe way, and says what it cannot see', async () => {
    const trace = await traced(['fixtures/projects/orders/safe'], resolve('.'))
    expect(trace.code).toBe(0)
    expect(trace.postgres).toBe(18)
    const unobserved = trace.statements.filter(({ agrees, observed }) => agrees === null && observed !== null)
    expect(unobserved.map(({ sql }) => sql.split(' ').slice(0, 3).join(' '))).toEqual([
      'DROP INDEX CONCURRENTLY',
      'CREATE INDEX CONCURRENTLY',
    ])
    expect(trace.statements.filter(({ agrees }) => agrees === false)).toEqual([])
    const notNull = trace.statements.find(({ sql }) => sql.includes('SET NOT NULL'))
    expect(notNull).toMatchObject({
      line: 6,
      transaction: 'explicit',
      agrees: true,
      predicted: [{ relation: 'public.orders', lock: 'ACCESS EXCLUSIVE', work: [] }],
      observed: [{ relation: 'public.orders', lock: 'ACCESS EXCLUSIVE', work: [], kind: 'table', existed: true }],
    })
  })

  it("runs a transaction as the tool does, and sees each statement's own locks", async () => {
    write('unit/phasewise.json', '{ "transaction": "unit" }')
    write(
      'unit/1.sql',
      `CREATE TYPE mood AS ENUM ('sad');
       CREATE TABLE t (id int PRIMARY KEY);
       CREATE TABLE u (id int PRIMARY KEY, t int);
       ALTER TABLE u ADD FOREIGN KEY (t) REFERENCES t;
       CREATE INDEX CONCURRENTLY ON t (id);
       CREATE INDEX ON t (id);
       ALTER TABLE t ADD COLUMN a text;
       ALTER TABLE t ADD COLUMN b text;`,
    )
    write('unit/2.sql', `ALTER TYPE mood ADD VALUE 'happy'; CREATE TABLE m (mood mood DEFAULT 'happy'); SELECT count(*) FROM t`)
    const trace = await traced(['.'], join(root, 'unit'))
    expect(fates(trace)).toEqual([
      'agrees',
      'agrees',
      'agrees',
      'agrees',
      'failed 25001',
      'agrees',
      'agrees',
      'agrees',
      'agrees',
      'failed 55P04',
      'agrees',
    ])
    // SHARE is held since the primary key was built, ACCESS EXCLUSIVE since CREATE TABLE: taking them again does not show.
    expect(trace.statements[5]?.observed).toContainEqual({
      relation: 'public.t',
      kind: 'table',
      lock: null,
      work: ['index build'],
      existed: true,
    })
    const locks = trace.statements[3]?.observed?.map(({ relation, lock }) => `${relation} ${lock}`)
    expect(locks).toEqual(expect.arrayContaining(['public.t SHARE ROW EXCLUSIVE', 'public.u SHARE ROW EXCLUSIVE']))
    expect(trace.statements[7]?.observed?.filter(({ lock }) => lock === 'ACCESS EXCLUSIVE')).toEqual([])
    expect(trace.code).toBe(0)
  })

  it('goes on behind what fails, and judges what follows without it', async () => {
    write(
      'failing/1.sql',
      'CREATE TABLE t (id int);\nALTER TABLE t ADD COLUMN a nothing;\nALTER TABLE t ADD COLUMN a int;\nDROP TABLE u;',
    )
    const trace = await traced(['failing'])
    expect(fates(trace)).toEqual(['agrees', 'failed 42704', 'agrees', 'failed 42P01'])
    expect(trace.statements[1]?.refused?.message).toBe('type "nothing" does not exist')
    expect(trace.code).toBe(0)
  })

  it('says where the server refuses a COMMIT', async () => {
    write(
      'deferred/1.sql',
      `CREATE TABLE p (id int PRIMARY KEY);
CREATE TABLE c (p int REFERENCES p DEFERRABLE INITIALLY DEFERRED);
BEGIN;
INSERT INTO c VALUES (1);
ALTER TABLE p ADD COLUMN a int;
COMMIT;
ALTER TABLE p ADD COLUMN a text`,
    )
    const trace = await traced(['deferred'])
    expect(trace.undone).toMatchObject([{ line: 3, refused: { sqlstate: '23503' } }])
  })

  it('exits with 2 when nothing could be run', async () => {
    write('hopeless/1.sql', 'ALTER TABLE nowhere ADD COLUMN a int')
    const { code, err } = await phasewise(['trace', 'hopeless'])
    expect(err).toMatch(/^phasewise: no statement could be run on PGlite 18\S*: nothing was compared\n$/)
    expect(code).toBe(2)
  })

  it('makes up roles, loads extensions, and names those that are not there', async () => {
    write(
      'roles/1.sql',
      `CREATE TABLE t (id int, name text);
       GRANT SELECT ON t TO app_reader;
       ALTER TABLE t OWNER TO "App Owner";
       CREATE EXTENSION pg_trgm;
       CREATE INDEX ON t USING gin (name gin_trgm_ops);
       CREATE EXTENSION postgis;
       ALTER TABLE t ADD COLUMN place geometry;`,
    )
    const trace = await traced(['roles'])
    expect(trace.stubRoles).toEqual(['app_reader', 'App Owner'])
    expect(trace.unavailableExtensions).toEqual(['postgis'])
    expect(fates(trace).slice(0, 5)).toEqual(['agrees', 'agrees', 'agrees', 'agrees', 'agrees'])
    expect(
      fates(trace)
        .slice(5)
        .map((fate) => fate.slice(0, 6)),
    ).toEqual(['failed', 'failed'])
  })

  it('takes a schema and earlier migrations as context', async () => {
    write('context/schema.sql', 'BEGIN; CREATE SCHEMA app; CREATE TABLE app.t (id int); COMMIT; CREATE TABLE app.u (id nothing);')
    write('context/db/1_a.sql', 'ALTER TABLE app.t ADD COLUMN a int;')
    write('context/db/2_b.sql', 'ALTER TABLE app.t ALTER COLUMN a SET NOT NULL;')
    const trace = await traced(['context/db/2_b.sql', '--schema', 'context/schema.sql'])
    expect(trace.statements.map(({ file }) => file)).toEqual(['context/db/2_b.sql'])
    expect(fates(trace)).toEqual(['agrees'])
    expect(trace.missingContext).toMatchObject([{ file: 'context/schema.sql', refused: { sqlstate: '42704' } }])
  })

  it('gives placeholders their values, in quotes and out of them', async () => {
    write(
      'templates/1.sql',
      `CREATE SCHEMA \${schema};
       CREATE TABLE \${schema}.t (id int);
       COMMENT ON TABLE "\${schema}".t IS '\${schema}';
       ALTER TABLE {{ index .Options "schema" }}.t ADD COLUMN a text DEFAULT :'schema';`,
    )
    const trace = await traced(['templates', '--placeholder', 'schema=app'])
    expect(fates(trace)).toEqual(['agrees', 'agrees', 'agrees', 'agrees'])
    expect(trace.statements[3]?.sql).toBe("ALTER TABLE app.t ADD COLUMN a text DEFAULT 'app'")
    expect((await phasewise(['trace', 'templates', '--placeholder', 'schema'])).err).toContain('it takes name=value')
  })

  it('runs nothing of psql, and no COPY from a client that is not there', async () => {
    write(
      'psql/1.sql',
      '\\set ON_ERROR_STOP on\nCREATE TABLE t (id int);\nCOPY t FROM stdin;\n1\n\\.\nINSERT INTO t VALUES (2);\n',
    )
    expect(fates(await traced(['psql']))).toEqual(['not run', 'agrees', 'not run', 'agrees'])
  })

  it('makes hostile text printable', async () => {
    write('hostile/1.sql', 'CREATE TABLE "a\u001b[31m\u202e" (id int);\nALTER TABLE nowhere\u200b ADD COLUMN a int;')
    const { out } = await phasewise(['trace', 'hostile'])
    // biome-ignore lint/suspicious/noControlCharactersInRegex: these are the ones that must not be there
    expect(out).not.toMatch(/[\u001b\u202e\u200b]/)
  })

  describe.each(['prisma', 'goose', 'dbmate', 'sqlx', 'drizzle', 'supabase'])('a project of %s', (tool) => {
    it('is run in its transactions: CONCURRENTLY fails where it would', async () => {
      const trace = await traced([], resolve('fixtures/tools', tool))
      const failed = trace.statements.filter(({ refused }) => refused !== null)
      expect(failed.map(({ refused }) => refused?.sqlstate)).toEqual(failed.map(() => '25001'))
      expect(failed.every(({ file }) => /wrong/.test(file))).toBe(true)
      expect(trace.statements.filter(({ agrees }) => agrees === false)).toEqual([])
    })
  })
})

it('marks a wrong prediction and counts it', async () => {
  write('lie/1.sql', 'CREATE TABLE t (id int); ALTER TABLE t ADD COLUMN a int;')
  const report = await traceReport({ paths: ['lie'], cwd: root })
  const [create, alter] = report.statements
  if (create === undefined || alter?.outcome.kind !== 'observed') throw new Error('nothing was observed')
  const [prediction] = alter.predicted
  if (prediction === undefined) throw new Error('nothing was predicted')
  const predicted = [{ ...prediction, lock: 'SHARE' as const, work: new Set(['rewrite' as const]) }]
  const { compare } = await import('../src/trace/compare.ts')
  const lied = { ...alter, predicted, comparison: compare(predicted, alter.outcome.observation), agrees: false }
  const text = traceText({ ...report, statements: [create, lied] }, { paint: plainPaint, quiet: true })
  expect(text).toMatch(/public\.t +SHARE, rewrite +ACCESS EXCLUSIVE +← disagrees: another lock, other work\n/)
  expect(text).toContain('1 of 2 disagree, 1 agree · 2 statements in 1 migration')
  expect(text).not.toContain('CREATE TABLE')
})

it('says in one line how to add PGlite where it is absent', async () => {
  const home = join(root, 'without-pglite')
  mkdirSync(join(home, 'node_modules'), { recursive: true })
  symlinkSync(resolve('node_modules/libpg-query'), join(home, 'node_modules/libpg-query'))
  await build({
    entryPoints: { cli: 'src/cli/main.ts' },
    outdir: home,
    bundle: true,
    format: 'esm',
    platform: 'node',
    outExtension: { '.js': '.mjs' },
    mainFields: ['module', 'main'],
    external: ['libpg-query', '@electric-sql/pglite', '@electric-sql/pglite/*', 'postgres', 'pgsql-ast-parser'],
    banner: { js: "import { createRequire as requireFrom } from 'node:module';const require = requireFrom(import.meta.url);" },
    logLevel: 'error',
  })
  write('without-pglite/migrations/1.sql', 'CREATE TABLE t (id int);')
  const ran = (...argv: readonly string[]) =>
    new Promise<{ code: number; err: string }>((done) => {
      const child = execFile(process.execPath, [join(home, 'cli.mjs'), 'trace', ...argv], { cwd: home }, (_error, _out, err) =>
        done({ code: child.exitCode ?? -1, err }),
      )
    })
  expect(await ran('migrations')).toEqual({
    code: 2,
    err: 'phasewise: tracing without a server needs the package @electric-sql/pglite: npm install --save-dev @electric-sql/pglite\n',
  })
  expect(await ran('migrations', '--database-url', 'postgres://u:secret@127.0.0.1:1/x')).toEqual({
    code: 2,
    err: 'phasewise: tracing on a server needs the package postgres: npm install --save-dev postgres\n',
  })
})

it('cannot reach a server that is not there, and does not print its URL', async () => {
  write('lone/1.sql', 'CREATE TABLE t (id int);')
  const { code, err } = await phasewise(['trace', 'lone', '--database-url', 'postgres://u:secret@127.0.0.1:1/x'])
  expect(code).toBe(2)
  expect(err).toMatch(/^phasewise: cannot connect to the server: .*ECONNREFUSED/)
  expect(err).not.toContain('secret')
})

const url = process.env.PHASEWISE_TEST_DATABASE_URL
describe.runIf(url !== undefined)('on a server', () => {
  const databases = async () => {
    const engine = await openServer(url ?? '')
    const rows = await engine.query(
      `SELECT datname::text FROM pg_database WHERE datname ~ '^phasewise_trace_${process.pid}_' AND datname <> current_database()`,
    )
    await engine.close()
    return rows.flat()
  }

  it('observes CONCURRENTLY from a second connection, and leaves nothing behind', async () => {
    const before = await databases()
    const trace = await traced(['fixtures/projects/orders/safe', '--database-url', url ?? ''], resolve('.'))
    expect(trace.code).toBe(0)
    expect(trace.engine).toMatch(/^PostgreSQL \d+/)
    expect(trace.statements.find(({ sql }) => /^CREATE INDEX CONCURRENTLY/.test(sql))).toMatchObject({ agrees: true })
    expect(await databases()).toEqual(before)
  })

  it('runs nothing that reaches beyond its database, and makes up no role', async () => {
    write(
      'beyond/1.sql',
      `CREATE TABLE t (id int);
       CREATE ROLE phasewise_fixture_never;
       DROP DATABASE postgres;
       ALTER SYSTEM SET work_mem = '1MB';
       GRANT pg_read_all_data TO phasewise_fixture_never;
       DO $$ BEGIN EXECUTE 'CREATE ROLE phasewise_fixture_never'; END $$;
       COPY t TO PROGRAM 'exit 1';
       GRANT SELECT ON t TO phasewise_fixture_never;`,
    )
    const trace = await traced(['beyond', '--database-url', url ?? ''])
    expect(fates(trace)).toEqual(['agrees', ...Array.from({ length: 6 }, () => 'not run'), 'failed 42704'])
    expect(trace.stubRoles).toEqual([])
    const engine = await openServer(url ?? '')
    expect(await engine.query(`SELECT 1 FROM pg_roles WHERE rolname = 'phasewise_fixture_never'`)).toEqual([])
    await engine.close()
  })

  it('drops its database when it is interrupted', async () => {
    const before = await databases()
    write('slow/1.sql', 'SELECT pg_sleep(60);')
    const controller = new AbortController()
    const running = traceReport({
      paths: ['slow'],
      cwd: root,
      databaseUrl: url,
      signal: controller.signal,
      progress: (step) => {
        if (step.startsWith('starting')) setTimeout(() => controller.abort(new Error('interrupted')), 1500)
      },
    })
    await expect(running).rejects.toThrow('interrupted')
    expect(await databases()).toEqual(before)
  })
})

it('closes the engine it opened', async () => {
  const engine = await openPglite()
  await engine.close()
  await expect(engine.query('SELECT 1')).rejects.toThrow()
})
