import type { Index, Table } from '../../catalog/catalog.ts'
import { findConstraint, findTable, indexesOf } from '../../catalog/lookup.ts'
import { printName, quoteIdentifier } from '../../name.ts'
import type { Operation } from '../../operation.ts'
import { unidentified } from '../../rule/replica-identity.ts'
import type { Site } from '../../rule.ts'
import { alter } from '../block/presence.ts'
import { inTransaction } from '../change.ts'
import { statementOf } from '../own-statement.ts'
import type { Plan } from '../plan.ts'

/**
 * A publication of tables by whose rows replicas find them: those without a key get another replica identity first. [] for what a table was told to
 * do without, and for the other statements that the rule is about.
 */
export function planPublish(
  op: Operation<'ReplicaIdentity' | 'CreatePublication' | 'AlterPublication' | 'DropConstraint'>,
  at: Site,
): Plan {
  const statement = statementOf(op, at)
  if ((op.kind !== 'CreatePublication' && op.kind !== 'AlterPublication') || statement === undefined) return []
  const lacking = unidentified(op, at)
  if (lacking.length === 0 || lacking.some(({ replicaIdentity }) => replicaIdentity === 'nothing')) return []
  const publication = quoteIdentifier(op.publication)
  const added = op.tables.map(({ table }) => printName(table)).join(', ')
  return [
    ...lacking.map((table) => {
      const index = indexesOf(at.before, table.name).find((each) => identifies(each, table, at))
      const name = printName({ schema: undefined, name: table.name.name })
      return inTransaction({
        phase: 'expand',
        title: `identify ${name}`,
        why:
          index === undefined
            ? `Without it every UPDATE and DELETE of ${name} would fail once it is published. FULL sends the whole old row; with a primary key it would be the key alone: make one instead where you can.`
            : `Without it every UPDATE and DELETE of ${name} would fail once it is published. The index stands for the primary key that it does not have.`,
        statements: [
          alter(
            { table: table.name },
            `REPLICA IDENTITY ${index === undefined ? 'FULL' : `USING INDEX ${quoteIdentifier(index.name.name)}`}`,
          ),
        ],
        rollback: [alter({ table: table.name }, 'REPLICA IDENTITY DEFAULT')],
      })
    }),
    inTransaction({
      phase: 'expand',
      title: `publish ${op.publication}`,
      why: 'Replicas find each row now.',
      statements: [statement],
      tables: lacking.length > 1 ? 'several' : 'one',
      rollback:
        op.kind === 'CreatePublication'
          ? [`DROP PUBLICATION ${publication}`]
          : op.change === 'add' && op.schemas.length === 0
            ? [`ALTER PUBLICATION ${publication} DROP TABLE ${added}`]
            : { impossible: 'write by hand what the publication held before' },
    }),
  ]
}

/** Whether an index can be the replica identity: https://www.postgresql.org/docs/current/sql-altertable.html#SQL-ALTERTABLE-REPLICA-IDENTITY */
function identifies(index: Index, table: Table, at: Site): boolean {
  const constraint =
    index.constraint === undefined ? undefined : findConstraint(at.before, table.name, index.constraint)?.definition
  const isDeferrable = index.constraint !== undefined && (constraint?.kind !== 'unique' || constraint.deferrable)
  const columns = findTable(at.before, table.name)?.columns ?? []
  return (
    index.unique &&
    index.valid &&
    index.where === undefined &&
    !isDeferrable &&
    !at.before.uncertain.has(`${index.name.schema}.${index.name.name}`) &&
    index.keys.every(({ column }) => columns.some(({ name, notNull }) => name === column && notNull === true))
  )
}
