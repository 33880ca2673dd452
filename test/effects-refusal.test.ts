import { beforeAll, describe, expect, it } from 'vitest'
import { apply } from '../src/catalog/apply.ts'
import type { Catalog } from '../src/catalog/catalog.ts'
import { unknownCatalog } from '../src/catalog/lookup.ts'
import { loadGrammar, parseSql } from '../src/grammar/parse.ts'
import type { Statement } from '../src/operation.ts'
import { type Case, effectFixtures, isIn } from './effect-fixture.ts'

beforeAll(() => loadGrammar())

// What a server ran, the catalog must not call certain to fail: such a finding would be wrong.
describe.each([12, 13, 14, 15, 16, 17, 18])('PostgreSQL %i', (postgres) => {
  for (const { name, cases } of effectFixtures()) {
    it(`refuses nothing in ${name} that the server runs`, () => {
      expect(cases.filter((each) => isIn(each.postgres, postgres)).flatMap((each) => refusals(each, postgres))).toEqual([])
    })
  }
})

function refusals(fixture: Case, postgres: number): readonly string[] {
  const found: string[] = []
  let catalog = unknownCatalog
  for (const [ordinal, { sql, line, expected }] of fixture.statements.entries()) {
    // What the server refuses leaves no trace there.
    if (expected?.fails.some((each) => isIn(each.postgres, postgres))) continue
    for (const statement of parseSql(`${sql};`, { placeholders: new Set() }).statements) {
      const applied = applyAll(statement, catalog, ordinal, postgres)
      catalog = applied.catalog
      found.push(...applied.refused.map((why) => `line ${line}: ${why}: ${sql}`))
    }
  }
  return found
}

function applyAll(
  statement: Statement,
  catalog: Catalog,
  transaction: number,
  postgres: number,
): { catalog: Catalog; refused: readonly string[] } {
  const refused: string[] = []
  for (const { operation } of statement.commands) {
    const applied = apply(operation, catalog, { migration: 0, transaction }, { conditional: statement.conditional, postgres })
    catalog = applied.catalog
    if (applied.refused !== undefined) refused.push(applied.refused)
  }
  for (const inner of statement.body) {
    const applied = applyAll(inner, catalog, transaction, postgres)
    catalog = applied.catalog
    refused.push(...applied.refused)
  }
  return { catalog, refused }
}
