import { excerpt, lockRequests, printName, rule, type Statement, type Transaction } from '../src/rule.ts'

export default rule({
  on: ['Transaction'],
  hazard: 'fails',
  certainty: 'checked',
  summary: 'two migrations of one change set lock the same tables in another order',
  why: `Whoever locks a table and then waits for a second one can meet somebody who has the second and waits for the first. PostgreSQL cancels one of the two with
\`deadlock detected\`. Two migrations that run at the same time (two services, two deployments, a retry beside a first try) do that to each other when
one locks \`a\` then \`b\` and the other \`b\` then \`a\`; application code with an order of its own meets one of the two for certain.`,
  instead: `Lock tables in one and the same order everywhere, parents before children, or change each table in a transaction of its own.`,
  references: ['https://www.postgresql.org/docs/current/explicit-locking.html#LOCKING-DEADLOCKS'],
  knownAs: [],
  check(transaction, at) {
    const own = orderOf(transaction)
    for (const { migration, transaction: other } of at.others) {
      const theirs = orderOf(other)
      for (const [second, here] of own) {
        for (const [first, before] of own) {
          const [a, b] = [theirs.get(first), theirs.get(second)]
          if (before.position >= here.position || a === undefined || b === undefined || b.position >= a.position) continue
          return {
            message: `run at the same time as ${migration.file} this can deadlock: it locks ${first}, then ${second}, and that one ${second} first, with ${excerpt(b.statement)}`,
            span: here.statement.span,
          }
        }
      }
    }
    return undefined
  },
})

/** Tables in use by the ordinal of the statement that first locks them against traffic; the tables of one statement have no order. */
function orderOf(transaction: Transaction): ReadonlyMap<string, { readonly position: number; readonly statement: Statement }> {
  const order = new Map<string, { position: number; statement: Statement }>()
  if (transaction.scope === 'none') return order
  for (const [position, { entry, effects }] of lockRequests(transaction).entries()) {
    for (const { relation, kind } of effects) {
      const name = printName(relation)
      if (kind !== 'view' && kind !== 'sequence' && !order.has(name)) order.set(name, { position, statement: entry.statement })
    }
  }
  return order
}
