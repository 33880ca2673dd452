import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'libpg-query'
import { describe, expect, it } from 'vitest'
import { loadGrammar, parseSql } from '../src/grammar/parse.ts'
import { split } from '../src/grammar/split.ts'
import type { Operation, Statement } from '../src/operation.ts'
import { isPrintable, print } from '../src/print/print.ts'
import { comparableOperation, comparableTree, hasColumnOptions } from './printed.ts'

await loadGrammar()

function statementOf(sql: string): Statement | undefined {
  const [statement, ...others] = parseSql(sql, { placeholders: new Set() }).statements
  return others.length > 0 ? undefined : statement
}

/** Every statement of every fixture, once. */
function fixtureStatements(): readonly string[] {
  const files = readdirSync('fixtures', { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.sql'))
  const texts = files.map((file) => readFileSync(join('fixtures', file), 'utf8'))
  const statements = texts.flatMap((text) =>
    split(text, { start: 0, end: text.length }, new Set()).stretches.flatMap(({ span, meta }) =>
      meta === undefined ? [text.slice(span.start, span.end)] : [],
    ),
  )
  return [...new Set(statements)]
}

/** The one operation of what is printed. */
function reread(sql: string): Operation {
  const commands = statementOf(sql)?.commands ?? []
  expect(commands, sql).toHaveLength(1)
  return commands[0]?.operation ?? { kind: 'Begin' }
}

/** A DROP of several objects prints each by itself. */
function alone(operation: Operation): Operation {
  switch (operation.kind) {
    case 'DropTable':
      return { ...operation, together: [operation.table] }
    case 'DropView':
      return { ...operation, together: [operation.view] }
    case 'DropType':
      return { ...operation, together: [operation.type] }
    case 'DropDomain':
      return { ...operation, together: [operation.domain] }
    default:
      return operation
  }
}

async function expectSame(sql: string): Promise<{ readonly printed: number; readonly trees: number }> {
  const statement = statementOf(sql)
  const operations = statement?.commands.map(({ operation }) => operation).filter(isPrintable) ?? []
  for (const operation of operations) {
    const printed = print(operation)
    expect(comparableOperation(reread(printed)), `${sql}\n→ ${printed}`).toEqual(comparableOperation(alone(operation)))
  }
  const [only] = operations
  // SELECT set_config(…) is a SET by another name, and EXPLAIN ANALYZE runs what it explains.
  if (only === undefined || statement?.commands.length !== 1 || /^(?:select|explain)/i.test(sql))
    return { printed: operations.length, trees: 0 }
  const printed = print(only)
  const tree = await parse(sql)
  if (hasColumnOptions(tree)) return { printed: operations.length, trees: 0 }
  expect(comparableTree(await parse(printed)), `${sql}\n→ ${printed}`).toEqual(comparableTree(tree))
  return { printed: operations.length, trees: 1 }
}

describe('print', () => {
  it('writes every operation of the fixtures so that it is read as the same again', async () => {
    let operations = 0
    let trees = 0
    const failures: string[] = []
    for (const sql of fixtureStatements()) {
      try {
        const counts = await expectSame(sql)
        operations += counts.printed
        trees += counts.trees
      } catch (error) {
        failures.push(String(error instanceof Error ? error.message : error))
      }
    }
    console.info(`printed ${operations} operations and compared ${trees} trees`)
    expect(failures.slice(0, 20).join('\n\n')).toBe('')
    expect(trees).toBeGreaterThan(2000)
  })
})
