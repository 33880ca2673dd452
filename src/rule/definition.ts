import { findTable } from '../catalog/lookup.ts'
import type { Name } from '../name.ts'
import type { Column, Constraint, IndexKey, Operation } from '../operation.ts'
import { print, printColumn, printConstraint } from '../print/print.ts'
import type { Site } from '../rule.ts'
import type { TypeName } from '../type-name.ts'
import { derivedName } from './advice.ts'

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
  return `ADD ${printConstraint({ ...enforced(constraint), name, notValid: true })}`
}

/** `ADD CONSTRAINT n FOREIGN KEY …`, validated at once. */
export function addForeignKey(constraint: Written<'foreign key'>, name: string): string {
  return `ADD ${printConstraint({ ...constraint, name, notValid: false })}`
}

function enforced(constraint: Written<'check' | 'foreign key' | 'not null'>) {
  return constraint.kind === 'not null' ? constraint : { ...constraint, enforced: true }
}

/** `ADD CONSTRAINT n UNIQUE USING INDEX i`. */
export function addUsingIndex(constraint: Written<'unique' | 'primary key'>, name: string, index: string): string {
  const taken = { name, columns: [], include: [], usingIndex: index }
  // The index has said already how NULLs are compared.
  const whole = constraint.kind === 'unique' ? { ...constraint, ...taken, nullsNotDistinct: false } : { ...constraint, ...taken }
  return `ADD ${printConstraint(whole)}`
}

/** `ADD CONSTRAINT n UNIQUE (a, b) INCLUDE (c)`, to be said of a partitioned parent with ONLY. */
export function addWithIndex(constraint: Written<'unique' | 'primary key'>, name: string): string {
  return `ADD ${printConstraint({ ...constraint, name })}`
}

/** The index that a UNIQUE or PRIMARY KEY constraint needs, built while writes go on. */
export function uniqueIndexFor(constraint: Written<'unique' | 'primary key'>, table: Name, index: string): string {
  const { columns, include, options, tablespace } = constraint
  const key = (column: string): IndexKey => ({
    column,
    expression: undefined,
    collation: undefined,
    operatorClass: undefined,
    order: 'asc',
    nulls: undefined,
  })
  const nullsNotDistinct = constraint.kind === 'unique' && constraint.nullsNotDistinct
  const definition = {
    unique: true,
    method: 'btree',
    keys: columns.map(key),
    include,
    where: undefined,
    nullsNotDistinct,
    options,
    tablespace,
  }
  return createIndex(definition, { table, index, concurrently: true })
}

/** What the statement, or the catalog, says of an index. */
type IndexDefinition = Pick<Operation<'CreateIndex'>, 'unique' | 'method' | 'keys' | 'include' | 'where' | 'nullsNotDistinct'> & {
  readonly options?: readonly string[] | undefined
  readonly tablespace?: string | undefined
}

/** Where an index is made and how; the rest is as the definition has it. */
interface IndexPlace {
  readonly table: Name
  readonly index: string | undefined
  readonly concurrently?: boolean
  readonly only?: boolean
}

/** CREATE INDEX of the same definition. Without IF NOT EXISTS, which would keep an INVALID index that a failed build left. */
export function createIndex(of: IndexDefinition, { table, index, concurrently = false, only = false }: IndexPlace): string {
  const { unique, method, keys, include, where, nullsNotDistinct, options = [], tablespace } = of
  const definition = { unique, method, keys, include, where, nullsNotDistinct, options, tablespace }
  return `${print({ kind: 'CreateIndex', ...definition, table, index, concurrently, only, ifNotExists: false })};`
}

/** `ADD COLUMN c type …` without what makes it slow: constraints, and whatever else is left out on purpose. */
export function addColumn(
  of: Operation<'AddColumn'>,
  keep: { readonly default: boolean; readonly notNull: boolean; readonly type?: TypeName },
): string {
  const { column } = of
  const kept: Column = {
    ...column,
    type: { ...(keep.type ?? column.type), serial: false },
    notNull: keep.notNull && column.notNull,
    notNullName: keep.notNull && column.notNull ? column.notNullName : undefined,
    default: keep.default ? column.default : undefined,
    generated: keep.default && column.generated?.stored === false ? column.generated : undefined,
    identity: undefined,
    constraints: [],
  }
  return `ADD COLUMN ${of.ifNotExists ? 'IF NOT EXISTS ' : ''}${printColumn(kept)}`
}
