import { type Effect, mergeEffects, type Work } from '../effect/effect.ts'
import { lockModes } from '../lock.ts'
import { printName } from '../name.ts'
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
 * leaves no trace.
 */
export function compare(predictions: readonly Effect[], observation: Observation): Comparison {
  const predicted = mergeEffects(predictions)
  if (observation.refused !== undefined) return { agreements: [], disagreements: [], unobserved: predicted }
  const agreements: ObservedEffect[] = []
  const disagreements: Disagreement[] = []
  const unobserved: Effect[] = []
  const seen = new Map(observation.effects.map((effect) => [printName(effect.relation), effect]))
  for (const prediction of predicted) {
    const relation = printName(prediction.relation)
    const observed = seen.get(relation)
    if (observed === undefined) {
      const work = comparable(prediction.work, prediction, observation)
      if (work.size > 0 || isVisible(prediction, observation)) {
        disagreements.push({ relation, about: 'imagined', predicted: prediction, observed })
      } else unobserved.push(prediction)
      continue
    }
    const about = differences(prediction, observed, observation)
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

function differences(predicted: Effect, observed: ObservedEffect, observation: Observation): Disagreement['about'][] {
  const about: Disagreement['about'][] = []
  const lockSeen = observed.lock !== undefined && (isVisible(observed, observation) || isVisible(predicted, observation))
  if (lockSeen && predicted.lock !== observed.lock) about.push('lock')
  const [claimed, done] = [comparable(predicted.work, predicted, observation), comparable(observed.work, predicted, observation)]
  if (claimed.size !== done.size || [...claimed].some((work) => !done.has(work))) about.push('work')
  if (predicted.kind !== observed.kind) about.push('kind')
  if (predicted.existed !== observed.existed) about.push('existed')
  return about
}

function comparable(work: ReadonlySet<Work>, { lock }: Effect, { sql }: Observation): ReadonlySet<Work> {
  const byQuery = lockModes.indexOf(lock) <= lockModes.indexOf('ROW EXCLUSIVE')
  const untraced = /^\s*(?:vacuum|analy[sz]e)\b/i.test(sql)
  return byQuery || untraced ? new Set([...work].filter((each) => each !== 'scan')) : work
}

/** Whether such an observation is sure to see the lock of an effect. */
function isVisible({ lock }: Effect | ObservedEffect, { locks }: Observation): boolean {
  if (lock === undefined || locks === 'none') return false
  return locks === 'all' || lockModes.indexOf(lock) > lockModes.indexOf('ROW EXCLUSIVE')
}

function isAside({ kind }: Effect | ObservedEffect): boolean {
  return kind === 'index' || kind === 'sequence'
}
