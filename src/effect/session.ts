import type { Kind } from '../operation.ts'
import type { Effect } from './effect.ts'
import { looked } from './looked.ts'
import type { EffectsOf } from './touch.ts'

const nothing = (): readonly Effect[] => []

/** Transaction control and settings lock no relation; what a DO block does is in its body; what is not understood claims nothing. */
export const sessionCases = {
  Begin: nothing,
  Commit: nothing,
  Rollback: nothing,
  Savepoint: nothing,
  RollbackTo: nothing,
  ReleaseSavepoint: nothing,
  TwoPhase: nothing,
  SetConstraints: nothing,
  Set: nothing,
  Reset: nothing,
  Discard: nothing,
  Session: ({ statement, of = [] }, at) => of.flatMap((operation) => looked(operation, statement === 'EXPLAIN', at)),
  DoBlock: nothing,
  MetaCommand: nothing,
  Opaque: nothing,
  Unparsed: nothing,
} satisfies { [K in Kind]?: EffectsOf<K> }
