import { findIndex, findTable } from '../catalog/lookup.ts'
import type { Kind, Operation } from '../operation.ts'
import type { Site } from '../rule.ts'

/** Kinds of operation that, in some form, commit on their way. */
export const kindsRefusedInside = [
  'CreateIndex',
  'DropIndex',
  'Reindex',
  'DetachPartition',
  'Vacuum',
  'Cluster',
  'ManageObject',
  'TwoPhase',
  'Discard',
] as const satisfies readonly Kind[]
type KindRefusedInside = (typeof kindsRefusedInside)[number]

/** Whether an operation of any kind has to run outside of a transaction. */
export function runsAlone(operation: Operation, at: Site): boolean {
  return isOfKind(operation) && refusedInside(operation, at) !== undefined
}

function isOfKind(operation: Operation): operation is Operation<KindRefusedInside> {
  return kindsRefusedInside.some((kind) => kind === operation.kind)
}

/** A statement that PostgreSQL refuses inside a transaction, by the name that its error gives it; undefined where it runs in one. */
export function refusedInside(op: Operation<KindRefusedInside>, at: Site): string | undefined {
  switch (op.kind) {
    case 'CreateIndex':
      return op.concurrently ? 'CREATE INDEX CONCURRENTLY' : undefined
    case 'DropIndex':
      return op.concurrently ? 'DROP INDEX CONCURRENTLY' : undefined
    case 'DetachPartition':
      return op.concurrently ? 'DETACH PARTITION CONCURRENTLY' : undefined
    case 'Vacuum':
      return 'VACUUM'
    case 'Discard':
      return op.what === 'all' ? 'DISCARD ALL' : undefined
    case 'TwoPhase':
      return op.command === 'prepare' ? undefined : `${op.command.toUpperCase()} PREPARED`
    case 'Cluster': {
      if (op.table === undefined) return 'CLUSTER without a table'
      return findTable(at.before, op.table)?.partitionBy === undefined ? undefined : 'CLUSTER of a partitioned table'
    }
    case 'Reindex': {
      if (op.concurrently) return 'REINDEX CONCURRENTLY'
      if (op.scope !== 'index' && op.scope !== 'table') return `REINDEX ${op.scope.toUpperCase()}`
      const table = op.scope === 'table' ? op.target : op.target && findIndex(at.before, op.target)?.table
      const partitioned = table && findTable(at.before, table)?.partitionBy !== undefined
      return partitioned ? `REINDEX of a partitioned ${op.scope}` : undefined
    }
    case 'ManageObject':
      return managed(op, at)
  }
}

function managed(op: Operation<'ManageObject'>, at: Site): string | undefined {
  const { sql } = at.statement
  if (op.object === 'database' || op.object === 'tablespace') {
    if (op.action !== 'alter') return `${op.action.toUpperCase()} ${op.object.toUpperCase()}`
    return op.object === 'database' && /\bset\s+tablespace\b/i.test(sql) ? 'ALTER DATABASE SET TABLESPACE' : undefined
  }
  if (/^alter\s+system\b/i.test(sql)) return 'ALTER SYSTEM'
  // Without a slot to make on the other server a subscription may be created anywhere.
  const plain = op.object === 'subscription' && op.action === 'create' && !/\b(?:connect|create_slot|slot_name)\b/i.test(sql)
  return plain ? 'CREATE SUBSCRIPTION' : undefined
}
