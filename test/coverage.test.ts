import { describe, expect, it } from 'vitest'
import { rules } from '../rules/index.ts'
import { hazards } from '../scripts/coverage/hazards.ts'
import { migrationpilot } from '../scripts/coverage/migrationpilot.ts'
import { refusals } from '../scripts/coverage/refusals.ts'
import { coverageProblems } from '../scripts/coverage.ts'

describe('what the peers know', () => {
  it('is covered by a rule or refused with a reason, never both, and no id is made up', () => {
    expect(coverageProblems(rules)).toEqual([])
  })
  it('is listed whole', () => {
    expect(hazards.map(({ row }) => row)).toEqual([...new Set(hazards.map(({ row }) => row))])
    expect(hazards).toHaveLength(114)
    expect(migrationpilot).toHaveLength(117)
  })
  it('is refused in words', () => {
    for (const { reason } of refusals) expect(reason.length).toBeGreaterThan(9)
  })
})

it.each([
  ['an id in no rule', new Map(), /is in no rule's knownAs and not refused/],
  ['an id that nobody has', withKnownAs('squawk/no-such-rule'), /squawk\/no-such-rule of x is no peer's id/],
  ['a refused id that a rule knows', withKnownAs('eugene/W13'), /eugene\/W13 is refused and known to x/],
])('%s is a problem', (_what, given, problem) => {
  expect(coverageProblems(given).join('\n')).toMatch(problem)
})

function withKnownAs(id: string) {
  const [first] = rules.values()
  return first === undefined ? new Map() : new Map([['x', { ...first, knownAs: [id] }]])
}
