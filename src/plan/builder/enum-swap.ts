import type { EnumType, Table } from '../../catalog/catalog.ts'
import { findColumn, findIndex, findTable, keyOf } from '../../catalog/lookup.ts'
import type { Expression } from '../../expression.ts'
import { type Name, printName, type QualifiedName, quoteIdentifier, sameName } from '../../name.ts'
import type { Operation } from '../../operation.ts'
import { print } from '../../print/print.ts'
import { literal } from '../../rule/advice.ts'
import { mentionsColumn } from '../../rule/index-shape.ts'
import type { Site } from '../../rule.ts'
import type { Conversion } from '../block/conversion.ts'
import { exchanged, undone, wayBack } from '../block/exchange.ts'
import { lockAll } from '../block/furnish.ts'
import { alter } from '../block/presence.ts'
import { dropSync, ofNewRow } from '../block/sync.ts'
import { usersOf } from '../block/type-users.ts'
import { deploy, inTransaction } from '../change.ts'
import { columnName } from '../name.ts'
import type { Change, Plan } from '../plan.ts'
import { type Swap, swapOf } from './alter-column-type.ts'

/** An enum that is made anew under its name, with other labels. */
export interface EnumSwap {
  /** As it is known before, and how the SQL spells it. */
  readonly type: EnumType
  readonly spelled: Name
  /** The labels that it has in the end. */
  readonly values: readonly string[]
  /** Names of the new type until it takes the old one's, and of the old one from then on: both in the type's schema. */
  readonly names: { readonly fresh: string; readonly old: string }
  readonly columns: readonly EnumColumn[]
  /** What the code has to do before the types are exchanged, beside what the labels ask for: `writes 'x'`. */
  readonly note: string
}

export interface EnumColumn {
  readonly table: Name
  readonly column: string
  /** What makes the new value of the old one: as text, by other names for labels, or by an expression of the user's own. */
  readonly up: 'text' | OtherNames | Expression
  /** Its default in the end. */
  readonly default: string | undefined
}

/** Labels that have another name in the end. */
export interface OtherNames {
  readonly labels: readonly { readonly from: string; readonly to: string }[]
}

/**
 * A second type, a second column of it beside each column of the old one, and one exchange of all of them and of the types' names. [] where
 * not all users of the type are among the columns, where a column is held by something that its second one cannot take over (see twinOf), and where
 * indexes and constraints name a label that goes or the type itself, or belong to two of the columns.
 */
export function planEnumSwap(swap: EnumSwap, at: Site): Plan {
  const { type, spelled, values, names, columns } = swap
  const { columns: users, hasOthers } = usersOf(type.name, at.before)
  const isAmong = ({ table, column }: (typeof users)[number]) =>
    columns.some((each) => each.column === column.name && keyOf(at.resolve(each.table)) === keyOf(table.name))
  const labels = new Set(values)
  const removed = type.values.map(({ label }) => label).filter((label) => !labels.has(label))
  if (columns.length === 0 || hasOthers || users.length !== columns.length || !users.every(isAmong)) return []
  if (!users.every(({ table, column }) => isFree(table, column.name, type.name, removed, at)) || shareSomething(swap, at))
    return []
  const fresh: Name = { schema: spelled.schema, name: names.fresh }
  const swaps = columns.map((column) => swapOfColumn(swap, column, removed, at))
  const all = swaps.filter((one) => one !== undefined)
  if (all.length < swaps.length) return []
  return [
    inTransaction({
      phase: 'expand',
      title: `create type ${names.fresh}`,
      why: `The type that takes the name of ${printName(spelled)} in the end. Nothing uses it yet.`,
      statements: [print({ kind: 'CreateEnum', type: fresh, values })],
      rollback: [`DROP TYPE ${printName(fresh)}`],
    }),
    ...all.flatMap(({ before }) => before),
    deploy(noteFor(swap, all, removed, at)),
    ...all.flatMap(({ require }) => require),
    exchangeOf(swap, all, at),
    ...all.flatMap(({ after }) => after.slice(0, -1)),
    ...dropped(all, at),
    inTransaction({
      phase: 'contract',
      title: `drop type ${names.old}`,
      why: 'No column has it any more.',
      statements: [`DROP TYPE ${printName({ schema: spelled.schema, name: names.old })}`],
      rollback: {
        impossible: `write by hand what makes it again: its labels were ${type.values.map(({ label }) => literal(label)).join(', ')}`,
      },
    }),
  ]
}

