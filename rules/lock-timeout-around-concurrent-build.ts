import { planOutside } from '../src/plan/builder/commits-itself.ts'
import { advice, literal, milliseconds, type Operation, printName, quoteIdentifier, rule, type Site } from '../src/rule.ts'

/** What can pass for long enough: waits for other transactions' ends, and the work on a large table. */
const enough = { lock_timeout: 300_000, statement_timeout: 1_800_000, transaction_timeout: 1_800_000 } as const

export default rule({
  on: ['CreateIndex', 'DropIndex', 'Reindex', 'DetachPartition'],
  hazard: 'fails',
  certainty: 'possible',
  summary: 'a short timeout is in force around a concurrent build, which leaves an INVALID index when it strikes',
  why: `CREATE INDEX CONCURRENTLY waits, more than once, until older transactions are over, even those on other tables, and these waits obey
\`lock_timeout\`; the build itself obeys \`statement_timeout\`. When one of them strikes, the command stops half-way and leaves an INVALID index
that every write still maintains (DETACH PARTITION CONCURRENTLY leaves a pending detach). A timeout has little to protect here: the locks of
these commands let reads and writes through, queued or held; only DETACH takes a strong one at its end, on the partition alone.`,
  instead: `Switch the timeouts off in the migration with the concurrent command and look for long transactions before it runs. Drop an INVALID
index with DROP INDEX CONCURRENTLY before building it again.`,
  references: [
    'https://www.postgresql.org/docs/current/sql-createindex.html#SQL-CREATEINDEX-CONCURRENTLY',
    'https://www.postgresql.org/docs/current/runtime-config-client.html#GUC-LOCK-TIMEOUT',
  ],
  knownAs: [
    'squawk/require-statement-timeout',
    'squawk/require-timeout-settings',
    'pgls/requireStatementTimeout',
    'pgfence/missing-statement-timeout',
    'pgfence/statement-timeout-too-long',
    'migrationpilot/MP020',
    'migrationpilot/require-statement-timeout',
  ],
  check(op, at) {
    if (!op.concurrently || at.refused !== undefined || at.skipped !== undefined) return undefined
    const short = (['lock_timeout', 'statement_timeout', 'transaction_timeout'] as const).filter((setting) => {
      const time = milliseconds(at.setting(setting) ?? '0')
      return time !== undefined && time > 0 && time < enough[setting]
    })
    if (short.length === 0) return undefined
    const values = short.map((setting) => `${setting} of ${sayTime(at.setting(setting) ?? '')}`).join(' and a ')
    return {
      message: `the ${values} can stop this half-way, which leaves ${leftover(op, at)}`,
      instead: advice(
        `switch ${short.length === 1 ? 'it' : 'them'} off around the statement`,
        ...short.map((setting) => `SET ${setting} = 0;`),
        `${at.statement.sql};`,
        ...short.map((setting) => `SET ${setting} = ${literal(at.setting(setting) ?? '')};`),
      ),
    }
  },
  rewrite: planOutside,
})

/** PostgreSQL takes a number without a unit for milliseconds. */
function sayTime(text: string): string {
  return /^\d+$/.test(text) ? `${text}ms` : text
}

function leftover(op: Operation<'CreateIndex' | 'DropIndex' | 'Reindex' | 'DetachPartition'>, at: Site): string {
  switch (op.kind) {
    case 'CreateIndex':
      return op.index === undefined
        ? `an INVALID index on ${printName(at.resolve(op.table))}`
        : `${quoteIdentifier(op.index)} behind INVALID`
    case 'DropIndex':
      return `${printName(at.resolve(op.index))} behind INVALID`
    case 'Reindex':
      return 'an INVALID copy of the index behind'
    case 'DetachPartition':
      return `the detach of ${printName(at.resolve(op.partition))} pending`
  }
}
