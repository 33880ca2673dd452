import type { Index, Table, TableConstraint } from '../../catalog/catalog.ts'
import { existence, findConstraint, findIndex, findTable, foreignKeysTo, provenNotNull } from '../../catalog/lookup.ts'
import { printName, quoteIdentifier, sameName } from '../../name.ts'
import type { Constraint, Operation } from '../../operation.ts'
import { print, printConstraint } from '../../print/print.ts'
import { constraintName } from '../../rule/definition.ts'
import type { Site } from '../../rule.ts'
import { spelled } from '../block/partition-index.ts'
import { alter, type On, presence } from '../block/presence.ts'
import { bounding, indexAside, keyBack, unprovenBack } from '../block/restore.ts'
import { atOnce, deploy, inTransaction, rolledOut } from '../change.ts'
import type { Composer, Composite } from '../composite.ts'
import { besideTable, columnName, freeName } from '../name.ts'
import type { Change, Plan, Rollback } from '../plan.ts'
import { validated } from './add-foreign-key.ts'
import { keyIndex, overIndex } from './add-unique.ts'
import { planDropColumn } from './drop-column.ts'
import { type Add, type Drop, isSame, type KeyReplacement, keyReplacements } from './key-replacement.ts'

/**
 * DROP CONSTRAINT of a primary key or a UNIQUE, and ADD CONSTRAINT of the one that takes its place: as they are written, nothing is unique while
 * the new index is built. Built first, it is exchanged in one transaction, with the foreign keys that move from the old key to the new.
 * What the old key's foreign keys would need beside is not looked for: the migration as it was written is refused while there are any.
 */
export const replacedKeys: Composer = (placed) =>
  keyReplacements(placed).flatMap((one): readonly Composite[] => {
    const whole = compositeOf(one)
    // What stands between the foreign keys may be in the way of taking them along.
    return one.released.length === 0 ? [whole] : [whole, compositeOf({ ...one, released: [], bound: [] })]
  })

function compositeOf(one: KeyReplacement): Composite {
  const { by, doubles, add, columns, released, bound } = one
  const others = columns.map(({ operation }) => operation).filter((operation) => operation !== by)
  const operations = [
    ...released.map(({ operation }) => operation),
    by,
    ...others,
    add.operation,
    ...doubles.map(({ operation }) => operation),
    ...bound.map(({ operation }) => operation),
  ]
  return { operations, steps: stepsOf(one) }
}

