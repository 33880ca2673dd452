import { expect, it } from 'vitest'
import { renamedText } from '../src/catalog/renamed-text.ts'

it.each([
  ['a > 0', 'b > 0'],
  ['a > 0 AND b IS NOT NULL OR NOT A', 'b > 0 AND b IS NOT NULL OR NOT b'],
  ['lower("a" || \'a\')', "lower(b || 'a')"],
  ['(a)::numeric /* a */ > 1 -- a', '(b)::numeric /* a */ > 1 -- a'],
  ['a::text', 'b::text'],
  ['(a).x > 0', '(b).x > 0'],
  ['coalesce(x, a) IN (1, a)', 'coalesce(x, b) IN (1, b)'],
  ['CASE WHEN a THEN a ELSE a END', 'CASE WHEN b THEN b ELSE b END'],
  ['data->\'a\' = $$a$$ AND a COLLATE "C" < x', 'data->\'a\' = $$a$$ AND b COLLATE "C" < x'],
])('renames a to b in %s', (sql, renamed) => {
  expect(renamedText(sql, 'a', 'b')).toBe(renamed)
})

it('quotes a name that needs it', () => {
  expect(renamedText('a + 1', 'a', 'select')).toBe('"select" + 1')
  expect(renamedText('"A" + a', 'A', 'B c')).toBe('"B c" + a')
})

it.each([
  ['t.a > 0'],
  ['(x).a > 0'],
  ['x::a'],
  ['CAST(x AS a)'],
  ["a '2020-01-01' < x"],
  ['a(x)'],
  ['f(a => 1)'],
  ['extract(a FROM x)'],
  ['x AT TIME a'],
  ["interval '1' a < x"],
  ["a = E'\\''"],
  ['x > 0'],
])('does not guess what a is in %s', (sql) => {
  expect(renamedText(sql, 'a', 'b')).toBeUndefined()
})
