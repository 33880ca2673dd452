import { findSequence, findType } from '../../catalog/lookup.ts'
import { printName } from '../../name.ts'
import type { Operation } from '../../operation.ts'
import type { Site } from '../../rule.ts'
import { deploy, inTransaction, rolledOut } from '../change.ts'
import { inverseOf } from '../inverse.ts'
import { statementOf } from '../own-statement.ts'
import type { Plan } from '../plan.ts'

/**
 * Another name or schema for a type, domain or sequence, which code can do without naming: between two deploys it does. [] for what code has to
 * name: functions, procedures, aggregates, schemas; what stands for one of these needs its defaults, grants and settings, which migrations do not tell.
 */
export function planRenameNamed(op: Operation<'RenameSequence' | 'RenameObject' | 'SetObjectSchema'>, at: Site): Plan {
  const statement = statementOf(op, at)
  const kind = op.kind === 'RenameSequence' ? 'sequence' : op.object
  const old = op.kind === 'RenameSequence' ? op.sequence : op.name
  const how = {
    type: 'neither in casts nor among the types that it gives parameters or registers with its driver',
    domain: 'neither in casts nor among the types that it gives parameters or registers with its driver',
    sequence: 'but leaves its numbers to the defaults of columns',
  }
  if (statement === undefined || (kind !== 'type' && kind !== 'domain' && kind !== 'sequence')) return []
  const known = kind === 'sequence' ? findSequence(at.before, old) : findType(at.before, old)
  if (known?.origin === undefined) return []
  const name = printName(known.name)
  const to = 'to' in op ? { schema: known.name.schema, name: op.to } : { schema: op.schema, name: known.name.name }
  const back = inverseOf(op, at)
  return [
    deploy(`code that names ${name} nowhere, ${how[kind]}${rolledOut}`),
    inTransaction({
      phase: 'contract',
      title: `rename ${old.name}`,
      why: `Columns, defaults and views follow by themselves: it takes a moment. Code may name ${printName(to)} from here on.`,
      statements: [statement],
      rollback: back ?? { impossible: 'rename it back by hand' },
    }),
  ]
}
