import { findIndex } from '../../catalog/lookup.ts'
import { printName } from '../../name.ts'
import type { Operation } from '../../operation.ts'
import { laterInMigration } from '../../rule/written.ts'
import type { Site } from '../../rule.ts'
import { indexesBack } from '../block/restore.ts'
import { alone, deploy } from '../change.ts'
import type { Plan } from '../plan.ts'

/** DROP INDEX after what replaces it is built. [] where the new one gets the name of the old: it would have to wait for the name. */
export function planReplaceIndex(op: Operation<'DropIndex'>, at: Site): Plan {
  const index = findIndex(at.before, op.index)
  if (index === undefined || op.cascade || index.constraint !== undefined || index.partitionOf !== undefined) return []
  for (const later of laterInMigration(at)) if (later.kind === 'CreateIndex' && later.index === index.name.name) return []
  const name = printName(op.index)
  return [
    deploy(`nothing; see that queries use the index that replaces ${name}`),
    alone({
      phase: 'contract',
      title: `drop ${index.name.name}`,
      why: 'The new index is there. Nobody waits but this file, for the queries that still use the old one.',
      statements: [`DROP INDEX CONCURRENTLY IF EXISTS ${name}`],
      rollback: indexesBack({ ...index.table, schema: op.index.schema }, [index], at),
    }),
  ]
}
