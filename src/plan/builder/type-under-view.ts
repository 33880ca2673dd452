import { findTable, keyOf } from '../../catalog/lookup.ts'
import type { Operation } from '../../operation.ts'
import type { Site } from '../../rule.ts'
import { exchanged, undone, wayBack } from '../block/exchange.ts'
import { deploy, inTransaction } from '../change.ts'
import {
  asTheyWere,
  type Back,
  dropsOf,
  type Gone,
  isBack,
  isGone,
  nameBack,
  namesGone,
  saysOfViews,
  statementsOf,
} from '../comeback.ts'
import type { Composer, Composite } from '../composite.ts'
import { syncName } from '../name.ts'
import type { Plan, Rollback } from '../plan.ts'
import type { Placed } from '../verbatim.ts'
import { type Swap, swapOf } from './alter-column-type.ts'
import { lockOf, shareSomething } from './enum-swap.ts'

interface PlacedAs<O extends Operation> {
  readonly operation: O
  readonly at: Site
}

/** What goes, types that change, and what comes back. */
interface Stretch {
  readonly drops: readonly PlacedAs<Gone>[]
  readonly types: readonly PlacedAs<Operation<'AlterColumnType'>>[]
  readonly backs: readonly PlacedAs<Back>[]
  /** What is said of the views beside. */
  readonly said: readonly Placed[]
}

/**
 * DROP VIEW, ALTER COLUMN TYPE, CREATE VIEW: PostgreSQL changes no type under a view, a policy or a trigger that names the column, so this is how it
 * is written. The second columns are made while the views are there; these go and come back in the transaction that exchanges the columns. Not
 * for materialized views, which would be built under its locks, for what is dropped for good, and for what `swapOf` leaves out.
 */
export const typesUnderViews: Composer = (placed) =>
  stretchesIn(placed).flatMap((stretch): readonly Composite[] => {
    const own = new Set([...stretch.drops, ...stretch.types, ...stretch.backs, ...stretch.said].map(({ operation }) => operation))
    const operations = placed.flatMap(({ operation }) => (own.has(operation) ? [operation] : []))
    return [{ operations, steps: stepsOf(stretch, placed) }]
  })

function stretchesIn(placed: readonly Placed[]): readonly Stretch[] {
  const gone = new Map<string, number>()
  const found: { from: number; to: number }[] = []
  placed.forEach(({ operation, at }, place) => {
    if (isGone(operation)) for (const name of namesGone(operation, at)) gone.set(name, place)
    const from = isBack(operation) ? gone.get(nameBack(operation, at)) : undefined
    if (from === undefined) return
    const around = found.filter(({ to }) => to >= from)
    const first = Math.min(from, ...around.map((one) => one.from))
    found.splice(found.length - around.length, around.length, { from: first, to: place })
  })
  return found.map(({ from, to }) => {
    const inside = placed.slice(from, to + 1)
    const backs = inside.filter(isBackAgain)
    const names = new Set(backs.map(({ operation, at }) => nameBack(operation, at)))
    return {
      drops: inside.filter(isDrop),
      types: inside.filter(isType),
      backs,
      said: placed.slice(from).filter(({ operation, at }) => saysOfViews(operation, names, at)),
    }
  })
}

function isDrop(one: Placed): one is PlacedAs<Gone> {
  return isGone(one.operation)
}

function isBackAgain(one: Placed): one is PlacedAs<Back> {
  return isBack(one.operation)
}

function isType(one: Placed): one is PlacedAs<Operation<'AlterColumnType'>> {
  return one.operation.kind === 'AlterColumnType'
}

function stepsOf(stretch: Stretch, placed: readonly Placed[]): Plan {
  const { drops, types, backs, said } = stretch
  const [first] = drops
  if (first === undefined || types.length === 0 || types.some(({ at }) => isFree(at))) return []
  const made = new Set(backs.map(({ operation, at }) => nameBack(operation, at)))
  const returns = drops.every(({ operation, at }) => {
    const isView = operation.kind !== 'DropView' || !operation.materialized
    return isView && namesGone(operation, at).every((name) => made.has(name)) && isQuiet(operation, types, at)
  })
  if (!returns || shareSomething({ columns: types.map(({ operation }) => operation) }, first.at)) return []
  const swaps = types.flatMap(({ operation, at }) => swapOf(operation, at) ?? [])
  const ends = new Set<Placed>([...backs, ...said])
  const [goes, comes] = [statementsOf(drops), statementsOf(placed.filter((one) => ends.has(one)))]
  if (swaps.length < types.length || goes === undefined || comes === undefined) return []
  const lock = lockOf(swaps, first.at)
  const titles = new Set(swaps.map(({ exchange }) => exchange.title.replace(/^exchange /, '')))
  return [
    ...swaps.flatMap(({ before }) => before),
    deploy(swaps.map(({ note }) => note).join(';\n')),
    ...swaps.flatMap(({ require }) => require),
    inTransaction({
      phase: 'contract',
      title: `exchange ${[...titles].join(' ')}`,
      why: `The new columns take the names: changes of the catalog alone: no row is read, as what has to hold is proven. What hangs on the old ones goes and comes back in the same moment. The old columns stay, kept in step as far as their type can hold the values, until the last files. Connections are best renewed afterwards: statements that they have prepared fail once.`,
      statements: [lock, ...goes, ...swaps.flatMap(({ pair }, place) => exchanged(pair, types[place]?.at ?? first.at)), ...comes],
      tables: 'several',
      rollback: rollbackOf(stretch, lock, swaps, first.at),
    }),
    ...swaps.flatMap(({ after }) => after),
  ]
}

/** Nothing is read or written for it: as it is written it is safe, if only for a moment. */
function isFree({ effects }: Site): boolean {
  return effects.every(({ work }) => work.size === 0)
}

/** Whether a trigger that is there until the exchange leaves in peace what fills the new columns, and fires before what keeps them in step. */
function isQuiet(operation: Gone, types: Stretch['types'], at: Site): boolean {
  if (operation.kind !== 'DropTrigger') return true
  const known = findTable(at.before, operation.table)?.triggers.find(({ name }) => name === operation.trigger)
  const own = types.filter((one) => keyOf(one.at.resolve(one.operation.table)) === keyOf(at.resolve(operation.table)))
  if (known === undefined) return own.length === 0
  const { timing, events, updateOf, name } = known
  const isFirst = timing !== 'before' || own.every((one) => name < syncName(one.operation.table, one.operation.column, one.at))
  return own.length === 0 || (isFirst && events !== undefined && (!events.includes('update') || updateOf.length > 0))
}

function rollbackOf({ backs, types }: Stretch, lock: string, swaps: readonly Swap[], at: Site): Rollback {
  const things = backs.map(({ operation }) => operation)
  const back = asTheyWere(things, at)
  if (back === undefined) return { impossible: 'the migrations do not tell what the views, policies and triggers were before' }
  const ways = swaps.map(({ pair }, place) => wayBack(pair, types[place]?.at ?? at))
  return undone(lock, ways, { gone: dropsOf(things), back })
}
