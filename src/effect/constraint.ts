import type { Table } from '../catalog/catalog.ts'
import { findConstraint, findIndex, findTable, provenNotNull, resolve } from '../catalog/lookup.ts'
import { type Name, printName } from '../name.ts'
import type { ForeignKeyConstraint, Kind, Operation } from '../operation.ts'
import { differenceOf } from './difference.ts'
import { dropEffects } from './dropped.ts'
import type { Effect } from './effect.ts'
import { madeBy } from './made.ts'
import { equivalent, foreignKeysOf, isPartition, referencedBy } from './referenced.ts'
import type { At, EffectsOf, Labour } from './touch.ts'
import { absent, family, hasRows, isSame, labour, none, touch } from './touch.ts'

export const constraintCases = {
  AddConstraint: (operation, at) => {
    if (absent(at, operation)) return []
    const { constraint } = operation
    switch (constraint.kind) {
      case 'check': {
        const skip = constraint.notValid || !constraint.enforced
        const because = `every row is checked against CHECK (${constraint.expression.sql})`
        const work = skip ? none : labour(because, 'scan')
        if (!constraint.noInherit) return family(at, operation, 'ACCESS EXCLUSIVE', () => work)
        return [...family(at, { ...operation, only: true }, 'ACCESS EXCLUSIVE', () => work), ...lockedSince18(operation, at)]
      }
      case 'not null': {
        const inherited = constraint.noInherit ? { ...operation, only: true } : operation
        const work = (table: Table | undefined) => (constraint.notValid ? none : notNullScan(at, table, [constraint.column]))
        return [...family(at, inherited, 'ACCESS EXCLUSIVE', work), ...lockedSince18(operation, at)]
      }
      case 'foreign key':
        return addForeignKey(operation, constraint, at)
      case 'exclude':
        return [...addIndexed(operation, at)]
      case 'unique':
      case 'primary key':
        return constraint.usingIndex === undefined
          ? addIndexed(operation, at)
          : adoptIndex(operation, constraint, constraint.usingIndex, at)
    }
  },

  AlterConstraint: (operation, at) => {
    if (absent(at, operation)) return []
    const key = foreignKeysOf(at, findTable(at.catalog, operation.table)).find(
      ({ constraint }) => constraint.name === operation.constraint,
    )
    const { definition } = findConstraint(at.catalog, operation.table, operation.constraint) ?? {}
    // What is so already is left alone, without a look at children or the other table.
    const isSo =
      operation.inherit === true
        ? definition === undefined || (definition.kind === 'not null' && !definition.noInherit)
        : operation.enforced === true && definition?.kind === 'foreign key' && definition.enforced
    if (isSo) return family(at, { ...operation, only: true }, 'ACCESS EXCLUSIVE')
    if (operation.enforced === undefined || key === undefined) return family(at, operation, 'ACCESS EXCLUSIVE')
    const because = `every row is checked against ${operation.constraint}`
    const validates = operation.enforced && !key.validated
    return [
      ...family(at, operation, 'ACCESS EXCLUSIVE', () => (validates ? labour(because, 'scan') : none)),
      // Its triggers are made there again, or dropped.
      ...referencedBy(at, key.references, operation.enforced ? 'SHARE ROW EXCLUSIVE' : 'ACCESS EXCLUSIVE'),
    ]
  },

  ValidateConstraint: (operation, at) => {
    if (absent(at, operation)) return []
    const found = findConstraint(at.catalog, operation.table, operation.constraint)
    if (found?.validated || isUnlisted(operation, at)) return [touch(at, operation.table, 'SHARE UPDATE EXCLUSIVE')]
    const because = labour(`every row is checked against ${operation.constraint}`, 'scan')
    // A child may have it validated: one that was made after it, or on its own.
    const work = (table: Table | undefined) =>
      table?.constraints.some(({ name, validated }) => name === operation.constraint && validated) ? none : because
    const key = foreignKeysOf(at, findTable(at.catalog, operation.table)).find(({ constraint }) => constraint === found)
    if (key === undefined) return family(at, operation, 'SHARE UPDATE EXCLUSIVE', work)
    const partitions = family(at, operation, 'SHARE UPDATE EXCLUSIVE', work).filter(
      ({ relation }) => isSame(relation, resolve(at.catalog, operation.table)) || isPartitionOf(at, relation),
    )
    const [target, ...targets] = referencedBy(at, key.references, 'ACCESS SHARE')
    // A partitioned table without partitions has no rows to look up.
    if (!partitions.some(({ relation }) => hasRows(at, relation))) return partitions
    return [...partitions, ...(target ? [{ ...target, lock: 'ROW SHARE' as const }] : []), ...targets]
  },

  DropConstraint: (operation, at) => {
    if (absent(at, operation)) return []
    const found = findConstraint(at.catalog, operation.table, operation.constraint)
    const unlisted = isUnlisted(operation, at)
    const stays = found === undefined ? !unlisted : found.definition.kind === 'check' && found.definition.noInherit
    const only = operation.only || stays
    // CHECK and NOT NULL are inherited by every kind of child, the others by partitions.
    const recurses = unlisted || found?.definition.kind === 'check' || found?.definition.kind === 'not null'
    const own = family(at, { table: operation.table, only }, 'ACCESS EXCLUSIVE').filter(
      ({ relation }) => recurses || isSame(relation, resolve(at.catalog, operation.table)) || isPartitionOf(at, relation),
    )
    return [...own, ...dropEffects(operation, at)]
  },

  RenameConstraint: (operation, at) => {
    if (absent(at, operation)) return []
    const found = findConstraint(at.catalog, operation.table, operation.constraint)
    const { definition } = found ?? {}
    const inherited =
      isUnlisted(operation, at) || ((definition?.kind === 'check' || definition?.kind === 'not null') && !definition.noInherit)
    return [
      ...family(at, { table: operation.table, only: operation.only || !inherited }, 'ACCESS EXCLUSIVE'),
      ...(found?.index === undefined ? [] : [touch(at, found.index, 'SHARE UPDATE EXCLUSIVE')]),
    ]
  },
} satisfies { [K in Kind]?: EffectsOf<K> }

