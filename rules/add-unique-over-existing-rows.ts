import {
  type Constraint,
  findColumn,
  findTable,
  indexesOf,
  isLarge,
  type Name,
  type Operation,
  printName,
  quoteIdentifier,
  rule,
  type Site,
} from '../src/rule.ts'

/** What shall be unique: SQL of the columns or expressions. */
interface Uniqueness {
  readonly table: Name
  readonly keys: readonly { readonly column: string | undefined; readonly sql: string }[]
  readonly where: string | undefined
  readonly nullsNotDistinct: boolean
  readonly concurrently: boolean
}

export default rule({
  on: ['CreateIndex', 'AddConstraint'],
  hazard: 'fails',
  certainty: 'checked',
  summary: 'values become unique that rows or running code may repeat',
  why: `A unique index or constraint over existing columns cannot be made where two rows have the same values; built CONCURRENTLY it stays behind
INVALID and rejects new duplicates all the same. Once it is there, an INSERT of the running code that repeats a value fails.`,
  instead: `Look for duplicates before the migration runs, correct them, and deploy code that no longer makes any.`,
  references: [
    'https://www.postgresql.org/docs/current/indexes-unique.html',
    'https://www.postgresql.org/docs/current/sql-createindex.html#SQL-CREATEINDEX-CONCURRENTLY',
  ],
  knownAs: [
    'django-migration-linter/ADD_UNIQUE',
    'atlas/MF101',
    'atlas/MF102',
    'bytebase/SCHEMA_BACKWARD_COMPATIBILITY',
    'safemigrate-lint/unique-constraint-data-dependent',
  ],
  check(op, at) {
    if (at.skipped !== undefined || at.refused !== undefined) return undefined
    const wanted = op.kind === 'CreateIndex' ? ofIndex(op) : ofConstraint(op.constraint, op.table)
    if (wanted === undefined || !isLarge(wanted.table, at) || isEmpty(wanted.table, at) || isProven(wanted, at)) return undefined
    const keys = wanted.keys.map(({ sql }) => sql).join(', ')
    const table = printName(at.resolve(wanted.table))
    // NULLs count as different, so rows that have one are no duplicates.
    const present = wanted.nullsNotDistinct ? [] : wanted.keys.map(({ sql }) => `${sql} IS NOT NULL`)
    const conditions = [...(wanted.where === undefined ? [] : [`(${wanted.where})`]), ...present]
    const where = conditions.length === 0 ? '' : ` WHERE ${conditions.join(' AND ')}`
    return {
      message: `this fails if two rows of ${table} have the same ${keys}${wanted.concurrently ? ', and leaves an INVALID index' : ''}; afterwards INSERTs of running code that repeat one fail`,
      beside: `it fails if two rows have the same ${keys}`,
      instead: `look first\nSELECT ${keys}, count(*) FROM ${table}${where} GROUP BY ${keys} HAVING count(*) > 1;`,
    }
  },
})

function ofIndex(op: Operation<'CreateIndex'>): Uniqueness | undefined {
  if (!op.unique) return undefined
  const keys = op.keys.map(({ column, expression }) => ({
    column,
    sql: column === undefined ? `(${expression?.sql ?? ''})` : quoteIdentifier(column),
  }))
  return { table: op.table, keys, where: op.where?.sql, nullsNotDistinct: op.nullsNotDistinct, concurrently: op.concurrently }
}

function ofConstraint(constraint: Constraint, table: Name): Uniqueness | undefined {
  // USING INDEX: the index has proven it.
  if ((constraint.kind !== 'unique' && constraint.kind !== 'primary key') || constraint.usingIndex !== undefined) return undefined
  const keys = constraint.columns.map((column) => ({ column, sql: quoteIdentifier(column) }))
  const nullsNotDistinct = constraint.kind === 'unique' && constraint.nullsNotDistinct
  return { table, keys, where: undefined, nullsNotDistinct, concurrently: false }
}

function isEmpty(table: Name, at: Site): boolean {
  const known = findTable(at.before, table)
  return known !== undefined && !known.mayHaveRows && known.complete
}

/** Another unique index says it already, or one of the columns is new and NULL in every row. */
function isProven(wanted: Uniqueness, at: Site): boolean {
  const columns = wanted.keys.flatMap(({ column }) => column ?? [])
  const unique = indexesOf(at.before, wanted.table).some(
    (index) =>
      index.unique &&
      index.valid &&
      index.where === undefined &&
      index.keys.every(({ column }) => column !== undefined && columns.includes(column)),
  )
  const isNull = columns.some((column) => {
    const known = findColumn(at.before, wanted.table, column)
    return known !== undefined && at.inChangeSet(known.origin) && known.default === undefined && !known.generated
  })
  return unique || (isNull && !wanted.nullsNotDistinct)
}
