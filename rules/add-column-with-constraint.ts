import { planAddColumn } from '../src/plan/builder/add-column.ts'
import {
  addColumn,
  advice,
  alterTable,
  type Constraint,
  listOf,
  newConstraintSteps,
  type Operation,
  otherCommands,
  quoteIdentifier,
  rule,
  waitFor,
} from '../src/rule.ts'

export default rule({
  on: ['AddColumn'],
  hazard: 'blocks reads',
  summary: 'a constraint on a new column scans the table or builds an index',
  why: `A constraint written behind a new column is checked at once. PostgreSQL reads the whole table for a CHECK, although every row holds the
same value; it builds an index for UNIQUE and PRIMARY KEY; and it looks up every row for REFERENCES when the column has a default. Reads and
writes of the table wait meanwhile. REFERENCES on a column without a default reads nothing and is fine as it is.`,
  instead: `Add the column alone, which changes the catalog only. Then add each constraint in the way that lets traffic through: CHECK and FOREIGN KEY
with NOT VALID and a later VALIDATE, UNIQUE and PRIMARY KEY from an index that was built concurrently.`,
  references: ['https://www.postgresql.org/docs/current/sql-altertable.html#SQL-ALTERTABLE-NOTES'],
  knownAs: [
    'squawk/disallowed-unique-constraint',
    'squawk/adding-serial-primary-key-field',
    'squawk/adding-foreign-key-constraint',
    'squawk/constraint-missing-not-valid',
    'pgls/disallowUniqueConstraint',
    'pgls/addingPrimaryKeyConstraint',
    'pgls/addingForeignKeyConstraint',
    'eugene/E1',
    'eugene/E7',
    'strong_migrations/add_reference',
    'online_migrations/add_reference',
    'safe-pg-migrations/add_reference',
    'excellent_migrations/column_reference_added',
    'pgfence/add-column-inline-foreign-key',
    'pgfence/add-column-inline-foreign-key-not-valid',
    'atlas/PG306',
    'pg-migration-lint/PGM014',
    'pg-migration-lint/PGM015',
    'pg-migration-lint/PGM016',
  ],
  check(op, at) {
    const wait = waitFor(at)
    // A rewrite is add-column-with-rewrite's business; the constraints are then part of its advice.
    if (wait === undefined || wait.work.has('rewrite')) return undefined
    const constraints = constraintsOf(op)
    if (constraints.length === 0) return undefined
    const slow = [
      ...(wait.work.has('scan') ? ['every row is checked'] : []),
      ...(wait.work.has('index build') ? ['its index is built'] : []),
    ]
    return {
      message: `adding column ${quoteIdentifier(op.column.name)} ${wait.blocks} while ${listOf(slow)}`,
      instead: advice(
        'add the column alone, then each constraint in the way that lets traffic through',
        alterTable(op, addColumn(op, { default: true, notNull: op.column.generated === undefined })),
        ...constraints.flatMap((constraint) => newConstraintSteps(constraint, op, at)),
        ...otherCommands(at),
      ),
      hazard: wait.hazard,
    }
  },
  rewrite: planAddColumn,
})

/** NOT NULL is one of them for a generated column; elsewhere it needs a default, which proves it, or fails. */
function constraintsOf({ column }: Operation<'AddColumn'>): readonly Constraint[] {
  if (!column.notNull || column.generated === undefined) return column.constraints
  const { name, notNullName } = column
  return [{ kind: 'not null', name: notNullName, column: name, notValid: false, noInherit: false }, ...column.constraints]
}
