import { planCreateIndex } from '../src/plan/builder/create-index.ts'
import { advice, createIndex, findIndex, operationsIn, printName, quoteIdentifier, rule, sameName } from '../src/rule.ts'

export default rule({
  on: ['CreateIndex'],
  hazard: 'fails',
  certainty: 'checked',
  summary: 'IF NOT EXISTS keeps an INVALID index that a failed concurrent build left, and reports success',
  why: `A concurrent build that fails (a timeout, a deadlock, a duplicate) leaves its index behind, marked INVALID: no query uses it, every write
maintains it. When the migration runs again, IF NOT EXISTS finds the name taken, does nothing and reports success, and the migration counts as
applied. Measured on 15 and 18.`,
  instead: `Drop what a failed try may have left first, with DROP INDEX CONCURRENTLY IF EXISTS, then build the index without IF NOT EXISTS.`,
  references: ['https://www.postgresql.org/docs/current/sql-createindex.html#SQL-CREATEINDEX-CONCURRENTLY'],
  knownAs: ['safe-pg-migrations/add_index', 'migrationpilot/MP070', 'migrationpilot/warn-concurrent-index-invalid'],
  check(op, at) {
    if (!op.ifNotExists || op.index === undefined || at.refused !== undefined || at.isNew(op.table)) return undefined
    const name = { schema: at.resolve(op.table).schema, name: op.index }
    const there = findIndex(at.before, name)
    const again = there?.builtConcurrently === true && !at.inChangeSet(there.origin)
    if (!again && (!op.concurrently || at.skipped !== undefined)) return undefined
    for (const { operation, statement } of operationsIn(at.migration.statements)) {
      if (statement === at.statement) break
      const goes = operation.kind === 'DropIndex' || operation.kind === 'RenameIndex'
      if (goes && sameName(at.resolve(operation.index), name)) return undefined
    }
    const index = quoteIdentifier(op.index)
    return {
      message: again
        ? `${index} was built concurrently before: if that failed, this keeps the INVALID index and reports success`
        : `if a first try fails half-way, running this again keeps the INVALID ${index} and reports success`,
      certainty: again ? 'possible' : 'checked',
      instead: advice(
        'drop what a failed try may have left, then build without IF NOT EXISTS',
        `DROP INDEX CONCURRENTLY IF EXISTS ${printName({ schema: op.table.schema, name: op.index })};`,
        createIndex(op, { table: op.table, index: op.index, concurrently: true }),
      ),
    }
  },
  rewrite: planCreateIndex,
})
