import { blocksReads, type Effect, listOf, lockRequests, printName, queueOf, rule, waitLimit } from '../src/rule.ts'

export default rule({
  on: ['Transaction'],
  hazard: 'queues traffic',
  certainty: 'possible',
  summary: 'a transaction keeps several busy tables locked while it waits for the next one',
  why: `Locks are given back at the end of the transaction, all at once. A transaction that changes three tables, each in a moment, has the first one
locked while it waits for the other two: all traffic of the first stops for as long as any query, anywhere, uses the others. And where the
application locks the same tables in another order, one of the two is cancelled with a deadlock.`,
  instead: `Change one busy table per migration, or per transaction where the tool lets a migration run without one. Where it has to be one transaction (an exchange
of names, a foreign key), keep lock_timeout short, half a second or less, and run it again when it gives up.`,
  references: [
    'https://www.postgresql.org/docs/current/explicit-locking.html#LOCKING-DEADLOCKS',
    'https://www.postgresql.org/docs/current/explicit-locking.html#LOCKING-TABLES',
  ],
  knownAs: ['pgls/avoidWideLockWindow', 'pgfence/wide-lock-window', 'online_migrations/multiple_foreign_keys'],
  check(transaction) {
    if (transaction.scope === 'none') return undefined
    const tables = new Map<string, Effect>()
    for (const { entry, effects } of lockRequests(transaction)) {
      const wanted = effects.filter(({ kind }) => kind === 'table' || kind === 'partitioned table')
      const others = wanted.filter(({ relation }) => !tables.has(printName(relation)))
      for (const effect of others) tables.set(printName(effect.relation), effect)
      // The tables of one statement cannot be parted, and two are often what a change needs.
      if (others.length === 0 || tables.size <= enough || tables.size === wanted.length) continue
      const names = [...tables].filter(([name]) => !others.some(({ relation }) => printName(relation) === name))
      const reads = names.some(([, { lock }]) => blocksReads(lock))
      return {
        message: `${reads ? 'reads and writes' : 'writes'} to ${listed(names.map(([name]) => name))}, locked by this transaction, wait while this waits for its lock on ${listOf(others.map(({ relation }) => printName(relation)))}`,
        certainty: (waitLimit(entry.settings)?.milliseconds ?? Number.POSITIVE_INFINITY) <= short ? 'checked' : 'possible',
        span: entry.statement.span,
        effects: entry.effects,
        // What else keeps traffic waiting at this statement says enough.
        beside: '',
        group: queueOf(transaction),
        instead: 'commit between the tables: a migration, or a transaction, for each',
      }
    }
    return undefined
  },
})

/** Tables that one transaction may lock one after the other without a word. */
const enough = 2

/** Milliseconds that traffic can well wait. */
const short = 1000

function listed(names: readonly string[]): string {
  return listOf(names.length <= 4 ? names : [...names.slice(0, 3), `${names.length - 3} more`])
}
