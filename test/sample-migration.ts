import type { Finding, Severity } from '../src/finding.ts'
import { split } from '../src/grammar/split.ts'
import type { Migration } from '../src/migration.ts'
import type { Command, Statement } from '../src/operation.ts'
import type { Span } from '../src/span.ts'

/** A migration whose statements and comments are the lexer's; ALTER TABLE has a command per comma, everything else is one command. */
export function sampleMigration(text: string, file = '1.sql'): Migration {
  const { stretches, comments } = split(text, { start: 0, end: text.length }, new Set())
  const statements = stretches.map(({ span }): Statement => {
    const sql = text.slice(span.start, span.end)
    return { sql, span, commands: commandsOf(sql, span), body: [], conditional: false }
  })
  return { file, text, statements, comments, transaction: 'unit', transactionAssumed: false }
}

function commandsOf(sql: string, span: Span): readonly Command[] {
  const operation = { kind: 'Opaque', statement: '', sql, reason: '' } as const
  const inner = [...sql.matchAll(/\b(?:ADD|DROP) COLUMN [^,;]*?(?=\s*(?:--[^\n]*|\/\*.*\*\/)?\s*(?:,|$))/g)]
  if (!sql.startsWith('ALTER TABLE') || inner.length < 2) return [{ operation, span }]
  return inner.map((found) => {
    const start = span.start + found.index
    return { operation, span: { start, end: start + found[0].length } }
  })
}

/** A finding of a rule at the first place of a text. */
export function sampleFinding(migration: Migration, at: string, rule: string, more: Partial<Finding> = {}): Finding {
  const start = migration.text.indexOf(at)
  if (start < 0) throw new Error(`the sample has no ${at}`)
  const severity: Severity = 'error'
  return {
    rule,
    hazard: 'blocks writes',
    severity,
    message: `${rule} was found`,
    file: migration.file,
    span: { start, end: start + at.length },
    sql: at,
    effects: [],
    instead: undefined,
    fingerprint: '0123456789abcdef',
    ...more,
  }
}
