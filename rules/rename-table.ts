import { planRenameRelation } from '../src/plan/builder/rename-relation.ts'
import {
  advice,
  asDeclared,
  askTable,
  beside,
  isGivenUp,
  isRenamedAgain,
  namedIn,
  printName,
  quoteIdentifier,
  rule,
  swapsRelation,
} from '../src/rule.ts'

export default rule({
  on: ['RenameTable', 'SetTableSchema'],
  hazard: 'breaks clients',
  summary: 'a table gets another name or schema under running code, and nothing takes its place',
  why: `The code that is still running asks for the old name and fails as soon as the rename has committed; the new code fails before it. A view
under the old name, made in the same transaction, keeps old code working: a simple view can be read and written like the table. Exempt, too,
are swaps, where another table takes the name in the same transaction.`,
  instead: `Rename the table and create a view of it under the old name in one transaction; deploy code that uses the new name; drop the view in
a later change set. Code that says COPY, TRUNCATE or ON CONFLICT ON CONSTRAINT has to be changed before.`,
  references: [
    'https://www.postgresql.org/docs/current/sql-createview.html#SQL-CREATEVIEW-UPDATABLE-VIEWS',
    'https://www.postgresql.org/docs/current/sql-altertable.html',
  ],
  knownAs: [
    'squawk/renaming-table',
    'pgls/renamingTable',
    'strong_migrations/rename_table',
    'online_migrations/rename_table',
    'excellent_migrations/table_renamed',
    'django-migration-linter/RENAME_TABLE',
    'pgfence/rename-table',
    'atlas/BC101',
    'bytebase/SCHEMA_BACKWARD_COMPATIBILITY',
    'pg-migration-lint/PGM504',
    'migrationpilot/MP028',
    'migrationpilot/no-rename-table',
    'migrationpilot/MP098',
    'migrationpilot/warn-set-schema',
  ],
  check(op, at) {
    if (at.skipped !== undefined || at.refused !== undefined || at.isNew(op.table)) return undefined
    const old = at.resolve(op.table)
    const moves = op.kind === 'SetTableSchema'
    const renamed = moves ? { schema: op.schema, name: old.name } : beside(old, op.to)
    if (swapsRelation(old, renamed, at) || isRenamedAgain(op.table, undefined, at)) return undefined
    // The search_path of the running code may hold the new schema, and a name like orders_old tells of a table that was given up.
    const unsure = moves || /(?:^|_)(?:old|dropped|deprecated|unused|backup|legacy|archived?)(?:_|\d|$)/.test(renamed.name)
    if (!moves && unsure && isGivenUp(at)) {
      return { message: `renaming ${printName(old)} to ${quoteIdentifier(op.to)}${asDeclared}`, certainty: 'checked' }
    }
    return {
      message: moves
        ? `moving ${printName(old)} to schema ${quoteIdentifier(op.schema)} breaks running code that looks for it in ${quoteIdentifier(old.schema)}${namedIn(askTable(old), at)}`
        : `renaming ${printName(old)} to ${quoteIdentifier(op.to)} breaks running code that asks for ${quoteIdentifier(old.name)}${namedIn(askTable(old), at)}`,
      certainty: unsure ? 'possible' : 'certain',
      instead: advice(
        'leave a view under the old name in the same transaction, and drop it once no code uses that name',
        `${at.statement.sql};`,
        `CREATE VIEW ${printName(old)}${at.postgres >= 15 ? ' WITH (security_invoker = true)' : ''} AS SELECT * FROM ${printName(renamed)};`,
      ),
    }
  },
  rewrite: planRenameRelation,
})
