import { findView, indexesOf } from '../../catalog/lookup.ts'
import type { Operation } from '../../operation.ts'
import { print } from '../../print/print.ts'
import type { Site } from '../../rule.ts'
import { alone } from '../change.ts'
import type { Plan } from '../plan.ts'

/**
 * REFRESH MATERIALIZED VIEW while readers go on with the old content. [] where no migration made a unique index that it can tell rows apart
 * by, as which columns do is not known here, and for one that empties the view.
 */
export function planRefresh(op: Operation<'RefreshMaterializedView'>, at: Site): Plan {
  const tellsApart = indexesOf(at.before, op.view).some(
    ({ unique, valid, where, keys }) =>
      unique && valid && where === undefined && keys.length > 0 && keys.every(({ column }) => column !== undefined),
  )
  if (!op.withData || !tellsApart || findView(at.before, op.view)?.populated !== true) return []
  return [
    alone({
      phase: 'migrate',
      title: `refresh ${op.view.name}`,
      why: 'Readers go on with the old content; what has changed is put in at the end. Only one refresh at a time can run.',
      statements: [print({ ...op, concurrently: true })],
      rollback: { transaction: false, statements: [] },
    }),
  ]
}
