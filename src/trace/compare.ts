import { temporarySchema } from '../catalog/lookup.ts'
import { type Effect, mergeEffects, type Work } from '../effect/effect.ts'
import { lockModes, stronger } from '../lock.ts'
import { printName } from '../name.ts'
import { type Nature, plainNature } from './nature.ts'
import type { Observation, ObservedEffect } from './observe.ts'

/** How far a prediction and what a server did are the same. */
export interface Comparison {
  readonly agreements: readonly ObservedEffect[]
  readonly disagreements: readonly Disagreement[]
  /** Predictions that nothing was seen for or against: the statement failed, or nobody was there to see the lock. */
  readonly unobserved: readonly Effect[]
}

export interface Disagreement {
  /** As `printName` prints it. */
  readonly relation: string
  /** `missing`: observed and not predicted; `imagined`: predicted and not observed; else what differs. */
  readonly about: 'missing' | 'imagined' | 'lock' | 'work' | 'kind' | 'existed'
  readonly predicted: Effect | undefined
  readonly observed: ObservedEffect | undefined
}

/**
 * Compares predicted with observed effects. Tables (partitioned and foreign ones too), views and materialized views must agree in
 * full: lock, work, kind, and whether they existed. Indexes and sequences are compared apart: what is predicted of one must be true,
 * but none has to be predicted, since every statement opens the indexes of its tables and an index build shows as work of the table.
 * Two kinds of `scan` are no matter of comparison: that of a query, which its plan decides, and that of VACUUM and ANALYZE, which
 * leaves no trace. `nature` says what else the prediction leaves open.
 */
export function compare(predictions: readonly Effect[], observation: Observation, nature: Nature = plainNature): Comparison {
  // Temporary tables are nobody else's to wait for, and the observer leaves them out.
  const predicted = mergeEffects(predictions).filter(({ relation }) => relation.schema !== temporarySchema)
  if (observation.refused !== undefined) return { agreements: [], disagreements: [], unobserved: predicted }
  const agreements: ObservedEffect[] = []
  const disagreements: Disagreement[] = []
  const unobserved: Effect[] = []
  const seen = new Map(observation.effects.map((effect) => [printName(effect.relation), effect]))
  for (const prediction of predicted) {
    const relation = printName(prediction.relation)
    const observed = seen.get(relation)
    if (observed === undefined) {
      const work = seenOf(comparable(prediction.work, prediction, observation), new Set(), prediction, observation)
      const lockMissed = isVisible(prediction, observation) && !isHeld(prediction, observation)
      if ((work.size > 0 || lockMissed) && !mayBeAbsent(prediction, observation, nature)) {
        disagreements.push({ relation, about: 'imagined', predicted: prediction, observed })
      } else unobserved.push(prediction)
      continue
    }
    const about = differences(prediction, observed, observation, nature)
    if (about.length === 0) agreements.push(observed)
    disagreements.push(...about.map((each) => ({ relation, about: each, predicted: prediction, observed })))
  }
  const names = new Set(predicted.map((effect) => printName(effect.relation)))
  for (const [relation, observed] of seen) {
    if (names.has(relation) || isAside(observed)) continue
    if (observed.work.size > 0 || isVisible(observed, observation)) {
      disagreements.push({ relation, about: 'missing', predicted: undefined, observed })
    }
  }
  return { agreements, disagreements, unobserved }
}

function differences(
  predicted: Effect,
  observed: ObservedEffect,
  observation: Observation,
  nature: Nature,
): Disagreement['about'][] {
  const about: Disagreement['about'][] = []
  const lockSeen = observed.lock !== undefined && (isVisible(observed, observation) || isVisible(predicted, observation))
  // A weaker lock than the predicted one may be all that was new: the predicted one was held already.
  const isHidden = isHeld(predicted, observation) && stronger(predicted.lock, observed.lock ?? predicted.lock) === predicted.lock
  const isWeaker =
    observed.lock !== predicted.lock && stronger(predicted.lock, observed.lock ?? predicted.lock) === predicted.lock
  const isOpen = isWeaker && (nature.conditional || isByRow(predicted, observation, nature))
  if (lockSeen && predicted.lock !== observed.lock && !isHidden && !isOpen) about.push('lock')
  const done = comparable(observed.work, predicted, observation)
  const claimed = seenOf(comparable(predicted.work, predicted, observation), done, predicted, observation)
  const tooMuch = claimed.size > done.size && !nature.conditional
  if (tooMuch || [...done].some((work) => !claimed.has(work))) about.push('work')
  if (predicted.kind !== observed.kind) about.push('kind')
  if (predicted.existed !== observed.existed) about.push('existed')
  return about
}

function comparable(work: ReadonlySet<Work>, effect: Effect, observation: Observation): ReadonlySet<Work> {
  const byQuery = lockModes.indexOf(effect.lock) <= lockModes.indexOf('ROW EXCLUSIVE')
  const untraced = /^\s*(?:vacuum|analy[sz]e)\b/i.test(observation.sql)
  return byQuery || untraced ? new Set([...work].filter((each) => each !== 'scan')) : work
}

/** Whether it is no wonder that nothing was seen of a predicted effect. */
function mayBeAbsent(predicted: Effect, observation: Observation, nature: Nature): boolean {
  if (nature.conditional || isByRow(predicted, observation, nature)) return true
  return nature.ifExists && predicted.existed && observation.existing?.has(printName(predicted.relation)) === false
}

/**
 * Rows that are not there have no foreign keys to look up, draw no value of a sequence and drag no others along. With rows, a
 * foreign key that is NULL is not looked up either.
 */
function isByRow({ relation, lock, kind }: Effect, { changedRows }: Observation, { byRow, targets }: Nature): boolean {
  if (!byRow || changedRows === undefined) return false
  if (lock === 'ROW SHARE') return true
  return !changedRows && (kind === 'sequence' || (lock === 'ROW EXCLUSIVE' && !targets.has(relation.name)))
}

/** Under a lock that was held already, a scan that the server says nothing about cannot be told from a query's. */
function seenOf(
  claimed: ReadonlySet<Work>,
  done: ReadonlySet<Work>,
  effect: Effect,
  observation: Observation,
): ReadonlySet<Work> {
  if (!isHeld(effect, observation) || done.has('scan')) return claimed
  return new Set([...claimed].filter((each) => each !== 'scan'))
}

/** Whether such an observation is sure to see the lock of an effect. */
function isVisible({ relation, lock }: Effect | ObservedEffect, { locks, watched }: Observation): boolean {
  if (lock === undefined || locks === 'none') return false
  if (watched?.has(printName(relation)) === false) return false
  return locks === 'all' || lockModes.indexOf(lock) > lockModes.indexOf('ROW EXCLUSIVE')
}

/**
 * Whether the transaction held such a lock before: taken again it does not show, and neither does which lock a scan was made under.
 * A sequence is not even locked anew where a stronger lock is held, as the one of its creation.
 */
function isHeld({ relation, lock, kind }: Effect, { held }: Observation): boolean {
  const modes = held?.get(printName(relation))
  if (modes === undefined) return false
  return modes.has(lock) || (kind === 'sequence' && [...modes].some((mode) => stronger(mode, lock) === mode))
}

export function isAside({ kind }: Effect | ObservedEffect): boolean {
  return kind === 'index' || kind === 'sequence'
}
