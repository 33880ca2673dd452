import type { Index } from '../../catalog/catalog.ts'
import { definitionOfIndex } from '../../catalog/definition.ts'
import { existence, findIndex, findTable } from '../../catalog/lookup.ts'
import { printName, quoteIdentifier, sameName } from '../../name.ts'
import type { Operation } from '../../operation.ts'
import { print } from '../../print/print.ts'
import { shapeOf } from '../../rule/index-shape.ts'
import { buildConcurrently, concurrentIndex } from '../block/concurrent-index.ts'
import { alone, deploy, inTransaction, rolledOut } from '../change.ts'
import type { Composer } from '../composite.ts'
import { besideTable, freeName } from '../name.ts'
import type { Plan, Rollback } from '../plan.ts'
import type { Placed } from '../verbatim.ts'

type Drop = Placed & { readonly operation: Operation<'DropIndex'> }
type Create = Placed & { readonly operation: Operation<'CreateIndex'> }

/**
 * An index that is dropped and made again with other columns under its name: the new one is built beside it, then the two exchange names, so
 * that there is no moment without any. Those of partitioned tables, constraints and partitions stay out.
 */
export const replacedIndexes: Composer = (placed) => {
  const taken = new Set<Operation>()
  return placed.flatMap((drop, place) => {
    const old = isDrop(drop) ? findIndex(drop.at.before, drop.operation.index) : undefined
    if (!isDrop(drop) || old === undefined || !canGo(drop, old)) return []
    const create = placed.slice(place + 1).find((later): later is Create => !taken.has(later.operation) && takesName(later, old))
    if (create === undefined) return []
    taken.add(create.operation)
    return [{ operations: [drop.operation, create.operation], steps: stepsOf(drop, create, old) }]
  })
}

function isDrop(one: Placed): one is Drop {
  return one.operation.kind === 'DropIndex'
}

function canGo({ operation, at }: Drop, old: Index): boolean {
  const table = findTable(at.before, old.table)
  const isPart = table === undefined || table.partitionBy !== undefined || old.partitionOf !== undefined
  if (isPart || operation.cascade || old.constraint !== undefined || at.isNew(old.table)) return false
  return at.skipped === undefined && at.refused === undefined
}

/** The same once more is a repair: the one that is there may be the INVALID rest of a build. */
function takesName({ operation, at }: Placed, old: Index): boolean {
  if (operation.kind !== 'CreateIndex' || operation.index !== old.name.name || operation.only) return false
  const isRun = at.skipped === undefined && at.refused === undefined
  return isRun && sameName(at.resolve(operation.table), old.table) && shapeOf(operation) !== shapeOf(old)
}

function stepsOf(drop: Drop, { operation: create }: Create, old: Index): Plan {
  const { table } = create
  const { at } = drop
  const name = old.name.name
  const taken = (other: string) => existence(at.before, besideTable(table, other)) === 'exists'
  const [fresh, aside] = [freeName([name, 'new'], taken), freeName([name, 'old'], taken)]
  const rename = (from: string, to: string) =>
    `ALTER INDEX ${printName(besideTable(table, from))} RENAME TO ${quoteIdentifier(to)}`
  const gone = printName(besideTable(table, aside))
  return [
    concurrentIndex({
      table,
      index: fresh,
      phase: create.unique ? 'contract' : 'expand',
      why: `What takes the place of ${quoteIdentifier(name)}, built while reads and writes go on. The old one serves until then.`,
      create: print({ ...create, index: fresh, concurrently: true, ifNotExists: false }),
    }),
    ...noteFor(drop, create, old),
    inTransaction({
      phase: 'contract',
      title: `exchange ${name}`,
      why: 'The new index takes the name: a change of the catalog alone, and no query waits for it.',
      statements: [rename(name, aside), rename(fresh, name)],
      rollback: [rename(name, fresh), rename(aside, name)],
    }),
    alone({
      phase: 'contract',
      title: `drop ${aside}`,
      why: 'The new index is there. Nobody waits but this file, for the queries that still use the old one.',
      statements: [`DROP INDEX CONCURRENTLY IF EXISTS ${gone}`],
      rollback: wayBack(drop, create, old, aside),
    }),
  ]
}

/** The guarantee of a unique index may be what code speaks of. */
function noteFor({ at }: Drop, { table, keys, unique }: Create['operation'], old: Index): Plan {
  if (!old.unique) return []
  const columns = (index: Pick<Index, 'keys'>) => index.keys.map(({ column }) => column)
  const isAsUnique = unique && JSON.stringify(columns(old)) === JSON.stringify(columns({ keys }))
  if (isAsUnique) return []
  const known = columns(old).map((column) => (column === undefined ? 'its expressions' : quoteIdentifier(column)))
  return [
    deploy(
      `code that does not say ON CONFLICT (${known.join(', ')}) on ${printName(at.resolve(table))}, and does not rely on there being no duplicates${rolledOut}`,
    ),
  ]
}

function wayBack({ at }: Drop, { table }: Create['operation'], old: Index, aside: string): Rollback {
  const definition = definitionOfIndex(at.before, old)
  if (definition === undefined) return { impossible: 'the migrations do not tell all of what is dropped here' }
  const create = print({ ...definition, table, index: aside, concurrently: true, ifNotExists: false })
  return { transaction: false, statements: buildConcurrently(besideTable(table, aside), create) }
}