/** A NOT NULL constraint that 18 named by itself, which the catalog does not list: valid, and inherited. */
function isUnlisted({ table, constraint }: { readonly table: Name; readonly constraint: string }, at: At): boolean {
  return (
    findTable(at.catalog, table)?.complete === true &&
    findConstraint(at.catalog, table, constraint) === undefined &&
    constraint.includes('not_null')
  )
}

function isPartitionOf(at: At, relation: Effect['relation']): boolean {
  const table = findTable(at.catalog, relation)
  return table !== undefined && isPartition(table)
}

/** Since 18, ADD CONSTRAINT locks everything that inherits before it looks whether the constraint is inherited at all. */
function lockedSince18(operation: Operation<'AddConstraint'>, at: At): readonly Effect[] {
  return at.server.postgres >= 18 ? family(at, operation, 'ACCESS EXCLUSIVE') : []
}

export function notNullScan(at: At, table: Table | undefined, columns: readonly string[]): Labour {
  const unproven = columns.filter((column) => table === undefined || !provenNotNull(at.catalog, table.name, column))
  if (unproven.length === 0) return none
  return labour(`no constraint proves that ${unproven.join(', ')} holds no NULL, so every row is read`, 'scan')
}

/** UNIQUE, PRIMARY KEY and EXCLUDE, whose index is built on the spot. */
function addIndexed(operation: Operation<'AddConstraint'>, at: At): readonly Effect[] {
  const { constraint, table } = operation
  const isPrimary = constraint.kind === 'primary key'
  const columns = isPrimary ? constraint.columns : []
  const nulls = (each: Table | undefined) => (isPrimary ? notNullScan(at, each, columns) : none)
  const difference = differenceOf(operation, at)
  const known = findTable(at.catalog, table)
  const isPartitioned = known?.kind === 'partitioned table'
  // Before 18 only NOT NULL reaches the children of a table that is not partitioned; the partitions' indexes are built under SHARE.
  const reaches = isPrimary || at.server.postgres >= 18
  const own = family(at, { table, only: operation.only || !(reaches || isPartitioned) }, 'ACCESS EXCLUSIVE', nulls).map(
    (effect) => (reaches || isSame(effect.relation, resolve(at.catalog, table)) ? effect : { ...effect, lock: 'SHARE' as const }),
  )
  const made = madeBy(difference, at, 'SHARE')
  const built =
    made.length > 0 || known?.kind === 'partitioned table'
      ? []
      : [touch(at, table, 'ACCESS EXCLUSIVE', labour('an index is built', 'index build'))]
  return [...own, ...made, ...built]
}

