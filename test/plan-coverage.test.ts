import { expect, test } from 'vitest'
import { rules } from '../rules/index.ts'
import { aboutTheFile, ofSeveral, withoutPlan } from '../scripts/plan-coverage.ts'

test('every rule has a plan, or is about the file as a whole, or has a reason for having none; and only one of these', () => {
  const places = [...rules].map(([id, rule]) => {
    const own = [rule.rewrite !== undefined || ofSeveral.includes(id), aboutTheFile.includes(id), withoutPlan[id] !== undefined]
    return { id, count: own.filter(Boolean).length }
  })
  expect(places.filter(({ id, count }) => count !== 1 && !(count === 2 && aboutTheFile.includes(id)))).toEqual([])
  expect([...aboutTheFile, ...ofSeveral, ...Object.keys(withoutPlan)].filter((id) => !rules.has(id))).toEqual([])
})
