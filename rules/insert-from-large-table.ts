import { planCopy } from '../src/plan/builder/copy-rows.ts'
import { blocksWrites, findTable, isLarge, listOf, printName, type Query, restricts, rule, type Site } from '../src/rule.ts'

/** Functions that make few rows of many. */
const aggregates = new Set([
  'count',
  'sum',
  'min',
  'max',
  'avg',
  'bool_and',
  'bool_or',
  'every',
  'array_agg',
  'string_agg',
  'json_agg',
  'jsonb_agg',
])

export default rule({
  on: ['Insert', 'CreateTableAs'],
  hazard: 'loses data',
  certainty: 'possible',
  summary: 'a whole table is copied in one statement while code keeps writing to it',
  why: `INSERT … SELECT and CREATE TABLE AS copy what their snapshot shows. Rows that running code inserts or changes after the statement has
begun are not in the copy, and nobody is told, unless the transaction holds a lock that keeps writers of the original away. Until it is done its transaction holds back vacuum in the whole database, and a table that existed before gets
all the rows at once.`,
  instead: `Make a trigger first that carries every later write over to the copy; then copy in batches by primary key with ON CONFLICT DO NOTHING;
compare both tables before anything relies on the copy.`,
  references: [
    'https://www.postgresql.org/docs/current/transaction-iso.html',
    'https://www.postgresql.org/docs/current/sql-createtableas.html',
  ],
  knownAs: [
    'excellent_migrations/operation_insert',
    'bytebase/STATEMENT_INSERT_ROW_LIMIT',
    'pg-migration-lint/PGM301',
    'safe-migrate/create-table-as-select',
  ],
  check(op, at) {
    if (at.refused !== undefined || at.skipped !== undefined || op.query === undefined) return undefined
    if (op.kind === 'CreateTableAs' && (!op.withData || op.persistence === 'temporary')) return undefined
    if (findTable(at.before, op.table)?.persistence === 'temporary' || !copiesWhole(op.query, at)) return undefined
    const sources = op.query.reads.map((source) => printName(at.resolve(source)))
    // Whoever writes to it waits, and finds what the transaction has made of it.
    if (sources.every((source) => isHeld(source, at))) return undefined
    return {
      message: `copying ${listOf(sources)} whole into ${printName(at.resolve(op.table))} misses what running code writes to ${listOf(sources)} meanwhile`,
      instead: 'let a trigger carry later writes over first, then copy in batches by key with ON CONFLICT DO NOTHING',
    }
  },
  rewrite: planCopy,
})

function isHeld(source: string, at: Site): boolean {
  const lock = at.held.get(source)
  return lock !== undefined && blocksWrites(lock)
}

function copiesWhole(query: Query, at: Site): boolean {
  const [source, ...others] = query.reads
  if (source === undefined || others.length > 0 || query.hasLimit || !isLarge(source, at)) return false
  // A query inside it may take a part alone.
  const { sql } = at.statement
  if ((sql.match(/\bselect\b/gi) ?? []).length > 1 && /\b(?:where|limit|fetch|having)\b/i.test(sql)) return false
  return !restricts(query.where, source, at) && !query.calls.some((call) => aggregates.has(call.function.name))
}
