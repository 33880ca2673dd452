import { findColumn, following, printName, quoteIdentifier, rule, sameName, some } from '../src/rule.ts'

export default rule({
  on: ['DropNotNull'],
  hazard: 'breaks clients',
  certainty: 'checked',
  summary: 'a column becomes nullable: readers that are still running may meet NULL',
  why: `Dropping NOT NULL is instant and loses nothing. Code that is still running and was written for a value in every row may fail on the first
NULL that newer code writes.`,
  instead: `Deploy readers that accept NULL first, then drop NOT NULL, then deploy the code that writes NULL.`,
  references: ['https://www.postgresql.org/docs/current/sql-altertable.html'],
  knownAs: [
    'squawk/ban-drop-not-null',
    'pgls/banDropNotNull',
    'pgfence/drop-not-null',
    'pg-migration-lint/PGM507',
    'migrationpilot/MP029',
    'migrationpilot/ban-drop-not-null',
  ],
  check(op, at) {
    if (at.skipped !== undefined || at.refused !== undefined || at.isNew(op.table)) return undefined
    const column = findColumn(at.before, op.table, op.column)
    if (column?.notNull === false || at.inChangeSet(column?.origin)) return undefined
    // On its way out, or to another name: readers of this name will not meet its NULLs.
    const leaves = some(
      following(at),
      (later) =>
        (later.kind === 'RenameColumn' || later.kind === 'DropColumn' || later.kind === 'SetNotNull') &&
        later.column === op.column &&
        sameName(at.resolve(later.table), at.resolve(op.table)),
    )
    if (leaves) return undefined
    return `running code that reads column ${quoteIdentifier(op.column)} of ${printName(at.resolve(op.table))} may meet NULL, once newer code writes it`
  },
})
