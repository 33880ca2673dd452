import type { EnumType } from '../../catalog/catalog.ts'
import { existence, findColumn, findType, keyOf, resolveType } from '../../catalog/lookup.ts'
import type { Expression } from '../../expression.ts'
import { type Name, quoteIdentifier, sameName } from '../../name.ts'
import type { Operation } from '../../operation.ts'
import { print } from '../../print/print.ts'
import type { Site } from '../../rule.ts'
import { alter } from '../block/presence.ts'
import { usersOf } from '../block/type-users.ts'
import { inTransaction } from '../change.ts'
import type { Composer, Composite } from '../composite.ts'
import { columnName, freeName } from '../name.ts'
import type { Plan } from '../plan.ts'
import type { Placed } from '../verbatim.ts'
import { type EnumColumn, planEnumSwap } from './enum-swap.ts'

/** An enum made anew under its name by hand, as people and Prisma write it: its parts, in their order. */
interface Surgery {
  readonly operations: readonly Operation[]
  readonly at: Site
  /** The old type, as the SQL spells it and as it is known. */
  readonly spelled: Name
  readonly type: EnumType
  readonly create: Operation<'CreateEnum'>
  /** The old type's last name. */
  readonly old: string
  readonly alters: readonly Operation<'AlterColumnType'>[]
  readonly defaults: readonly Operation<'DropDefault' | 'SetDefault'>[]
}

/**
 * CREATE TYPE with other labels, ALTER COLUMN TYPE of the columns, renames that give it the old type's name, DROP TYPE of that: one change. What
 * stands between its parts keeps it from being one.
 */
export const enumSurgery: Composer = (placed) =>
  placed.flatMap(({ operation }, place): readonly Composite[] => {
    const surgery = operation.kind === 'CreateEnum' ? surgeryAt(placed, place, operation) : undefined
    return surgery === undefined ? [] : [{ operations: surgery.operations, steps: planSurgery(surgery) }]
  })

type Part = Operation<'RenameObject' | 'DropType' | 'AlterColumnType' | 'DropDefault' | 'SetDefault'>

function isPart(operation: Operation): operation is Part {
  const { kind } = operation
  if (kind === 'RenameObject') return operation.object === 'type'
  return kind === 'DropType' || kind === 'AlterColumnType' || kind === 'DropDefault' || kind === 'SetDefault'
}

function surgeryAt(placed: readonly Placed[], place: number, create: Operation<'CreateEnum'>): Surgery | undefined {
  const schema = (at: Site, name: Name) => resolveType(at.before, name).schema
  const [from, to] = [runBefore(placed, place), runAfter(placed, place)]
  const parts = placed.slice(from, to).flatMap(({ operation, at }) => (isPart(operation) ? [{ operation, at }] : []))
  const at = placed[from]?.at
  const drop = parts.find(({ operation }) => operation.kind === 'DropType')
  if (at === undefined || drop?.operation.kind !== 'DropType') return undefined
  const { type: dropped, cascade, together, ifExists } = drop.operation
  const renames = parts.flatMap(({ operation }) => (operation.kind === 'RenameObject' ? [operation] : []))
  const away = renames.find((rename) => rename.to === dropped.name)
  const taken = renames.filter((rename) => rename !== away)
  if (away === undefined || cascade || ifExists || together.length > 1) return undefined
  // Either the new type was made under the name that is free by then, or it takes it now.
  const isSame = create.type.name === away.name.name
  const takes = taken.every((rename) => rename.name.name === create.type.name && rename.to === away.name.name)
  if (!takes || taken.length !== (isSame ? 0 : 1)) return undefined
  const type = findType(at.before, away.name)
  if (type?.kind !== 'enum' || schema(at, create.type) !== type.name.schema) return undefined
  const alters = parts.flatMap(({ operation }) => (operation.kind === 'AlterColumnType' ? [operation] : []))
  const defaults = parts.flatMap(({ operation }) =>
    operation.kind === 'DropDefault' || operation.kind === 'SetDefault' ? [operation] : [],
  )
  return {
    operations: placed.slice(from, to).map(({ operation }) => operation),
    at,
    spelled: away.name,
    type,
    create,
    old: dropped.name,
    alters,
    defaults,
  }
}

/** Where the parts begin that stand before CREATE TYPE: the old type's rename, and defaults that are dropped. */
function runBefore(placed: readonly Placed[], place: number): number {
  let from = place
  for (let index = place - 1; index >= 0; index--) {
    const operation = placed[index]?.operation
    if (operation === undefined || !isPart(operation)) break
    if (operation.kind !== 'RenameObject' && operation.kind !== 'DropDefault') break
    from = index
  }
  return from
}

/** Where they end: with the last default that is set behind DROP TYPE. */
function runAfter(placed: readonly Placed[], place: number): number {
  const columns = new Set<string>()
  let dropped = false
  for (let index = place + 1; index < placed.length; index++) {
    const one = placed[index]
    if (one === undefined || !isPart(one.operation)) return index
    const { operation, at } = one
    if (operation.kind === 'AlterColumnType') columns.add(columnKey(operation, at))
    const isDefault = operation.kind === 'SetDefault' || operation.kind === 'DropDefault'
    if (dropped && !(isDefault && columns.has(columnKey(operation, at)))) return index
    dropped ||= operation.kind === 'DropType'
  }
  return placed.length
}

