import { planRenameColumn } from '../src/plan/builder/rename-column.ts'
import {
  advice,
  alterTable,
  asDeclared,
  askColumnAsDeployed,
  findColumn,
  findView,
  inLaterMigration,
  isGivenUp,
  isRenamedAgain,
  namedIn,
  printName,
  printType,
  quoteIdentifier,
  rule,
  swapsColumn,
} from '../src/rule.ts'

export default rule({
  on: ['RenameColumn'],
  hazard: 'breaks clients',
  summary: 'a column gets another name under running code',
  why: `A rename is instant, and instant is the trouble: the code that is still running asks for the old name and fails, the code that asks for
the new name fails before it. There is no moment at which both can be right. Exempt are swaps, where another column takes the old name in the same
transaction.`,
  instead: `Often no rename is needed: the application's mapping can call the column what it likes. Otherwise add a column with the new name, keep
both equal with a trigger, fill it in batches, deploy code that uses the new name only, and drop the old column in a later change set.`,
  references: [
    'https://www.postgresql.org/docs/current/sql-altertable.html',
    'https://www.postgresql.org/docs/current/plpgsql-trigger.html',
  ],
  knownAs: [
    'squawk/renaming-column',
    'pgls/renamingColumn',
    'strong_migrations/rename_column',
    'online_migrations/rename_column',
    'excellent_migrations/column_renamed',
    'django-migration-linter/RENAME_COLUMN',
    'pgfence/rename-column',
    'atlas/BC102',
    'bytebase/SCHEMA_BACKWARD_COMPATIBILITY',
    'pg-migration-lint/PGM505',
    'migrationpilot/MP010',
    'migrationpilot/no-rename-column',
    'migrationpilot/MP071',
    'migrationpilot/ban-rename-in-use-column',
    'migrationpilot/MP052',
    'migrationpilot/warn-dependent-objects',
  ],
  check(op, at) {
    if (at.skipped !== undefined || at.refused !== undefined || at.isNew(op.table)) return undefined
    const column = findColumn(at.before, op.table, op.column)
    if (at.inChangeSet(column?.origin) || swapsColumn(op, at) || isRenamedAgain(op.table, op.column, at)) return undefined
    const [from, to] = [quoteIdentifier(op.column), quoteIdentifier(op.to)]
    const message = `renaming column ${from} of ${printName(at.resolve(op.table))} to ${to} breaks running code that asks for ${from}${namedIn(askColumnAsDeployed(op.table, op.column, at), at)}`
    // Running code may use the new name already where it saw both through a view in the table's place.
    const both = findView(at.deployed, op.table)?.columns
    if (both?.includes(op.column) && both.includes(op.to)) {
      if (isGivenUp(at)) {
        const renamed = `renaming column ${from} of ${printName(at.resolve(op.table))} to ${to}`
        return { message: `${renamed}, by which code could ask for it before${asDeclared}`, certainty: 'checked' }
      }
      return { message, certainty: 'possible', instead: `make sure that no running code asks for ${from} any more` }
    }
    if (findView(at.before, op.table) !== undefined) {
      return {
        message,
        instead: `let CREATE OR REPLACE VIEW add ${to} as a last column, and drop the view's old column once no code uses it`,
      }
    }
    const sentence =
      'add a column with the new name, keep both equal with a trigger until no code uses the old one, then drop that'
    const add = column?.type === undefined ? [] : [alterTable(op, `ADD COLUMN ${to} ${printType(column.type)}`)]
    return {
      message,
      instead: advice(
        sentence,
        ...add,
        `-- a BEFORE INSERT OR UPDATE trigger that copies ${from} to ${to} and back; fill the old rows in batches; deploy`,
        inLaterMigration,
        alterTable(op, `DROP COLUMN ${from}`),
      ),
    }
  },
  rewrite: planRenameColumn,
})
