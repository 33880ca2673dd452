import {
  findColumn,
  findIndex,
  findRelation,
  findTable,
  findView,
  type Index,
  listOf,
  type Operation,
  printName,
  printType,
  quoteIdentifier,
  rule,
  type Site,
  sameType,
} from '../src/rule.ts'

export default rule({
  on: ['CreateTable', 'CreateTableAs', 'AddColumn', 'CreateIndex', 'CreateMaterializedView'],
  hazard: 'fails',
  certainty: 'possible',
  summary: 'IF NOT EXISTS skips the statement, although what exists is something else',
  why: `IF NOT EXISTS looks at the name alone. Where something else has the name already (a table with other columns, an index over other ones, a
column of another type), the statement does nothing and reports success, and the schema is not what the migration says.`,
  instead: `Leave IF NOT EXISTS out, so that PostgreSQL says what is wrong, and change what exists by statements of its own.`,
  references: [
    'https://www.postgresql.org/docs/current/sql-createtable.html',
    'https://www.postgresql.org/docs/current/sql-createindex.html',
  ],
  knownAs: ['pg-migration-lint/PGM403', 'safe-pg-migrations/add_column'],
  check(op, at) {
    // Under an IF or in an exception handler it may run exactly where what exists here does not.
    if (at.skipped === undefined || at.statement.conditional) return undefined
    const difference = differenceOf(op, at)
    return difference === undefined ? undefined : `this does nothing: ${difference}`
  },
})

function differenceOf(op: Operation, at: Site): string | undefined {
  switch (op.kind) {
    case 'CreateTable':
      return ofTable(op, at)
    case 'CreateTableAs':
      return `${printName(at.resolve(op.table))} exists already and keeps its rows`
    case 'AddColumn': {
      const type = findColumn(at.before, op.table, op.column.name)?.type
      if (type === undefined || sameType(at.before, type, op.column.type)) return undefined
      return `column ${quoteIdentifier(op.column.name)} of ${printName(at.resolve(op.table))} exists already, as ${printType(type)}`
    }
    case 'CreateIndex': {
      if (op.index === undefined) return undefined
      const { schema } = at.resolve(op.table)
      const name = { schema, name: op.index }
      const index = findIndex(at.before, name)
      if (index === undefined) return findRelation(at.before, name) && `${printName(name)} is no index`
      if (printName(index.table) !== printName(at.resolve(op.table)))
        return `${printName(name)} is an index of ${printName(index.table)}`
      return definition(op) === definition(index) ? undefined : `${printName(name)} exists already, with another definition`
    }
    case 'CreateMaterializedView': {
      const view = findView(at.before, op.view)
      if (view !== undefined && compact(view.query.sql) === compact(op.query.sql)) return undefined
      return `${printName(at.resolve(op.view))} exists already, with another definition`
    }
    default:
      return undefined
  }
}

function ofTable(op: Operation<'CreateTable'>, at: Site): string | undefined {
  const name = printName(at.resolve(op.table))
  const table = findTable(at.before, op.table)
  if (table === undefined) return `${name} exists already and is no table`
  // What LIKE, INHERITS, OF and PARTITION OF bring along is not written here.
  if (op.like.length > 0 || op.inherits.length > 0 || op.ofType !== undefined || op.partitionOf !== undefined) return undefined
  const written = new Map(op.columns.map((column) => [column.name, column]))
  const missing = op.columns
    .filter((column) => !table.columns.some((known) => known.name === column.name))
    .map((column) => column.name)
  const more = table.columns.filter((known) => !written.has(known.name)).map((known) => known.name)
  const others = table.columns
    .filter(({ name: column, type }) => {
      const wanted = written.get(column)?.type
      return type !== undefined && wanted !== undefined && !sameType(at.before, type, wanted)
    })
    .map((known) => known.name)
  const list = (columns: readonly string[]) => listOf(columns.map(quoteIdentifier))
  const parts = [
    ...(missing.length > 0 && table.complete ? [`without ${list(missing)}`] : []),
    ...(more.length > 0 ? [`with ${list(more)}`] : []),
    ...(others.length > 0 ? [`with another type for ${list(others)}`] : []),
  ]
  return parts.length === 0 ? undefined : `${name} exists already, ${listOf(parts)}`
}

function definition(index: Operation<'CreateIndex'> | Index): string {
  const keys = index.keys.map((key) => [
    key.column,
    compact(key.expression?.sql ?? ''),
    key.operatorClass?.name,
    key.order,
    key.nulls,
  ])
  return JSON.stringify([
    index.unique,
    index.method,
    keys,
    index.include,
    compact(index.where?.sql ?? ''),
    index.nullsNotDistinct,
  ])
}

const compact = (sql: string): string => sql.replace(/\s+/g, ' ').trim()
