import type { Table, TableColumn } from '../../catalog/catalog.ts'
import { definitionOfColumn } from '../../catalog/definition.ts'
import { findTable } from '../../catalog/lookup.ts'
import { printName, quoteIdentifier } from '../../name.ts'
import type { Operation } from '../../operation.ts'
import { printColumn } from '../../print/print.ts'
import type { Site } from '../../rule.ts'
import { type Batch, batches, keyOf } from '../block/batches.ts'
import { type Bystanders, bystanders } from '../block/bystander.ts'
import { columnGrants } from '../block/column-settings.ts'
import { buildConcurrently } from '../block/concurrent-index.ts'
import { isWhole } from '../block/family.ts'
import { furnish } from '../block/furnish.ts'
import { alter } from '../block/presence.ts'
import { bounding } from '../block/restore.ts'
import { createSync, createSyncFunction, dropSync, isChanged, type Sync, sayFilling, takeBack } from '../block/sync.ts'
import { type Twin, twinIndexes } from '../block/twin.ts'
import { atOnce, deploy, inTransaction, rolledOut } from '../change.ts'
import { besideTable, columnName, freeName, syncName } from '../name.ts'
import type { Plan } from '../plan.ts'

type RenameColumn = Operation<'RenameColumn'>

/**
 * RENAME COLUMN as two columns that a trigger keeps equal, until no code uses the old name. Then the names change places, so that the first column,
 * with all that hangs on it, has the new one, and the copy goes: constraints, views, policies, sequences follow as they do under a rename.
 * [] where triggers of the table speak of the column or do more than give values, where it is computed, and where the table has no known key to
 * walk along.
 */
export function planRenameColumn(op: RenameColumn, at: Site): Plan {
  const { table, column: from, to } = op
  if (op.object !== undefined && op.object !== 'foreign table') return []
  const known = findTable(at.before, table)
  const key = keyOf(table, at)
  const copy = known === undefined ? undefined : copyOf(known, op, at)
  if (known === undefined || copy === undefined || key === undefined) return []
  const on = { table }
  const title = columnName(table, to)
  const sync = { table, name: syncName(table, from, at), names: 'built in' as const }
  const synced = (lead: string, copied: string): Sync => ({ ...sync, body: inStep(lead, copied, copy, sync) })
  const [before, after] = [synced(from, to), synced(to, from)]
  const spare = freeName([from, 'old'], (name) => known.columns.some((each) => each.name === name))
  const rename = (name: string, other: string) => alter(on, `RENAME COLUMN ${quoteIdentifier(name)} TO ${quoteIdentifier(other)}`)
  const exchange = (name: string, other: string) => [rename(other, spare), rename(name, other), rename(spare, name)]
  const add = (name: string) => [
    alter(on, `ADD COLUMN ${printColumn({ ...copy.bare, name })}`),
    ...columnGrants(known, from, table, name),
  ]
  const fill = (lead: string, copied: string): Batch => {
    const [has, gets] = [lead, copied].map(quoteIdentifier)
    const touch = `UPDATE ${printName(table)} t SET ${gets} = NULL`
    return {
      table,
      key: key.map((part) => (part.name === from ? { ...part, name: lead } : part)),
      job: `${from}_copy`,
      why: `Copies ${columnName(table, lead)} of the rows of before to ${columnName(table, copied)}: the trigger does it when they are written.`,
      change: (within) =>
        `${copy.bystanders === 'back' ? sayFilling(sync) : ''}${touch} WHERE ${within('t')} AND t.${gets} IS NULL AND t.${has} IS NOT NULL`,
    }
  }
  return [
    inTransaction({
      phase: 'expand',
      title: `add ${title}`,
      why: `Two columns for a while, which a trigger keeps equal: code writes and reads ${quoteIdentifier(from)} or ${quoteIdentifier(to)}, as it knows it.`,
      statements: [...add(to), ...createSync(before)],
      rollback: [...dropSync(sync), alter(on, `DROP COLUMN ${quoteIdentifier(to)}`)],
    }),
    ...batches(fill(from, to), at),
    ...furnish(copy),
    deploy(`code that uses ${title} and names ${columnName(table, from)} nowhere${rolledOut}`),
    inTransaction({
      phase: 'contract',
      title: `exchange ${columnName(table, from)} and ${quoteIdentifier(to)}`,
      why: `The first column gets the new name, and all that hangs on it follows: constraints, indexes, views. The copy has the old name until the last file; both stay equal. Connections are best renewed afterwards: statements that they have prepared may fail once.`,
      statements: [...exchange(from, to), createSyncFunction(after, true)],
      rollback: [...exchange(to, from), createSyncFunction(before, true)],
    }),
    inTransaction({
      phase: 'contract',
      title: `drop ${columnName(table, from)}`,
      why: 'No code uses it any more: the copy and its trigger have served.',
      statements: [...dropSync(sync), alter(on, `DROP COLUMN ${quoteIdentifier(from)}`)],
      rollback: {
        transaction: false,
        statements: [
          ...bounding([atOnce([...add(from), ...createSync(after)])], []),
          'SET lock_timeout = 0',
          ...batches(fill(to, from), at).flatMap(({ statements }) => statements),
          ...copy.indexes.flatMap(({ name, over }) => buildConcurrently(besideTable(table, name), over(from, name))),
          `ANALYZE ${printName(table)} (${quoteIdentifier(from)})`,
        ],
      },
    }),
  ]
}

