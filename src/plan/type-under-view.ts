import type { View } from '../catalog/catalog.ts'
import { definitionOfGrants } from '../catalog/grant.ts'
import { findTable, findView, keyOf, resolve, viewsOver } from '../catalog/lookup.ts'
import type { Query } from '../expression.ts'
import { type Name, printName, quoteIdentifier } from '../name.ts'
import type { Operation } from '../operation.ts'
import { print } from '../print/print.ts'
import type { Site } from '../rule.ts'
import { swapOf } from './alter-column-type.ts'
import { deploy, inTransaction } from './change.ts'
import type { Composer, Composite } from './composite.ts'
import { lockOf, shareSomething } from './enum-swap.ts'
import { exchanged, undone, wayBack } from './exchange.ts'
import type { Plan, Rollback } from './plan.ts'
import type { Placed } from './verbatim.ts'

interface PlacedAs<O extends Operation> {
  readonly operation: O
  readonly at: Site
}

/** Views that go, types that change, and the views made again. */
interface Stretch {
  readonly drops: readonly PlacedAs<Operation<'DropView'>>[]
  readonly types: readonly PlacedAs<Operation<'AlterColumnType'>>[]
  /** In their order: the views, and what is said of them right behind. */
  readonly makes: readonly Placed[]
}

/**
 * DROP VIEW, ALTER COLUMN TYPE, CREATE VIEW: PostgreSQL changes no type under a view, so this is how it is written. The second columns are made
 * while the views are there; the views go and come back in the transaction that exchanges the columns. Not for materialized views, which would be
 * built under its locks, for a view that is dropped for good, and for what `swapOf` leaves out.
 */
export const typesUnderViews: Composer = (placed) =>
  stretchesIn(placed).flatMap((stretch): readonly Composite[] => {
    const own = [...stretch.drops, ...stretch.types, ...stretch.makes]
    const operations = placed
      .filter((one) => own.some(({ operation }) => operation === one.operation))
      .map((one) => one.operation)
    return [{ operations, steps: stepsOf(stretch) }]
  })

function stretchesIn(placed: readonly Placed[]): readonly Stretch[] {
  const gone = new Map<string, number>()
  const found: { from: number; to: number }[] = []
  placed.forEach(({ operation, at }, place) => {
    if (operation.kind === 'DropView') for (const name of goneWith({ operation, at })) gone.set(name, place)
    if (operation.kind !== 'CreateView') return
    const from = gone.get(keyOf(at.resolve(operation.view)))
    if (from === undefined) return
    const around = found.filter(({ to }) => to >= from)
    found.splice(found.length - around.length, around.length, {
      from: Math.min(from, ...around.map((one) => one.from)),
      to: place,
    })
  })
  return found.map(({ from, to }) => {
    const inside = placed.slice(from, to + 1)
    const made = inside.filter(({ operation }) => operation.kind === 'CreateView')
    const names = new Set(made.flatMap(({ operation, at }) => namesOf(operation).map((name) => keyOf(at.resolve(name)))))
    const said = placed.slice(from).filter(({ operation, at }) => saysOf(operation, names, at))
    return {
      drops: inside.filter(isDrop),
      types: inside.filter(isType),
      makes: placed.slice(from).filter((one) => made.includes(one) || said.includes(one)),
    }
  })
}

function isDrop(one: Placed): one is PlacedAs<Operation<'DropView'>> {
  return one.operation.kind === 'DropView'
}

function isType(one: Placed): one is PlacedAs<Operation<'AlterColumnType'>> {
  return one.operation.kind === 'AlterColumnType'
}

/** The view, and with CASCADE those over it. */
function goneWith({ operation: { view, cascade }, at }: PlacedAs<Operation<'DropView'>>): readonly string[] {
  const over = cascade ? viewsOver(at.before, view).map(({ name }) => keyOf(name)) : []
  return [keyOf(at.resolve(view)), ...over]
}

function namesOf(operation: Operation): readonly Name[] {
  switch (operation.kind) {
    case 'CreateView':
      return [operation.view]
    case 'Grant':
      return operation.names
    case 'Comment':
      return operation.object === 'view' ? [operation.name] : operation.table === undefined ? [] : [operation.table]
    case 'SetObjectOwner':
      return [operation.name]
    default:
      return []
  }
}

