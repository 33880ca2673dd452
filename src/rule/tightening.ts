import type { Index } from '../catalog/catalog.ts'
import { findColumn, findTable, indexesOf } from '../catalog/lookup.ts'
import { type Name, printName, quoteIdentifier } from '../name.ts'
import { columnsOf } from '../operation/constraint.ts'
import type { Constraint, Operation } from '../operation.ts'
import type { Site } from '../rule.ts'
import { printType } from '../type-name.ts'
import { columnAsDeployed } from './as-deployed.ts'
import { arrivesAlike, isEnum, isNarrower } from './client-type.ts'
import { constraintName } from './definition.ts'
import { listOf } from './wait.ts'

/** What an operation asks of values that the code which is running may write, or how it changes what that code reads. */
export interface Tightening {
  readonly table: Name
  /** Columns that the deployed code can know. */
  readonly columns: readonly string[]
  /** Begins a message: `foreign key a_fkey over column b of public.t`. */
  readonly what: string
  /** What code that names the columns has to do: `a value that is in another row already is refused`. */
  readonly asks: string
  /** Binds only what gives all of the columns a value: a key, a unique index. */
  readonly together: boolean
  /** What of the code's uses it bears on: writes of NULL, of any value, or reads too. */
  readonly binds: 'NULL' | 'values' | 'uses'
}

/** What of the columns that deployed code knows an operation tightens; undefined where nothing, or nothing that did not hold before. */
export function tightenedBy(operation: Operation, at: Site): Tightening | undefined {
  const found = tightening(operation, at)
  if (found === undefined || at.isNew(found.table)) return undefined
  const columns = found.columns.filter((name) => {
    const column = findColumn(at.before, found.table, name)
    return !at.inChangeSet(column?.origin) && column?.generated === undefined
  })
  // A constraint over a column of the same change set passes where that is NULL; what it demands is spoken of elsewhere.
  if (columns.length === 0 || columns.length < found.columns.length) return undefined
  const list = `${columns.length === 1 ? 'column' : 'columns'} ${listOf(columns.map(quoteIdentifier))} of ${printName(at.resolve(found.table))}`
  return { ...found, columns, what: found.what(list) }
}

type Found = Omit<Tightening, 'what'> & { what(columns: string): string }

function tightening(operation: Operation, at: Site): Found | undefined {
  switch (operation.kind) {
    case 'SetNotNull':
      return presence(operation.table, [operation.column], at)
    case 'AddConstraint':
      return ofConstraint(operation.constraint, operation.table, at)
    case 'CreateIndex': {
      const columns = operation.keys.flatMap(({ column, expression }) =>
        column === undefined ? (expression?.columns ?? []) : column,
      )
      return operation.unique ? uniqueness(operation.table, columns, at) : undefined
    }
    case 'AlterColumnType':
      return ofType(operation, at)
    default:
      return undefined
  }
}

function ofConstraint(constraint: Constraint, table: Name, at: Site): Found | undefined {
  const columns = [...new Set(columnsOf(constraint))]
  const name = quoteIdentifier(constraintName(constraint, table, at))
  switch (constraint.kind) {
    case 'not null':
      return presence(table, columns, at)
    case 'primary key':
    case 'unique':
      // An index that is there has been refusing duplicates since it was made.
      return constraint.usingIndex === undefined ? uniqueness(table, columns, at) : undefined
    case 'check': {
      const { expression, enforced } = constraint
      if (!enforced) return undefined
      if (columns.every((column) => expression.provesNotNull.includes(column)) && expression.conjuncts.length === columns.length)
        return presence(table, columns, at)
      const bound = deployedConstraints(table, columns, at).some(
        ({ definition, columns: known }) =>
          definition.kind === 'check' &&
          (definition.expression.sql === expression.sql ||
            (same(known, columns) && allowsAll(definition.expression.strings, expression.strings))),
      )
      return bound
        ? undefined
        : {
            table,
            columns,
            what: (list) => `check ${name} over ${list}`,
            asks: 'whatever it does not allow is refused',
            together: false,
            binds: 'values',
          }
    }
    case 'foreign key': {
      const bound = deployedConstraints(table, columns, at).some(
        (known) => known.definition.kind === 'foreign key' && same(known.columns, columns),
      )
      if (bound || !constraint.enforced) return undefined
      const referenced = printName(at.resolve(constraint.references))
      return {
        table,
        columns,
        what: (list) => `foreign key ${name} over ${list}`,
        asks: `a value without its row in ${referenced} is refused`,
        together: true,
        binds: 'values',
      }
    }
    case 'exclude':
      return {
        table,
        columns,
        what: (list) => `${name} over ${list}`,
        asks: 'a row that conflicts with another is refused',
        together: true,
        binds: 'values',
      }
  }
}

