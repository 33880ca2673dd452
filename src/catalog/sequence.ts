import type { Cases, SequenceOptions } from '../operation.ts'
import type { Sequence } from './catalog.ts'
import { startCreate } from './create.ts'
import type { Draft } from './draft.ts'
import { createdName, hint, put, refuse, relationOf, storedType, tableOf, target } from './draft.ts'
import { drop, dropAbsent } from './drop.ts'
import { renameRelation } from './index.ts'
import { keyOf, resolve } from './lookup.ts'

function withOptions(draft: Draft, sequence: Sequence, options: SequenceOptions): Sequence {
  const { ownedBy } = options
  const owner = ownedBy ? { table: resolve(draft.catalog, ownedBy.table), column: ownedBy.column } : undefined
  if (owner !== undefined) hint(draft, 'owner', owner.table, keyOf(sequence.name))
  return {
    ...sequence,
    ownedBy: ownedBy === undefined ? sequence.ownedBy : owner,
    type: options.type === undefined ? sequence.type : storedType(draft, options.type),
  }
}

export const sequenceCases = {
  CreateSequence(operation, draft) {
    const name = createdName(draft, operation.sequence, operation.temporary)
    if (!startCreate(draft, name, operation.ifNotExists)) return
    const plain: Sequence = { kind: 'sequence', name, origin: draft.origin, ownedBy: undefined, type: undefined }
    put(draft, withOptions(draft, plain, operation.options))
  },

  AlterSequence(operation, draft) {
    const relation = target(draft, operation.sequence, operation.ifExists)
    if (relation?.kind !== 'sequence') {
      // Written down as a table until now, because nothing more was known of it.
      if (relation !== undefined && 'complete' in relation && !relation.complete && relation.columns.length === 0) {
        const found: Sequence = { kind: 'sequence', name: relation.name, origin: undefined, ownedBy: undefined, type: undefined }
        put(draft, withOptions(draft, found, operation.options))
      }
      return
    }
    put(draft, withOptions(draft, relation, operation.options))
  },

  DropSequence(operation, draft) {
    const name = resolve(draft.catalog, operation.sequence)
    const relation = relationOf(draft, name)
    if (relation === undefined) return dropAbsent(draft, operation.sequence, operation.ifExists, 'sequence')
    if (relation.kind !== 'sequence') {
      if (relation.origin !== undefined) refuse(draft, `"${name.name}" is not a sequence`)
      return
    }
    const owner = relation.ownedBy && tableOf(draft, relation.ownedBy.table)
    const column = owner?.columns.find((each) => each.name === relation.ownedBy?.column)
    if (owner !== undefined && column?.identity !== undefined) {
      return refuse(
        draft,
        `cannot drop sequence ${name.name} because column ${column.name} of table ${owner.name.name} requires it`,
      )
    }
    drop(draft, { kind: 'relation', name }, operation.cascade)
  },

  RenameSequence(operation, draft) {
    const relation = target(draft, operation.sequence, operation.ifExists)
    if (relation !== undefined) renameRelation(draft, relation.name, operation.to)
  },
} satisfies Partial<Cases<[Draft], void>>
