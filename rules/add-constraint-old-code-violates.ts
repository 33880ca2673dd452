import {
  type Constraint,
  findColumn,
  findTable,
  listOf,
  type Name,
  printName,
  quoteIdentifier,
  rule,
  type Site,
} from '../src/rule.ts'

export default rule({
  on: ['AddConstraint', 'SetNotNull'],
  hazard: 'breaks clients',
  summary: 'a constraint asks for what running code does not write',
  why: `NOT VALID spares the rows that are there, not the statements that come. From the moment the constraint commits, every INSERT and UPDATE is checked.
Code that does not know a column leaves it NULL, so a constraint that demands a value, in the change set that adds the column, fails all its INSERTs. And
a row that violates a CHECK already can no longer be updated at all, whichever column the UPDATE changes. Measured on 15 and 18.`,
  instead: `Add the column in one change set, with a default or a trigger that fills it, deploy code that writes it, and add the constraint in a later one.`,
  references: [
    'https://www.postgresql.org/docs/current/sql-altertable.html#SQL-ALTERTABLE-DESC-ADD-TABLE-CONSTRAINT',
    'https://www.postgresql.org/docs/current/ddl-constraints.html',
  ],
  knownAs: [],
  check(op, at) {
    if (at.skipped !== undefined || at.refused !== undefined || at.isNew(op.table)) return undefined
    const table = printName(at.resolve(op.table))
    const demanded = op.kind === 'SetNotNull' ? [op.column] : demandedBy(op.constraint)
    const unknown = demanded.filter((column) => isUnfilled(op.table, column, at))
    if (unknown.length > 0) {
      const names = listOf(unknown.map(quoteIdentifier))
      return {
        // Where functions of the database insert the rows, the change set may have changed them too.
        certainty: isFilledByFunctions(op.table, at) ? 'possible' : 'certain',
        message: `running code does not know ${names} of ${table}, which this change set adds, and its INSERTs fail once ${unknown.length === 1 ? 'it has' : 'they have'} to have a value`,
        instead:
          'give it a default or a trigger that fills it, or demand the value in a later change set, once the code that writes it is out',
      }
    }
    // Rows that were there before: only a CHECK that is left NOT VALID can meet one that violates it.
    if (op.kind !== 'AddConstraint' || op.constraint.kind !== 'check' || !op.constraint.notValid) return undefined
    const columns = op.constraint.expression.columns
    if (columns.length === 0 || columns.every((column) => at.inChangeSet(findColumn(at.before, op.table, column)?.origin)))
      return undefined
    return {
      message: `INSERTs and UPDATEs of running code that violate this fail from now on, and a row of ${table} that violates it already can no longer be updated`,
      certainty: 'checked',
    }
  },
})

function demandedBy(constraint: Constraint): readonly string[] {
  if (constraint.kind === 'not null') return [constraint.column]
  return constraint.kind === 'check' && constraint.enforced ? constraint.expression.provesNotNull : []
}

/** New in the change set, and NULL unless the INSERT gives it. */
function isUnfilled(table: Name, column: string, at: Site): boolean {
  const known = findColumn(at.before, table, column)
  // A column of this name was there: code knows it, whatever its type was.
  if (findColumn(at.deployed, table, column) !== undefined) return false
  if (known === undefined || !at.inChangeSet(known.origin) || known.notNull === true) return false
  if (known.default !== undefined || known.generated !== undefined || known.identity !== undefined || known.type?.serial)
    return false
  // Whether a trigger fills it is not known.
  return findTable(at.before, table)?.triggers.length === 0
}

function isFilledByFunctions(table: Name, at: Site): boolean {
  const insert = new RegExp(`insert\\s+into\\s+(?:\\S+\\.)?"?${table.name.replaceAll(/[^\w]/g, '.')}"?\\b`, 'i')
  return [...at.after.functions.values()].some((routines) => routines.some(({ body }) => insert.test(body)))
}
