import { findTable } from '../../catalog/lookup.ts'
import { type Name, printName, quoteIdentifier } from '../../name.ts'
import { printColumn } from '../../print/print.ts'
import type { Site } from '../../rule.ts'
import { atOnce } from '../change.ts'
import { besideTable, freeName } from '../name.ts'
import type { Rollback } from '../plan.ts'
import { batches, type Key } from './batches.ts'
import { buildConcurrently } from './concurrent-index.ts'
import { constraintOver, staysAside, takeNames } from './furnish.ts'
import { alter } from './presence.ts'
import { bounding } from './restore.ts'
import { createSync, createSyncFunction, type Sync, sayFilling, takeBack } from './sync.ts'
import type { Twin, TwinConstraint, TwinIndex } from './twin.ts'

/** A filled and furnished twin at the moment when it takes its column's name, and all that hangs on the column. */
export interface Exchange {
  readonly twin: Twin
  /** The name that the old column has from then on. */
  readonly old: string
  /** The CHECK that proves the new column to hold what it has to. */
  readonly proof: { readonly name: string; readonly condition: string } | undefined
  /** The like for the old column, on the way back. */
  readonly backProof: { readonly name: string; readonly condition: string }
  /** What the column's sequence needs before and after the names change, in either direction. */
  readonly sequence: { readonly before: readonly string[]; readonly after: readonly string[] }
  /** Keeps the new column in step until then, and the old one from then on. */
  readonly forth: Sync
  readonly back: Sync
  /** The new column gets no default. */
  readonly withoutDefault: boolean
  /** Gives a NOT NULL its old name, under which it is looked for (18). */
  readonly notNullName: readonly string[]
}

/** The statements of the exchange, to run in one transaction under the locks of `lockAll`. */
export function exchanged(
  { twin, old, proof, sequence, back, withoutDefault, notNullName }: Exchange,
  at: Site,
): readonly string[] {
  const { table, column, indexes, checks, keys, references } = twin
  const on = { table }
  const drop = (constraint: string) => alter(on, `DROP CONSTRAINT ${quoteIdentifier(constraint)}`)
  const plain = indexes.filter(({ constraint }) => constraint === undefined)
  return [
    ...references.map((key) => alter({ table: key.owner }, `DROP CONSTRAINT ${quoteIdentifier(key.old.name)}`)),
    // They would bind the old column when the new one has the name.
    ...[...checks, ...keys].map((each) => drop(each.old.name)),
    ...indexes.flatMap(({ constraint }) => (constraint?.name === undefined ? [] : [drop(constraint.name)])),
    ...sequence.before,
    ...takesName(twin, old, twin.name, withoutDefault),
    ...sequence.after,
    ...(proof === undefined ? [] : [drop(proof.name)]),
    ...notNullName,
    // One that would refuse what fits the new column; nothing asks for it from here on.
    ...plain.map((index) =>
      staysAside(index)
        ? renameIndex(table, index.old.name.name, asideIndex(index, at))
        : `DROP INDEX ${printName(besideTable(table, index.old.name.name))}`,
    ),
    ...takeNames(twin),
    ...clustered(twin),
    createSyncFunction(back, true),
    ...twin.functions,
  ]

  function takesName({ column: { notNull } }: Twin, aside: string, from: string, bare: boolean): readonly string[] {
    return changeNames({ table, name: column.name, aside, from, required: notNull === true }, [
      column.default === undefined ? [] : [`ALTER COLUMN ${quoteIdentifier(column.name)} DROP DEFAULT`],
      column.default === undefined || bare ? [] : [defaultOf(twin)],
    ])
  }
}

/** A column goes aside under another name, and a second one takes its name, and what `defaults` say before and after. */
function changeNames(
  of: { readonly table: Name; readonly name: string; readonly aside: string; readonly from: string; readonly required: boolean },
  [before, after]: readonly [readonly string[], readonly string[]],
): readonly string[] {
  const on = { table: of.table }
  const [name, aside, from] = [of.name, of.aside, of.from].map(quoteIdentifier)
  return [
    ...(of.required ? [alter(on, `ALTER COLUMN ${name} DROP NOT NULL`)] : []),
    ...before.map((command) => alter(on, command)),
    alter(on, `RENAME COLUMN ${name} TO ${aside}`),
    alter(on, `RENAME COLUMN ${from} TO ${name}`),
    ...after.map((command) => alter(on, command)),
    ...(of.required ? [alter(on, `ALTER COLUMN ${name} SET NOT NULL`)] : []),
  ]
}

