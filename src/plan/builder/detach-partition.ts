import type { Table } from '../../catalog/catalog.ts'
import { findConstraint, findTable, foreignKeysTo } from '../../catalog/lookup.ts'
import { printName, quoteIdentifier } from '../../name.ts'
import type { Operation } from '../../operation.ts'
import { print, printConstraint } from '../../print/print.ts'
import { derivedName } from '../../rule/advice.ts'
import { defaultPartition } from '../../rule/bound.ts'
import type { Site } from '../../rule.ts'
import { spelled } from '../block/partition-index.ts'
import { alter } from '../block/presence.ts'
import { alone, deploy, inTransaction } from '../change.ts'
import type { Change, Plan, Step } from '../plan.ts'

type Detach = Operation<'DetachPartition'>

/**
 * DETACH PARTITION while traffic goes on; where foreign keys point to the table, without looking their rows up under the lock. [] where the
 * partitions are not all known (one DEFAULT partition, and CONCURRENTLY is refused), and for the second half of an interrupted detach.
 */
export function planDetachPartition(op: Detach, at: Site): Plan {
  const parent = findTable(at.before, op.table)
  const partition = findTable(at.before, op.partition)
  if (op.finalize || at.refused !== undefined || parent === undefined || partition === undefined || !partition.complete) return []
  const bound = partition.partitionOf?.bound
  if (bound === undefined || !parent.complete) return []
  const needed = deploy(`code that does not expect the rows of ${printName(partition.name)} in ${printName(parent.name)}`)
  if (foreignKeysTo(at.before, op.table).length > 0) return withForeignKeys(op, needed, bound.sql, at)
  const hasDefault = defaultPartition(op.table, at) !== undefined
  if (hasDefault || at.postgres < 14) return []
  const copy = copyOfBound(parent, partition, at)
  const drop = copy === undefined ? [] : [alter({ table: op.partition }, `DROP CONSTRAINT IF EXISTS ${quoteIdentifier(copy)}`)]
  const attach = alter({ table: op.table }, `ATTACH PARTITION ${printName(op.partition)} ${bound.sql}`)
  return [
    needed,
    alone({
      phase: 'contract',
      title: `detach ${op.partition.name}`,
      why: 'Detached while reads and writes go on. Stopped half-way it is pending: DETACH PARTITION … FINALIZE ends it.',
      statements: [print({ ...op, concurrently: true })],
      // The CHECK that it leaves proves the rows to be within the bound.
      rollback: { transaction: true, statements: [attach, ...drop] },
    }),
    // Who wrote CONCURRENTLY may want the CHECK.
    ...(op.concurrently || drop.length === 0 ? [] : [withoutCopy(op, drop)]),
  ]
}

function withoutCopy(op: Detach, drop: readonly string[]): Change {
  return inTransaction({
    phase: 'contract',
    title: `free ${op.partition.name}`,
    why: 'The detach leaves a CHECK that says what the bound said. Keep it where the table may be attached again.',
    statements: drop,
    rollback: [],
  })
}

/**
 * The name of the CHECK that DETACH … CONCURRENTLY leaves (ChooseConstraintName of the server); undefined where that name is taken, and it
 * would get a number.
 */
function copyOfBound(parent: Table, partition: Table, at: Site): string | undefined {
  const columns = new Set<string>()
  for (let table: Table | undefined = parent; table !== undefined; ) {
    for (const column of table.partitionBy?.columns ?? []) if (column !== undefined) columns.add(column)
    for (const { columns: own } of table.partitionBy?.expressions ?? []) for (const column of own) columns.add(column)
    table = table.partitionOf && findTable(at.before, table.partitionOf.parent)
  }
  const [column, ...others] = columns
  const name =
    column !== undefined && others.length === 0
      ? derivedName(partition.name.name, column, 'check')
      : derivedName(partition.name.name, 'check')
  return findConstraint(at.before, partition.name, name) === undefined ? name : undefined
}

/**
 * With foreign keys that point to the table the detach looks up all their rows: they are taken away and put back NOT VALID in its transaction,
 * so that no row is written unguarded. [] where one is of a partitioned table before 18, which refuses NOT VALID, and for CONCURRENTLY, which
 * needs a transaction of its own.
 */
function withForeignKeys(op: Detach, needed: Step, bound: string, at: Site): Plan {
  const keys = foreignKeysTo(at.before, op.table).flatMap(({ table, constraint }) => {
    const { definition, name, validated, inherited } = constraint
    if (definition.kind !== 'foreign key' || inherited === true) return []
    return [{ on: { table: spelled(table.name, op.table, at) }, table, definition, name, validated }]
  })
  const possible = keys.every(
    ({ table, validated, definition }) =>
      validated && table.complete && (table.partitionBy === undefined || at.postgres >= 18) && definition.columns.length > 0,
  )
  if (op.concurrently || !possible || keys.length === 0) return []
  const dropped = keys.map(({ on, name }) => alter(on, `DROP CONSTRAINT ${quoteIdentifier(name)}`))
  const added = (notValid: boolean) =>
    keys.map(({ on, definition, name }) => alter(on, `ADD ${printConstraint({ ...definition, name, notValid })}`))
  const named = keys.map(({ on }) => printName(on.table)).join(' and ')
  return [
    needed,
    deploy(`no row of ${named} that refers to a row of ${printName(op.partition)}: validating fails while there are any`),
    inTransaction({
      phase: 'contract',
      title: `detach ${op.partition.name}`,
      why: `The foreign keys of ${named} make way for the detach, which would look up every row of theirs, and are back in the same transaction. NOT VALID: they bind what is written, and no row is read.`,
      statements: [...dropped, print(op), ...added(true)],
      tables: 'several',
      rollback: [...dropped, alter({ table: op.table }, `ATTACH PARTITION ${printName(op.partition)} ${bound}`), ...added(false)],
    }),
    alone({
      phase: 'contract',
      title: `validate what refers to ${op.table.name}`,
      why: 'Looks up every row while reads and writes go on. It fails where a row refers to none: correct that row and run it again.',
      statements: keys.map(({ on, name }) => alter(on, `VALIDATE CONSTRAINT ${quoteIdentifier(name)}`)),
      rollback: { transaction: false, statements: [] },
    }),
  ]
}
