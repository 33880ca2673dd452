import { constraintName, findColumn, printName, quoteIdentifier, rule } from '../src/rule.ts'

export default rule({
  on: ['AddConstraint'],
  hazard: 'breaks clients',
  certainty: 'checked',
  summary: 'a CHECK that is NOT VALID binds what running code writes, and rows that violate it already',
  why: `NOT VALID spares the rows that are there, not the statements that come. From the moment the constraint commits, every INSERT and UPDATE is checked: code
that writes other values fails, and so does every UPDATE of a row that violates the CHECK already, whichever column it changes. Measured on 15 and 18.
(A foreign key is looked up only when its columns change.) A value demanded of a column that the same change set adds is \`expand-and-contract-together\`.`,
  instead: `Deploy code that keeps the rule before the constraint, correct the rows that violate it right after, then validate.`,
  references: [
    'https://www.postgresql.org/docs/current/sql-altertable.html#SQL-ALTERTABLE-DESC-ADD-TABLE-CONSTRAINT',
    'https://www.postgresql.org/docs/current/ddl-constraints.html',
  ],
  knownAs: [],
  check(op, at) {
    if (at.skipped !== undefined || at.refused !== undefined || at.isNew(op.table)) return undefined
    if (op.constraint.kind !== 'check' || !op.constraint.notValid || !op.constraint.enforced) return undefined
    const { columns } = op.constraint.expression
    // Columns of the same change set are filled by those who know of the constraint.
    if (columns.length === 0 || columns.every((column) => at.inChangeSet(findColumn(at.before, op.table, column)?.origin)))
      return undefined
    const name = quoteIdentifier(constraintName(op.constraint, op.table, at))
    return `INSERTs and UPDATEs of ${printName(at.resolve(op.table))} by running code that violate ${name} fail from now on, and any UPDATE of a row that violates it already`
  },
})
