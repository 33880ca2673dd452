import type { Table, TableConstraint } from '../../catalog/catalog.ts'
import { findColumn, findConstraint, findTable } from '../../catalog/lookup.ts'
import { type Name, sameName } from '../../name.ts'
import type { Constraint, Operation } from '../../operation.ts'
import { constraintName } from '../../rule/definition.ts'
import type { Site } from '../../rule.ts'
import type { Placed } from '../verbatim.ts'
import type { KeyConstraint } from './add-unique.ts'

/** An operation of one kind and where it stood. */
export interface PlacedAs<O extends Operation> {
  readonly operation: O
  readonly at: Site
}
export type Drop = PlacedAs<Operation<'DropConstraint'>>
export type Add = PlacedAs<Operation<'AddConstraint'>>

/** A key that gives its place to another one in the same migration. */
export interface KeyReplacement {
  readonly drop: Drop
  readonly add: Add
  readonly key: KeyConstraint
  /** What is dropped, and its table; undefined where no migration made them. */
  readonly table: Table | undefined
  readonly old: TableConstraint | undefined
  /** What of the migration drops it: the statement that says so, or that of a column which takes it along. */
  readonly by: Operation
  /** Columns that go with the old key, between the two. */
  readonly columns: readonly PlacedAs<Operation<'DropColumn'>>[]
  /** UNIQUE constraints over the columns of the new key, which are dropped as it takes their place. */
  readonly doubles: readonly Drop[]
  /** Foreign keys to the old key that are dropped before it, and those that take their place. */
  readonly released: readonly Drop[]
  readonly bound: readonly Add[]
}

/** The keys of a migration that are dropped for another one. */
export function keyReplacements(placed: readonly Placed[]): readonly KeyReplacement[] {
  const found: KeyReplacement[] = []
  const taken = new Set<Operation>()
  placed.forEach((one, place) => {
    const drop = isDrop(one) ? one : keyWithColumn(one)
    if (drop === undefined || drop.at.skipped !== undefined || drop.at.refused !== undefined) return
    const { operation, at } = drop
    const table = findTable(at.before, operation.table)
    if (at.isNew(operation.table) || table?.partitionBy !== undefined || table?.partitionOf !== undefined) return
    const old = findConstraint(at.before, operation.table, operation.constraint)
    const end = placed.findIndex(
      (later, index) => index > place && !taken.has(later.operation) && isAdd(later) && takesPlace(later, drop, old),
    )
    const add = placed[end]
    if (add === undefined || !isAdd(add) || !isKey(add.operation.constraint) || add.at.refused !== undefined) return
    taken.add(add.operation)
    const columns = placed
      .slice(place, end)
      .flatMap((one) => (isDropColumn(one) && sameTable(one, drop) && old?.columns.includes(one.operation.column) ? [one] : []))
    const moved = movedForeignKeys(placed.slice(0, place), placed.slice(end + 1), drop, old)
    const doubles = placed.filter(isDrop).filter((other) => other.operation !== one.operation && isDouble(other, add))
    found.push({ drop, by: one.operation, doubles, add, key: add.operation.constraint, table, old, columns, ...moved })
  })
  return found
}

function isDouble(drop: Drop, add: Add): boolean {
  const { constraint } = add.operation
  const known = findConstraint(drop.at.before, drop.operation.table, drop.operation.constraint)?.definition
  return (
    known?.kind === 'unique' &&
    !known.withoutOverlaps &&
    isKey(constraint) &&
    !drop.operation.cascade &&
    drop.at.refused === undefined &&
    drop.at.skipped === undefined &&
    sameTable(drop, add) &&
    isSame(known.columns, constraint.columns)
  )
}

/**
 * The primary key that goes with one of its columns, as a statement of its own. Not where code that no longer knows the column could not leave it
 * out of its INSERTs: the column stays NOT NULL for a while without being the key.
 */
