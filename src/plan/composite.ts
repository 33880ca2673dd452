import type { Operation } from '../operation.ts'
import type { Plan, Wishes } from './plan.ts'
import { inTheWay, type Touched, together, touchOf } from './touch.ts'
import type { Placed } from './verbatim.ts'

/** Several operations of one migration that are one change: the steps stand for all of them. */
export interface Composite {
  /** In the order of the migration. */
  readonly operations: readonly Operation[]
  readonly steps: Plan
}

/** Finds changes of one kind among the operations of a migration, which come in their order, DO blocks apart. */
export type Composer = (placed: readonly Placed[], wishes: Wishes) => readonly Composite[]

/** A composite with what it touches. */
export interface KnownComposite extends Composite {
  readonly touched: Touched
}

/**
 * The changes that composers find. Left out is one that no finding asks for (`isAsked`), that has an operation of an earlier one, or whose parts have
 * something between them that may not come before those in front of it: the steps come where the last of them stood.
 */
export function compositesIn(
  placed: readonly Placed[],
  composers: readonly Composer[],
  wishes: Wishes,
  isAsked: (operation: Operation) => boolean,
): ReadonlyMap<Operation, KnownComposite> {
  const found = new Map<Operation, KnownComposite>()
  for (const composite of composers.flatMap((compose) => compose(placed, wishes))) {
    const own = new Set(composite.operations)
    if (composite.steps.length === 0 || !composite.operations.some(isAsked) || composite.operations.some((one) => found.has(one)))
      continue
    const touches = placed.map(({ operation, at }) => (own.has(operation) ? touchOf(operation, at) : undefined))
    const last = touches.findLastIndex((touched) => touched !== undefined)
    const isStuck = placed.slice(0, last).some(({ operation, at }, place) => {
      const behind = touches.slice(0, place).filter((touched) => touched !== undefined)
      return !own.has(operation) && behind.length > 0 && inTheWay(touchOf(operation, at), together(behind))
    })
    if (isStuck) continue
    const touched = together(touches.filter((one) => one !== undefined))
    for (const operation of composite.operations) found.set(operation, { ...composite, touched })
  }
  return found
}
