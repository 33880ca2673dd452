import type { Expression } from '../../expression.ts'
import { type Name, printName, quoteIdentifier } from '../../name.ts'
import type { Operation } from '../../operation.ts'
import { print } from '../../print/print.ts'
import { literal } from '../../rule/advice.ts'
import type { Site } from '../../rule.ts'
import { alone, deploy, inTransaction } from '../change.ts'
import type { Change, Plan } from '../plan.ts'
import { batches, type Key } from './batches.ts'
import { alter } from './presence.ts'
import { type Shadow, shadowOf } from './shadow.ts'
import { type Added, exchanged } from './shadow-exchange.ts'
import { type Differs, nothingUntold, sameRows, withoutLeftovers } from './shadow-guard.ts'
import { dropSyncFunction, searchPathOf, startSync, stopSync } from './shadow-sync.ts'

/** How the copy differs from the table. */
export interface Difference {
  /** What is done to the table, as a verb: `add booking_excl`. */
  readonly aim: string
  /** Properties of CREATE TABLE that the copy has instead of the table's own. */
  readonly create?: Partial<Pick<Operation<'CreateTable'>, 'persistence' | 'tablespace' | 'accessMethod'>>
  readonly differs?: readonly Differs[]
  /** Statements that make the empty copy what it is to be. */
  readonly alter?: (shadow: Shadow) => readonly string[]
  readonly added?: (shadow: Shadow) => Added
  /** Expressions that are computed for each row of the copy. */
  readonly expressions?: readonly Expression[]
  /** What has to be true before the copy is there. */
  readonly first?: (shadow: Shadow) => string
  /** Why this table cannot have it by a copy. */
  readonly hindrance?: (shadow: Shadow) => string | undefined
  /** The columns along which rows are copied, where they are to lie in that order. */
  readonly order?: (shadow: Shadow) => Key | undefined
  /** What the copy does or has that the table does not: `has booking_excl`. */
  readonly remark: string
}

/**
 * The operation done to a copy of the table, which a trigger keeps in step, rows of before are copied to in batches, and which takes the
 * table's name in a moment. After that the old table is kept in step the other way around, so that there is a way back until it is dropped. One
 * deploy note that says what people do where the migrations do not tell enough of the table.
 */
export function planByShadow(table: Name, difference: Difference, at: Site): Plan {
  const shadow = shadowOf(table, at)
  const reason = typeof shadow === 'string' ? shadow : difference.hindrance?.(shadow)
  if (typeof shadow === 'string' || reason !== undefined) return [byHand(difference.aim, table, reason ?? '')]
  const { copy, old, known, key } = shadow
  const title = columnTitle(table)
  const path = searchPathOf(shadow, difference.expressions ?? [], at)
  const added = difference.added?.(shadow) ?? { names: [], forth: [], back: [] }
  const unproven = shadow.keys.filter(({ validated }) => validated)
  const validate = unproven.map(({ owner, name }) => alter({ table: owner }, `VALIDATE CONSTRAINT ${quoteIdentifier(name)}`))
  const names = shadow.columns.map(quoteIdentifier)
  const order = difference.order?.(shadow) ?? key
  const listed = (columns: Key) => columns.map(({ name }) => quoteIdentifier(name)).join(', ')
  const changes: readonly (Change | undefined)[] = [
    inTransaction({
      phase: 'expand',
      title: `copy ${title}`,
      why: `An empty table like ${title} that ${difference.remark}, and triggers that write each change to it as well: each write costs twice as much until the last file, and the rows need room twice. A transaction of REPEATABLE READ may have to be tried again. Nothing is done where the server knows something of ${title} that the migrations do not tell.`,
      statements: [
        ...makeCopy(shadow, difference),
        nothingUntold(shadow, difference.differs ?? []),
        ...startSync(shadow, 'forth', path),
      ],
      rollback: [...stopSync(shadow), dropSyncFunction(shadow), `DROP TABLE ${printName(copy)}`],
    }),
    ...batches(
      {
        table: shadow.table,
        key: order,
        job: 'copy_rows',
        why: `Copies the rows of before from ${title} to ${columnTitle(copy)}: the triggers do it for those that are written.`,
        change: (within) =>
          // First the table and then the copy, as its triggers do: a TRUNCATE would deadlock with the INSERT's own order.
          `LOCK TABLE ${printName(shadow.table)} IN ROW SHARE MODE;
        INSERT INTO ${printName(copy)} (${names.join(', ')})
        SELECT ${names.map((name) => `t.${name}`).join(', ')} FROM ${printName(shadow.table)} t WHERE ${within('t')} ORDER BY ${order.map(({ name }) => `t.${quoteIdentifier(name)}`).join(', ')} FOR KEY SHARE
        ON CONFLICT (${listed(key)}) DO NOTHING`,
      },
      at,
    ),
    alone({
      phase: 'migrate',
      title: `compare ${title}`,
      why: `Reads both tables while reads and writes go on, deletes what a transaction that was open for long may have left in the copy alone, and fails where they differ.${validate.length > 0 ? ' Its way back proves the foreign keys that the way back of the next file adds.' : ''}`,
      statements: [withoutLeftovers(shadow), sameRows(shadow), `ANALYZE ${printName(copy)}`],
      rollback: validate,
    }),
    inTransaction({
      phase: 'contract',
      title: `exchange ${title}`,
      why: `The copy takes the name, with all that goes by it: changes of the catalog alone. The old table stays as ${columnTitle(old)} and is kept in step from here on, so that the way back loses nothing. A transaction of REPEATABLE READ that is open since before the rows were copied would not see them: none is to be left.`,
      statements: exchanged(shadow, 'forth', added, path, at),
      tables: 'several',
      rollback: exchanged(shadow, 'back', added, path, at),
    }),
    validate.length === 0
      ? undefined
      : alone({
          phase: 'contract',
          title: `prove keys of ${title}`,
          why: 'The foreign keys came over unproven: reads every row while reads and writes go on.',
          statements: validate,
          rollback: { transaction: false, statements: [] },
        }),
  ]
  return [
    ...(difference.first === undefined ? [] : [deploy(difference.first(shadow))]),
    ...changes.filter((change) => change !== undefined),
    deploy(`nothing; wait until it is certain that nobody wants the way back, which the file before this has`),
    inTransaction({
      phase: 'contract',
      title: `drop old ${title}`,
      why: `The old table and what kept it in step have served.`,
      statements: [...stopSync(shadow), dropSyncFunction(shadow), `DROP TABLE ${printName(old)}`],
      tables: 'several',
      rollback: {
        impossible: `the old table is gone; the way back would be a copy like this one. ${known.name.name} holds all rows`,
      },
    }),
  ]
}

