import {
  type Expression,
  findIndex,
  findRoutines,
  isTable,
  listOf,
  type Name,
  printName,
  quoteIdentifier,
  type Routine,
  resolveRoutine,
  rule,
  type Site,
  sameName,
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
    const users = usersOf(name, at)
    if (users.length === 0) return undefined
    const what = changed ? 'computes something else from now on' : `is ${other} from now on`
    return {
      message: `${printName(name)} ${what}, but ${listOf(users)} ${users.length === 1 ? 'keeps' : 'keep'} what the old one computed`,
      certainty: changed ? 'possible' : 'checked',
    }
  },
})

function usersOf(name: Routine['name'], at: Site): readonly string[] {
  const isCalled = (expression: Expression | undefined): boolean =>
    expression?.calls.some((call) => sameName(resolveRoutine(at.before, call.function), name)) === true
  return [...at.before.relations.values()].flatMap((relation) => {
    if (relation.kind === 'dropped' || !isTable(relation) || at.isNew(relation.name)) return []
    const table = printName(relation.name)
    const indexes = relation.indexes.flatMap((each: Name) => {
      const index = findIndex(at.before, each)
      const uses = index !== undefined && (isCalled(index.where) || index.keys.some(({ expression }) => isCalled(expression)))
      return uses ? [`index ${printName(index.name)}`] : []
    })
    const columns = relation.columns.flatMap(({ name: column, generated }) =>
      generated?.stored && isCalled(generated.expression) ? [`column ${quoteIdentifier(column)} of ${table}`] : [],
    )
    const checks = relation.constraints.flatMap(({ name: constraint, definition }) =>
      definition.kind === 'check' && isCalled(definition.expression) ? [`CHECK ${quoteIdentifier(constraint)} of ${table}`] : [],
    )
    return [...indexes, ...columns, ...checks]
  })
}

const compact = (sql: string): string => sql.replace(/\s+/g, ' ').trim()