/** What belongs to a view and would be missing while it is there without. */
function saysOf(operation: Operation, views: ReadonlySet<string>, at: Site): boolean {
  const names = namesOf(operation)
  return operation.kind !== 'CreateView' && names.length > 0 && names.every((name) => views.has(keyOf(at.resolve(name))))
}

function stepsOf(stretch: Stretch): Plan {
  const { drops, types, makes } = stretch
  const [first] = drops
  if (first === undefined || types.length === 0 || types.some(({ at }) => isFree(at))) return []
  const made = new Set(makes.flatMap(({ operation, at }) => namesOf(operation).map((name) => keyOf(at.resolve(name)))))
  const isBack = drops.every((drop) => !drop.operation.materialized && goneWith(drop).every((name) => made.has(name)))
  if (!isBack || shareSomething({ columns: types.map(({ operation }) => operation) }, first.at)) return []
  const swaps = types.flatMap(({ operation, at }) => swapOf(operation, at) ?? [])
  const [goes, comes] = [statementsOf(drops), statementsOf(makes)]
  if (swaps.length < types.length || goes === undefined || comes === undefined) return []
  const lock = lockOf(swaps, first.at)
  const views = [
    ...new Set(makes.flatMap(({ operation }) => (operation.kind === 'CreateView' ? [printName(operation.view)] : []))),
  ]
  return [
    ...swaps.flatMap(({ before }) => before),
    deploy(swaps.map(({ note }) => note).join(';\n')),
    ...swaps.flatMap(({ require }) => require),
    inTransaction({
      phase: 'contract',
      title: `exchange under ${views.join(' ')}`,
      why: `The new columns take the names: changes of the catalog alone, as the constraints prove what is to be true. What reads the old ones goes and comes back in the same moment. The old columns stay, kept in step as far as their type can hold the values, until the last files. Connections are best renewed afterwards: statements that they have prepared fail once.`,
      statements: [
        lockWith(drops, lock, first.at),
        ...goes,
        ...swaps.flatMap(({ pair }, place) => exchanged(pair, types[place]?.at ?? first.at)),
        ...comes,
      ],
      tables: 'several',
      rollback: rollbackOf(stretch, lock, swaps),
    }),
    ...swaps.flatMap(({ after }) => after),
  ]
}

/**
 * A query locks a view before what it reads, so that this order is kept. LOCK TABLE takes with a view all that it reads: only where that is to be
 * locked anyway.
 */
function lockWith(drops: Stretch['drops'], lock: string, at: Site): string {
  const [start] = lock.match(/^LOCK TABLE /) ?? ['']
  const tables = new Set([...lock.slice(start.length).matchAll(/[^, ]+(?=, | IN ACCESS)/g)].map(([name]) => name))
  const views = drops.flatMap(({ operation, at: { before } }) => {
    const view = operation.ifExists ? undefined : findView(before, operation.view)
    const isIn = view?.reads.every((name) => tables.has(printName(name)) || tables.has(printName(bareName(name, at))))
    return isIn === true ? [printName(operation.view)] : []
  })
  return `${start}${views.map((view) => `${view}, `).join('')}${lock.slice(start.length)}`
}

function bareName(name: Name, at: Site): Name {
  const bare = { schema: undefined, name: name.name }
  return keyOf(at.resolve(bare)) === keyOf(at.resolve(name)) ? bare : name
}

/** Nothing is read or written for it: as it is written it is safe, if only for a moment. */
function isFree({ effects }: Site): boolean {
  return effects.every(({ work }) => work.size === 0)
}

/** The statements of operations, each once; undefined where one does something else as well. */
function statementsOf(placed: readonly Placed[]): readonly string[] | undefined {
  const own = new Set(placed.map(({ operation }) => operation))
  const found: string[] = []
  const seen = new Set<Site['statement']>()
  for (const { operation, at } of placed) {
    if (seen.has(at.statement)) continue
    seen.add(at.statement)
    if (at.statement.commands.some((command) => !own.has(command.operation)) || at.statement.body.length > 0) return undefined
    const text =
      operation.kind === 'CreateView'
        ? viewText(operation, at)
        : operation.kind === 'DropView' && operation.cascade
          ? dropText(operation, at)
          : at.statement.sql
    if (text === undefined) return undefined
    found.push(text)
  }
  return found
}