function stepsOf({ drop, doubles, add, key, table, old, columns, released, bound }: KeyReplacement): Plan {
  const on = add.operation
  const name = constraintName(key, on.table, add.at)
  const given = key.usingIndex === undefined ? undefined : findIndex(add.at.before, besideTable(on.table, key.usingIndex))
  const keys = key.usingIndex === undefined ? key.columns : (given?.keys ?? []).flatMap(({ column }) => column ?? [])
  const gone = foreignKeysGone(drop)
  const dropped = columns.map(({ operation, at }) => planDropColumn(operation, at))
  if (keys.length === 0 || dropped.some((plan) => plan.length === 0)) return []
  const isTaken = (one: string) =>
    [drop.at.before, add.at.before].some((catalog) => existence(catalog, besideTable(on.table, one)) === 'exists')
  const index = key.usingIndex ?? (isTaken(name) || name === drop.operation.constraint ? freeName([name, 'new'], isTaken) : name)
  const nullable = key.kind === 'primary key' ? keys.filter((column) => !provenNotNull(add.at.before, on.table, column)) : []
  const proofs = nullable.map((column) => presence(on, column, add.at))
  // What holds a key already has no duplicates of more columns, unless NULLs were no duplicates before.
  const isWider = old !== undefined && old.columns.length > 0 && old.columns.every((column) => keys.includes(column))
  const sure = isWider && !(key.kind === 'unique' && key.nullsNotDistinct)
  const isTold = table?.complete === true
  const listed = columnsOf(keys)
  const title = printName({ schema: undefined, name: on.table.name })
  const asks = [
    ...(nullable.length > 0
      ? [
          `code that never writes NULL into ${nullable.map((column) => columnName(on.table, column)).join(' and ')}, and no row that still holds one`,
        ]
      : []),
    ...(sure || doubles.length > 0 || key.usingIndex !== undefined
      ? []
      : [
          `code that writes no duplicates of ${listed} into ${title}, and remove those that are there: building ${quoteIdentifier(index)} fails on them`,
        ]),
  ]
  return [
    ...(asks.length === 0 ? [] : [deploy(asks.join(';\n'))]),
    ...proofs.flatMap(({ require, prove }) => [require, prove]),
    ...(key.usingIndex === undefined ? [keyIndex(on, key, index)] : []),
    deploy(noteFor({ drop, old, keys, title, name, gone, bound })),
    inTransaction({
      phase: 'contract',
      title: `replace ${drop.operation.constraint}`,
      why: 'The index of the new key is there already. The old one goes and the new one comes in one transaction, so that there is no moment without a key: changes of the catalog alone.',
      statements: [
        ...released.map(({ operation }) => print(operation)),
        // Named one by one, as far as they are known for sure.
        ...(isTold
          ? gone.map((one) => alter(childOf(one, drop), `DROP CONSTRAINT ${quoteIdentifier(one.constraint.name)}`))
          : []),
        print(isTold ? { ...drop.operation, cascade: false } : drop.operation),
        alter(on, `ADD ${overIndex(key, name, index)}`),
        ...doubles.map(({ operation }) => print(operation)),
        ...proofs.map((proof) => alter(on, `DROP CONSTRAINT ${proof.name}`)),
        ...bound.map(({ operation, at }) => alter(operation, `ADD ${printConstraint(unproven(operation, at))}`)),
      ],
      tables: released.length + gone.length > 0 ? 'several' : 'one',
      rollback: wayBack({ drop, doubles, add, table, old, name, given, nullable, gone, released, bound }),
    }),
    ...bound.flatMap(({ operation, at }) => proofOf(operation, at)),
    ...dropped.flat(),
  ]
}

/** What running code may no longer say of the old key once it is gone. */
function noteFor(of: {
  readonly drop: Drop
  readonly old: TableConstraint | undefined
  readonly keys: readonly string[]
  readonly title: string
  readonly name: string
  readonly gone: readonly Reference[]
  readonly bound: readonly Add[]
}): string {
  const { drop, old, keys, title, gone, bound } = of
  const constraint = quoteIdentifier(drop.operation.constraint)
  const before = old === undefined || old.columns.length === 0 ? `(the columns of ${constraint})` : columnsOf(old.columns)
  const says = isSame(old?.columns, keys)
    ? `code that does not name ${constraint} of ${title} in ON CONFLICT`
    : `code that says ON CONFLICT ${columnsOf(keys)} on ${title}, which works from here on, instead of ON CONFLICT ${before}, does not name ${constraint} there, and does not rely on ${before} being unique`
  const bindings = bound.flatMap(({ operation }) =>
    operation.constraint.kind === 'foreign key'
      ? [`${printName({ schema: undefined, name: operation.table.name })} ${columnsOf(operation.constraint.columns)}`]
      : [],
  )
  return (
    [
      says,
      ...(bindings.length === 0 ? [] : [`that writes only ${bindings.join(' and ')} that ${title} has`]),
      ...(gone.length === 0
        ? []
        : [
            `that does not rely on ${gone.map(({ table, constraint }) => `${quoteIdentifier(constraint.name)} of ${printName(table.name)}`).join(' and ')}, which CASCADE takes along`,
          ]),
    ].join(', and ') + rolledOut
  )
}

interface Reference {
  readonly table: Table
  readonly constraint: TableConstraint
}

/** The table of a foreign key, as the migration spells tables. */
function childOf({ table }: Reference, { operation, at }: Drop): On {
  return { table: spelled(table.name, operation.table, at) }
}