/** Both columns hold what was written last, whichever name it was written under; `lead` is complete while the copy is being filled. */
function inStep(lead: string, copied: string, { column, bystanders: beside }: Twin, sync: Pick<Sync, 'name'>): readonly string[] {
  const [has, gets] = [lead, copied].map((name) => `NEW.${quoteIdentifier(name)}`)
  return [
    ...(beside === 'back' ? takeBack(sync) : []),
    "IF TG_OP = 'INSERT' THEN",
    `  IF ${gets} IS NOT NULL THEN ${has} := ${gets};`,
    `  ELSE ${gets} := ${has}; END IF;`,
    `ELSIF ${isChanged(copied, column.type, column.collation)} THEN ${has} := ${gets};`,
    `ELSE ${gets} := ${has};`,
    'END IF;',
  ]
}

/** The column once more under the new name, with what reads of it need; undefined where a trigger cannot keep the two equal. */
function copyOf(known: Table, { table, column, to }: RenameColumn, at: Site): Twin | undefined {
  const own = known.columns.find(({ name }) => name === column)
  const definition = own === undefined ? undefined : definitionOfColumn(at.before, known, own)?.column
  const indexes = twinIndexes(known, table, column, to, at, 'read')
  const beside = besideOf(known, own, { table, column, to }, at)
  if (own?.type === undefined || definition === undefined || indexes === undefined || beside === undefined) return undefined
  return {
    table,
    column: own,
    bare: {
      ...definition,
      type: { ...definition.type, serial: false },
      name: to,
      notNull: false,
      notNullName: undefined,
      default: undefined,
      identity: undefined,
    },
    name: to,
    indexes,
    // The first column has them, and both hold the same.
    checks: [],
    keys: [],
    references: [],
    sequences: [],
    grants: [],
    said: () => [],
    bystanders: beside,
    functions: [],
    notNullName: undefined,
    clusteredOn: undefined,
  }
}

function besideOf(
  known: Table,
  own: TableColumn | undefined,
  { table, column, to }: Pick<RenameColumn, 'table' | 'column' | 'to'>,
  at: Site,
): Bystanders | undefined {
  if (!isWhole(known, column, at) || known.grantsUncertain === true) return undefined
  // What is computed is not there yet when triggers fire.
  if (own === undefined || own.generated !== undefined || known.columns.some(({ name }) => name === to)) return undefined
  return bystanders(known, column, { ours: syncName(table, column, at), names: [column, to] }, at)
}
