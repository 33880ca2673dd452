import {
  advice,
  excerpt,
  insertLockTimeout,
  type LockRequest,
  listRelations,
  lockRequests,
  type Migration,
  queueOf,
  type Report,
  type RequestIn,
  requestsOf,
  rule,
  type Site,
  stopsTraffic,
  waitLimit,
  whoWaits,
} from '../src/rule.ts'

export default rule({
  on: ['Migration'],
  hazard: 'queues traffic',
  certainty: 'possible',
  summary: 'a lock that conflicts with traffic is asked for without a lock_timeout',
  why: `A lock that conflicts with reads or writes has to wait until every running transaction on the table is over, and while it waits, all
later queries queue up behind it, although the statement itself would be done in a moment. One forgotten open transaction is enough to stop the
whole table. \`lock_timeout\` bounds the wait: the migration gives up, traffic flows again, and it can be tried once more.
By default it is 0, which waits for ever. \`SET LOCAL\` holds to the end of the transaction and does nothing outside one.`,
  instead: `Set a \`lock_timeout\` of a second or two before the first such statement (half a second when several tables are locked), and run the
migration again when it fails on it. Where the role or the connection of the migration already has one, switch this rule off in the configuration.`,
  references: [
    'https://www.postgresql.org/docs/current/runtime-config-client.html#GUC-LOCK-TIMEOUT',
    'https://www.postgresql.org/docs/current/sql-set.html',
  ],
  knownAs: [
    'squawk/require-lock-timeout',
    'squawk/require-timeout-settings',
    'pgls/lockTimeoutWarning',
    'eugene/E9',
    'pgfence/missing-lock-timeout',
    'pgfence/lock-timeout-after-dangerous-statement',
    'pgls/avoidCreateTrigger',
    'pgls/avoidEnableDisableTrigger',
    'pgls/banDropTrigger',
    'pgfence/create-trigger',
    'pgfence/enable-disable-trigger',
    'pgfence/drop-trigger',
    'atlas/PG308',
    'pg-migration-lint/PGM020',
    'migrationpilot/MP004',
    'migrationpilot/require-lock-timeout',
  ],
  check(migration, at) {
    const transactions = [...at.earlier, at.transaction]
    // A timeout that the SQL sets to 0 is lock-timeout-disabled-or-long's business.
    const unbounded = requestsOf(
      transactions,
      ({ entry }) =>
        waitLimit(entry.settings) === undefined && entry.settings.get('lock_timeout') === undefined && !isStoppedHalfWay(entry),
    )
    // One per transaction is told, of the first statement that nothing worse is said of.
    return unbounded.flatMap((requests) => {
      const plain = requests.findIndex(({ request }) => !isSpokenOf(request))
      const candidates = plain === -1 ? requests : requests.slice(0, plain + 1)
      return candidates.map((candidate) => reportOf(candidate, migration, at))
    })
  },
})

/** A lock_timeout that strikes DETACH CONCURRENTLY leaves the detach pending: lock-timeout-around-concurrent-build warns of one. */
function isStoppedHalfWay({ statement }: LockRequest['entry']): boolean {
  return statement.commands.some(({ operation }) => operation.kind === 'DetachPartition' && operation.concurrently)
}

/** Other rules speak of what stops traffic while it works, and of DROP INDEX. */
function isSpokenOf({ entry }: LockRequest): boolean {
  return (
    entry.inUse.some((effect) => effect.work.size > 0 && stopsTraffic(effect)) ||
    entry.statement.commands.some(({ operation }) => operation.kind === 'DropIndex')
  )
}

function reportOf({ transaction, request }: RequestIn, migration: Migration, at: Site): Report {
  const { entry, effects } = request
  const names = listRelations(effects, at)
  const who = effects.some(({ lock }) => whoWaits(lock) === 'reads and writes') ? 'reads and writes' : 'writes'
  const alone = transaction.scope === 'none' || transaction.scope === 'pipeline'
  const locked = new Set(lockRequests(transaction).flatMap((each) => each.effects.map(({ relation }) => relation.name)))
  const time = locked.size > 1 ? '500ms' : '2s'
  const first = entry.statement === migration.statements[0]
  const set = `SET ${alone ? '' : 'LOCAL '}lock_timeout = '${time}';`
  return {
    message: `${who} to ${names} queue up behind this for as long as it waits for its lock: there is no lock_timeout`,
    span: entry.statement.span,
    effects: entry.effects,
    beside: '',
    group: queueOf(transaction),
    fix: () => insertLockTimeout(entry.statement, set, at),
    instead: advice(
      `let it give up soon and run it again: add this ${first ? 'at the top' : `before ${excerpt(entry.statement)}`}`,
      set,
    ),
  }
}
