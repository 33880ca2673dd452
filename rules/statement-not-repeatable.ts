import { type Operation, rule } from '../src/rule.ts'

export default rule({
  on: [
    'CreateTable',
    'CreateIndex',
    'CreateSchema',
    'CreateSequence',
    'CreateMaterializedView',
    'AddColumn',
    'DropTable',
    'DropColumn',
    'DropIndex',
    'DropConstraint',
    'DropView',
    'DropType',
    'DropSequence',
  ],
  hazard: 'style',
  summary: 'a statement outside a transaction that fails when the migration is run again',
  why: `A migration that runs statement by statement and fails in the middle has done the first half. Run again, it stops at the first statement, because
what it makes is there. IF [NOT] EXISTS lets it go on. In a transaction everything was undone, so nothing needs to be repeatable. It is no advice for
concurrent index builds, whose INVALID leftover it would keep.`,
  instead: `Add IF NOT EXISTS or IF EXISTS where the migration runs without a transaction, and see that what exists is what was meant.`,
  references: [
    'https://www.postgresql.org/docs/current/sql-createtable.html',
    'https://www.postgresql.org/docs/current/sql-createindex.html#SQL-CREATEINDEX-CONCURRENTLY',
  ],
  knownAs: [
    'squawk/prefer-robust-stmts',
    'pgls/preferRobustStmts',
    'pgfence/prefer-robust-create-index',
    'pgfence/prefer-robust-create-table',
    'pgfence/prefer-robust-drop-index',
    'pgfence/prefer-robust-drop-table',
    'pg-migration-lint/PGM401',
    'pg-migration-lint/PGM402',
    'migrationpilot/MP023',
    'migrationpilot/require-if-not-exists',
  ],
  check(op, at) {
    // One statement alone is done or not done.
    if (at.transaction.scope !== 'none' || at.migration.statements.length < 2 || at.refused !== undefined || isRepeatable(op))
      return undefined
    return `run again after a failure further down, this fails: ${op.kind.startsWith('Drop') ? 'say IF EXISTS' : 'say IF NOT EXISTS'}`
  },
})

function isRepeatable(op: Operation): boolean {
  switch (op.kind) {
    case 'CreateIndex':
      return op.ifNotExists || op.concurrently || op.index === undefined
    case 'CreateTable':
    case 'CreateSequence':
      return op.ifNotExists || (op.kind === 'CreateTable' ? op.persistence === 'temporary' : op.temporary)
    case 'CreateSchema':
    case 'CreateMaterializedView':
    case 'AddColumn':
      return op.ifNotExists
    case 'DropColumn':
      return op.columnIfExists
    case 'DropConstraint':
      return op.constraintIfExists
    case 'DropTable':
    case 'DropIndex':
    case 'DropView':
    case 'DropType':
    case 'DropSequence':
      return op.ifExists
    default:
      return true
  }
}
