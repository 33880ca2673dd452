import { findIndex, findTable, provenNotNull } from '../../catalog/lookup.ts'
import { quoteIdentifier } from '../../name.ts'
import type { Operation } from '../../operation.ts'
import { constraintName } from '../../rule/definition.ts'
import type { Site } from '../../rule.ts'
import { alter, presence } from '../block/presence.ts'
import { deploy } from '../change.ts'
import { besideTable, columnName } from '../name.ts'
import type { Plan } from '../plan.ts'
import { keyByParts, keyIndex, takeOver } from './add-unique.ts'
import { tighten } from './set-not-null.ts'

/** ADD PRIMARY KEY over proven columns and an index that was built while writes went on. */
export function planAddPrimaryKey(op: Operation<'AddConstraint'>, at: Site): Plan {
  const { constraint } = op
  if (constraint.kind !== 'primary key' || constraint.withoutOverlaps) return []
  // The key of before would be gone while the index of the new one is built: nothing would be unique, and replicas could not tell rows apart.
  if (findTable(at.deployed, at.resolve(op.table))?.constraints.some(({ definition }) => definition.kind === 'primary key'))
    return []
  const isPartitioned = findTable(at.before, op.table)?.partitionBy !== undefined
  const index =
    constraint.usingIndex === undefined ? undefined : findIndex(at.before, besideTable(op.table, constraint.usingIndex))
  const columns =
    constraint.usingIndex === undefined ? constraint.columns : (index?.keys ?? []).flatMap(({ column }) => column ?? [])
  if (columns.length === 0) return []
  const name = constraintName(constraint, op.table, at)
  const nullable = columns.filter((column) => !provenNotNull(at.before, op.table, column))
  const listed = nullable.map((column) => columnName(op.table, column)).join(' and ')
  const first =
    nullable.length === 0 ? [] : [deploy(`code that never writes NULL into ${listed}, and no row that still holds one`)]
  if (isPartitioned) {
    // ONLY leaves the partitions alone: their columns have to be NOT NULL before (manual of ALTER TABLE).
    const tightened = nullable.flatMap((column) =>
      tighten({ kind: 'SetNotNull', table: op.table, only: false, ifExists: op.ifExists, column }, at),
    )
    const key = keyByParts(op, constraint, at)
    return key === undefined ? [] : [...first, ...tightened, ...key]
  }
  const proofs = nullable.map((column) => presence(op, column, at))
  return [
    ...first,
    ...proofs.flatMap(({ require, prove }) => [require, prove]),
    ...(constraint.usingIndex === undefined ? [keyIndex(op, constraint, name)] : []),
    takeOver(op, constraint, constraint.name ?? constraint.usingIndex ?? name, at, {
      also: proofs.map((proof) => alter(op, `DROP CONSTRAINT ${proof.name}`)),
      undo: nullable.map((column) => alter(op, `ALTER COLUMN ${quoteIdentifier(column)} DROP NOT NULL`)),
    }),
  ]
}
