import type { EffectJson } from '../contract.ts'
import { consequenceOf } from './consequence.ts'

/** `public.orders: ACCESS EXCLUSIVE, scan: reads and writes wait while every row is read`. `all` are the effects of the same statement. */
export function effectLine(effect: EffectJson, all: readonly EffectJson[]): string {
  return `${effect.relation}: ${lockAndWork(effect)}: ${whoWaitsFor(effect, all)}`
}

export function lockAndWork({ lock, work }: EffectJson): string {
  return [lock, ...work].join(', ')
}

/** Who waits for it, and for how long in kind. */
export function whoWaitsFor(effect: EffectJson, all: readonly EffectJson[]): string {
  return consequenceOf(workedOut(effect), all.map(workedOut))
}

function workedOut({ existed, lock, work }: EffectJson) {
  return { existed, lock, work: new Set(work) }
}
