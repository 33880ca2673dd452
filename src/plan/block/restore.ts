import type { Index, Table, TableConstraint } from '../../catalog/catalog.ts'
import { definitionOfConstraint, definitionOfIndex } from '../../catalog/definition.ts'
import { existence, findIndex, findTable } from '../../catalog/lookup.ts'
import { type Name, printName, quoteIdentifier } from '../../name.ts'
import { print, printConstraint } from '../../print/print.ts'
import { freeConstraintName } from '../../rule/definition.ts'
import type { Site } from '../../rule.ts'
import { atOnce } from '../change.ts'
import { besideTable, freeName } from '../name.ts'
import type { Rollback } from '../plan.ts'
import { buildConcurrently } from './concurrent-index.ts'
import { alter, type On } from './presence.ts'

const unknown: Rollback = { impossible: 'the migrations do not tell all of what is dropped here' }

/** Builds indexes again that were dropped, while writes go on. */
export function indexesBack(table: Name, indexes: readonly Index[], at: Site): Rollback {
  const statements: string[] = []
  for (const index of indexes) {
    const definition = definitionOfIndex(at.before, index)
    if (definition === undefined) return unknown
    const create = print({ ...definition, table, concurrently: true })
    statements.push(...buildConcurrently(besideTable(table, index.name.name), create))
  }
  return { transaction: false, statements }
}

/** Adds a constraint again that was dropped: unproven first, or over an index built while writes go on. */
export function constraintBack(on: On, table: Table, constraint: TableConstraint, at: Site): Rollback {
  const known = definitionOfConstraint(at.before, table, constraint)?.constraint
  if (known === undefined) return unknown
  switch (known.kind) {
    case 'check':
    case 'foreign key': {
      const back = unprovenBack(on, table, constraint, at)
      return back === undefined ? unknown : { transaction: false, statements: bounding([alter(on, back.add)], back.proofs) }
    }
    case 'unique':
    case 'primary key': {
      const back = keyBack(on, table, constraint, at, constraint.index?.name)
      return back === undefined
        ? unknown
        : { transaction: false, statements: [...back.build, ...bounding([alter(on, back.add)], [])] }
    }
    default:
      return { impossible: `adding ${quoteIdentifier(constraint.name)} again reads every row while reads and writes wait` }
  }
}

/** A foreign key or CHECK as it was: the command that adds it for what is written from then on, and the statements that prove the rest. */
export function unprovenBack(
  on: On,
  table: Table,
  constraint: TableConstraint,
  at: Site,
): { readonly add: string; readonly proofs: readonly string[] } | undefined {
  const known = definitionOfConstraint(at.before, table, constraint)?.constraint
  if (known?.kind !== 'check' && known?.kind !== 'foreign key') return undefined
  return {
    add: `ADD ${printConstraint({ ...known, name: constraint.name, notValid: true })}`,
    proofs: constraint.validated ? [alter(on, `VALIDATE CONSTRAINT ${quoteIdentifier(constraint.name)}`)] : [],
  }
}

/** A unique guarantee as it was: the statements that build its index under a name that is free, and the command that takes it over. */
export function keyBack(
  on: On,
  table: Table,
  constraint: TableConstraint,
  at: Site,
  builtAs: string | undefined,
): { readonly build: readonly string[]; readonly add: string } | undefined {
  const known = definitionOfConstraint(at.before, table, constraint)?.constraint
  const index = constraint.index && findIndex(at.before, constraint.index)
  const definition = index && definitionOfIndex(at.before, index)
  if ((known?.kind !== 'unique' && known?.kind !== 'primary key') || known.withoutOverlaps) return undefined
  if (definition === undefined || builtAs === undefined) return undefined
  const over = { ...known, name: constraint.name, columns: [], include: [], options: [], usingIndex: builtAs }
  return {
    build: buildConcurrently(
      besideTable(on.table, builtAs),
      print({ ...definition, table: on.table, index: builtAs, concurrently: true }),
    ),
    add: `ADD ${printConstraint(over.kind === 'unique' ? { ...over, nullsNotDistinct: false } : over)}`,
  }
}

/** An index that is about to go with its constraint: the statements that build it again under a free name, and the one that gives its name back. */
export function indexAside(
  on: On,
  index: Index,
  at: Site,
): { readonly build: readonly string[]; readonly rename: string } | undefined {
  const definition = definitionOfIndex(at.before, index)
  if (definition === undefined) return undefined
  const free = freeName([index.name.name, 'old'], (name) => existence(at.after, besideTable(on.table, name)) === 'exists')
  const aside = besideTable(on.table, free)
  return {
    build: buildConcurrently(aside, print({ ...definition, table: on.table, index: free, concurrently: true })),
    rename: `ALTER INDEX ${printName(aside)} RENAME TO ${quoteIdentifier(index.name.name)}`,
  }
}

/**
 * Takes a constraint from an index that was there before it. They go together, so the index is built again while writes go on, and is there under
 * its name in the moment in which the constraint goes, with whatever else is `then` to be undone.
 */
export function indexWithout(on: On, constraint: string, index: Index, at: Site, then: readonly string[]): Rollback {
  const back = indexAside(on, index, at)
  if (back === undefined) return unknown
  const exchange = atOnce([alter(on, `DROP CONSTRAINT ${quoteIdentifier(constraint)}`), back.rename, ...then])
  return { transaction: false, statements: [...back.build, ...bounding([exchange], [])] }
}

/** Statements of a way back outside of a transaction: those that take strong locks wait for a while only, those behind read the rows. */
export function bounding(strong: readonly string[], reading: readonly string[]): readonly string[] {
  return [bounded, ...strong, ...(reading.length > 0 ? [unbounded, ...reading] : [])]
}

/** Makes a column NOT NULL again: proven first, under the name that its constraint had. */
export function notNullBack(on: On, column: string, at: Site): Rollback {
  const name = quoteIdentifier(column)
  const known = findTable(at.before, on.table)?.constraints.find(
    ({ definition }) => definition.kind === 'not null' && definition.column === column,
  )
  const proof = quoteIdentifier(known?.name ?? freeConstraintName(on.table, at, column, 'present'))
  const isNative = known !== undefined && at.postgres >= 18
  return {
    transaction: false,
    statements: [
      bounded,
      alter(on, `ADD CONSTRAINT ${proof} ${isNative ? `NOT NULL ${name}` : `CHECK (${name} IS NOT NULL)`} NOT VALID`),
      unbounded,
      alter(on, `VALIDATE CONSTRAINT ${proof}`),
      ...(isNative ? [] : [bounded, alter(on, `ALTER COLUMN ${name} SET NOT NULL`), alter(on, `DROP CONSTRAINT ${proof}`)]),
    ],
  }
}

/** Around the statements of a way back that take strong locks; the file's end resets it. */
const bounded = "SET lock_timeout = '2s'"
const unbounded = 'SET lock_timeout = 0'

/** `app.orders_region_idx`, as far as the SQL says the table's schema. */
export function indexName(table: Name, index: Index): string {
  return printName(besideTable(table, index.name.name))
}
