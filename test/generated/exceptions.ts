import type { Verdict } from './judge.ts'

/** A disagreement that is known and left: what it is about, and why. */
export interface Exception {
  readonly reason: string
  applies(verdict: Verdict): boolean
}

export const exceptions: readonly Exception[] = []

export function exceptionFor(verdict: Verdict): Exception | undefined {
  return verdict.outcome === 'disagrees' ? exceptions.find((each) => each.applies(verdict)) : undefined
}