function defaultOf({ column }: Twin): string {
  return `ALTER COLUMN ${quoteIdentifier(column.name)} SET DEFAULT ${column.default?.sql ?? 'NULL'}`
}

function clustered({ table, clusteredOn }: Twin): readonly string[] {
  return clusteredOn === undefined ? [] : [alter({ table }, `CLUSTER ON ${quoteIdentifier(clusteredOn)}`)]
}

function renameIndex(table: Name, from: string, to: string): string {
  return `ALTER INDEX ${printName(besideTable(table, from))} RENAME TO ${quoteIdentifier(to)}`
}

/** What an index of the old column is called once the new one's has its name. */
export function asideIndex({ old: { name } }: TwinIndex, at: Site): string {
  return freeName([name.name, 'old'], (other) => at.before.relations.has(printName({ ...name, name: other })))
}

function asideConstraint({ old }: TwinConstraint, owner: Name, at: Site): string {
  const taken = findTable(at.before, owner)?.constraints.map(({ name }) => name)
  return freeName([old.name, 'old'], (other) => taken?.includes(other) === true)
}

/** The way back of an exchange in three pieces: what is built and proven before, what happens at once, what is proven after. */
export interface WayBack {
  readonly before: readonly string[]
  readonly atOnce: readonly string[]
  readonly after: readonly string[]
}

/**
 * The mirrored exchange. The old column is in step as far as its type can hold the values: that it holds all of them is proven first, and a value
 * that it cannot hold is refused from then on. What the exchange dropped is built and proven anew while traffic goes on.
 */
export function wayBack(
  { twin, old, proof, backProof, sequence, forth, withoutDefault, notNullName }: Exchange,
  at: Site,
): WayBack {
  const { table, column, indexes, checks, keys, references } = twin
  const on = { table }
  const valid = (name: Name, constraint: string) => alter({ table: name }, `VALIDATE CONSTRAINT ${quoteIdentifier(constraint)}`)
  const add = (name: Name, constraint: string, command: string, isProven: boolean) =>
    bounding(
      [alter({ table: name }, `DROP CONSTRAINT IF EXISTS ${quoteIdentifier(constraint)}`, command)],
      isProven ? [valid(name, constraint)] : [],
    )
  const check = ({ name, condition }: { readonly name: string; readonly condition: string }) =>
    `ADD CONSTRAINT ${quoteIdentifier(name)} CHECK (${condition}) NOT VALID`
  const own = [...checks, ...keys].map((each) => ({ ...each, aside: asideConstraint(each, table, at) }))
  const others = references.map((each) => ({ ...each, aside: asideConstraint(each, each.owner, at) }))
  const build = (index: string, create: string) => buildConcurrently(besideTable(table, index), create)
  return {
    before: [
      ...add(table, backProof.name, check(backProof), true),
      'SET lock_timeout = 0',
      ...indexes.flatMap((index) => {
        if (staysAside(index)) return []
        const aside = asideIndex(index, at)
        const again = index.constraint === undefined ? [] : build(index.name, index.over(column.name, index.name))
        return [...build(aside, index.over(old, aside)), ...again]
      }),
      ...own.flatMap((each) => add(table, each.aside, each.over(old, each.aside), each.old.validated)),
      ...others.flatMap((each) => add(each.owner, each.aside, each.over(old, each.aside), each.old.validated)),
    ],
    atOnce: [
      ...others.map((key) => alter({ table: key.owner }, `DROP CONSTRAINT ${quoteIdentifier(key.old.name)}`)),
      ...indexes.flatMap(({ constraint }) =>
        constraint?.name === undefined ? [] : [alter(on, `DROP CONSTRAINT ${quoteIdentifier(constraint.name)}`)],
      ),
      ...sequence.before,
      ...changeNames({ table, name: column.name, aside: twin.name, from: old, required: column.notNull === true }, [
        column.default === undefined || withoutDefault ? [] : [`ALTER COLUMN ${quoteIdentifier(column.name)} DROP DEFAULT`],
        column.default === undefined ? [] : [defaultOf(twin)],
      ]),
      ...sequence.after,
      alter(on, `DROP CONSTRAINT ${quoteIdentifier(backProof.name)}`),
      ...notNullName,
      ...(proof === undefined ? [] : [alter(on, check(proof))]),
      ...own.flatMap(({ old: { name }, name: fresh, aside }) => renameConstraints(table, name, fresh, aside)),
      ...others.flatMap(({ owner, old: { name }, aside, add: again }) => [
        alter({ table: owner }, `RENAME CONSTRAINT ${quoteIdentifier(aside)} TO ${quoteIdentifier(name)}`),
        alter({ table: owner }, again),
      ]),
      ...indexes.flatMap((index) =>
        index.constraint === undefined
          ? [renameIndex(table, index.old.name.name, index.name), renameIndex(table, asideIndex(index, at), index.old.name.name)]
          : [alter(on, `ADD ${constraintOver(index.constraint, asideIndex(index, at))}`)],
      ),
      ...clustered(twin),
      createSyncFunction(forth, true),
      ...twin.functions,
    ],
    after: [
      ...(proof === undefined ? [] : [valid(table, proof.name)]),
      ...others.filter((each) => each.old.validated).map((each) => valid(each.owner, each.name)),
    ],
  }
}