/** The foreign keys that CASCADE takes along, as far as they are known. */
function foreignKeysGone({ operation, at }: Drop): readonly Reference[] {
  const left = foreignKeysTo(at.after, operation.table)
  return foreignKeysTo(at.before, operation.table).filter(
    ({ table, constraint }) =>
      !left.some((other) => sameName(other.table.name, table.name) && other.constraint.name === constraint.name),
  )
}

/** The old key built again while writes go on, then put back where it was with what referred to it. */
function wayBack(of: {
  readonly drop: Drop
  readonly doubles: readonly Drop[]
  readonly add: Add
  readonly table: Table | undefined
  readonly old: TableConstraint | undefined
  readonly name: string
  /** An index that the new key took over as it was. */
  readonly given: Index | undefined
  readonly nullable: readonly string[]
  readonly gone: readonly Reference[]
  readonly released: readonly Drop[]
  readonly bound: readonly Add[]
}): Rollback {
  const { drop, doubles, add, table, old, name, given, nullable, gone, released, bound } = of
  const on = add.operation
  if (table === undefined || old === undefined || (drop.operation.cascade && !table.complete))
    return { impossible: 'the migrations do not tell all of what is dropped here' }
  const isTaken = (one: string) => existence(add.at.after, besideTable(on.table, one)) === 'exists'
  const key = keyBack(on, table, old, drop.at, freeName([old.name, 'old'], isTaken))
  const references = [
    ...gone.map((one) => ({ ...one, on: childOf(one, drop), at: drop.at })),
    ...released.flatMap(({ operation, at }) => {
      const child = findTable(at.before, operation.table)
      const constraint = findConstraint(at.before, operation.table, operation.constraint)
      return child && constraint ? [{ table: child, constraint, on: operation, at }] : []
    }),
  ].map((one) => ({ on: one.on, back: unprovenBack(one.on, one.table, one.constraint, one.at) }))
  // An index that the new key took over as it was goes with it.
  const index = given && indexAside(on, given, add.at)
  const others = doubles.map(({ operation, at }) => {
    const known = findConstraint(at.before, operation.table, operation.constraint)
    const owner = findTable(at.before, operation.table)
    return known && owner && keyBack(operation, owner, known, at, freeName([known.name, 'old'], isTaken))
  })
  if (others.some((other) => other === undefined)) return { impossible: 'the migrations do not tell all of what is dropped here' }
  if (key === undefined || (given !== undefined && index === undefined) || references.some(({ back }) => back === undefined))
    return { impossible: 'the migrations do not tell all of what is dropped here' }
  const exchange = atOnce([
    ...bound.map(({ operation, at }) =>
      alter(operation, `DROP CONSTRAINT ${quoteIdentifier(constraintName(operation.constraint, operation.table, at))}`),
    ),
    alter(on, `DROP CONSTRAINT ${quoteIdentifier(name)}`, key.add),
    ...others.flatMap((other) => (other === undefined ? [] : [alter(on, other.add)])),
    ...(index === undefined ? [] : [index.rename]),
    ...nullable.map((column) => alter(on, `ALTER COLUMN ${quoteIdentifier(column)} DROP NOT NULL`)),
    ...references.flatMap(({ on: child, back }) => (back === undefined ? [] : [alter(child, back.add)])),
  ])
  return {
    transaction: false,
    statements: [
      ...key.build,
      ...others.flatMap((other) => other?.build ?? []),
      ...(index?.build ?? []),
      ...bounding(
        [exchange],
        references.flatMap(({ back }) => back?.proofs ?? []),
      ),
    ],
  }
}

function unproven({ constraint, table }: Operation<'AddConstraint'>, at: Site): Constraint {
  const name = constraintName(constraint, table, at)
  return constraint.kind === 'foreign key' ? { ...constraint, name, notValid: true } : { ...constraint, name }
}

function proofOf(operation: Operation<'AddConstraint'>, at: Site): readonly Change[] {
  const { constraint, table } = operation
  if (constraint.kind !== 'foreign key' || constraint.notValid || !constraint.enforced) return []
  return [validated(operation, constraintName(constraint, table, at))]
}

function columnsOf(columns: readonly string[]): string {
  return `(${columns.map(quoteIdentifier).join(', ')})`
}
