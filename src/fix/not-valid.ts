import { descendantsOf, findTable } from '../catalog/lookup.ts'
import { lexer, tokensOf } from '../grammar/lexer.ts'
import { asWritten } from '../migration.ts'
import { quoteIdentifier } from '../name.ts'
import type { Operation } from '../operation.ts'
import { alterTable } from '../rule/advice.ts'
import { constraintName } from '../rule/definition.ts'
import type { Site } from '../rule.ts'
import { runsOutside } from './alone.ts'
import { type Edit, inCaseOf, indentAt, lineBreakOf } from './edit.ts'

/**
 * NOT VALID behind a constraint, and a VALIDATE CONSTRAINT behind its statement, where both are certain to be transactions of their
 * own: in one, the strong lock of the first would be held through the scan of the second.
 */
export function splitValidation(op: Operation<'AddConstraint'>, at: Site): readonly Edit[] {
  const { migration, statement, span } = at
  if (at.refused !== undefined || at.skipped !== undefined || !runsOutside(at)) return []
  // Elsewhere two statements are sent as one message, which is a transaction; and a delimiter of the changelog's own is not written here.
  if (migration.transaction !== 'each' || /\bendDelimiter:/i.test(migration.text) || !isKnown(op, at)) return []
  const [first] = tokensOf(migration.text.slice(span.start, span.end))
  const behind = positionBehind(at)
  // What is marked must be the command alone, whichever parser told where it is.
  const next = tokensOf(migration.text.slice(span.end, statement.span.end))[0]?.text ?? ','
  if (first?.text.toUpperCase() !== 'ADD' || next !== ',' || behind === undefined) return []
  const constraint = quoteIdentifier(constraintName(op.constraint, op.table, at))
  const validate = `${headOf(at) ?? asWritten(alterTable(op, '').replace(/ ;$/, ''), migration)} VALIDATE CONSTRAINT ${constraint};`
  const indent = indentAt(migration.text, statement.span.start) ?? ''
  const line = behind.sameLine ? ` ${validate}` : `${lineBreakOf(migration.text)}${indent}${validate}`
  return [
    { start: span.end, end: span.end, text: ` ${inCaseOf(first.text, 'NOT VALID')}` },
    { start: behind.offset, end: behind.offset, text: `${behind.closes ? ';' : ''}${line}` },
  ]
}

/** `ALTER TABLE ONLY "orders"` as the user wrote it; undefined where a comment stands in it. */
function headOf({ migration, statement }: Site): string | undefined {
  const head = migration.text.slice(statement.span.start, Math.min(...statement.commands.map(({ span }) => span.start)))
  return /--|\/\*/.test(head) ? undefined : head.trim().replace(/\s+/g, ' ')
}

/** A table that the history made, so that the name of the constraint is known, without partitions or inheriting tables, which NOT VALID and ONLY treat apart. */
function isKnown({ table, constraint }: Operation<'AddConstraint'>, at: Site): boolean {
  const isWhole = (name: typeof table) => {
    const known = findTable(at.before, name)
    return known?.kind === 'table' && known.complete && known.inherits.length === 0 && descendantsOf(at.before, name).length === 0
  }
  if (constraint.kind === 'foreign key') return isWhole(table) && isWhole(constraint.references)
  return (constraint.kind === 'check' || constraint.kind === 'not null') && !constraint.noInherit && isWhole(table)
}

/**
 * Where a statement can follow this one: at the end of its line, behind a comment there, or right behind the semicolon where another
 * statement shares the line. `closes`: the file ends without a semicolon. Undefined where something else follows.
 */
function positionBehind({ migration, statement }: Site): { offset: number; sameLine: boolean; closes: boolean } | undefined {
  const { text } = migration
  const { end } = statement.span
  const next = lexer(text, { start: end, end: text.length })
  if (!next.next()) return { offset: end, sameLine: false, closes: true }
  if (text.slice(next.start, next.end) !== ';') return undefined
  const rest = /^[ \t]*(?:--[^\r\n]*)?(?=\r?\n|$)/.exec(text.slice(next.end))?.[0]
  return rest === undefined
    ? { offset: next.end, sameLine: true, closes: false }
    : { offset: next.end + rest.length, sameLine: false, closes: false }
}
