import { literal } from './column-type.ts'
import { keyValue } from './partition.ts'
import type { TableFacts } from './world.ts'
import { type Desk, maybe, named, type Written, written } from './written.ts'

/** One or two rows, of values that most types take. */
export function insertRows(at: Desk, table: TableFacts): Written {
  const columns = table.columns.filter(({ generated, identity }) => !generated && !identity)
  const row = () =>
    columns.map((column) => {
      const key = column.name === table.keyColumn ? keyValue(at, table) : undefined
      if (key !== undefined) return key
      // Keys are to differ from row to row, as far as their type goes.
      if (/^(?:integer|bigint|text)$/.test(column.base) && column.name === 'id') return `'${at.number()}'`
      return !column.notNull && at.random.chance(12) ? 'NULL' : literal(at, column.base)
    })
  const rows = at.random.chance(80) ? [row()] : [row(), row()]
  return written(
    `INSERT INTO ${named(at, table.name)} (${columns.map(({ name }) => name).join(', ')}) VALUES ${rows.map((each) => `(${each.join(', ')})`).join(', ')}${maybe(at, 10, ' ON CONFLICT DO NOTHING')}`,
  )
}

export function dataStatement(at: Desk): Written | undefined {
  const { random, world } = at
  const table = random.pick(world.tables)
  const column = random.pick(table?.columns ?? [])
  if (table === undefined || column === undefined) return undefined
  const name = named(at, table.name)
  const other = named(at, random.pick([...world.tables, ...world.views])?.name ?? table.name)
  const value = keyValue(at, table)
  switch (
    random.weighted({
      key: value === undefined ? 0 : 30,
      insert: 45,
      update: 14,
      delete: 12,
      select: 14,
      merge: at.postgres >= 15 ? 4 : 0,
      copy: 3,
      view: 4,
      into: 2,
    })
  ) {
    case 'insert':
      return insertRows(at, table)
    case 'key': {
      const where = `WHERE ${table.keyColumn} = ${value}`
      return written(
        random.one(
          `SELECT * FROM ${name} ${where}`,
          `DELETE FROM ${name} ${where}`,
          `UPDATE ${name} SET ${column.name} = NULL ${where}`,
        ),
      )
    }
    case 'update':
      return written(
        `UPDATE ${maybe(at, 10, 'ONLY ')}${name} SET ${column.name} = ${column.name}${maybe(at, 40, ` WHERE ${column.name} IS NOT NULL`)}${maybe(at, 15, ` AND EXISTS (SELECT FROM ${other})`).replace(' AND', ' WHERE')}`.replace(
          / WHERE (.*) WHERE /,
          ' WHERE $1 AND ',
        ),
      )
    case 'delete':
      return written(`DELETE FROM ${name}${random.one('', ` WHERE ${column.name} IS NULL`, ` USING ${other} o`)}`)
    case 'select':
      return written(
        random.one(
          `SELECT * FROM ${name}`,
          `SELECT 1 FROM ${other} FOR UPDATE`,
          `SELECT * FROM ${name} FOR SHARE`,
          `SELECT count(*) FROM ${name}, ${other} o`,
          `WITH w AS (DELETE FROM ${name} RETURNING 1) SELECT count(*) FROM w`,
        ),
      )
    case 'merge':
      return written(`MERGE INTO ${name} m USING ${other} o ON false WHEN MATCHED THEN DELETE`)
    case 'copy':
      return written(`COPY (SELECT 1 FROM ${name}) TO '/dev/null'`)
    case 'view':
      return written(`DELETE FROM ${other}`)
    case 'into':
      return written(`INSERT INTO ${name} SELECT * FROM ${name} WHERE false`)
  }
}

/** TRUNCATE, LOCK, and maintenance that can run in a transaction. */
export function maintenanceStatement(at: Desk): Written | undefined {
  const { random, world } = at
  const table = random.pick(world.tables)
  if (table === undefined) return undefined
  const name = named(at, table.name)
  const index = random.pick(table.indexes)
  switch (random.weighted({ truncate: 30, lock: 20, 'lock view': 8, analyze: 14, cluster: 12, reindex: 12, vacuum: 4, set: 3 })) {
    case 'truncate':
      return written(
        `TRUNCATE ${maybe(at, 50, 'TABLE ')}${maybe(at, 10, 'ONLY ')}${random
          .sample(world.tables, random.chance(80) ? 1 : 2)
          .map((each) => named(at, each.name))
          .join(', ')}${maybe(at, 15, ' RESTART IDENTITY')}${maybe(at, 40, ' CASCADE')}`,
      )
    case 'lock':
      return written(
        `LOCK TABLE ${maybe(at, 20, 'ONLY ')}${name}${maybe(at, 70, ` IN ${random.one('ACCESS SHARE', 'ROW SHARE', 'ROW EXCLUSIVE', 'SHARE', 'SHARE ROW EXCLUSIVE', 'EXCLUSIVE')} MODE`)}`,
      )
    case 'lock view': {
      const view = random.pick(world.views)
      return view && written(`LOCK TABLE ${named(at, view.name)} IN SHARE MODE`)
    }
    case 'analyze':
      return written(`ANALYZE ${name}${maybe(at, 20, ` (${random.pick(table.columns)?.name})`)}`)
    case 'cluster':
      return index && written(`CLUSTER ${name} USING ${index.name.replace(/^(?:"[^"]*"|[^."]*)\./, '')}`)
    case 'reindex':
      return written(`REINDEX TABLE ${name}`)
    case 'vacuum':
      return written(`VACUUM ${maybe(at, 40, '(FULL) ')}${name}`)
    case 'set':
      return written(
        random.one(
          `SET timezone = 'UTC'`,
          `SET timezone = 'Europe/Berlin'`,
          'SET search_path = app, public',
          'RESET search_path',
        ),
      )
  }
}

/** A DO block around another statement. None with an IF: what may or may not have run leaves the model in doubt of all that follows. */
export function doBlock(at: Desk, inner: string): Written | undefined {
  if (/^(?:SELECT|WITH|VACUUM|COPY|DO|SET|RESET|ANALYZE)|CONCURRENTLY|\$/.test(inner)) return undefined
  return written(
    at.random.one(`DO $do$ BEGIN ${inner}; END $do$`, `DO $do$ BEGIN EXECUTE '${inner.replaceAll("'", "''")}'; END $do$`),
  )
}
