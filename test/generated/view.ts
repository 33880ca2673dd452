import { computed } from './column-type.ts'
import type { TableFacts, ViewFacts } from './world.ts'
import { type Desk, maybe, named, placed, type Written, written } from './written.ts'

function query(at: Desk): string | undefined {
  const { random, world } = at
  const from = random.pick<TableFacts | ViewFacts>(random.chance(75) ? world.tables : world.views)
  if (from === undefined) return undefined
  const names = from.columns.map((column) => (typeof column === 'string' ? column : column.name))
  const source = named(at, from.name)
  const column = random.pick(names)
  if (column === undefined) return undefined
  const other = random.pick(world.tables)
  const table = world.tables.find(({ name }) => name === from.name)
  const computedColumn = random.pick(table?.columns ?? [])
  return random.one(
    `SELECT * FROM ${source}`,
    `SELECT ${random.sample(names, 2).join(', ')} FROM ${source}`,
    `SELECT ${column} FROM ${source} WHERE ${column} IS NOT NULL`,
    `SELECT count(*) AS n FROM ${source}`,
    `SELECT s.${column}, o.n FROM ${source} s, (SELECT count(*) AS n FROM ${named(at, other?.name ?? from.name)}) o`,
    `WITH w AS (SELECT * FROM ${source}) SELECT ${column} FROM w`,
    computedColumn ? `SELECT ${computed(at, computedColumn).sql} AS v FROM ${source}` : `SELECT 1 AS one`,
  )
}

export function createView(at: Desk): Written | undefined {
  const sql = query(at)
  if (sql === undefined) return undefined
  const { random, world } = at
  const existing = random.pick(world.views.filter(({ materialized }) => !materialized))
  switch (random.weighted({ view: 45, materialized: 40, replace: 8, recursive: 2, temporary: 1 })) {
    case 'view':
      return written(`CREATE ${maybe(at, 20, 'OR REPLACE ')}VIEW ${placed(at, at.name('v'))} AS ${sql}`)
    case 'materialized':
      return written(
        `CREATE MATERIALIZED VIEW ${maybe(at, 5, 'IF NOT EXISTS ')}${placed(at, at.name('m'))} AS ${sql}${maybe(at, 20, ' WITH NO DATA')}`,
      )
    case 'replace':
      return existing && written(`CREATE OR REPLACE VIEW ${named(at, existing.name)} AS ${sql}`)
    case 'recursive':
      return written(
        `CREATE RECURSIVE VIEW ${at.name('v')} (n) AS VALUES (1) UNION ALL SELECT n + 1 FROM v WHERE n < 3`.replace(
          /VIEW (\S+|"[^"]*") (.*) FROM v/,
          'VIEW $1 $2 FROM $1',
        ),
      )
    case 'temporary':
      return written(`CREATE TEMPORARY VIEW ${at.name('v')} AS ${sql}`)
  }
}

/** What changes, fills or drops a view. */
export function changeView(at: Desk): Written | undefined {
  const { random, world } = at
  const view = random.pick(world.views)
  if (view === undefined) return undefined
  const kind = view.materialized ? 'MATERIALIZED VIEW' : 'VIEW'
  const name = named(at, view.name)
  const column = random.pick(view.columns)
  const index = random.pick(view.indexes)
  const action = random.weighted({
    refresh: view.materialized ? 40 : 0,
    rename: 12,
    column: 12,
    options: 8,
    drop: 22,
    schema: 4,
    owner: 4,
    default: 5,
    cluster: 4,
    comment: 4,
  })
  switch (action) {
    case 'refresh':
      return written(`REFRESH MATERIALIZED VIEW ${maybe(at, 15, 'CONCURRENTLY ')}${name}${maybe(at, 12, ' WITH NO DATA')}`)
    case 'rename':
      return written(`ALTER ${random.chance(85) ? kind : 'TABLE'} ${name} RENAME TO ${at.name('v')}`)
    case 'column':
      return column === undefined ? undefined : written(`ALTER ${kind} ${name} RENAME COLUMN ${column} TO ${at.name('c')}`)
    case 'options':
      return written(
        `ALTER ${kind} ${name} ${view.materialized ? random.one('SET (fillfactor = 60)', 'SET (autovacuum_enabled = false)') : random.one('SET (security_barrier = true)', 'RESET (security_barrier)')}`,
      )
    case 'drop':
      return written(`DROP ${kind} ${maybe(at, 15, 'IF EXISTS ')}${name}${maybe(at, 40, ' CASCADE')}`)
    case 'schema':
      return written(`ALTER ${kind} ${name} SET SCHEMA ${view.name.startsWith('app.') ? 'public' : 'app'}`)
    case 'owner':
      return written(`ALTER ${kind} ${name} OWNER TO CURRENT_USER`)
    case 'default':
      if (column === undefined) return undefined
      return view.materialized
        ? written(`ALTER ${kind} ${name} ALTER COLUMN ${column} SET STATISTICS 20`)
        : written(`ALTER VIEW ${name} ALTER COLUMN ${column} ${random.one('SET DEFAULT NULL', 'DROP DEFAULT')}`)
    case 'cluster':
      return index && view.materialized ? written(`CLUSTER ${name} USING ${index.replace(/^[^."]*\./, '')}`) : undefined
    case 'comment':
      return written(`COMMENT ON ${kind} ${name} IS 'x'`)
  }
}
