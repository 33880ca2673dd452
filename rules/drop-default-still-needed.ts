import { planDropDefault } from '../src/plan/builder/let-go.ts'
import {
  advice,
  alterTable,
  asDeclared,
  findColumn,
  following,
  inLaterMigration,
  isGivenUp,
  printName,
  quoteIdentifier,
  rule,
  sameName,
  some,
} from '../src/rule.ts'

export default rule({
  on: ['DropDefault'],
  hazard: 'breaks clients',
  certainty: 'possible',
  summary: 'a required column loses its default while running code may rely on it',
  why: `Without the default, an INSERT that leaves out a NOT NULL column fails. Code that is still running may rely on it without anybody having
written it down; it certainly does when the column was added with that default in the same change set, since it does not know the column at all.`,
  instead: `Deploy code that always gives the column a value first, and drop the default in a later change set.`,
  references: [
    'https://www.postgresql.org/docs/current/ddl-default.html',
    'https://www.postgresql.org/docs/current/sql-altertable.html',
  ],
  knownAs: [
    'strong_migrations/change_column_default',
    'online_migrations/change_column_default',
    'safe-pg-migrations/change_column_default',
  ],
  check(op, at) {
    if (at.skipped !== undefined || at.refused !== undefined || at.isNew(op.table)) return undefined
    const column = findColumn(at.before, op.table, op.column)
    // Nullable: rows without a value get NULL, as they say. Unknown: the column may be required.
    if (column !== undefined && (column.notNull === false || (column.default === undefined && column.origin !== undefined)))
      return undefined
    const isHere = (table: typeof op.table) => sameName(at.resolve(table), at.resolve(op.table))
    const replaced = some(
      following(at),
      (later) =>
        (later.kind === 'SetDefault' ||
          later.kind === 'AddIdentity' ||
          later.kind === 'DropNotNull' ||
          later.kind === 'DropColumn') &&
        later.column === op.column &&
        isHere(later.table),
    )
    if (replaced) return undefined
    const name = `${quoteIdentifier(op.column)} of ${printName(at.resolve(op.table))}`
    const added = at.inChangeSet(column?.origin)
    if (!added && isGivenUp(at)) return { message: `column ${name} loses its default${asDeclared}`, certainty: 'checked' }
    return {
      message: added
        ? `without the default INSERTs of running code fail, which does not know column ${name}`
        : `INSERTs of running code that leave out column ${name} fail without the default: it ${column?.notNull === true ? 'is' : 'may be'} NOT NULL`,
      certainty: added && column?.notNull === true ? 'certain' : 'possible',
      instead: advice(
        'deploy code that always gives it a value first',
        inLaterMigration,
        alterTable(op, `ALTER COLUMN ${quoteIdentifier(op.column)} DROP DEFAULT`),
      ),
    }
  },
  rewrite: planDropDefault,
})
