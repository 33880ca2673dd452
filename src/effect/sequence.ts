import { existence } from '../catalog/lookup.ts'
import type { Kind, SequenceOptions } from '../operation.ts'
import type { Effect } from './effect.ts'
import type { At, EffectsOf } from './touch.ts'
import { created, none, placeOf, touch } from './touch.ts'

export const sequenceCases = {
  CreateSequence: (operation, at) => {
    const name = operation.temporary ? { schema: 'pg_temp', name: operation.sequence.name } : placeOf(at, operation.sequence)
    if (operation.ifNotExists && existence(at.catalog, name) === 'exists') return []
    return [created(name, 'sequence'), ...owner(operation.options, at)]
  },
  AlterSequence: (operation, at) => {
    if (operation.ifExists && existence(at.catalog, operation.sequence) === 'absent') return []
    // SET LOGGED and UNLOGGED (15) go the way of ALTER TABLE.
    const lock = operation.options.others.logged === undefined ? 'SHARE ROW EXCLUSIVE' : 'ACCESS EXCLUSIVE'
    return [touch(at, operation.sequence, lock, none, 'sequence'), ...owner(operation.options, at)]
  },
  RenameSequence: (operation, at) =>
    operation.ifExists && existence(at.catalog, operation.sequence) === 'absent'
      ? []
      : [touch(at, operation.sequence, 'ACCESS EXCLUSIVE', none, 'sequence')],
} satisfies { [K in Kind]?: EffectsOf<K> }

function owner({ ownedBy }: SequenceOptions, at: At): readonly Effect[] {
  return ownedBy ? [touch(at, ownedBy.table, 'ACCESS SHARE')] : []
}
