import {
  advice,
  alterTable,
  columnsOf,
  copiesColumn,
  copiesTable,
  coversDrops,
  findColumn,
  findTable,
  inLaterMigration,
  isFilledByFunctions,
  isSame,
  madeIn,
  type Name,
  type Operation,
  placeOf,
  printName,
  quoteIdentifier,
  rule,
  type Site,
  type Step,
  stepsOf,
  stepsOn,
} from '../src/rule.ts'

export default rule({
  on: ['ChangeSet'],
  hazard: 'breaks clients',
  summary: 'one change set adds a thing and takes away what it replaces, or requires it at once',
  why: `While a change set is deployed, code from before it is running: it neither knows the new column nor stops using the old one. A replacement
that is added, filled and made the only one in one go leaves that code without the old column; a column that is added and made NOT NULL without a
default refuses its INSERTs. Expand and contract are two deployments, with the code's own deployment between them.`,
  instead: `Add the new thing and keep both equal in this change set; deploy code that uses the new one only; drop the old, or set NOT NULL, later.`,
  references: ['https://www.postgresql.org/docs/current/ddl-alter.html'],
  knownAs: ['squawk/adding-required-field', 'atlas/MF103'],
  check(migrations, at) {
    const steps = stepsOf(migrations)
    const isMade = madeIn(steps, at)
    const added = stepsOn('AddColumn', steps).filter(({ operation }) => !isMade(operation.table))
    const columns = stepsOn('DropColumn', steps).flatMap((drop) => {
      const { table, column } = drop.operation
      const replacement = added.find(
        ({ operation }) => isSame(operation.table, table, at) && copiesColumn(steps, table, column, operation.column.name, at),
      )
      if (replacement === undefined) return []
      const named = (name: string, where: Name) => name === column && isSame(where, table, at)
      if (stepsOn('RenameColumn', steps).some(({ operation }) => named(operation.to, operation.table))) return []
      if (added.some(({ operation }) => named(operation.column.name, operation.table))) return []
      const name = quoteIdentifier(replacement.operation.column.name)
      return [
        say(
          drop,
          `dropping column ${quoteIdentifier(column)} of ${printName(at.resolve(table))} breaks running code: the same change set adds ${name} in its place (${placeOf(replacement, drop)})`,
          alterTable(drop.operation, `DROP COLUMN ${quoteIdentifier(column)}`),
        ),
      ]
    })
    const tables = stepsOn('DropTable', steps).flatMap((drop) => {
      const { table } = drop.operation
      const made = stepsOn('CreateTable', steps).find(({ operation }) => copiesTable(steps, table, operation.table, at))
      // A name given in this change set, to one of the two: code does not ask for the one that goes.
      const renamed = stepsOn('RenameTable', steps).some(({ operation }) => operation.to === table.name)
      if (made === undefined || isMade(table) || renamed) return []
      return [
        say(
          drop,
          `dropping ${printName(at.resolve(table))} breaks running code: the same change set makes ${printName(at.resolve(made.operation.table))} in its place (${placeOf(made, drop)})`,
          `DROP TABLE ${printName(table)};`,
        ),
      ]
    })
    const required = added.flatMap((column) => requiredAtOnce(column, steps, at))
    return [...[...columns, ...tables].map((one) => ({ ...one, covers: coversDrops(at) })), ...required]
  },
})

/** The first place where the change set makes a column that it adds to an existing table one that INSERTs have to fill. */
function requiredAtOnce(added: Step<Operation<'AddColumn'>>, steps: readonly Step[], at: Site) {
  const { table, column } = added.operation
  // What has a default at the end fills itself. NOT NULL in the definition is another rule's.
  const last = findColumn(at.after, table, column.name)
  if (last === undefined || column.notNull || column.type.serial || (last.default ?? last.identity ?? last.generated)) return []
  // A trigger may fill it, and a name that was there before is known to running code.
  if (findColumn(at.deployed, table, column.name) || (findTable(at.after, table)?.triggers.length ?? 0) > 0) return []
  const step = steps.find(({ operation }) => requires(operation, table, column.name, at))
  if (step === undefined) return []
  const [name, place] = [quoteIdentifier(column.name), placeOf(added, step)]
  return [
    {
      certainty: isFilledByFunctions(table, at) ? ('possible' as const) : ('certain' as const),
      beside: `INSERTs of running code leave ${name} out and fail, since this change set adds it (${place})`,
      ...say(
        step,
        `INSERTs of running code fail: column ${name} of ${printName(at.resolve(table))} is added (${place}) and required in one change set`,
        `${step.statement.sql};`,
        'deploy code that fills it first',
      ),
    },
  ]
}

function requires(operation: Operation, table: Name, column: string, at: Site): boolean {
  if (operation.kind === 'SetNotNull') return operation.column === column && isSame(operation.table, table, at)
  if (operation.kind !== 'AddConstraint' || !isSame(operation.table, table, at)) return false
  const { constraint } = operation
  if (!columnsOf(constraint).includes(column)) return false
  if (constraint.kind === 'check') return constraint.expression.provesNotNull.includes(column)
  return constraint.kind === 'not null' || constraint.kind === 'primary key'
}

function say(step: Step, message: string, sql: string, deploy = 'deploy code that uses the new one first') {
  return {
    message,
    span: step.span,
    migration: step.migration,
    effects: [],
    instead: advice(deploy, inLaterMigration, sql),
  }
}
