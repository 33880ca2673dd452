import { describe, expect, it } from 'vitest'
import type { EffectJson, StatementJson } from '../src/contract.ts'
import { locksMarkdown } from '../src/report/locks-markdown.ts'

const place = { file: 'migrations/1_a.sql', line: 3, column: 1, endLine: 3, endColumn: 9, transaction: 'unit' as const }
const effect = (relation: string, existed = true): EffectJson => ({
  relation,
  kind: 'table',
  lock: 'SHARE',
  work: ['scan'],
  existed,
})
const statement = (sql: string, effects: readonly EffectJson[], known = true): StatementJson => ({
  ...place,
  sql,
  known,
  effects,
})
const page = (...statements: readonly StatementJson[]) => locksMarkdown({ version: 1, postgres: 17, statements })

describe('locks as a folded table', () => {
  it('has a row for each statement', () => {
    expect(page(statement('SELECT\n  1', [effect('public.a'), effect('public.b', false)]))).toBe(
      [
        '',
        '<details><summary>Locks of 1 statement</summary>',
        '',
        '| where | statement | locks |',
        '| --- | --- | --- |',
        '| `migrations/1_a.sql:3` | `SELECT 1` | `public.a` SHARE, scan |',
        '',
        '</details>',
        '',
      ].join('\n'),
    )
  })

  it('never says nothing of what was not understood', () => {
    expect(page(statement('CALL x()', [], false))).toContain('| not understood |')
    expect(page(statement('CREATE TABLE a ()', [effect('public.a', false)]))).toContain('| nothing that was there before |')
  })

  it('is empty without statements, and tells what it leaves out', () => {
    expect(page()).toBe('')
    expect(
      page(
        statement(
          'x',
          ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'].map((name) => effect(name)),
        ),
      ),
    ).toContain('… and 2 more |')
    const many = Array.from({ length: 20 }, () => statement('x'.repeat(200), [effect('public.a')]))
    const text = locksMarkdown({ version: 1, postgres: 17, statements: many }, { longest: 600 })
    expect(text.match(/^\| `migr/gm)).toHaveLength(4)
    expect(text).toContain('… and 16 more: `phasewise locks` tells all')
  })
})
