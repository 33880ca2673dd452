import { describe, expect, it } from 'vitest'
import { codeText } from '../src/application/code-text.ts'
import { tablesNamed } from '../src/application/tables-named.ts'

const ofOrders = tablesNamed({ owner: ['orders'], rival: ['parcels'], other: ['order_items'] })
const ofParcels = tablesNamed({ owner: ['parcels'], rival: ['orders'], other: ['order_items'] })

describe('tables that code names', () => {
  it.each([
    ['orders', 'owner'],
    ['OrderRepo', 'owner'],
    ['parcel', 'rival'],
    ['orderItemsRepo', 'other'],
    ['order_id', undefined],
    ['border', undefined],
  ])('%s', (word, expected) => expect(ofOrders.of(word)).toBe(expected))

  it('are found once for all questions about a schema, whose roles differ', () => {
    expect(ofParcels.forms).toBe(ofOrders.forms)
    const code = codeText('src/a.ts', 'order(parcel)\n\n\n\nparcels()\n')
    const distances = (tables: typeof ofOrders) => [0, 1, 3, 4].map((line) => code.rolesBy(tables).distance(line, 'owner'))
    expect(distances(ofOrders)).toEqual([0, 1, 3, 4])
    expect(distances(ofParcels)).toEqual([0, 1, 1, 0])
  })

  it('open blocks by the first of them on a line', () => {
    const code = codeText('src/b.ts', 'order.update({\n  parcel: 1,\n})\nparcels.order({\n  a: 1,\n})\n')
    const { opener } = code.rolesBy(ofOrders)
    expect([1, 4].map(opener)).toEqual(['owner', 'rival'])
  })
})