/** USING INDEX: the index is there; a primary key still needs its columns NOT NULL. */
function adoptIndex(
  operation: Operation<'AddConstraint'>,
  constraint: { readonly kind: 'unique' | 'primary key'; readonly name: string | undefined },
  index: string,
  at: At,
): readonly Effect[] {
  const table = resolve(at.catalog, operation.table)
  const name = { schema: table.schema, name: index }
  const columns = findIndex(at.catalog, name)?.keys.flatMap((key) => key.column ?? [])
  const nulls = (each: Table | undefined) =>
    columns === undefined
      ? labour(`the columns of ${printName(name)} are not known from the migrations and may hold NULL`, 'scan')
      : notNullScan(at, each, columns)
  // An index that is not named like the constraint is renamed.
  const renamed = constraint.name !== undefined && constraint.name !== index
  return [
    ...family(at, { ...operation, only: true }, 'ACCESS EXCLUSIVE'),
    ...(constraint.kind === 'primary key' ? family(at, operation, 'ACCESS EXCLUSIVE', nulls) : lockedSince18(operation, at)),
    touch(at, name, renamed ? 'SHARE UPDATE EXCLUSIVE' : 'ACCESS SHARE', none, 'index'),
  ]
}

function addForeignKey(operation: Operation<'AddConstraint'>, constraint: ForeignKeyConstraint, at: At): readonly Effect[] {
  const known = findTable(at.catalog, operation.table)
  const references = resolve(at.catalog, constraint.references)
  const wanted = foreignKeysOf(at, known && { ...known, constraints: [asStored(constraint, references)] })[0]
  const validates = !constraint.notValid && constraint.enforced
  const because = `every row is looked up in ${printName(references)}`
  const serving = (table: Table | undefined) =>
    table !== undefined &&
    known !== undefined &&
    table !== known &&
    wanted !== undefined &&
    foreignKeysOf(at, table).some((key) => key.validated && key.constraint.inherited !== true && equivalent(key, wanted))
  // Only partitions share a foreign key, but 18 locks whatever inherits.
  const own = family(at, operation, 'SHARE ROW EXCLUSIVE', (table) =>
    validates && !serving(table) && (table === undefined || table === known || isPartition(table))
      ? labour(because, 'scan')
      : none,
  ).filter(
    ({ relation }) =>
      at.server.postgres >= 18 || isSame(relation, resolve(at.catalog, operation.table)) || isPartitionOf(at, relation),
  )
  const takesOver = own.some(({ relation }) => serving(findTable(at.catalog, relation)))
  return [...own, ...referencedBy(at, references, takesOver ? 'ACCESS EXCLUSIVE' : 'SHARE ROW EXCLUSIVE')]
}

function asStored(definition: ForeignKeyConstraint, references: Effect['relation']): Table['constraints'][number] {
  const { columns } = definition
  return {
    name: definition.name ?? '',
    definition,
    columns,
    validated: !definition.notValid,
    index: undefined,
    references,
    origin: undefined,
  }
}
