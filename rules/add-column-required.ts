import { planAddColumn } from '../src/plan/builder/add-column.ts'
import {
  addColumn,
  advice,
  alterTable,
  derivedName,
  findTable,
  findType,
  inLaterMigration,
  isAddedAgain,
  lacksValue,
  type Operation,
  otherCommands,
  printName,
  quoteIdentifier,
  rule,
  type Site,
} from '../src/rule.ts'

export default rule({
  on: ['AddColumn'],
  hazard: 'fails',
  summary: 'a new column is required and nothing fills it: not for the rows there are, not for INSERTs of the running code',
  why: `A NOT NULL column without a default has no value for the rows that the table holds, so PostgreSQL refuses to add it to a table with rows
(\`column contains null values\`). On an empty table it is added, and from then on every INSERT of the code that is still running fails, because
that code does not know the column. \`DEFAULT NULL\` is no default. serial, identity and generated columns fill themselves.`,
  instead: `Give it a constant default, which PostgreSQL stores once for all rows without touching them; drop the default when the new code
is out. Where the value differs per row: add the column nullable, let the new code or a trigger fill it, fill the old rows in batches, and set NOT
NULL at the end, proven by a validated CHECK.`,
  references: ['https://www.postgresql.org/docs/current/sql-altertable.html#SQL-ALTERTABLE-NOTES'],
  knownAs: [
    'squawk/adding-required-field',
    'pgls/addingRequiredField',
    'django-migration-linter/NOT_NULL',
    'pgfence/add-column-not-null-no-default',
    'atlas/MF103',
    'pg-migration-lint/PGM008',
    'migrationpilot/MP084',
    'migrationpilot/require-default-for-not-null-column',
  ],
  check(op, at) {
    // What the statement drops and adds again is rename-by-drop-and-add's.
    if (at.skipped !== undefined || !lacksValue(op, at.before) || isAddedAgain(op, at)) return undefined
    const table = findTable(at.before, op.table)
    if (at.isNew(op.table) && table?.mayHaveRows !== true) return undefined
    const column = quoteIdentifier(op.column.name)
    return {
      message: `adding NOT NULL column ${column} without a default fails if ${printName(at.resolve(op.table))} has rows; if it has none, INSERTs of running code fail from now on`,
      instead: stepsFor(op, at),
      // No row is checked: the first one is refused.
      covers: ['add-column-with-constraint'],
    }
  },
  rewrite: planAddColumn,
})

function stepsFor(op: Operation<'AddColumn'>, at: Site): string {
  const column = quoteIdentifier(op.column.name)
  const domain = findType(at.before, op.column.type.name)
  const type = domain?.kind === 'domain' && domain.notNull ? domain.base : op.column.type
  const present = quoteIdentifier(derivedName(op.table.name, op.column.name, 'present'))
  return advice(
    'give it a constant default, or add it nullable, fill it, and set NOT NULL at the end',
    alterTable(op, addColumn(op, { default: false, notNull: false, type })),
    '-- once the new code writes it: fill the old rows in batches, then',
    alterTable(op, `ADD CONSTRAINT ${present} CHECK (${column} IS NOT NULL) NOT VALID`),
    inLaterMigration,
    alterTable(op, `VALIDATE CONSTRAINT ${present}`),
    inLaterMigration,
    // Two statements: within one, ALTER TABLE drops before it sets NOT NULL, and the proof is gone.
    alterTable(op, `ALTER COLUMN ${column} SET NOT NULL`),
    alterTable(op, `DROP CONSTRAINT ${present}`),
    ...(op.column.constraints.length > 0 ? ['-- and the constraints of the column, each by its own steps'] : []),
    ...otherCommands(at),
  )
}