function keyWithColumn({ operation, at }: Placed): Drop | undefined {
  if (operation.kind !== 'DropColumn' || operation.cascade) return undefined
  const { table, only, ifExists, column } = operation
  const known = findColumn(at.before, table, column)
  const key = findTable(at.before, table)?.constraints.find(({ definition }) => definition.kind === 'primary key')
  const isFilled = known?.default !== undefined || known?.identity !== undefined || known?.generated !== undefined
  if (key?.columns.includes(column) !== true || !isFilled) return undefined
  const drop = {
    kind: 'DropConstraint',
    table,
    only,
    ifExists,
    constraint: key.name,
    constraintIfExists: false,
    cascade: false,
  } as const
  return { operation: drop, at }
}

/** There is one primary key at a time; a UNIQUE takes the place of one that has its name, or a column in common. */
function takesPlace(add: Add, drop: Drop, old: TableConstraint | undefined): boolean {
  const { constraint } = add.operation
  if (!isKey(constraint) || constraint.withoutOverlaps || !sameTable(add, drop)) return false
  const isNamesake = constraintName(constraint, add.operation.table, add.at) === drop.operation.constraint
  if (old === undefined) return isNamesake
  const { definition } = old
  if (definition.kind === 'primary key') return constraint.kind === 'primary key'
  if (definition.kind !== 'unique' || constraint.kind !== 'unique') return false
  return isNamesake || constraint.columns.some((column) => definition.columns.includes(column))
}

function movedForeignKeys(before: readonly Placed[], after: readonly Placed[], drop: Drop, old: TableConstraint | undefined) {
  const named = drop.at.resolve(drop.operation.table)
  const pairs = before.flatMap((one) => {
    if (!isDrop(one) || one.operation.cascade || one.at.skipped !== undefined) return []
    const known = findConstraint(one.at.before, one.operation.table, one.operation.constraint)
    const child = findTable(one.at.before, one.operation.table)
    const { definition, references } = known ?? {}
    if (definition?.kind !== 'foreign key' || references === undefined || !sameName(references, named)) return []
    // Before 18 a partitioned table refuses NOT VALID (manual of ALTER TABLE, 17).
    if (child?.partitionBy !== undefined || !isSame(referenced(definition.referencedColumns, one.at, named), old?.columns))
      return []
    const next = after.find((later): later is Add => {
      if (!isAdd(later) || !sameTable(later, one) || later.at.refused !== undefined) return false
      const { constraint } = later.operation
      return (
        constraint.kind === 'foreign key' &&
        sameName(later.at.resolve(constraint.references), named) &&
        constraint.columns.some((column) => definition.columns.includes(column))
      )
    })
    return next === undefined ? [] : [{ released: one, bound: next }]
  })
  return {
    released: pairs.map(({ released }) => released),
    bound: [...new Set(pairs.map(({ bound }) => bound))],
  }
}

/** The columns that a foreign key refers to: the primary key, where it does not say. */
function referenced(columns: readonly string[], at: Site, table: Name): readonly string[] | undefined {
  if (columns.length > 0) return columns
  return findTable(at.before, table)?.constraints.find(({ definition }) => definition.kind === 'primary key')?.columns
}

/** Whether columns are the same, in whatever order. */
export function isSame(a: readonly string[] | undefined, b: readonly string[] | undefined): boolean {
  return a !== undefined && b !== undefined && a.length === b.length && a.every((column) => b.includes(column))
}

/** Whether two operations are about one table. */
export function sameTable(a: PlacedAs<Operation & { table: Name }>, b: PlacedAs<Operation & { table: Name }>): boolean {
  return sameName(a.at.resolve(a.operation.table), b.at.resolve(b.operation.table))
}

function isKey(constraint: Constraint): constraint is KeyConstraint {
  return constraint.kind === 'primary key' || constraint.kind === 'unique'
}

export function isDrop(one: Placed): one is Drop {
  return one.operation.kind === 'DropConstraint'
}

export function isAdd(one: Placed): one is Add {
  return one.operation.kind === 'AddConstraint'
}

function isDropColumn(one: Placed): one is PlacedAs<Operation<'DropColumn'>> {
  return one.operation.kind === 'DropColumn'
}
