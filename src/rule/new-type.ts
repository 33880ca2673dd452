import type { Index } from '../catalog/catalog.ts'
import { findColumn, findTable, findType, indexesOf } from '../catalog/lookup.ts'
import { printName, quoteIdentifier } from '../name.ts'
import type { Operation } from '../operation.ts'
import type { Site } from '../rule.ts'
import { printType } from '../type-name.ts'
import { advice, alterTable, beside, derivedName, inLaterMigration, otherCommands } from './advice.ts'
import { accepts, takesAll, wordOfType } from './type-fit.ts'

/** How to give a column another type so that nobody waits for it: SQL made from the statement, first steps of a longer way. */
export function newTypeSteps(op: Operation<'AlterColumnType'>, at: Site): string {
  const column = quoteIdentifier(op.column)
  const type = printType(op.type)
  const domain = findType(at.before, op.type.name)
  if (domain?.kind === 'domain' && (domain.notNull || domain.constraints.length > 0)) {
    return `leave the type and say on the table what domain ${printName(op.type.name)} says of its values, with CHECK constraints, NOT VALID first: any column of the domain is checked row by row under the strongest lock`
  }
  if (needsOnlyUtc(op, at)) {
    return advice(
      'if the stored times are UTC, say so: with TimeZone UTC this change rewrites nothing',
      `SET ${at.transaction.scope === 'none' ? '' : 'LOCAL '}TimeZone = 'UTC';`,
      alterTable(op, `ALTER COLUMN ${column} TYPE ${type}`),
      ...otherCommands(at),
    )
  }
  const from = findColumn(at.before, op.table, op.column)?.type
  const fits = from === undefined || accepts(op, from, at)
  const shadow = quoteIdentifier(derivedName(op.column, fits ? 'new' : wordOfType(op.type)))
  const sync = derivedName(`zz_${op.table.name}`, op.column, 'sync')
  const collation = op.collation === undefined ? '' : ` COLLATE ${printName(op.collation)}`
  const cast = op.using === undefined || op.using.shape === 'column' || op.using.shape === 'cast column'
  const assign = `NEW.${shadow} := NEW.${column}::${type};`
  const isSure = from !== undefined && takesAll(op.type, from)
  const body = isSure ? `BEGIN ${assign}` : `BEGIN BEGIN ${assign} EXCEPTION WHEN data_exception THEN NEW.${shadow} := NULL; END;`
  return advice(
    fits
      ? 'add a column of the new type, keep it in step with a trigger, fill it in batches, then exchange the names'
      : 'the new type refuses what running code writes: give it a column with a name of its own, kept in step with a trigger, and move the code over to that',
    alterTable(op, `ADD COLUMN ${shadow} ${type}${collation}`),
    ...(cast
      ? [
          `CREATE FUNCTION ${printName(beside(op.table, sync))}() RETURNS trigger LANGUAGE plpgsql AS $$`,
          `${body} RETURN NEW; END $$;`,
          `CREATE TRIGGER ${quoteIdentifier(sync)} BEFORE INSERT OR UPDATE ON ${printName(op.table)}`,
          `  FOR EACH ROW EXECUTE FUNCTION ${printName(beside(op.table, sync))}();`,
        ]
      : [
          `-- in its BEFORE INSERT OR UPDATE trigger: NEW.${shadow} := (${op.using?.sql ?? ''}), each column of it as NEW.column`,
        ]),
    `-- then fill the old rows in batches and build the indexes that ${shadow} needs, concurrently`,
    fits
      ? `${inLaterMigration}, in one short transaction: exchange the names, then drop the trigger and the old column`
      : `${inLaterMigration}, once no code names ${column}: drop the trigger and the old column`,
    ...otherCommands(at),
  )
}

/**
 * timestamp to timestamptz without a precision, by the session's time zone or by `AT TIME ZONE 'UTC'`, where nothing but the rewrite stands in
 * the way: an index or a validated CHECK on the column would still cost its rebuild or scan.
 */
function needsOnlyUtc(op: Operation<'AlterColumnType'>, at: Site): boolean {
  const from = findColumn(at.before, op.table, op.column)?.type
  return (
    at.effects.some((effect) => effect.work.has('rewrite')) &&
    from?.name.name === 'timestamp' &&
    op.type.name.name === 'timestamptz' &&
    from.dimensions === 0 &&
    op.type.dimensions === 0 &&
    op.type.modifiers.length === 0 &&
    (op.using === undefined || /^"?\w+"? AT TIME ZONE 'UTC'$/i.test(op.using.sql)) &&
    !indexesOf(at.before, op.table).some((index) => mentions(index, op.column)) &&
    !findTable(at.before, op.table)?.constraints.some(
      ({ definition, validated, columns }) => definition.kind === 'check' && validated && columns.includes(op.column),
    )
  )
}

function mentions(index: Index, column: string): boolean {
  return (
    index.keys.some((key) => key.column === column || key.expression?.columns.includes(column)) ||
    index.where?.columns.includes(column) === true
  )
}