function noteFor(
  { type, spelled, values, columns, note }: EnumSwap,
  swaps: readonly Swap[],
  removed: readonly string[],
  at: Site,
): string {
  const all = columns.map(({ table, column }) => columnName(table, column)).join(', ')
  const quoted = (labels: readonly string[]) => labels.map(literal).join(', ')
  const added = values.filter((label) => !type.values.some((each) => each.label === label))
  const kept = values.filter((label) => !added.includes(label))
  const isReordered = kept.join() !== type.values.flatMap(({ label }) => (removed.includes(label) ? [] : [label])).join()
  // Where one label has another name in the end, the caller says what code does with both.
  const isRename = columns.some(({ up }) => up !== 'text' && 'labels' in up)
  const wanted = [
    ...(note === '' ? [] : [note]),
    ...(removed.length > 0 && !isRename ? [`never writes ${quoted(removed)} into ${all}`] : []),
    ...(added.length > 0 && !isRename
      ? [`knows ${quoted(added)} where it reads ${all}, and writes ${quoted(added)} after the exchange alone`]
      : []),
    ...(isReordered ? [`takes the labels of ${printName(spelled)} in either order`] : []),
    `names the columns in each INSERT and COPY of ${[...new Set(columns.map(({ table }) => printName(table)))].join(', ')}, as the new ones come last`,
  ]
  const left = swaps
    .filter((_, place) => (columns[place]?.up !== 'text' ? !isRename : removed.length > 0))
    .map(({ pair: { twin } }) => {
      const [old, fresh] = [twin.column.name, twin.name].map(quoteIdentifier)
      return `SELECT count(*) FROM ${printName(at.resolve(twin.table))} WHERE ${old} IS NOT NULL AND ${fresh} IS NULL`
    })
  const repaired = left.length === 0 ? '' : `; rows that hold other labels are repaired: ${left.join(', ')} must be 0`
  return `code that ${wanted.join(',\n')}; wait until no older process is left${repaired}`
}

/** All columns and both names in one transaction: code that names the type finds columns of it at any time. */
function exchangeOf({ spelled, names, columns }: EnumSwap, swaps: readonly Swap[], at: Site): Change {
  const renamed = (from: string, to: string) =>
    `ALTER TYPE ${printName({ schema: spelled.schema, name: from })} RENAME TO ${quoteIdentifier(to)}`
  const defaults = columns.filter((column) => column.default !== undefined)
  const ofDefault = (command: (text: string) => string) =>
    defaults.map(({ table, column, default: text = '' }) =>
      alter({ table }, `ALTER COLUMN ${quoteIdentifier(column)} ${command(text)}`),
    )
  const lock = lockOf(swaps, at)
  return inTransaction({
    phase: 'contract',
    title: `exchange ${spelled.name}`,
    why: 'The new type and its columns take the names: changes of the catalog alone: no row is read, as what has to hold is proven. The old columns stay, kept in step as far as their type has the labels, until the last files. Connections are best renewed afterwards: statements that they have prepared fail once.',
    statements: [
      lock,
      ...swaps.flatMap(({ pair }) => exchanged(pair, at)),
      renamed(spelled.name, names.old),
      renamed(names.fresh, spelled.name),
      ...ofDefault((text) => `SET DEFAULT ${text}`),
    ],
    tables: swaps.length > 1 || swaps.some(({ exchange }) => exchange.tables === 'several') ? 'several' : 'one',
    rollback: undone(
      lock,
      swaps.map(({ pair }) => wayBack(pair, at)),
      {
        gone: [...ofDefault(() => 'DROP DEFAULT'), renamed(spelled.name, names.fresh), renamed(names.old, spelled.name)],
        back: [],
      },
    ),
  })
}

/** The old columns of each table, all their triggers before them: a trigger's function names the type, which may be called as another's column is. */
function dropped(swaps: readonly Swap[], at: Site): readonly Change[] {
  const tables = new Map<string, Swap[]>()
  for (const swap of swaps) {
    const key = keyOf(at.resolve(swap.pair.twin.table))
    tables.set(key, [...(tables.get(key) ?? []), swap])
  }
  return [...tables.values()].map((own) =>
    inTransaction({
      phase: 'contract',
      title: `drop ${own.map(({ pair: { twin, old } }) => columnName(twin.table, old)).join(' ')}`,
      why: 'The old column and its trigger have served. After this the values are there in the new type alone.',
      statements: [
        ...own.flatMap(({ pair }) => dropSync(pair.forth)),
        ...own.map(({ pair: { twin, old } }) => alter(twin, `DROP COLUMN ${quoteIdentifier(old)}`)),
      ],
      rollback: { impossible: 'the values of the old type are gone' },
    }),
  )
}

