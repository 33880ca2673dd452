import { findTable } from '../catalog/lookup.ts'
import type { Name } from '../name.ts'
import { printName, quoteIdentifier } from '../name.ts'
import type { Column, Constraint, IndexKey, Operation } from '../operation.ts'
import type { Site } from '../rule.ts'
import { printType } from '../type-name.ts'
import { columnList, derivedName } from './advice.ts'

type Written<K extends Constraint['kind']> = Extract<Constraint, { kind: K }>

/** The name that PostgreSQL gives a constraint of a table: the written one, what the catalog saw it get, or the server's own pattern. */
export function constraintName(constraint: Constraint, table: Name, at: Site): string {
  if (constraint.name !== undefined) return constraint.name
  const known = findTable(at.after, table)?.constraints.find((candidate) => candidate.definition === constraint)
  if (known !== undefined) return known.name
  const before = new Set(findTable(at.before, table)?.constraints.map(({ name }) => name))
  const [made, ...others] = (findTable(at.after, table)?.constraints ?? []).filter(
    ({ name, definition }) => definition.kind === constraint.kind && !before.has(name),
  )
  if (made !== undefined && others.length === 0) return made.name
  switch (constraint.kind) {
    case 'check': {
      const [column, ...others] = constraint.expression.columns
      return others.length === 0 && column !== undefined
        ? derivedName(table.name, column, 'check')
        : derivedName(table.name, 'check')
    }
    case 'not null':
      return derivedName(table.name, constraint.column, 'not_null')
    case 'primary key':
      return derivedName(table.name, 'pkey')
    case 'unique':
      return derivedName(table.name, ...constraint.columns, ...constraint.include, 'key')
    case 'foreign key':
      return derivedName(table.name, ...constraint.columns, 'fkey')
    case 'exclude':
      return derivedName(table.name, ...constraint.elements.map((element) => element.column ?? 'expr'), 'excl')
  }
}

/** A name for a further constraint of a table, such as `orders_region_present`, that none of its constraints has. */
export function freeConstraintName(table: Name, at: Site, ...rest: readonly string[]): string {
  const taken = new Set(findTable(at.before, table)?.constraints.map((constraint) => constraint.name))
  const last = rest.at(-1) ?? ''
  for (let number = 1; ; number++) {
    const name = derivedName(table.name, ...rest.slice(0, -1), number === 1 ? last : `${last}${number}`)
    if (!taken.has(name)) return name
  }
}

/** `ADD CONSTRAINT n CHECK (…) NOT VALID`, for the kinds that PostgreSQL lets be added unproven. */
export function addNotValid(constraint: Written<'check' | 'foreign key' | 'not null'>, name: string): string {
  return `ADD CONSTRAINT ${quoteIdentifier(name)} ${body(constraint)} NOT VALID`
}

/** `ADD CONSTRAINT n FOREIGN KEY …`, validated at once. */
export function addForeignKey(constraint: Written<'foreign key'>, name: string): string {
  return `ADD CONSTRAINT ${quoteIdentifier(name)} ${body(constraint)}`
}

function body(constraint: Written<'check' | 'foreign key' | 'not null'>): string {
  switch (constraint.kind) {
    case 'check':
      return `CHECK (${constraint.expression.sql})${constraint.noInherit ? ' NO INHERIT' : ''}`
    case 'not null':
      return `NOT NULL ${quoteIdentifier(constraint.column)}${constraint.noInherit ? ' NO INHERIT' : ''}`
    case 'foreign key': {
      const columns = constraint.columns.map(quoteIdentifier)
      const referenced = constraint.referencedColumns.map(quoteIdentifier)
      return [
        `FOREIGN KEY (${withPeriod(columns, constraint.period)}) REFERENCES ${printName(constraint.references)}`,
        referenced.length > 0 ? ` (${withPeriod(referenced, constraint.period)})` : '',
        constraint.match === 'full' ? ' MATCH FULL' : '',
        constraint.onDelete === 'no action' ? '' : ` ON DELETE ${constraint.onDelete.toUpperCase()}`,
        constraint.onUpdate === 'no action' ? '' : ` ON UPDATE ${constraint.onUpdate.toUpperCase()}`,
        deferral(constraint),
      ].join('')
    }
  }
}

function withPeriod(columns: readonly string[], period: boolean): string {
  return columns.map((column, index) => (period && index === columns.length - 1 ? `PERIOD ${column}` : column)).join(', ')
}

function deferral(of: { readonly deferrable: boolean; readonly initiallyDeferred: boolean }): string {
  return `${of.deferrable ? ' DEFERRABLE' : ''}${of.initiallyDeferred ? ' INITIALLY DEFERRED' : ''}`
}

/** `ADD CONSTRAINT n UNIQUE USING INDEX i`. */
export function addUsingIndex(constraint: Written<'unique' | 'primary key'>, name: string, index: string): string {
  const keyword = constraint.kind === 'unique' ? 'UNIQUE' : 'PRIMARY KEY'
  return `ADD CONSTRAINT ${quoteIdentifier(name)} ${keyword} USING INDEX ${quoteIdentifier(index)}${deferral(constraint)}`
}

