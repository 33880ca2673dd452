import type { RelationKind } from '../catalog/catalog.ts'
import type { LockMode } from '../lock.ts'
import { stronger } from '../lock.ts'
import type { QualifiedName } from '../name.ts'
import { printName } from '../name.ts'

/** Work that grows with the table: an effect without any changes the catalog only, whatever the table's size. */
export type Work = 'rewrite' | 'scan' | 'index build'

/** What one operation does to one relation: the lock it takes there, and the work done while holding it. */
export interface Effect {
  readonly relation: QualifiedName
  readonly kind: RelationKind
  readonly lock: LockMode
  readonly work: ReadonlySet<Work>
  /** Why there is work, as a clause for messages: `the default calls gen_random_uuid(), which is volatile`. */
  readonly because: string | undefined
  /** false for a relation that this statement creates. */
  readonly existed: boolean
}

/** What the verdict depends on beside the catalog. */
export interface Server {
  /** Major version, 12 to 18. */
  readonly postgres: number
  /** The session's TimeZone where it is known; undefined: not UTC as far as anyone knows. */
  readonly timeZone: string | undefined
}

/** Folds effects into one per relation: the strongest lock, all work. */
export function mergeEffects(effects: Iterable<Effect>): readonly Effect[] {
  const merged = new Map<string, Effect>()
  for (const effect of effects) {
    const key = printName(effect.relation)
    const other = merged.get(key)
    merged.set(
      key,
      other === undefined
        ? effect
        : {
            ...other,
            lock: stronger(other.lock, effect.lock),
            work: new Set([...other.work, ...effect.work]),
            because: other.because ?? effect.because,
            existed: other.existed && effect.existed,
          },
    )
  }
  return [...merged.values()]
}