const [lockTable, mode] = ['LOCK TABLE ', ' IN ACCESS EXCLUSIVE MODE']

/** One LOCK TABLE for the tables of all of them. */
export function lockOf(swaps: readonly Swap[], at: Site): string {
  const names = swaps.flatMap(({ pair }) => lockAll(pair.twin, at).slice(lockTable.length, -mode.length).split(', '))
  return `${lockTable}${[...new Set(names)].join(', ')}${mode}`
}

function swapOfColumn({ type, spelled, names }: EnumSwap, of: EnumColumn, removed: readonly string[], at: Site) {
  const { table, column, up } = of
  const from = findColumn(at.before, table, column)?.type
  if (from === undefined) return undefined
  const suffix = '[]'.repeat(from.dimensions)
  const { schema } = type.name
  const typed = (name: string) => `${printName({ schema, name })}${suffix}`
  const op: Operation<'AlterColumnType'> = {
    kind: 'AlterColumnType',
    table,
    only: false,
    ifExists: false,
    column,
    type: { ...from, name: { schema: spelled.schema, name: names.fresh } },
    collation: undefined,
    using: undefined,
  }
  const isOwn = up !== 'text' && 'sql' in up
  const canFail = isOwn || (up === 'text' && removed.length > 0)
  const conversion = (fresh: string): Conversion => {
    const [target, name] = [`NEW.${quoteIdentifier(fresh)}`, `NEW.${quoteIdentifier(column)}`]
    const value = isOwn ? ofNewRow(up.sql, table) : `${renamed(name, up, from.dimensions)}::${typed(names.fresh)}`
    const assign = `${target} := ${value};`
    return {
      trigger: {
        names: isOwn ? 'own' : 'built in',
        body: [
          canFail ? `BEGIN ${assign} EXCEPTION WHEN ${isOwn ? 'OTHERS' : 'data_exception'} THEN ${target} := NULL; END;` : assign,
        ],
      },
      down: `${name}::text::${typed(names.old)}`,
      canFail,
      isCast: !isOwn,
    }
  }
  // What the code has to do is said of all columns together.
  return swapOf(op, at, { up: conversion, note: '', withoutDefault: true })
}

/** The value as text, or an array of it, with other names for labels. */
function renamed(value: string, up: 'text' | OtherNames, dimensions: number): string {
  if (up === 'text') return `${value}::text`
  const pairs = up.labels.map(({ from, to }) => [literal(from), literal(to)] as const)
  if (dimensions > 0) return pairs.reduce((made, [from, to]) => `array_replace(${made}, ${from}, ${to})`, `${value}::text[]`)
  return `(CASE ${value}::text ${pairs.map(([from, to]) => `WHEN ${from} THEN ${to}`).join(' ')} ELSE ${value}::text END)`
}

/** Whether what is written over a column means the same over one of the other type. */
function isFree(table: Table, column: string, type: QualifiedName, removed: readonly string[], at: Site): boolean {
  const indexes = table.indexes
    .flatMap((name) => findIndex(at.before, name) ?? [])
    .filter((index) => mentionsColumn(index, column))
    .flatMap(({ keys, where }) => [...keys.map(({ expression }) => expression), where])
  const checks = table.constraints.flatMap(({ definition, columns }) =>
    definition.kind === 'check' && columns.includes(column) ? [definition.expression] : [],
  )
  return [...indexes, ...checks].every(
    (expression) =>
      expression === undefined ||
      (!expression.casts.some(({ name }) => name.name === type.name) &&
        expression.calls.length === 0 &&
        !expression.strings.some((text) => removed.includes(text))),
  )
}

/** Whether an index or a constraint belongs to two of the columns: each would make its own of it. */
export function shareSomething(
  { columns }: { readonly columns: readonly { readonly table: Name; readonly column: string }[] },
  at: Site,
): boolean {
  return columns.some(({ table, column }, place) =>
    columns.slice(place + 1).some((other) => {
      const known = findTable(at.before, table)
      if (known === undefined || !sameName(at.resolve(other.table), known.name)) return false
      return (
        known.constraints.some((each) => each.columns.includes(column) && each.columns.includes(other.column)) ||
        known.indexes.some((name) => {
          const index = findIndex(at.before, name)
          return index === undefined || (mentionsColumn(index, column) && mentionsColumn(index, other.column))
        })
      )
    }),
  )
}
