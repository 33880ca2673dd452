import {
  blocksReads,
  type Catalog,
  type Effect,
  type Entry,
  excerpt,
  findRelation,
  lacksValue,
  listOf,
  listSome,
  namesOf,
  printName,
  type Report,
  rule,
  type Statement,
  sayWork,
  stopsTraffic,
  stronger,
  type Transaction,
  whoWaits,
} from '../src/rule.ts'

/** A lock that stops traffic, and the statement that took it. */
interface Hold {
  readonly effect: Effect
  readonly since: Statement
}

export default rule({
  on: ['Transaction'],
  hazard: 'blocks reads',
  summary: 'a strong lock from an earlier statement is held while a later one works through a table',
  why: `A lock lasts to the end of its transaction. \`ALTER TABLE … ADD COLUMN\` is over in a moment, but its lock is held while the rest
of the migration runs: a backfill in the same transaction, harmless on its own, keeps all readers and writers of the altered table waiting until
the last row is done.`,
  instead: `Commit first. Put what takes long (backfills, validations, index builds, copies) into a migration of its own, after the one that
changes the table, so that no strong lock is held meanwhile.`,
  references: ['https://www.postgresql.org/docs/current/explicit-locking.html#LOCKING-TABLES'],
  knownAs: [
    'pgls/runningStatementWhileHoldingAccessExclusive',
    'eugene/E4',
    'eugene/E10',
    'django-migration-linter/CREATE_INDEX_EXCLUSIVE',
    'pgfence/statement-after-access-exclusive',
    'strong_migrations/change_column_null',
    'online_migrations/change_column_null',
    'migrationpilot/MP008',
    'migrationpilot/no-multi-ddl-transaction',
    'migrationpilot/MP080',
    'migrationpilot/ban-data-in-migration',
  ],
  check(transaction, at) {
    const holds = new Map<string, Hold>()
    for (const entry of transaction.entries) {
      const report = reportOf(entry, holds, transaction, at.after)
      if (report !== undefined) return report
      const isOptional = entry.statement.commands.some(({ operation }) => 'ifExists' in operation && operation.ifExists)
      for (const effect of entry.inUse.filter(stopsTraffic)) {
        // A table that no migration made may well not be there where the statement itself doubts it.
        if (isOptional && findRelation(at.deployed, effect.relation) === undefined) continue
        const name = transaction.renamed.get(printName(effect.relation)) ?? printName(effect.relation)
        const before = holds.get(name)
        const grows = before !== undefined && blocksReads(effect.lock) && !blocksReads(before.effect.lock)
        if (before === undefined || grows) holds.set(name, { effect, since: entry.statement })
      }
    }
    return undefined
  },
})

/** Whether the lock lasted: a ROLLBACK TO gives back what was taken after its savepoint. */
function keeps(transaction: Transaction, { relation, lock }: Effect): boolean {
  const held = transaction.held.get(printName(relation))?.lock
  return held !== undefined && stronger(held, lock) === held
}

function reportOf(
  entry: Entry,
  holds: ReadonlyMap<string, Hold>,
  transaction: Transaction,
  catalog: Catalog,
): Report | undefined {
  // A table with rows refuses a column that nothing fills, and one without has none to go through.
  if (entry.statement.commands.some(({ operation }) => operation.kind === 'AddColumn' && lacksValue(operation, catalog)))
    return undefined
  const slow = entry.inUse.filter((effect) => effect.work.size > 0)
  // Other rules speak of a statement that itself stops the traffic of the table it works through, and of VALIDATE under a lock on its table.
  const validates = entry.statement.commands.some(({ operation }) => operation.kind === 'ValidateConstraint')
  const spokenOf = namesOf(validates ? entry.effects : slow.filter(stopsTraffic), transaction)
  const waiting = [...holds].flatMap(([name, hold]) => (spokenOf.has(name) || !keeps(transaction, hold.effect) ? [] : [hold]))
  if (slow.length === 0 || waiting.length === 0) return undefined
  // What another finding of this statement speaks of need not be named again beside it.
  const own = namesOf(entry.inUse.filter(stopsTraffic), transaction)
  const others = waiting.filter(({ effect }) => !own.has(printName(effect.relation)))
  return {
    message: `${sayWhose(waiting)} wait while this ${sayWork(slow)}: ${sayHeld(waiting)} to the end of the transaction`,
    beside: others.length === 0 ? '' : `${sayWhose(others)} wait too: ${sayHeld(others)}`,
    hazard: waiting.some(({ effect }) => blocksReads(effect.lock)) ? 'blocks reads' : 'blocks writes',
    span: entry.statement.span,
    effects: [...entry.effects, ...waiting.map(({ effect }) => ({ ...effect, work: new Set<never>(), because: undefined }))],
    instead: 'commit before it: move this statement into a later migration, or what took the lock into an earlier one',
  }
}

function sayWhose(waiting: readonly Hold[]): string {
  return listOf(
    (['reads and writes', 'writes'] as const).flatMap((who) => {
      const names = waiting.filter(({ effect }) => whoWaits(effect.lock) === who).map(({ effect }) => printName(effect.relation))
      return names.length === 0 ? [] : [`${who} to ${listSome(names)}`]
    }),
  )
}

function sayHeld(holds: readonly Hold[]): string {
  const [first, ...others] = [...new Set(holds.map(({ since }) => since))].map(excerpt)
  return others.length === 0
    ? `the lock of ${first} is held`
    : `the locks of ${first} and ${others.length === 1 ? others[0] : `${others.length} later statements`} are held`
}