/** `ADD CONSTRAINT n UNIQUE (a, b) INCLUDE (c)`, to be said of a partitioned parent with ONLY. */
export function addWithIndex(constraint: Written<'unique' | 'primary key'>, name: string): string {
  const keyword = constraint.kind === 'unique' ? `UNIQUE${distinctness(constraint)}` : 'PRIMARY KEY'
  return `ADD CONSTRAINT ${quoteIdentifier(name)} ${keyword} ${columnList(constraint.columns)}${including(constraint.include)}${deferral(constraint)}`
}

/** The index that a UNIQUE or PRIMARY KEY constraint needs, built while writes go on. */
export function uniqueIndexFor(constraint: Written<'unique' | 'primary key'>, table: Name, index: string): string {
  const nulls = constraint.kind === 'unique' ? distinctness(constraint) : ''
  return `CREATE UNIQUE INDEX CONCURRENTLY ${quoteIdentifier(index)} ON ${printName(table)} ${columnList(constraint.columns)}${including(constraint.include)}${nulls};`
}

function distinctness(constraint: { readonly nullsNotDistinct: boolean }): string {
  return constraint.nullsNotDistinct ? ' NULLS NOT DISTINCT' : ''
}

function including(columns: readonly string[]): string {
  return columns.length === 0 ? '' : ` INCLUDE ${columnList(columns)}`
}

/** What the statement, or the catalog, says of an index. */
type IndexDefinition = Pick<Operation<'CreateIndex'>, 'unique' | 'method' | 'keys' | 'include' | 'where' | 'nullsNotDistinct'> &
  Partial<Pick<Operation<'CreateIndex'>, 'options' | 'tablespace'>>

/** Where an index is made and how; the rest is as the definition has it. */
interface IndexPlace {
  readonly table: Name
  readonly index: string | undefined
  readonly concurrently?: boolean
  readonly only?: boolean
}

/** CREATE INDEX of the same definition. Without IF NOT EXISTS, which would keep an INVALID index that a failed build left. */
export function createIndex(of: IndexDefinition, place: IndexPlace): string {
  return [
    `CREATE ${of.unique ? 'UNIQUE ' : ''}INDEX ${place.concurrently ? 'CONCURRENTLY ' : ''}`,
    place.index === undefined ? '' : `${quoteIdentifier(place.index)} `,
    `ON ${place.only ? 'ONLY ' : ''}${printName(place.table)} `,
    of.method === 'btree' ? '' : `USING ${quoteIdentifier(of.method)} `,
    `(${of.keys.map(printKey).join(', ')})`,
    including(of.include),
    distinctness(of),
    of.options === undefined || of.options.length === 0 ? '' : ` WITH (${of.options.join(', ')})`,
    of.tablespace === undefined ? '' : ` TABLESPACE ${quoteIdentifier(of.tablespace)}`,
    of.where === undefined ? '' : ` WHERE ${of.where.sql}`,
    ';',
  ].join('')
}

function printKey(key: IndexKey): string {
  return [
    key.column === undefined ? `(${key.expression?.sql ?? ''})` : quoteIdentifier(key.column),
    key.collation === undefined ? '' : ` COLLATE ${printName(key.collation)}`,
    key.operatorClass === undefined ? '' : ` ${printName(key.operatorClass)}`,
    key.order === 'desc' ? ' DESC' : '',
    key.nulls === undefined ? '' : ` NULLS ${key.nulls.toUpperCase()}`,
  ].join('')
}

/** `ADD COLUMN c type …` without what makes it slow: constraints, and whatever else is left out on purpose. */
export function addColumn(
  of: Operation<'AddColumn'>,
  keep: { readonly default: boolean; readonly notNull: boolean; readonly type?: string },
): string {
  const column: Column = of.column
  return [
    `ADD COLUMN ${of.ifNotExists ? 'IF NOT EXISTS ' : ''}${quoteIdentifier(column.name)} ${keep.type ?? printType(column.type)}`,
    column.storage === undefined ? '' : ` STORAGE ${column.storage}`,
    column.compression === undefined ? '' : ` COMPRESSION ${column.compression}`,
    column.collation === undefined ? '' : ` COLLATE ${printName(column.collation)}`,
    keep.default && column.default !== undefined ? ` DEFAULT ${column.default.sql}` : '',
    keep.default && column.generated?.stored === false ? ` GENERATED ALWAYS AS (${column.generated.expression.sql}) VIRTUAL` : '',
    keep.notNull && column.notNull ? `${notNullName(column)} NOT NULL` : '',
  ].join('')
}

function notNullName(column: Column): string {
  return column.notNullName === undefined ? '' : ` CONSTRAINT ${quoteIdentifier(column.notNullName)}`
}
