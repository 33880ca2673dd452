import { readdirSync, readFileSync } from 'node:fs'
import { PGlite } from '@electric-sql/pglite'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { afterTransaction, apply } from '../src/catalog/apply.ts'
import type { Catalog } from '../src/catalog/catalog.ts'
import { unknownCatalog } from '../src/catalog/lookup.ts'
import { loadGrammar, parseSql } from '../src/grammar/parse.ts'
import type { Statement } from '../src/operation.ts'
import { catalogSnapshot, forgetting, normalised, serverSnapshot } from './catalog-snapshot.ts'

/**
 * Statement lists run through `apply` and through PostgreSQL. What the server refuses, `apply` must refuse with the same
 * message, unless the statement says `-- unforeseen`; what it accepts must not be refused; and both must end at the same schema.
 */
const directory = new URL('../fixtures/catalog/', import.meta.url)
const files = readdirSync(directory).filter((file) => file.endsWith('.sql'))

let db: PGlite

beforeAll(async () => {
  await loadGrammar()
  db = await PGlite.create()
}, 60_000)

afterAll(async () => {
  await db.close()
})

async function reset(): Promise<void> {
  await db.exec(`RESET ALL; DISCARD TEMP; SET client_min_messages = error`)
  const schemas = await db.query<{ name: string }>(
    `SELECT quote_ident(nspname) AS name FROM pg_namespace WHERE nspname !~ '^(pg_|information_schema$)'`,
  )
  const publications = await db.query<{ name: string }>(`SELECT quote_ident(pubname) AS name FROM pg_publication`)
  for (const { name } of publications.rows) await db.exec(`DROP PUBLICATION ${name}`)
  for (const { name } of schemas.rows) await db.exec(`DROP SCHEMA ${name} CASCADE`)
  await db.exec('CREATE SCHEMA public')
}

async function runOnServer(statement: Statement): Promise<string | undefined> {
  try {
    await db.exec(statement.sql)
    return undefined
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}

/** The catalog after a statement, and why it was refused. A statement that is refused changes nothing. */
function run(catalog: Catalog, statement: Statement, transaction: number): { catalog: Catalog; refused: string | undefined } {
  let next = catalog
  for (const { operation } of statement.commands) {
    const applied = apply(operation, next, { migration: 0, transaction })
    if (applied.refused !== undefined) return { catalog, refused: applied.refused }
    next = applied.catalog
  }
  return { catalog: afterTransaction(next), refused: undefined }
}

describe.each(files)('%s', (file) => {
  const cases = readFileSync(new URL(file, directory), 'utf8')
    .split(/^-- # /m)
    .slice(1)
  it.each(cases.map((text) => [text.slice(0, text.indexOf('\n')), text.slice(text.indexOf('\n') + 1)] as const))(
    '%s',
    async (_title, sql) => {
      await reset()
      let catalog = unknownCatalog
      const refusals: { sql: string; refused: string | undefined }[] = []
      const errors: typeof refusals = []
      for (const [i, statement] of parseSql(sql).statements.entries()) {
        const unforeseen = sql.slice(statement.span.end).split('\n', 1)[0]?.includes('-- unforeseen') ?? false
        const error = await runOnServer(statement)
        if (unforeseen) {
          expect(error, `${statement.sql} is unforeseen and must fail`).toBeDefined()
          continue
        }
        const applied = run(catalog, statement, i)
        refusals.push({ sql: statement.sql, refused: applied.refused })
        errors.push({ sql: statement.sql, refused: error })
        catalog = applied.catalog
      }
      expect(refusals).toEqual(errors)
      const known = normalised(catalogSnapshot(catalog))
      expect(known).toEqual(forgetting(normalised(await serverSnapshot(db)), known))
    },
  )
})
