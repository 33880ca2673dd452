import { computed, condition } from './column-type.ts'
import { including, sortable } from './constraint.ts'
import type { IndexFacts, TableFacts } from './world.ts'
import { type Desk, maybe, named, type Written, written } from './written.ts'

/** CREATE INDEX in its forms. */
export function createIndex(at: Desk): Written | undefined {
  const { random, world } = at
  const matview = random.chance(10) ? random.pick(world.views.filter(({ materialized }) => materialized)) : undefined
  if (matview !== undefined) {
    return written(
      `CREATE ${maybe(at, 50, 'UNIQUE ')}INDEX ${at.name('i')} ON ${named(at, matview.name)} (${random.pick(matview.columns)})`,
    )
  }
  const table = random.pick(world.tables)
  const keys = table === undefined ? [] : random.sample(sortable(table), random.chance(70) ? 1 : 2)
  const [key] = keys
  if (table === undefined || key === undefined) return undefined
  const name = random.chance(75) ? ` ${maybe(at, 8, 'IF NOT EXISTS ')}${at.name('i')}` : ''
  const on = `ON ${table.kind === 'partitioned table' ? maybe(at, 18, 'ONLY ') : ''}${named(at, table.name)}`
  // A failing unique build would leave an invalid index behind, which no story is about.
  if (table.kind === 'table' && random.chance(6)) return written(`CREATE INDEX CONCURRENTLY ${at.name('i')} ${on} (${key.name})`)
  switch (random.weighted({ plain: 40, unique: 30, expression: 14, partial: 14, method: 14 })) {
    case 'plain':
      return written(
        `CREATE INDEX${name} ${on} (${keys.map((each) => `${each.name}${maybe(at, 15, ' DESC NULLS LAST')}`).join(', ')})${including(at, table.columns)}`,
      )
    case 'unique':
      return written(
        `CREATE UNIQUE INDEX${name} ${on} (${uniqueKeys(table, keys)})${including(at, table.columns)}${at.postgres >= 15 ? maybe(at, 8, ' NULLS NOT DISTINCT') : ''}`,
      )
    case 'expression':
      return written(`CREATE ${maybe(at, 20, 'UNIQUE ')}INDEX${name} ${on} ((${computed(at, key).sql}))`)
    case 'partial':
      return written(
        `CREATE ${maybe(at, 20, 'UNIQUE ')}INDEX${name} ${on} (${key.name}) WHERE ${condition(at, random.pick(table.columns) ?? key)}`,
      )
    case 'method':
      return written(`CREATE INDEX${name} ${on} USING ${method(key)}${maybe(at, 10, ' WITH (fillfactor = 50)')}`)
  }
}

/** A partitioned table's unique index must have the key's columns. */
function uniqueKeys(table: TableFacts, keys: readonly { readonly name: string }[]): string {
  const names = new Set(keys.map(({ name }) => name))
  if (table.keyColumn !== null) names.add(table.keyColumn)
  return [...names].join(', ')
}

function method({ name, base }: { readonly name: string; readonly base: string }): string {
  if (base === 'jsonb' || base.endsWith('[]') || base === 'tsvector') return `gin (${name})`
  if (base === 'int4range' || base === 'inet') return base === 'inet' ? `gist (${name} inet_ops)` : `gist (${name})`
  return /^(?:integer|bigint|date|timestamp)/.test(base) ? `brin (${name})` : `hash (${name})`
}

/** What changes or drops an index. */
export function changeIndex(at: Desk): Written | undefined {
  const { random, world } = at
  const index = random.pick(world.tables.flatMap(({ indexes }): readonly IndexFacts[] => indexes))
  if (index === undefined) return undefined
  const name = named(at, index.name)
  switch (
    random.weighted({
      drop: 36,
      rename: 18,
      reindex: 18,
      table: 8,
      options: 8,
      statistics: 3,
      tablespace: 4,
      concurrently: 3,
      comment: 4,
    })
  ) {
    case 'drop':
      return written(`DROP INDEX ${maybe(at, 15, 'IF EXISTS ')}${name}${maybe(at, 20, ' CASCADE')}`)
    case 'rename':
      return written(`ALTER ${random.chance(85) ? 'INDEX' : 'TABLE'} ${name} RENAME TO ${at.name('i')}`)
    case 'reindex':
      return written(`REINDEX INDEX ${name}`)
    case 'table':
      return written(
        `REINDEX TABLE ${named(at, random.pick(world.tables.filter(({ kind }) => kind === 'table'))?.name ?? 'nothing')}`,
      )
    case 'options':
      return written(`ALTER INDEX ${name} ${random.one('SET (fillfactor = 60)', 'RESET (fillfactor)')}`)
    case 'statistics':
      return written(`ALTER INDEX ${name} ALTER COLUMN 1 SET STATISTICS 50`)
    case 'tablespace':
      return written(`ALTER INDEX ${name} SET TABLESPACE pg_default`)
    case 'concurrently':
      return written(random.one(`DROP INDEX CONCURRENTLY ${name}`, `REINDEX INDEX CONCURRENTLY ${name}`))
    case 'comment':
      return written(`COMMENT ON INDEX ${name} IS 'x'`)
  }
}
