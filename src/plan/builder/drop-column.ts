import type { Index, Table } from '../../catalog/catalog.ts'
import { findColumn, findTable, indexesOf, sameType } from '../../catalog/lookup.ts'
import { quoteIdentifier, sameName } from '../../name.ts'
import type { Operation } from '../../operation.ts'
import { print } from '../../print/print.ts'
import { casualties, dropsOf } from '../../rule/casualty.ts'
import { looksAlike } from '../../rule/change-set.ts'
import { mentionsColumn } from '../../rule/index-shape.ts'
import { operationsIn } from '../../rule/written.ts'
import type { Site } from '../../rule.ts'
import { printType } from '../../type-name.ts'
import { alter } from '../block/presence.ts'
import { constraintBack, indexesBack, indexName, notNullBack } from '../block/restore.ts'
import { alone, deploy, inTransaction, rolledOut } from '../change.ts'
import { columnName } from '../name.ts'
import type { Plan } from '../plan.ts'

type DropColumn = Operation<'DropColumn'>

/**
 * DROP COLUMN after the code has let go of it: rows may do without it first, what hangs on it goes piece by piece, the column last.
 * [] for CASCADE where the migrations do not tell what depends on the column.
 */
export function planDropColumn(op: DropColumn, at: Site): Plan {
  const { table, column } = op
  const known = findTable(at.before, table)
  // What CASCADE takes along is dropped by name, which only a known table tells.
  if (op.cascade && known?.complete !== true) return []
  const title = columnName(table, column)
  const indexes = ownIndexes(known, op, at)
  const dependents = op.cascade ? dropsOf(casualties(at, [at.resolve(table)])) : []
  return [
    ...relax(op, at),
    deploy(
      `code that names ${title} nowhere, neither in queries nor among the columns that an ORM lists by itself${keptBy(op, at)}${rolledOut}`,
    ),
    ...(indexes.length === 0
      ? []
      : [
          alone({
            phase: 'contract',
            title: `drop indexes of ${title}`,
            why: 'Indexes over the column go with it. Dropped by themselves first, they wait for the queries that use them without keeping others waiting.',
            statements: indexes.map((index) => `DROP INDEX CONCURRENTLY IF EXISTS ${indexName(table, index)}`),
            rollback: indexesBack(table, indexes, at),
          }),
        ]),
    ...foreignKeys(known, op, at),
    inTransaction({
      phase: 'contract',
      title: `drop ${title}`,
      why: 'No code names the column any more. It is a change of the catalog alone.',
      statements: [...dependents.map((drop) => drop.replace(/;$/, '')), print({ ...op, cascade: false })],
      rollback: { impossible: `the values of ${title} are gone` },
      ...(dependents.length > 0 ? { tables: 'several' as const } : {}),
    }),
  ]
}

/** What keeps the values, where the migration adds a column that may be the same under another name or of another type. */
function keptBy({ table, column }: DropColumn, at: Site): string {
  const old = findColumn(at.before, table, column)
  for (const { operation } of operationsIn(at.migration.statements)) {
    if (operation.kind === 'Update' && operation.assigned.some(({ value }) => value.columns.includes(column))) return ''
    if (operation.kind !== 'AddColumn' || !sameName(at.resolve(operation.table), at.resolve(table))) continue
    const { name, type } = operation.column
    const [from, to] = [quoteIdentifier(column), quoteIdentifier(name)]
    if (name === column)
      return `; its values go: where they are to stay, write ALTER COLUMN ${from} TYPE ${printType(type)} instead, which has a plan`
    const isSame = old?.type !== undefined && sameType(at.before, old.type, type)
    if (isSame && looksAlike(name, column))
      return `; its values go: if ${to} is its new name, write RENAME COLUMN ${from} TO ${to} instead, which has a plan that keeps them`
  }
  return ''
}

/** INSERTs of code that does not know the column any more leave it out. */
function relax(op: DropColumn, at: Site): Plan {
  const { table, column } = op
  const known = findColumn(at.before, table, column)
  const isKey = findTable(at.before, table)?.constraints.some(
    ({ definition, columns }) => definition.kind === 'primary key' && columns.includes(column),
  )
  if (known?.notNull !== true || known.default !== undefined || known.generated || known.identity || isKey) return []
  const title = columnName(table, column)
  return [
    inTransaction({
      phase: 'expand',
      title: `relax ${title}`,
      why: `Code that does not know ${title} any more leaves it out of its INSERTs.`,
      statements: [alter(op, `ALTER COLUMN ${quoteIdentifier(column)} DROP NOT NULL`)],
      rollback: notNullBack(op, column, at),
    }),
  ]
}

/** The indexes that go with the column, where they can be dropped while traffic goes on. */
function ownIndexes(table: Table | undefined, { column }: DropColumn, at: Site): readonly Index[] {
  if (table === undefined || table.kind !== 'table' || table.children.length > 0) return []
  return indexesOf(at.before, table.name).filter(
    (index) =>
      index.constraint === undefined &&
      index.partitionOf === undefined &&
      !at.before.uncertain.has(`${index.name.schema}.${index.name.name}`) &&
      mentionsColumn(index, column),
  )
}

/** Each foreign key of the column by itself: dropping one locks the table at its other end, too. */
function foreignKeys(table: Table | undefined, op: DropColumn, at: Site): Plan {
  if (table === undefined || table.children.length > 0) return []
  return table.constraints
    .filter(
      ({ definition, columns, inherited }) => definition.kind === 'foreign key' && columns.includes(op.column) && !inherited,
    )
    .map((constraint) =>
      inTransaction({
        phase: 'contract',
        title: `drop ${constraint.name}`,
        why: 'A foreign key locks the tables at both ends when it goes: in a transaction of its own, for a moment.',
        statements: [alter(op, `DROP CONSTRAINT ${quoteIdentifier(constraint.name)}`)],
        tables: 'several',
        rollback: constraintBack(op, table, constraint, at),
      }),
    )
}
