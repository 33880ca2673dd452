import { planSetExpression } from '../src/plan/builder/set-expression.ts'
import {
  advice,
  alterTable,
  derivedName,
  findColumn,
  inLaterMigration,
  type Operation,
  otherCommands,
  printType,
  quoteIdentifier,
  rule,
  type Site,
  sayBecause,
  waitFor,
} from '../src/rule.ts'

export default rule({
  on: ['SetExpression'],
  hazard: 'blocks reads',
  summary: 'a new expression for a generated column rewrites the table, or checks its NOT NULL again',
  why: `SET EXPRESSION (PostgreSQL 17) computes a stored generated column anew for every row: the whole table and its indexes are written again, and
reads and writes wait until that is done. A virtual column (18) is computed when it is read, so
nothing is rewritten; its NOT NULL is checked against every row again.`,
  instead: `Copy the table in batches into one that has the new expression, kept in step by a trigger, and exchange the names. Or add a second column
for the new expression, kept by a trigger and filled in batches, let the code read that one, then drop the old column.
With PostgreSQL 18 a virtual column needs no rewrite at all.`,
  references: ['https://www.postgresql.org/docs/current/sql-altertable.html#SQL-ALTERTABLE-DESC-SET-EXPRESSION'],
  knownAs: [],
  check(op, at) {
    const wait = waitFor(at)
    if (wait === undefined) return undefined
    return {
      message: `the new expression of column ${quoteIdentifier(op.column)} ${wait.blocks} while every row is ${wait.work.has('rewrite') ? 'rewritten' : `checked${sayBecause(wait).replace(/^: every row is checked/, '')}`}`,
      instead: wait.work.has('rewrite') ? besideIt(op, at) : withoutNotNull(op, at),
      hazard: wait.hazard,
    }
  },
  rewrite: planSetExpression,
})

function besideIt(op: Operation<'SetExpression'>, at: Site): string {
  const type = findColumn(at.before, op.table, op.column)?.type
  const other = quoteIdentifier(derivedName(op.column, 'new'))
  const sentence =
    'add a plain column for the new expression, kept by a trigger and filled in batches, and drop the old one once nothing reads it'
  if (type === undefined) return sentence
  return advice(
    sentence,
    alterTable(op, `ADD COLUMN ${other} ${printType(type)}`),
    `-- in its BEFORE INSERT OR UPDATE trigger: NEW.${other} := (${op.expression.sql}), each column of it as NEW.column`,
    ...otherCommands(at),
  )
}

function withoutNotNull(op: Operation<'SetExpression'>, at: Site): string {
  const column = quoteIdentifier(op.column)
  const name = quoteIdentifier(derivedName(op.table.name, op.column, 'not_null'))
  return advice(
    'take NOT NULL out of the way, and prove it again under a lock that lets traffic through',
    alterTable(op, `ALTER COLUMN ${column} DROP NOT NULL`),
    alterTable(op, `ALTER COLUMN ${column} SET EXPRESSION AS (${op.expression.sql})`),
    alterTable(op, `ADD CONSTRAINT ${name} NOT NULL ${column} NOT VALID`),
    inLaterMigration,
    alterTable(op, `VALIDATE CONSTRAINT ${name}`),
    ...otherCommands(at),
  )
}
