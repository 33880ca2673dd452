import { baseOf, columnDefinition, type NewColumn } from './column.ts'
import { tableConstraint } from './constraint.ts'
import { partitionOf } from './partition.ts'
import { type Desk, maybe, named, placed, type Written } from './written.ts'

/** CREATE TABLE of every shape. */
export function createTable(at: Desk): Written | undefined {
  switch (
    at.random.weighted({
      plain: 40,
      partitioned: 22,
      partition: 12,
      inherits: 9,
      like: 6,
      as: 5,
      typed: 3,
      temporary: 2,
      unlogged: 3,
      again: 2,
    })
  ) {
    case 'partitioned':
      return partitioned(at)
    case 'partition':
      return partitionOf(at)
    case 'inherits':
      return inheriting(at)
    case 'like':
      return like(at)
    case 'as':
      return tableAs(at)
    case 'typed': {
      const type = at.random.pick(at.world.composites)
      return type && { head: `CREATE TABLE ${placed(at, at.name('t'))} OF ${named(at, type.name)}`, items: [], tail: '' }
    }
    case 'temporary':
      return withColumns(at, `CREATE TEMPORARY TABLE ${at.name('t')}`, '')
    case 'unlogged':
      return withColumns(at, `CREATE UNLOGGED TABLE ${placed(at, at.name('t'))}`, '')
    case 'again': {
      const table = at.random.pick(at.world.tables)
      return table && { head: `CREATE TABLE IF NOT EXISTS ${named(at, table.name)} (id int PRIMARY KEY)`, items: [], tail: '' }
    }
    case 'plain':
      return withColumns(at, `CREATE TABLE ${placed(at, at.name('t'))}`, maybe(at, 5, ' WITH (fillfactor = 70)'))
  }
}

/** Nearly every table has a key that others can refer to. */
function columnsOf(
  at: Desk,
  key: 'primary' | 'plain' = 'primary',
): { items: string[]; columns: { name: string; base: string }[] } {
  const type = at.random.one('int', 'int', 'bigint', 'bigint', 'text', 'uuid')
  const columns = [{ name: 'id', base: baseOf(at, type).replace(/^int$/, 'integer') }]
  const items = [`id ${type}${key === 'plain' ? ' NOT NULL' : at.random.chance(80) ? ' PRIMARY KEY' : maybe(at, 50, ' UNIQUE')}`]
  const add = (column: NewColumn) => {
    items.push(column.sql)
    columns.push({ name: column.name, base: column.type })
  }
  for (let i = 1 + at.random.below(5); i > 0; i--) add(columnDefinition(at, columns, key === 'plain' && at.random.chance(60)))
  return { items, columns }
}

function withColumns(at: Desk, head: string, tail: string): Written {
  const { items, columns } = columnsOf(at)
  for (let i = at.random.below(3); i > 0; i--) {
    const constraint = tableConstraint(at, columns)
    if (constraint !== undefined && !(constraint.includes('PRIMARY KEY') && items.some((item) => item.includes('PRIMARY KEY')))) {
      items.push(constraint)
    }
  }
  return { head: `${head} (`, items, tail: `)${tail}` }
}

function partitioned(at: Desk): Written {
  const { items, columns } = columnsOf(at, 'plain')
  const { random } = at
  const [key, type] = random.one(
    ['at', 'date'] as const,
    ['region', 'text'] as const,
    ['id', 'bigint'] as const,
    ['at', 'timestamptz'] as const,
  )
  if (key === 'id') items[0] = 'id bigint NOT NULL'
  else items.push(`${key} ${type}${maybe(at, 50, ' NOT NULL')}`)
  columns[0] = { name: 'id', base: 'bigint' }
  if (random.chance(55))
    items.push(`${random.one('PRIMARY KEY', 'PRIMARY KEY', 'UNIQUE')} (${key === 'id' ? 'id' : `id, ${key}`})`)
  else if (random.chance(30)) items.push(tableConstraint(at, columns) ?? 'CHECK (true)')
  const strategy = random.weighted({ range: key === 'region' ? 5 : 60, list: 25, hash: 15 })
  return { head: `CREATE TABLE ${placed(at, at.name('t'))} (`, items, tail: `) PARTITION BY ${strategy.toUpperCase()} (${key})` }
}

function inheriting(at: Desk): Written | undefined {
  const parents = at.random.sample(
    at.world.tables.filter((table) => table.kind === 'table' && !table.isPartition && !table.typed),
    at.random.chance(85) ? 1 : 2,
  )
  if (parents.length === 0) return undefined
  const column = columnDefinition(at, [])
  const items = at.random.chance(70) ? [column.sql] : []
  if (items.length > 0 && at.random.chance(20))
    items.push(`id ${parents[0]?.columns.find(({ name }) => name === 'id')?.type ?? 'int'}`)
  return {
    head: `CREATE TABLE ${placed(at, at.name('t'))} (`,
    items,
    tail: `) INHERITS (${parents.map(({ name }) => named(at, name)).join(', ')})`,
  }
}

function like(at: Desk): Written | undefined {
  const source = at.random.pick(at.world.tables)
  const including = at.random.one(
    '',
    ' INCLUDING ALL',
    ' INCLUDING DEFAULTS',
    ' INCLUDING INDEXES',
    ' INCLUDING CONSTRAINTS INCLUDING IDENTITY',
    ' INCLUDING GENERATED',
  )
  return (
    source && {
      head: `CREATE TABLE ${placed(at, at.name('t'))} (`,
      items: [`LIKE ${named(at, source.name)}${including}`],
      tail: ')',
    }
  )
}

function tableAs(at: Desk): Written | undefined {
  const source = at.random.pick([...at.world.tables, ...at.world.views])
  const head = at.random.one('CREATE TABLE', 'CREATE TABLE', 'CREATE UNLOGGED TABLE', 'CREATE TABLE IF NOT EXISTS')
  return (
    source && {
      head: `${head} ${placed(at, at.name('t'))} AS SELECT * FROM ${named(at, source.name)}${maybe(at, 20, ' WITH NO DATA')}`,
      items: [],
      tail: '',
    }
  )
}
