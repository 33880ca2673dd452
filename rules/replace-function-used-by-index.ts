import { planReplaceFunction } from '../src/plan/builder/replace-function.ts'
import {
  computedWith,
  descendantsOf,
  findRoutines,
  type Index,
  indexesOf,
  laterInMigration,
  listOf,
  printName,
  resolveRoutine,
  rule,
  type Site,
  sameName,
  sayUser,
  some,
} from '../src/rule.ts'

export default rule({
  on: ['CreateFunction', 'AlterFunction'],
  hazard: 'loses data',
  certainty: 'possible',
  summary: 'a function changes under an index, a generated column or a CHECK that was computed with the old one',
  why: `PostgreSQL does not look again at what it has computed. An index over \`f(column)\` keeps the results of the old function, so queries that use it miss
rows and find wrong ones; a unique one no longer keeps duplicates out. Stored generated columns keep the old values, and rows that a CHECK would
now refuse stay in, until they are updated or a dump of them is restored. Measured on 18.`,
  instead: `Make a new function beside the old one, build new indexes and columns with it, and drop the old ones; or replace it and REINDEX
CONCURRENTLY right after, knowing that queries are wrong until it is done.`,
  references: [
    'https://www.postgresql.org/docs/current/xfunc-volatility.html',
    'https://www.postgresql.org/docs/current/sql-createfunction.html',
    'https://www.postgresql.org/docs/current/ddl-constraints.html#DDL-CONSTRAINTS-CHECK-CONSTRAINTS',
  ],
  knownAs: ['safe-migrate/function-volatility-change'],
  check(op, at) {
    if (at.skipped !== undefined || at.refused !== undefined) return undefined
    const name = resolveRoutine(at.before, op.function)
    const [before, ...overloads] = findRoutines(at.before, op.function)
    // Which overload an expression calls is not said.
    if (before === undefined || overloads.length > 0 || at.inChangeSet(before.origin)) return undefined
    if (op.kind === 'CreateFunction' && op.arguments.length !== before.arguments.length) return undefined
    const other = op.kind === 'AlterFunction' ? op.volatility : op.volatility === before.volatility ? undefined : op.volatility
    const changed = op.kind === 'CreateFunction' && compact(op.body) !== compact(before.body)
    if (!changed && (other === undefined || other === before.volatility)) return undefined
    const users = computedWith(name, at)
      .filter((user) => user.kind !== 'index' || !isBuiltAnew(user.index, at))
      .map(sayUser)
    if (users.length === 0) return undefined
    const what = changed ? 'computes something else from now on' : `is ${other} from now on`
    return {
      message: `${printName(name)} ${what}, but ${listOf(users)} ${users.length === 1 ? 'keeps' : 'keep'} what the old one computed`,
      certainty: changed ? 'possible' : 'checked',
    }
  },
  rewrite: planReplaceFunction,
})

/** Later in the migration, by itself or with its table; the index of a partitioned table partition by partition. */
function isBuiltAnew(index: Index, at: Site): boolean {
  const itself = some(laterInMigration(at), (later) => {
    if (later.kind !== 'Reindex' || later.target === undefined) return false
    if (later.scope === 'schema') return later.target.name === index.name.schema
    const target = at.resolve(later.target)
    return later.scope === 'table' ? sameName(target, index.table) : sameName(target, index.name)
  })
  const parts = descendantsOf(at.before, index.table).flatMap(({ name }) =>
    indexesOf(at.before, name).filter(({ partitionOf }) => partitionOf !== undefined && sameName(partitionOf, index.name)),
  )
  return itself || (parts.length > 0 && parts.every((part) => isBuiltAnew(part, at)))
}

const compact = (sql: string): string => sql.replace(/\s+/g, ' ').trim()