function renameConstraints(table: Name, name: string, fresh: string, aside: string): readonly string[] {
  const rename = (from: string, to: string) =>
    alter({ table }, `RENAME CONSTRAINT ${quoteIdentifier(from)} TO ${quoteIdentifier(to)}`)
  return [rename(name, fresh), rename(aside, name)]
}

/**
 * Makes the old column anew once it is dropped, for a conversion that lost nothing: `key` is walked along to fill it, `bystanders` of the table
 * are kept from it as they were when the new one was filled.
 */
export function oldColumnBack({ twin, old, back }: Exchange, key: Key, at: Site): Rollback {
  const { table, column, bare, bystanders } = twin
  const [name, oldName] = [column.name, old].map(quoteIdentifier)
  const [says, takes] = bystanders === 'back' ? [sayFilling(back), takeBack(back)] : ['', []]
  const filled = batches(
    {
      table,
      key,
      job: `${column.name}_restore`,
      why: '',
      change: (within) =>
        `${says}UPDATE ${printName(table)} t SET ${oldName} = NULL WHERE ${within('t')} AND t.${oldName} IS NULL AND t.${name} IS NOT NULL`,
    },
    at,
  )
  const made = [
    alter({ table }, `ADD COLUMN ${printColumn({ ...bare, name: old })}`),
    ...createSync({ ...back, body: [...takes, ...back.body] }),
    ...twin.said(old),
  ]
  return {
    transaction: false,
    statements: [
      ...bounding([atOnce(made)], []),
      'SET lock_timeout = 0',
      ...filled.flatMap(({ statements }) => statements),
      `ANALYZE ${printName(table)} (${oldName})`,
    ],
  }
}

/** Ways back that happen in one transaction, under a lock; `views` go first and come back last. */
export function undone(
  lock: string,
  ways: readonly WayBack[],
  views: { readonly gone: readonly string[]; readonly back: readonly string[] } = { gone: [], back: [] },
): Rollback {
  const inside = [lock, ...views.gone, ...ways.flatMap((way) => way.atOnce), ...views.back]
  return {
    transaction: false,
    statements: [
      ...ways.flatMap(({ before }) => before),
      "SET lock_timeout = '500ms'",
      // In PL/pgSQL a result has to go somewhere.
      atOnce(inside.map((statement) => statement.replace(/^SELECT\b/, 'PERFORM'))),
      'SET lock_timeout = 0',
      ...ways.flatMap(({ after }) => after),
    ],
  }
}
