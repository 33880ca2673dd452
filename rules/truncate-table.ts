import { planEmpty } from '../src/plan/builder/bulk-change.ts'
import { findTable, listRelations, printName, rule, whoWaits } from '../src/rule.ts'

export default rule({
  on: ['Truncate'],
  hazard: 'loses data',
  summary: 'TRUNCATE empties a table, and with CASCADE every table that points at it',
  why: `TRUNCATE deletes all rows at once, fires no DELETE triggers, and is not even consistent for readers: a transaction with an older snapshot sees
an empty table. It needs the table to itself. CASCADE goes on to every table with a foreign key to it, and from there to the next.`,
  instead: `If the rows are to go while code is running, delete them in batches, or detach the partition that holds them. If the table really is not
used, name every table that is to be emptied in one TRUNCATE, without CASCADE.`,
  references: [
    'https://www.postgresql.org/docs/current/sql-truncate.html',
    'https://www.postgresql.org/docs/current/mvcc-caveats.html',
  ],
  knownAs: [
    'pgls/banTruncate',
    'pgfence/truncate',
    'bytebase/STATEMENT_DISALLOW_TRUNCATE',
    'pg-migration-lint/PGM203',
    'squawk/ban-truncate-cascade',
    'pgls/banTruncateCascade',
    'pgfence/truncate-cascade',
    'pg-migration-lint/PGM204',
    'migrationpilot/MP036',
    'migrationpilot/ban-truncate-cascade',
  ],
  check(op, at) {
    if (at.refused !== undefined) return undefined
    const target = printName(at.resolve(op.table))
    // Which tables are emptied with it is the effect model's knowledge: it locks them all.
    const others = at.effects.filter(
      ({ relation, kind, lock }) =>
        (kind === 'table' || kind === 'partitioned table') &&
        whoWaits(lock) === 'reads and writes' &&
        printName(relation) !== target &&
        !at.isNew(relation),
    )
    const names = listRelations(others, at)
    const cascades = op.cascade && others.length > 0
    if (at.isNew(op.table)) return cascades ? `CASCADE deletes every row of ${names} for good` : undefined
    const known = findTable(at.before, op.table)?.complete === true
    const unknown = op.cascade && others.length === 0 && !known ? ', and of every table that points at it' : ''
    return {
      message: `TRUNCATE deletes every row of ${target} for good${cascades ? `, and through CASCADE those of ${names}` : unknown}`,
      instead: op.cascade
        ? 'name every table that is to be emptied, and leave CASCADE out: PostgreSQL then refuses if one is missing'
        : 'delete in batches if code is running that uses the rows, or detach the partition that holds them',
    }
  },
  rewrite: planEmpty,
})
