import { findSequence, hintsOf, nameOf, resolve } from '../catalog/lookup.ts'
import type { Name, QualifiedName } from '../name.ts'
import type { At } from './touch.ts'
import { isSame } from './touch.ts'

/** Sequences that a table, or one column of it, owns: those of serial and identity columns, and those made OWNED BY it. */
export function ownedSequences(at: At, table: Name, column?: string): readonly QualifiedName[] {
  const owner = resolve(at.catalog, table)
  return [...hintsOf(at.catalog, 'owner', owner)].flatMap((key) => {
    const sequence = findSequence(at.catalog, nameOf(key))
    const owned = sequence?.ownedBy
    const isIts = owned !== undefined && isSame(owned.table, owner) && (column === undefined || owned.column === column)
    return sequence !== undefined && isIts ? [sequence.name] : []
  })
}
