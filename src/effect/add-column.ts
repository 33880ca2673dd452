import type { Table } from '../catalog/catalog.ts'
import { findColumn, findRelation, findType, resolve } from '../catalog/lookup.ts'
import type { Expression } from '../expression.ts'
import { printName } from '../name.ts'
import type { Column, Constraint, Operation } from '../operation.ts'
import { printType } from '../type-name.ts'
import { differenceOf } from './difference.ts'
import type { Effect } from './effect.ts'
import { madeBy } from './made.ts'
import { isPartition, referencedBy } from './referenced.ts'
import { sequencesCalled } from './sequence-call.ts'
import type { At, EffectsOf, Labour } from './touch.ts'
import { absent, and, family, familyRewritten, isSame, labour, none, touch } from './touch.ts'
import { domainOf, isConstrained, isKnown } from './type-change.ts'
import { volatile } from './volatility.ts'

/**
 * ADD COLUMN (manual 13.3.2, ALTER TABLE notes): without a default, or with one that is the same for every row, the catalog
 * alone changes; everything else writes the table anew or reads it.
 */
export const addColumn: EffectsOf<'AddColumn'> = (operation, at) => {
  const { table, column } = operation
  if (absent(at, operation)) return []
  if (operation.ifNotExists && findColumn(at.catalog, table, column.name)) return [touch(at, table, 'ACCESS EXCLUSIVE')]
  const difference = differenceOf(operation, at)
  const references = column.constraints.flatMap((constraint) =>
    constraint.kind === 'foreign key' ? referencedBy(at, constraint.references, 'SHARE ROW EXCLUSIVE') : [],
  )
  const rewrite = rewriteReason(column, at)
  const own =
    rewrite === undefined
      ? family(at, operation, 'ACCESS EXCLUSIVE', (table) => and(checks(column, at), foreignKeyScan(operation, table, at)))
      : [
          ...familyRewritten(at, operation, rewrite),
          ...family(at, operation, 'ACCESS EXCLUSIVE', (table) => foreignKeyScan(operation, table, at)),
        ]
  return [
    ...own,
    ...references,
    ...madeBy(difference, at),
    ...(own.some(({ work }) => work.has('rewrite')) ? sequencesOf(column, at) : []),
  ]
}

/** Why adding a column writes every row. */
function rewriteReason(column: Column, at: At): string | undefined {
  const { type } = column
  if (type.serial) return `it takes another number from a sequence for every row`
  if (column.identity) return `it is an identity column, another number for every row`
  if (column.generated?.stored) return `it is generated and stored, so it is computed for every row`
  if (column.generated) return undefined
  const domain = domainOf(type, at.catalog)
  if (domain !== undefined && isConstrained(domain, at.catalog))
    return `the domain ${printName(domain.name)} has constraints to check`
  const isRowType = findRelation(at.catalog, type.name) !== undefined
  if (!isKnown(type, at.catalog) && !isRowType && type.dimensions === 0) {
    return `the type ${printType(type)} is not known from the migrations and may be a domain with constraints`
  }
  const found = volatileDefault(column, at)
  return found === undefined ? undefined : `its default ${found}`
}

function volatileDefault(column: Column, at: At): string | undefined {
  const expression = defaultOf(column, at)
  if (expression === undefined) return undefined
  if (at.server.postgres < 15 && shiftsTimeOfDay(expression))
    return 'takes a time to another zone, which is volatile before PostgreSQL 15'
  return volatile(expression, at.catalog)?.because
}

/** AT TIME ZONE of a time with time zone, by pg_proc of 12 to 14; of a timestamp it is as steady there as later. */
function shiftsTimeOfDay({ calls, casts }: Expression): boolean {
  const isTime = calls.some((call) => call.function.name === 'current_time') || casts.some((type) => type.name.name === 'timetz')
  return isTime && calls.some((call) => call.function.name === 'timezone')
}

/** The default as written or, without one, that of the domain: rows that are there get it since 13, and NULL before (seen on 12.22). */
function defaultOf(column: Column, at: At): Expression | undefined {
  if (column.default || at.server.postgres < 13) return column.default
  const type = findType(at.catalog, column.type.name)
  return type?.kind === 'domain' && column.type.dimensions === 0 ? type.default : undefined
}

/** What must be read once the column is there. */
function checks(column: Column, at: At): Labour {
  return column.constraints.reduce((found, constraint) => and(found, checkOf(constraint, column)), notNullScan(column, at))
}

function notNullScan(column: Column, at: At): Labour {
  const required = column.notNull || column.constraints.some((constraint) => constraint.kind === 'primary key')
  const expression = defaultOf(column, at)
  if (!required || (expression !== undefined && expression.shape !== 'null' && column.generated === undefined)) return none
  return labour(`every row is checked for ${column.name} NOT NULL`, 'scan')
}

/**
 * A foreign key of a new column is checked where the column has any default, even NULL (transformColumnDefinition); partitions
 * have it too, tables that inherit in the old way do not.
 */
function foreignKeyScan({ table: target, column }: Operation<'AddColumn'>, table: Table | undefined, at: At): Labour {
  if (table !== undefined && !isPartition(table) && !isSame(table.name, resolve(at.catalog, target))) return none
  const filled = column.default !== undefined || column.type.serial || column.generated !== undefined
  const key = column.constraints.find((constraint) => constraint.kind === 'foreign key')
  if (!filled || key === undefined || key.kind !== 'foreign key' || key.notValid || !key.enforced) return none
  return labour(`every row's ${column.name} is looked up in ${printName(key.references)}`, 'scan')
}

function checkOf(constraint: Constraint, column: Column): Labour {
  if (constraint.kind !== 'check' || constraint.notValid || !constraint.enforced) return none
  return labour(`every row is checked against CHECK (${constraint.expression.sql}) of ${column.name}`, 'scan')
}

/** Filling rows draws from the sequences that the default names. */
function sequencesOf(column: Column, at: At): readonly Effect[] {
  return column.default === undefined
    ? []
    : sequencesCalled(column.default).map((name) => touch(at, resolve(at.catalog, name), 'ROW EXCLUSIVE', none, 'sequence'))
}
