import { printName, quoteIdentifier } from '../name.ts'
import type { Operation } from '../operation.ts'
import { printColumn } from '../print/print.ts'
import { derivedName } from '../rule/advice.ts'
import { freeConstraintName } from '../rule/definition.ts'
import type { Site } from '../rule.ts'
import { batches, keyOf } from './batches.ts'
import { deploy, inTransaction } from './change.ts'
import { dropIndexes, furnish, lockAll, ownChecks, takeNames, validated } from './furnish.ts'
import { columnName, syncName } from './name.ts'
import type { Plan } from './plan.ts'
import { alter } from './presence.ts'
import { createSync, dropSync } from './sync.ts'
import { type Twin, twinOf } from './twin.ts'

type RenameColumn = Operation<'RenameColumn'>

/**
 * RENAME COLUMN as two columns that a trigger keeps equal, until no code uses the old one. [] where something hangs on the column that a second
 * one cannot take over (see twinOf), or the table has no known key to walk along: the column of the primary key among them.
 */
export function planRenameColumn(op: RenameColumn, at: Site): Plan {
  const { table } = op
  if (op.object !== undefined && op.object !== 'foreign table') return []
  const twin = twinOf(table, op.column, op.to, 'plain', at)
  const key = keyOf(table, at)
  if (twin === undefined || key === undefined) return []
  const on = { table }
  const [from, to] = [quoteIdentifier(op.column), quoteIdentifier(op.to)]
  const title = columnName(table, op.to)
  const required = twin.column.notNull === true
  const present = freeConstraintName(table, at, op.to, 'present')
  const sync = {
    table,
    name: syncName(table, op.column, at),
    names: 'built in' as const,
    body: [
      "IF TG_OP = 'INSERT' THEN",
      `  IF NEW.${to} IS NOT NULL THEN NEW.${from} := NEW.${to};`,
      `  ELSE NEW.${to} := NEW.${from}; END IF;`,
      `ELSIF NEW.${to} IS DISTINCT FROM OLD.${to} THEN NEW.${from} := NEW.${to};`,
      `ELSE NEW.${to} := NEW.${from};`,
      'END IF;',
    ],
  }
  // Only the server of 18 keeps a name for it, which a rename leaves alone.
  const usual = derivedName(table.name, op.to, 'not_null')
  const kept = twin.notNullName ?? derivedName(table.name, op.column, 'not_null')
  return [
    inTransaction({
      phase: 'expand',
      title: `add ${title}`,
      why: `Two columns for a while, which a trigger keeps equal: code writes and reads ${from} or ${to}, as it knows it.`,
      statements: [
        alter(on, `ADD COLUMN ${printColumn(twin.bare)}`),
        ...createSync(sync),
        ...(required ? [alter(on, `ADD CONSTRAINT ${quoteIdentifier(present)} CHECK (${to} IS NOT NULL) NOT VALID`)] : []),
        ...ownChecks(twin),
      ],
      rollback: [...dropSync(sync), alter(on, `DROP COLUMN ${to}`)],
    }),
    ...batches(
      {
        table,
        key,
        job: `${op.column}_copy`,
        why: `Copies ${columnName(table, op.column)} of the rows of before to ${title}: the trigger does it when they are written.`,
        change: (within) =>
          `UPDATE ${printName(table)} t SET ${from} = t.${from} WHERE ${within('t')} AND t.${to} IS NULL AND t.${from} IS NOT NULL`,
      },
      at,
    ),
    ...(required ? [validated(table, present, title)] : []),
    ...furnish(twin),
    deploy(`code that uses ${title} and names ${columnName(table, op.column)} nowhere; wait until no older process is left`),
    ...dropIndexes(twin, ({ old }) => old.name.name),
    inTransaction({
      phase: 'contract',
      title: `drop ${columnName(table, op.column)}`,
      why: `No code uses it any more. What it had goes over to ${title}; no row is read, since the constraints prove what is to be true.`,
      statements: [
        lockAll(twin, at),
        ...dropSync(sync),
        ...twin.sequences.map((sequence) => `ALTER SEQUENCE ${printName(sequence)} OWNED BY ${printName(table)}.${to}`),
        alter(on, `DROP COLUMN ${from}`),
        ...defaultOf(twin, op),
        ...(required
          ? [
              alter(on, `ALTER COLUMN ${to} SET NOT NULL`),
              alter(on, `DROP CONSTRAINT ${quoteIdentifier(present)}`),
              ...(at.postgres >= 18
                ? [alter(on, `RENAME CONSTRAINT ${quoteIdentifier(usual)} TO ${quoteIdentifier(kept)}`)]
                : []),
            ]
          : []),
        ...takeNames(twin),
      ],
      rollback: { impossible: `${columnName(table, op.column)} is gone; its values are in ${title}` },
      ...(twin.keys.length > 0 ? { tables: 'several' as const } : {}),
    }),
  ]
}

function defaultOf({ column }: Twin, op: RenameColumn): readonly string[] {
  if (column.default === undefined) return []
  return [alter({ table: op.table }, `ALTER COLUMN ${quoteIdentifier(op.to)} SET DEFAULT ${column.default.sql}`)]
}