function columnKey({ table, column }: { readonly table: Name; readonly column: string }, at: Site): string {
  return `${keyOf(at.resolve(table))} ${column}`
}

/** [] where a column gets another type than this one, or the statement's own words mean something else than they would in the plan. */
function planSurgery(surgery: Surgery): Plan {
  const { at, spelled, type, create, old, alters, defaults } = surgery
  const columns = alters.map((alter) => columnOf(alter, surgery))
  const known = columns.filter((column) => column !== undefined)
  const isOurs = defaults.every((one) => alters.some((alter) => columnKey(alter, at) === columnKey(one, at)))
  if (known.length < columns.length || !isOurs) return []
  const added = addedOnly(surgery)
  const isPlain = known.every(({ up }) => up === 'text')
  if (added !== undefined && isPlain && known.length === usersOf(type.name, at.before).columns.length) {
    return added.length === 0 ? [] : [addition(surgery, added), ...defaultsAfter(surgery, known)]
  }
  const taken = (name: string) =>
    findType(at.before, { ...type.name, name }) !== undefined || existence(at.before, { ...type.name, name }) === 'exists'
  const fresh = create.type.name === spelled.name ? freeName([spelled.name, 'new'], taken) : create.type.name
  const unset = known.filter(
    ({ table, column, default: text }) => text === undefined && findColumn(at.before, table, column)?.default,
  )
  const titles = unset.map(({ table, column }) => columnName(table, column))
  const note = titles.length === 0 ? '' : `always gives ${titles.join(', ')} a value`
  return planEnumSwap({ type, spelled, values: create.values, names: { fresh, old }, columns: known, note }, at)
}

function columnOf(alter: Operation<'AlterColumnType'>, { at, type, create, spelled, defaults }: Surgery): EnumColumn | undefined {
  const { table, column, using, collation } = alter
  const before = findColumn(at.before, table, column)
  if (before?.type === undefined || !sameName(resolveType(at.before, before.type.name), type.name)) return undefined
  if (alter.type.name.name !== create.type.name || alter.type.dimensions !== before.type.dimensions || collation !== undefined)
    return undefined
  const set = defaults.filter((one) => columnKey(one, at) === columnKey(alter, at)).at(-1)
  // PostgreSQL casts no default from one enum to another.
  if (set === undefined && before.default !== undefined) return undefined
  const text = set?.kind === 'SetDefault' ? set.default.sql : undefined
  const end = { table, column, default: text }
  if (using === undefined) return undefined
  if (using.shape === 'cast column' || using.shape === 'column') return isByText(using) ? { ...end, up: 'text' } : undefined
  // An expression of the user's own names the new type, which has its name in the plan only if it was not given the old one's at once.
  return using.hasSubquery || create.type.name === spelled.name ? undefined : { ...end, up: using }
}

/** `c::text::"E_new"`: labels stay as they are. */
function isByText({ casts, columns }: Expression): boolean {
  const [first, ...others] = casts
  return (
    columns.length === 1 &&
    others.length === 1 &&
    (first?.name.name === 'text' || first?.name.name === 'varchar') &&
    first.modifiers.length === 0
  )
}

/** The labels that the new type has more, each with its neighbour, where the old ones are all there in their order; undefined otherwise. */
function addedOnly({ type, create, spelled }: Surgery): readonly Operation<'AddEnumValue'>[] | undefined {
  const old = type.values.map(({ label }) => label)
  const kept = create.values.filter((label) => old.includes(label))
  if (kept.length !== old.length || kept.some((label, place) => label !== old[place])) return undefined
  const first = old[0]
  if (first === undefined) return undefined
  return create.values.flatMap((value, place): readonly Operation<'AddEnumValue'>[] => {
    if (old.includes(value)) return []
    const previous = create.values[place - 1]
    const neighbour = previous === undefined ? { value: first, after: false } : { value: previous, after: true }
    return [{ kind: 'AddEnumValue', type: spelled, value, ifNotExists: true, neighbour }]
  })
}

function addition({ spelled }: Surgery, added: readonly Operation<'AddEnumValue'>[]) {
  return inTransaction({
    phase: 'expand',
    title: `add values to ${spelled.name}`,
    why: 'The new type has all labels of the old one in their order, and more: ADD VALUE does that without touching a row. What uses a new label comes after this has committed.',
    statements: added.map((one) => print(one)),
    rollback: { impossible: 'PostgreSQL takes no label away from a type: one that nothing writes may stay' },
  })
}

function defaultsAfter({ at }: Surgery, columns: readonly EnumColumn[]): Plan {
  return columns.flatMap(({ table, column, default: text }) => {
    const before = findColumn(at.before, table, column)?.default?.sql
    if (before === text) return []
    const name = quoteIdentifier(column)
    const set = (sql: string | undefined) =>
      alter({ table }, `ALTER COLUMN ${name} ${sql === undefined ? 'DROP DEFAULT' : `SET DEFAULT ${sql}`}`)
    return [
      inTransaction({
        phase: 'contract',
        title: `default of ${columnName(table, column)}`,
        why: 'In a transaction after the one that adds the labels.',
        statements: [set(text)],
        rollback: [set(before)],
      }),
    ]
  })
}
