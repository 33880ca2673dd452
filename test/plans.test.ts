import { afterAll, describe, expect, test } from 'vitest'
import { rules } from '../rules/index.ts'
import { type PlanFile, type PlanFixture, planFixtures } from '../scripts/plan-fixture.ts'
import { analyze } from '../src/analyze.ts'
import { loadGrammar, parseSql } from '../src/grammar/parse.ts'
import type { Migration } from '../src/migration.ts'
import { severityOf } from '../src/severity.ts'
import { type SuppressOptions, suppress } from '../src/suppress.ts'
import type { Engine } from '../src/trace/engine.ts'
import { openPglite } from '../src/trace/pglite.ts'
import { openServer } from '../src/trace/server.ts'

await loadGrammar()

const plans = planFixtures()

/** What our own remedies are told all the same, each for the reason that its comment gives. */
const allowed: Readonly<Record<string, readonly string[]>> = {
  'p29-domain-constraint-validated': ['alter-domain-with-scan: at night, when nobody writes'],
  'p32-empty-unused-table': ['truncate-table: nobody reads or writes it any longer'],
}

test('there is a plan for each kind of unsafe change, and one for each building block', () => {
  const ids = new Set(plans.map(({ name }) => name.split('-')[0]))
  const wanted = ['b', ...Array.from({ length: 34 }, (_, index) => `p${index + 1}`)]
  expect([...ids].sort()).toEqual(wanted.sort())
  const blocks = plans.filter(({ name }) => name.startsWith('b-')).map(({ name }) => name)
  expect(blocks).toEqual([
    'b-batch-batches',
    'b-batch-composite-key',
    'b-index-index',
    'b-notnull-not-null',
    'b-retry-retry',
    'b-shadow-shadow-table',
  ])
})

for (const postgres of [15, 18]) {
  describe(`PostgreSQL ${postgres}: no error and no warning on`, () => {
    for (const plan of plans) {
      test.runIf(postgres >= (plan.postgres ?? 0))(plan.name, () => {
        expect(linted(plan, postgres, 'runner')).toEqual({ findings: [], allowed: allowed[plan.name] ?? [] })
        expect(linted(plan, postgres, 'file')).toEqual({ findings: [], allowed: allowed[plan.name] ?? [] })
      })
    }
  })
}

/** Lints a plan, each file deployed by itself; the runner opens the transactions, or the files do. */
function linted(plan: PlanFixture, postgres: number, opener: 'runner' | 'file') {
  const before = migrationOf({ name: '00_before.sql', inTransaction: true, sql: plan.before }, 'runner')
  const migrations = [before, ...plan.files.map((file) => migrationOf(file, opener))]
  const options: SuppressOptions & { readonly rules: typeof rules } = {
    rules,
    severityOf: (rule, hazard, certainty, file) => severityOf(rule, hazard, certainty, file, {}),
  }
  const { findings } = analyze(migrations, { postgres, ...options })
  const left = suppress(findings, migrations, options)
  const lines = left.findings
    .filter(({ severity, file }) => file !== before.file && (severity === 'error' || severity === 'warning'))
    .map(({ file, severity, rule, message, sql }) => `${file} ${severity} ${rule}: ${message} (${sql.slice(0, 80)})`)
  return { findings: lines, allowed: left.allowed.map(({ rule, reason }) => `${rule}: ${reason}`) }
}

function migrationOf({ name, inTransaction, sql }: PlanFile, opener: 'runner' | 'file'): Migration {
  const opens = inTransaction && opener === 'file'
  const text = opens ? `BEGIN;\n${sql}COMMIT;\n` : sql
  const { statements, comments } = parseSql(text)
  const transaction = inTransaction && !opens ? 'unit' : 'each'
  return { file: name, text, statements, comments, transaction, transactionAssumed: false }
}

const url = process.env.PHASEWISE_TEST_DATABASE_URL
const engines: Engine[] = [await openPglite({}), ...(url === undefined ? [] : [await openServer(url)])]

afterAll(async () => {
  for (const engine of engines) await engine.close()
})

for (const engine of engines) {
  describe(`${engine.name} runs`, () => {
    for (const plan of plans) {
      test.runIf(engine.postgres >= (plan.postgres ?? 0))(plan.name, async () => {
        await emptyDatabase(engine)
        expect(await failureOf(engine, plan.before)).toBeUndefined()
        for (const { name, inTransaction, sql } of plan.files) {
          const messages = inTransaction ? [`BEGIN;\n${sql}COMMIT;`] : parseSql(sql).statements.map((statement) => statement.sql)
          for (const message of messages) expect(await failureOf(engine, message), `${name}: ${message}`).toBeUndefined()
        }
      })
    }
  })
}

async function failureOf(engine: Engine, sql: string): Promise<string | undefined> {
  return (await engine.run(sql)).error?.message
}

async function emptyDatabase(engine: Engine): Promise<void> {
  await engine.run('ROLLBACK')
  await engine.freshen()
  const schemas = await engine.query(
    "SELECT quote_ident(nspname) FROM pg_namespace WHERE nspname !~ '^pg_' AND nspname <> 'information_schema'",
  )
  for (const [schema] of schemas) await engine.run(`DROP SCHEMA ${schema} CASCADE`)
  await engine.run('CREATE SCHEMA public')
}
