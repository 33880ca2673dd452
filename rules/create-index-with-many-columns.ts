import { listOf, printName, quoteIdentifier, rule } from '../src/rule.ts'

/** Columns beyond which a further one rarely makes a query faster. */
const enough = 3

export default rule({
  on: ['CreateIndex'],
  hazard: 'style',
  summary: 'an index with many columns, or with one column twice',
  why: `A btree index finds rows by its first columns; each further one helps only queries that name all before it, and makes the index larger and writes
slower. Unique indexes have the columns that they have to have and are left alone, and so are included columns.`,
  instead: `Keep the two or three columns that tell rows apart best.`,
  references: ['https://www.postgresql.org/docs/current/indexes-multicolumn.html'],
  knownAs: [
    'strong_migrations/add_index_columns',
    'excellent_migrations/many_columns_index',
    'bytebase/INDEX_KEY_NUMBER_LIMIT',
    'bytebase/INDEX_NO_DUPLICATE_COLUMN',
  ],
  check(op, at) {
    if (at.skipped !== undefined || at.refused !== undefined || op.method !== 'btree') return undefined
    const columns = op.keys.flatMap(({ column, operatorClass }) =>
      column === undefined || operatorClass !== undefined ? [] : [column],
    )
    const twice = columns.filter((column, index) => columns.indexOf(column) < index)
    const table = printName(at.resolve(op.table))
    if (twice.length > 0) return `the index on ${table} has ${listOf(twice.map(quoteIdentifier))} twice`
    return op.unique || op.keys.length <= enough
      ? undefined
      : `the index on ${table} has ${op.keys.length} columns: a query uses the last only where it names all before it`
  },
})
