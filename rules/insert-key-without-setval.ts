import {
  findTable,
  type Operation,
  operationsIn,
  printName,
  quoteIdentifier,
  type Report,
  rule,
  type TableColumn,
} from '../src/rule.ts'

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
      // DEFAULT and nextval ask the sequence.
      if (op.kind !== 'Insert' || op.inWith || /\b(?:default|nextval)\b/i.test(statement.sql)) continue
      const table = findTable(at.after, op.table)
      const column = table?.columns.find((each) => isNumbered(each) && op.columns.includes(each.name))
      if (table === undefined || column === undefined || table.persistence === 'temporary') continue
      const name = printName(table.name)
      if (reports.has(name) || isBelowStart(op, column.name, statement.sql)) continue
      const key = quoteIdentifier(column.name)
      reports.set(name, {
        message: `later INSERTs into ${name} fail with a duplicate key: these rows bring their own ${key}, and its sequence does not move on`,
        span,
        instead: `move the sequence on afterwards\nSELECT setval(pg_get_serial_sequence('${name.replaceAll("'", "''")}', '${column.name.replaceAll("'", "''")}'), (SELECT max(${key}) FROM ${name}));`,
      })
    }
    return [...reports.values()]
  },
})

/** Keys of 0 and less, of which a sequence hands out none. */
function isBelowStart(op: Operation<'Insert'>, column: string, sql: string): boolean {
  if (op.rows === undefined || op.rows === 0 || op.columns[0] !== column) return false
  return [...sql.matchAll(/\(\s*(?:0|-\s*\d+)\s*[,)]/g)].length === op.rows
}

function isNumbered(column: TableColumn): boolean {
  return (
    column.identity !== undefined ||
    column.type?.serial === true ||
    column.default?.calls.some((call) => call.function.name === 'nextval') === true
  )
}

function movesSequence(op: Operation): boolean {
  switch (op.kind) {
    case 'Select':
      return op.query.calls.some((call) => call.function.name === 'setval')
    case 'AlterSequence':
    case 'SetIdentity':
      return 'restart' in op.options.others
    case 'DoBlock':
      return op.dynamic.length > 0
    case 'Opaque':
    case 'Unparsed':
      return true
    default:
      return false
  }
}
