import { advice, firstRequests, listRelations, type Report, rule, type WaitLimit, waitLimit } from '../src/rule.ts'

/** Longer than most clients wait for an answer themselves. */
const longest = 10_000

export default rule({
  on: ['Migration'],
  hazard: 'queues traffic',
  certainty: 'possible',
  summary: 'the lock_timeout in force is off, or so long that it protects nobody',
  why: `While a statement waits for a lock that conflicts with traffic, every later query of the table queues up behind it, for as long as
\`lock_timeout\` allows. 0 switches it off; minutes are an outage of minutes. Turning it off is right around
concurrent index builds and VALIDATE CONSTRAINT, whose locks let traffic through, and around DETACH PARTITION CONCURRENTLY, which
would stay pending half-way; it has to end before the next statement that takes a strong lock.`,
  instead: `Set a \`lock_timeout\` of a second or two before the statement, and run the migration again when it fails on it.`,
  references: ['https://www.postgresql.org/docs/current/runtime-config-client.html#GUC-LOCK-TIMEOUT'],
  knownAs: ['pgfence/lock-timeout-zero', 'pgfence/lock-timeout-too-long'],
  check(_migration, at) {
    const found = firstRequests([...at.earlier, at.transaction], ({ entry: { settings, statement } }) => {
      // Given up half-way it leaves the detach pending.
      if (statement.commands.some(({ operation }) => operation.kind === 'DetachPartition' && operation.concurrently)) return false
      const limit = waitLimit(settings)
      return limit === undefined ? settings.get('lock_timeout') !== undefined : limit.milliseconds > longest
    })
    return found.map(({ transaction, request: { entry, effects } }): Report => {
      const limit = waitLimit(entry.settings)
      const names = listRelations(effects, at)
      const local = transaction.scope === 'none' || transaction.scope === 'pipeline' ? '' : 'LOCAL '
      return {
        message: `traffic of ${names} queues up behind this while it waits for its lock, ${sayLimit(limit, entry.settings.get('lock_timeout'))}`,
        span: entry.statement.span,
        effects: entry.effects,
        instead: advice('let it give up soon and run it again: add this before it', `SET ${local}lock_timeout = '2s';`),
      }
    })
  },
})

function sayLimit(limit: WaitLimit | undefined, lockTimeout: string | undefined): string {
  if (limit !== undefined) return `up to the ${limit.setting} of ${limit.value}`
  return `without limit: lock_timeout is ${lockTimeout === '0' ? '0, which is off' : `${lockTimeout}, which bounds nothing`}`
}