function columnTitle({ name }: Name): string {
  return printName({ schema: undefined, name })
}

/** What people do where there is no plan. */
function byHand(aim: string, table: Name, reason: string) {
  return deploy(
    `nothing: PostgreSQL has no gentle way to ${aim} but a copy of ${columnTitle(table)} that takes its name, and that is left to people, as ${reason}. ` +
      `Do it in a quiet window, with lock_timeout set and writers stopped, as all reads and writes of the table wait; or copy it by hand like the plan for a plain table does`,
  )
}

/** The empty copy: columns, defaults, CHECKs, comments, storage and identities come by LIKE, under the same names. */
function makeCopy(shadow: Shadow, { create, alter: change }: Difference): readonly string[] {
  const { table, copy, known } = shadow
  const on = { table: copy }
  const options = [...known.options].map(([name, value]) => (value === undefined ? name : `${name}=${value}`))
  const made: Operation<'CreateTable'> = {
    kind: 'CreateTable',
    table: copy,
    columns: [],
    constraints: [],
    ifNotExists: false,
    persistence: create?.persistence ?? known.persistence,
    inherits: [],
    like: [
      {
        source: table,
        including: ['comments', 'compression', 'constraints', 'defaults', 'generated', 'identity', 'storage'],
        at: 0,
      },
    ],
    partitionBy: undefined,
    partitionOf: undefined,
    ofType: undefined,
    foreignServer: undefined,
    tablespace: create !== undefined && 'tablespace' in create ? create.tablespace : known.tablespace,
    accessMethod: create !== undefined && 'accessMethod' in create ? create.accessMethod : known.accessMethod,
    options,
  }
  const settings = (known.settings ?? []).map((setting) => print({ ...setting, table: copy, ifExists: false, only: false }))
  return [
    print(made),
    ...shadow.unproven.map(({ name }) => alter(on, `DROP CONSTRAINT ${quoteIdentifier(name)}`)),
    ...shadow.indexes.map(({ create: index }) => index),
    ...shadow.identities
      .filter(({ always }) => always)
      .map(({ column }) => alter(on, `ALTER COLUMN ${quoteIdentifier(column)} SET GENERATED BY DEFAULT`)),
    ...(known.clusteredOn === undefined ? [] : clusterOn(shadow, known.clusteredOn)),
    ...(change?.(shadow) ?? []),
    ...(known.replicaIdentity === 'default' ? [] : [alter(on, `REPLICA IDENTITY ${known.replicaIdentity.toUpperCase()}`)]),
    ...settings,
    ...(known.rowSecurity && !settings.some((each) => /ROW LEVEL SECURITY/i.test(each))
      ? [alter(on, 'ENABLE ROW LEVEL SECURITY')]
      : []),
    ...(known.comment === undefined ? [] : [`COMMENT ON TABLE ${printName(copy)} IS ${literal(known.comment)}`]),
    ...shadow.grants,
    ...shadow.identities.flatMap(({ make }) => make),
  ]
}

/** Marks an index of the copy, by the name that the table's own has. */
export function clusterOn({ copy, indexes }: Shadow, index: string): readonly string[] {
  const own = indexes.find(({ name }) => name === index)
  return own === undefined ? [] : [alter({ table: copy }, `CLUSTER ON ${quoteIdentifier(own.copy)}`)]
}
