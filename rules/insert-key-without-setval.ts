import { planOwnKey } from '../src/plan/builder/own-key.ts'
import { movesSequence, operationsIn, ownKey, printName, quoteIdentifier, type Report, rule } from '../src/rule.ts'

export default rule({
  on: ['Migration'],
  hazard: 'fails',
  certainty: 'possible',
  summary: 'rows are inserted with keys of their own, and the sequence behind the key does not know',
  why: `A serial or identity column takes its values from a sequence. An INSERT that gives the value itself leaves the sequence where it was; when the
application inserts the next row, the sequence hands out a number that is taken, and the INSERT fails with a duplicate key. It fails as often as
there are such rows.`,
  instead: `Leave the key out of the INSERT, or move the sequence on afterwards with \`setval\`, in the same migration.`,
  references: [
    'https://www.postgresql.org/docs/current/functions-sequence.html',
    'https://www.postgresql.org/docs/current/ddl-identity-columns.html',
  ],
  knownAs: ['migrationpilot/MP059', 'migrationpilot/sequence-not-reset-after-data-migration'],
  check(migration, at) {
    const reports = new Map<string, Report>()
    for (const { operation: op, statement, span } of operationsIn(migration.statements)) {
      if (movesSequence(op)) return undefined
      if (op.kind !== 'Insert') continue
      const own = ownKey(op, statement, at)
      if (own === undefined) continue
      const name = printName(own.table.name)
      if (reports.has(name)) continue
      const key = quoteIdentifier(own.column.name)
      reports.set(name, {
        message: `later INSERTs into ${name} fail with a duplicate key: these rows bring their own ${key}, and its sequence does not move on`,
        span,
        instead: `move the sequence on afterwards\nSELECT setval(pg_get_serial_sequence('${name.replaceAll("'", "''")}', '${own.column.name.replaceAll("'", "''")}'), (SELECT max(${key}) FROM ${name}));`,
        rewrites: [{ operation: op, plan: () => planOwnKey(op, statement, at) }],
      })
    }
    return [...reports.values()]
  },
})
