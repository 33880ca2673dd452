import {
  blocksReads,
  blocksWrites,
  type Effect,
  type Entry,
  findIndex,
  type LockMode,
  type Name,
  printName,
  rule,
  type Site,
  sayWhoWaits,
  stronger,
  type Transaction,
} from '../src/rule.ts'

export default rule({
  on: ['Transaction'],
  hazard: 'blocks writes',
  certainty: 'possible',
  summary: 'an explicit LOCK TABLE that keeps reads or writes waiting to the end of the transaction',
  why: `LOCK TABLE holds its lock until the transaction ends, and without a mode it is the strongest one, which blocks reads too. What runs
afterwards decides how long everybody waits. A lock that the transaction would take anyway, by changing the table later on, is only taken
earlier and is not reported.`,
  instead: `Take the weakest mode that does the job: \`SHARE UPDATE EXCLUSIVE\` keeps other schema changes away and lets reads and writes through. Lock rows
with SELECT … FOR UPDATE, or serialise jobs with advisory locks, where the table itself need not stand still. Keep lock_timeout and the transaction
short.`,
  references: [
    'https://www.postgresql.org/docs/current/sql-lock.html',
    'https://www.postgresql.org/docs/current/explicit-locking.html#LOCKING-TABLES',
  ],
  knownAs: ['migrationpilot/MP065', 'migrationpilot/ban-lock-table'],
  check(transaction, at) {
    const entries = transaction.entries.filter((entry) => locksAlone(entry, transaction, at))
    const [first] = entries
    const effects = entries.flatMap((entry) => entry.effects).filter((effect) => !at.isNew(effect.relation))
    const waiting = sayWhoWaits(effects, at)
    if (first === undefined || waiting === undefined) return undefined
    return {
      message: `LOCK TABLE blocks ${waiting} until the transaction ends`,
      instead:
        'if it keeps other migrations away, SHARE UPDATE EXCLUSIVE does that and lets traffic through; if not, keep the transaction short and lock_timeout set',
      hazard: effects.some(({ lock }) => blocksReads(lock)) ? 'blocks reads' : 'blocks writes',
      span: first.statement.span,
      effects,
    }
  },
})

/** Whether it locks tables that nothing else in the transaction would lock as strongly. */
function locksAlone(entry: Entry, transaction: Transaction, at: Site): boolean {
  const locks = entry.statement.commands.flatMap(({ operation }) => (operation.kind === 'LockTable' ? [operation] : []))
  const [first] = locks
  if (first === undefined || !blocksWrites(first.mode)) return false
  // Locking several tables at once before changing some of them keeps an order that cannot deadlock.
  return !entry.effects.some(({ relation, lock }) => isNeededAnyway(printName(relation), lock, entry, transaction, at))
}

function isNeededAnyway(table: string, mode: LockMode, entry: Entry, transaction: Transaction, at: Site): boolean {
  return transaction.entries.some(
    (other) =>
      other !== entry &&
      other.effects.some((effect) => stronger(effect.lock, mode) === effect.lock && printName(tableOf(effect, at)) === table),
  )
}

/** Whoever plans a query of a table waits for a lock on its index. */
function tableOf({ relation, kind }: Effect, at: Site): Name {
  return (kind === 'index' ? findIndex(at.before, relation)?.table : undefined) ?? relation
}
