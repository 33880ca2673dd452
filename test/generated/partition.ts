import { condition } from './column-type.ts'
import type { TableFacts } from './world.ts'
import { type Desk, maybe, named, placed, type Written, written } from './written.ts'

const isPartitioned = (table: TableFacts) => table.kind === 'partitioned table'

/** A bound that no partition of the table has, as a rule. */
export function newBound(at: Desk, table: TableFacts): string {
  const type = table.columns.find(({ name }) => name === table.keyColumn)?.base ?? 'integer'
  const n = at.number()
  if (table.strategy === 'hash') return `FOR VALUES WITH (MODULUS 4, REMAINDER ${table.bounds.length % 4})`
  if (!table.bounds.includes('DEFAULT') && at.random.chance(22)) return 'DEFAULT'
  const value = (i: number) =>
    /^(?:date|timestamp)/.test(type) ? `'${1900 + i}-01-01'` : /^(?:small|big)?int/.test(type) ? `${i}00` : `'v${i}'`
  if (table.strategy === 'list')
    return `FOR VALUES IN (${value(n)}${maybe(at, 30, `, ${value(n + 1000)}`)}${maybe(at, 4, ', NULL')})`
  return `FOR VALUES FROM (${value(n)}) TO (${value(n + 1)})`
}

/** A value for the key that some partition takes. */
export function keyValue(at: Desk, table: TableFacts): string | undefined {
  const bound = at.random.pick(table.bounds.filter((each) => each !== 'DEFAULT'))
  return bound === undefined ? undefined : /(?:FROM|IN) \(('[^']*'|[\w-]+)/.exec(bound)?.[1]
}

/** The condition that rows of a bound meet; undefined for a bound that has no simple one. */
function proofOf(column: string, bound: string): string | undefined {
  const [, from, to] = /FROM \((.*?)\) TO \((.*?)\)/.exec(bound) ?? []
  if (from !== undefined && to !== undefined) return `${column} >= ${from} AND ${column} < ${to}`
  const [, values] = /IN \((.*?)\)/.exec(bound) ?? []
  return values === undefined || values.includes('NULL') ? undefined : `${column} IN (${values})`
}

export function partitionOf(at: Desk): Written | undefined {
  const parent = at.random.pick(at.world.tables.filter(isPartitioned))
  if (parent === undefined) return undefined
  const below = at.random.pick(parent.columns.filter(({ base }) => /^(?:integer|bigint|text|date)$/.test(base)))
  const tail = at.random.chance(15) && below ? ` PARTITION BY ${at.random.one('LIST', 'RANGE', 'HASH')} (${below.name})` : ''
  const column = at.random.pick(parent.columns)
  const own = at.random.chance(10) && column ? ` (CHECK (${condition(at, column)}))` : ''
  return written(
    `CREATE TABLE ${placed(at, at.name('p'))} PARTITION OF ${named(at, parent.name)}${own} ${newBound(at, parent)}${tail}`,
  )
}

/** A table of the same columns, to be attached later: with a proof of the bound or without. */
function tableToAttach(at: Desk, parent: TableFacts): readonly Written[] {
  const name = placed(at, at.name('a'))
  const bound = newBound(at, parent)
  const proof = parent.keyColumn === null ? undefined : proofOf(parent.keyColumn, bound)
  const including = at.random.one('', ' INCLUDING ALL', ' INCLUDING CONSTRAINTS', ' INCLUDING INDEXES')
  const items = [`LIKE ${named(at, parent.name)}${including}`]
  const form = at.random.weighted({ none: 30, proof: 35, full: 25, narrow: 10 })
  if (proof !== undefined && form !== 'none') {
    const present = form === 'full' ? ` AND ${parent.keyColumn} IS NOT NULL` : ''
    items.push(`CHECK (${proof}${present}${form === 'narrow' ? ` AND ${parent.keyColumn} IS NULL` : ''})`)
  }
  const create: Written = { head: `CREATE TABLE ${name} (`, items, tail: ')' }
  const attach = written(`ALTER TABLE ${named(at, parent.name)} ATTACH PARTITION ${name} ${bound}`)
  return [create, attach]
}

/** Partition statements; some need a table made for them first. */
export function partitionStatements(at: Desk): readonly Written[] {
  const parent = at.random.pick(at.world.tables.filter(isPartitioned))
  if (parent === undefined) return []
  const child = at.random.pick(parent.children)
  switch (at.random.weighted({ create: 40, attach: 35, reattach: 8, detach: 20, concurrently: 4, index: 12 })) {
    case 'create': {
      const made = partitionOf(at)
      return made ? [made] : []
    }
    case 'attach':
      return tableToAttach(at, parent)
    case 'reattach': {
      const other = at.random.pick(at.world.tables.filter((table) => !table.isPartition))
      return other
        ? [written(`ALTER TABLE ${named(at, parent.name)} ATTACH PARTITION ${named(at, other.name)} ${newBound(at, parent)}`)]
        : []
    }
    case 'detach':
      return child ? [written(`ALTER TABLE ${named(at, parent.name)} DETACH PARTITION ${named(at, child)}`)] : []
    case 'concurrently':
      return child ? [written(`ALTER TABLE ${named(at, parent.name)} DETACH PARTITION ${named(at, child)} CONCURRENTLY`)] : []
    case 'index': {
      const index = at.random.pick(parent.indexes.filter((each) => !each.valid))
      const part = at.random.pick(
        at.world.tables.filter(({ parents }) => parents.includes(parent.name)).flatMap(({ indexes }) => indexes),
      )
      return index && part ? [written(`ALTER INDEX ${named(at, index.name)} ATTACH PARTITION ${named(at, part.name)}`)] : []
    }
  }
}