/** All that CASCADE is known to drop by name: what is not known is not to go unseen. */
function dropText({ together, ifExists }: Operation<'DropView'>, at: Site): string {
  const over = together.flatMap((view) => viewsOver(at.before, view).map(({ name }) => bareName(name, at)))
  const names = new Set([...over, ...together].map(printName))
  return `DROP VIEW ${ifExists ? 'IF EXISTS ' : ''}${[...names].join(', ')}`
}

/** CREATE VIEW as it was written, but for a star, which would be the old column's, too. */
function viewText(operation: Operation<'CreateView'>, at: Site): string | undefined {
  const { query } = operation
  if (!query.columns.includes('*')) return at.statement.sql
  const [read, ...others] = query.reads
  const table = read === undefined || others.length > 0 ? undefined : findTable(at.before, read)
  const spread =
    table?.complete === true
      ? spreadStar(
          query,
          table.columns.map(({ name }) => name),
        )
      : undefined
  return spread && print({ ...operation, query: spread })
}

/** `SELECT * FROM t` with the names of its columns. */
function spreadStar(query: Query, columns: readonly string[]): Query | undefined {
  const [star, ...others] = query.output
  const start = /^\s*select\s+\*(?=\s+from\s)/i
  if (star !== undefined || others.length > 0 || !start.test(query.sql)) return undefined
  return { ...query, sql: query.sql.replace(start, () => `SELECT ${columns.map(quoteIdentifier).join(', ')}`) }
}

function rollbackOf(
  { drops, makes, types }: Stretch,
  lock: string,
  swaps: readonly { readonly pair: Parameters<typeof wayBack>[0] }[],
): Rollback {
  const made = makes.flatMap(({ operation, at }) => (operation.kind === 'CreateView' ? [{ view: operation.view, at }] : []))
  const at = drops[0]?.at
  const known = made.flatMap(({ view }) => (at === undefined ? [] : (findView(at.before, view) ?? [])))
  const back = at === undefined || known.length < made.length ? undefined : viewsBack(known, at)
  if (back === undefined) return { impossible: 'the migrations do not tell what the views were before' }
  const gone = made.toReversed().map(({ view }) => `DROP VIEW ${printName(view)}`)
  return undone(
    lock,
    swaps.flatMap(({ pair }, place) => {
      const site = types[place]?.at
      return site === undefined ? [] : [wayBack(pair, site)]
    }),
    { gone, back },
  )
}

/** The views as they were, those that are read first; undefined where that is not known. */
function viewsBack(views: readonly View[], at: Site): readonly string[] | undefined {
  const left = [...views]
  const found: string[] = []
  while (left.length > 0) {
    const next = left.findIndex((view) => !left.some((other) => other !== view && reads(view, other)))
    const [view] = left.splice(Math.max(0, next), 1)
    const text = view === undefined ? undefined : oldText(view, at)
    if (text === undefined) return undefined
    found.push(...text)
  }
  return found
}

function reads(view: View, other: View): boolean {
  return view.reads.some((name) => keyOf(name) === keyOf(other.name))
}

function oldText(view: View, at: Site): readonly string[] | undefined {
  const { query, columns, kind, name } = view
  const grants = definitionOfGrants(view)
  const named = columns.flatMap((column) => column ?? [])
  const isStar = query.columns.includes('*')
  const [read] = view.reads
  const known = read === undefined ? undefined : findTable(at.before, read)?.columns.map((column) => column.name)
  const spread = !isStar ? query : named.every((column) => known?.includes(column)) ? spreadStar(query, named) : undefined
  const found = query.reads.map((each) => keyOf(resolve(at.before, each)))
  const text = query.sql.toLowerCase()
  // A rename since then is not in the text.
  const isCurrent =
    view.reads.every((each) => found.includes(keyOf(each))) &&
    query.columns.every((column) => column === '*' || text.includes(column.toLowerCase()))
  if (kind !== 'view' || grants === undefined || spread === undefined || named.length < columns.length || named.length === 0)
    return undefined
  if (!isCurrent) return undefined
  const create = print({
    kind: 'CreateView',
    view: name,
    columns: named,
    query: spread,
    replace: false,
    temporary: false,
    options: view.options ?? [],
  })
  return [create, ...grants.map((grant) => print(grant))]
}
