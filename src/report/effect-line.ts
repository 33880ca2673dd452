import type { EffectJson } from '../contract.ts'
import { consequenceOf } from './consequence.ts'

/** `public.orders: ACCESS EXCLUSIVE, scan: reads and writes wait while every row is read`. */
export function effectLine(effect: EffectJson): string {
  return `${effect.relation}: ${lockAndWork(effect)}: ${whoWaitsFor(effect)}`
}

export function lockAndWork({ lock, work }: EffectJson): string {
  return [lock, ...work].join(', ')
}

/** Who waits for it, and for how long in kind. */
export function whoWaitsFor({ existed, lock, work }: EffectJson): string {
  return consequenceOf({ existed, lock, work: new Set(work) })
}