/** A list of allowed words that was there before and is in the new one whole: code that kept the old keeps the new. */
function allowsAll(before: readonly string[], now: readonly string[]): boolean {
  return before.length > 0 && before.every((word) => now.includes(word))
}

/** Constraints that bind the code which is running, those that the change set replaces too, each with its columns' names of now. */
function deployedConstraints(table: Name, columns: readonly string[], at: Site) {
  const names = new Map(columns.map((column) => [columnAsDeployed(table, column, at).column, column]))
  const [first = ''] = columns
  const before = findTable(at.deployed, columnAsDeployed(table, first, at).table)?.constraints ?? []
  const now = findTable(at.before, table)?.constraints ?? []
  const described = (definition: Constraint, name: (column: string) => string) => ({
    definition,
    columns: columnsOf(definition).map(name),
    present: presentBy(definition).map(name),
  })
  return [
    ...before.map(({ definition }) => described(definition, (name) => names.get(name) ?? name)),
    ...now.map(({ definition }) => described(definition, (name) => name)),
  ]
}

/** Columns that a constraint keeps from being NULL in what is written, NOT VALID or not. */
function presentBy(definition: Constraint): readonly string[] {
  if (definition.kind === 'not null') return [definition.column]
  return definition.kind === 'check' && definition.enforced ? definition.expression.provesNotNull : []
}

function deployedColumn(table: Name, column: string, at: Site) {
  const known = columnAsDeployed(table, column, at)
  return findColumn(at.deployed, known.table, known.column)
}

function presence(table: Name, columns: readonly string[], at: Site): Found | undefined {
  const bound = columns.every(
    (column) =>
      findColumn(at.before, table, column)?.notNull === true ||
      deployedColumn(table, column, at)?.notNull === true ||
      // NOT VALID, too: it has been binding what is written since it was added.
      deployedConstraints(table, [column], at).some(({ present }) => present.includes(column)),
  )
  if (bound) return undefined
  return {
    table,
    columns,
    what: (list) => `NOT NULL on ${list}`,
    asks: 'INSERTs and UPDATEs that write NULL or leave it out are refused',
    together: false,
    binds: 'NULL',
  }
}

function uniqueness(table: Name, columns: readonly string[], at: Site): Found | undefined {
  const deployed = columns.map((column) => columnAsDeployed(table, column, at))
  const isOver = (index: Index, names: readonly string[]) =>
    index.unique && index.where === undefined && index.keys.every(({ column }) => column !== undefined && names.includes(column))
  const [first] = deployed
  const bound =
    indexesOf(at.before, table).some((index) => isOver(index, columns)) ||
    (first !== undefined &&
      indexesOf(at.deployed, first.table).some((index) =>
        isOver(
          index,
          deployed.map(({ column }) => column),
        ),
      ))
  if (bound) return undefined
  return {
    table,
    columns,
    what: (list) => `making ${list} unique`,
    asks: `${columns.length === 1 ? 'a value that is' : 'values that are'} in another row already ${columns.length === 1 ? 'is' : 'are'} refused`,
    together: true,
    binds: 'values',
  }
}

function ofType({ table, column, type }: Operation<'AlterColumnType'>, at: Site): Found | undefined {
  const from = findColumn(at.before, table, column)?.type
  if (from === undefined) return undefined
  const turns = (list: string) => `${list} turns from ${printType(from)} into ${printType(type)}`
  if (isNarrower(type, from) || (isEnum(type, at) && !isEnum(from, at))) {
    return {
      table,
      columns: [column],
      what: turns,
      asks: 'a value that does not fit is refused or rounded',
      together: false,
      binds: 'uses',
    }
  }
  if (arrivesAlike(from, type, at)) return undefined
  // Whoever gave an integer may go on; what a driver makes of a bigint or numeric is another matter.
  const asks = isNarrower(from, type)
    ? 'drivers may hand out another kind of value'
    : 'it gets values of another type and has to give such'
  return { table, columns: [column], what: turns, asks, together: false, binds: 'uses' }
}

function same(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((each) => b.includes(each))
}
