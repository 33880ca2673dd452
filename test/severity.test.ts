import { expect, it } from 'vitest'
import { isOff } from '../src/severity.ts'

it('runs a style rule only where something turns it on', () => {
  const on = { matches: () => true, rules: { 'column-type-json': 'warning' as const } }
  expect(isOff('column-type-json', 'style', {})).toBe(true)
  expect(isOff('column-type-json', 'style', { presets: ['strict'] })).toBe(true)
  expect(isOff('column-type-json', 'style', { presets: ['style'] })).toBe(false)
  expect(isOff('column-type-json', 'style', { hazards: { style: 'note' } })).toBe(false)
  expect(isOff('column-type-json', 'style', { rules: { 'column-type-json': 'error' } })).toBe(false)
  expect(isOff('column-type-json', 'style', { overrides: [on] })).toBe(false)
  expect(isOff('drop-column', 'breaks clients', { rules: { 'drop-column': 'off' } })).toBe(false)
})
