import type { Cases, SequenceOptions } from '../operation.ts'
import type { Sequence } from './catalog.ts'
import { startCreate } from './create.ts'
import type { Draft } from './draft.ts'
import { createdName, found, hint, markUncertain, put, refuse, relationOf, storedType, tableOf, updateColumn } from './draft.ts'
import { drop, dropAbsent } from './drop.ts'
import { renameFound } from './index.ts'
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

/** What is changed of the sequence behind an identity column is the identity's, too. */
function tellIdentity(draft: Draft, owner: NonNullable<Sequence['ownedBy']>, options: SequenceOptions): void {
  const column = tableOf(draft, owner.table)?.columns.find((each) => each.name === owner.column)
  if (column?.identity === undefined) return
  const identity = { ...column.identity, options: mergeOptions(column.identity.options, options) }
  updateColumn(draft, owner.table, owner.column, { identity })
}

/** The options of a sequence after ALTER; where it goes on from (RESTART) is none that lasts. */
export function mergeOptions(known: SequenceOptions, changed: SequenceOptions): SequenceOptions {
  const { restart: _, ...others } = changed.others
  return { type: changed.type ?? known.type, ownedBy: known.ownedBy, others: { ...known.others, ...others } }
}

export const sequenceCases = {
  CreateSequence(operation, draft) {
    const name = createdName(draft, operation.sequence, operation.temporary)
    if (!startCreate(draft, name, operation.ifNotExists)) return
    const plain: Sequence = { kind: 'sequence', name, origin: draft.origin, ownedBy: undefined, type: undefined }
    put(draft, withOptions(draft, plain, operation.options))
  },

  AlterSequence(operation, draft) {
    const relation = found(draft, operation.sequence, operation.ifExists)
    if (relation === 'unknown') {
      const name = resolve(draft.catalog, operation.sequence)
      if (operation.ifExists) markUncertain(draft, keyOf(name))
      const there: Sequence = { kind: 'sequence', name, origin: undefined, ownedBy: undefined, type: undefined }
      put(draft, withOptions(draft, there, operation.options))
    } else if (relation?.kind === 'sequence') {
      put(draft, withOptions(draft, relation, operation.options))
      if (relation.ownedBy !== undefined) tellIdentity(draft, relation.ownedBy, operation.options)
    }
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
    renameFound(draft, operation.sequence, operation.to, operation.ifExists)
  },
} satisfies Partial<Cases<[Draft], void>>
