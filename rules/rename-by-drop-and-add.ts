import {
  advice,
  alterTable,
  copiesColumn,
  copiesTable,
  coversDrops,
  findColumn,
  findTable,
  isSame,
  lacksValue,
  looksAlike,
  madeIn,
  placeOf,
  printName,
  printType,
  quoteIdentifier,
  rule,
  type Site,
  type Step,
  stepsOf,
  stepsOn,
  type TypeName,
  takesPlaceInCode,
} from '../src/rule.ts'

export default rule({
  on: ['ChangeSet'],
  hazard: 'loses data',
  summary: 'a column or table is dropped and one like it added: a rename that leaves the values behind',
  why: `Tools that compare two schemas cannot see a rename: they drop the old column and add a new one, and every value is gone. The same happens
when a column is dropped and added again under its name, to change its type. Nothing warns on the server: both statements are instant.`,
  instead: `Add the new column, keep both equal with a trigger, fill it in batches, deploy code that uses the new one only, and drop the old one in a
later change set. Where the values are really to go, drop and add in separate change sets, or allow it and say so.`,
  references: ['https://www.postgresql.org/docs/current/sql-altertable.html'],
  knownAs: ['atlas/BC102'],
  check(migrations, at) {
    const steps = stepsOf(migrations)
    const isMade = madeIn(steps, at)
    const columns = stepsOn('DropColumn', steps).flatMap((drop) => {
      const { table, column } = drop.operation
      const old = findColumn(at.deployed, table, column)
      // Made in this change set, or by nobody that the history knows: then there is no type to compare.
      if (isMade(table) || (old === undefined && findTable(at.deployed, table)?.complete === true)) return []
      const added = stepsOn('AddColumn', steps).find(
        ({ operation }) =>
          isSame(operation.table, table, at) &&
          operation.column.generated === undefined &&
          (operation.column.name === column ||
            (hasType(operation.column.type, old?.type) &&
              (looksAlike(operation.column.name, column) || takesPlaceInCode(table, column, operation.column.name, at)))),
      )
      if (added === undefined || copiesColumn(steps, table, column, added.operation.column.name, at)) return []
      return [sayColumn(drop, added, at)]
    })
    const tables = stepsOn('DropTable', steps).flatMap((drop) => {
      const old = findTable(at.deployed, drop.operation.table)
      if (isMade(drop.operation.table) || old === undefined || old.columns.length < 3) return []
      const names = old.columns.map(({ name }) => name)
      const made = stepsOn('CreateTable', steps).find(({ operation }) => {
        const own = operation.columns.map(({ name }) => name)
        const shared = own.filter((name) => names.includes(name)).length
        return shared >= 3 && shared >= 0.7 * Math.max(own.length, names.length)
      })
      if (made === undefined || copiesTable(steps, drop.operation.table, made.operation.table, at)) return []
      return [
        {
          message: `the rows of ${printName(at.resolve(drop.operation.table))} are lost: nothing copies them into ${printName(at.resolve(made.operation.table))} (${placeOf(made, drop)}), which has the same columns`,
          certainty: 'possible' as const, // tables are alike for other reasons too
          span: drop.span,
          migration: drop.migration,
          effects: [],
          covers: coversDrops(at),
          instead: 'rename it and leave a view under the old name, or copy the rows before it is dropped in a later change set',
        },
      ]
    })
    return [...columns, ...tables]
  },
})

function sayColumn(
  drop: Step<Extract<Step['operation'], { kind: 'DropColumn' }>>,
  added: Step<Extract<Step['operation'], { kind: 'AddColumn' }>>,
  at: Site,
) {
  const [from, to] = [quoteIdentifier(drop.operation.column), quoteIdentifier(added.operation.column.name)]
  const table = printName(at.resolve(drop.operation.table))
  const place = placeOf(added, drop)
  const refused = from === to && added.statement === drop.statement && lacksValue(added.operation, at.after)
  return {
    message: refused
      ? `dropping column ${from} of ${table} and adding it again (${place}) fails if there are rows: it is NOT NULL without a default; without that it would lose their values`
      : from === to
        ? `the values of column ${from} of ${table} are lost: it is dropped and added again (${place})`
        : `the values of column ${from} of ${table} are lost if ${to} (${place}) is its new name: nothing copies them`,
    // A name that is like another is a guess, unless the code tells.
    certainty:
      from === to || takesPlaceInCode(drop.operation.table, drop.operation.column, added.operation.column.name, at)
        ? ('certain' as const)
        : ('possible' as const),
    span: drop.span,
    migration: drop.migration,
    effects: [],
    covers: coversDrops(at),
    instead: advice(
      'add the new column, keep both equal with a trigger, fill it in batches, and drop the old one in a later change set',
      alterTable(
        added.operation,
        `ADD COLUMN ${from === to ? quoteIdentifier(`${added.operation.column.name}_new`) : to} ${printType(added.operation.column.type)}`,
      ),
    ),
  }
}

/** Types that a rename would keep; an unknown one may be the same. */
function hasType(type: TypeName, old: TypeName | undefined): boolean {
  return old === undefined || (type.name.name === old.name.name && type.dimensions === old.dimensions)
}
