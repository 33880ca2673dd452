import { keyOf } from '../../catalog/lookup.ts'
import { type Name, printName, quoteIdentifier } from '../../name.ts'
import { printConstraint } from '../../print/print.ts'
import type { Site } from '../../rule.ts'
import { alone, inTransaction } from '../change.ts'
import { besideTable, columnName } from '../name.ts'
import type { Change } from '../plan.ts'
import { buildConcurrently, concurrentIndex } from './concurrent-index.ts'
import { alter } from './presence.ts'
import type { Twin, TwinConstraint, TwinIndex } from './twin.ts'

/** CHECK constraints over the twin alone: nothing that code writes into other columns can break them. */
export function ownChecks({ table, checks }: Twin): readonly string[] {
  return checks.filter(isOwn).map(({ add }) => alter({ table }, add))
}

function isOwn({ old }: TwinConstraint): boolean {
  return new Set(old.columns).size === 1
}

/** What the twin needs once its rows are filled: constraints proven, indexes built, foreign keys. */
export function furnish({ table, name, indexes, checks, keys, references }: Twin): readonly Change[] {
  const title = columnName(table, name)
  const others = checks.filter((check) => !isOwn(check))
  return [
    ...(others.length === 0
      ? []
      : [
          inTransaction({
            phase: 'contract',
            title: `check ${title}`,
            why: 'What holds for the old column and others holds for the new one, too.',
            statements: others.map(({ add }) => alter({ table }, add)),
            rollback: others.map((check) => alter({ table }, `DROP CONSTRAINT ${quoteIdentifier(check.name)}`)),
          }),
        ]),
    ...checks.filter(({ old }) => old.validated).map((check) => validated(table, check.name, title)),
    ...indexes.map((index) =>
      concurrentIndex({
        table,
        index: index.name,
        phase: index.old.unique ? 'contract' : 'expand',
        why: `The index ${quoteIdentifier(index.old.name.name)} once more, over ${title}, built while reads and writes go on.`,
        create: index.create,
      }),
    ),
    ...[...keys.map((key) => ({ ...key, owner: table, remark: undefined })), ...references].flatMap((key) => [
      inTransaction({
        phase: 'contract',
        title: `add ${key.name}`,
        why: 'It binds what is written from here on. NOT VALID: rows of before are not read, so that both tables are locked for a moment only.',
        statements: [`${key.remark === undefined ? '' : `${key.remark}\n`}${alter({ table: key.owner }, key.add)}`],
        tables: 'several',
        rollback: [alter({ table: key.owner }, `DROP CONSTRAINT ${quoteIdentifier(key.name)}`)],
      }),
      ...(key.old.validated ? [validated(key.owner, key.name, title)] : []),
    ]),
    alone({
      phase: 'migrate',
      title: `analyze ${title}`,
      why: 'So that queries are planned with what the new column holds.',
      statements: [`ANALYZE ${printName(table)} (${quoteIdentifier(name)})`],
      rollback: { transaction: false, statements: [] },
    }),
  ]
}

/** Reads every row while traffic goes on. */
export function validated(table: Name, constraint: string, title: string): Change {
  return alone({
    phase: 'contract',
    title: `prove ${title}`,
    why: 'Reads every row while reads and writes go on.',
    statements: [alter({ table }, `VALIDATE CONSTRAINT ${quoteIdentifier(constraint)}`)],
    rollback: { transaction: false, statements: [] },
  })
}

/** LOCK TABLE of the table and those at the other ends of its foreign keys, what is pointed at before what points. */
export function lockAll({ table, keys, references }: Twin, at: Site): string {
  const own = keyOf(at.resolve(table))
  const named = (names: readonly Name[]) =>
    [...new Map(names.map((name) => [keyOf(at.resolve(name)), name] as const))]
      .filter(([key]) => key !== own)
      .map(([, name]) => printName(name))
  const all = [...named(keys.map((key) => key.references)), printName(table), ...named(references.map(({ owner }) => owner))]
  return `LOCK TABLE ${[...new Set(all)].join(', ')} IN ACCESS EXCLUSIVE MODE`
}

/** The twin's constraints and indexes get the names of the old ones, which are free by now. */
export function takeNames({ table, indexes, checks, keys, references }: Twin): readonly string[] {
  const on = { table }
  return [
    ...[...checks, ...keys].map(({ old, name }) =>
      alter(on, `RENAME CONSTRAINT ${quoteIdentifier(name)} TO ${quoteIdentifier(old.name)}`),
    ),
    ...references.map(({ owner, old, name }) =>
      alter({ table: owner }, `RENAME CONSTRAINT ${quoteIdentifier(name)} TO ${quoteIdentifier(old.name)}`),
    ),
    ...indexes.map(({ old, name, constraint }) =>
      constraint === undefined
        ? `ALTER INDEX ${printName(besideTable(table, name))} RENAME TO ${quoteIdentifier(old.name.name)}`
        : alter(on, `ADD ${constraintOver(constraint, name)}`),
    ),
  ]
}

/** The constraint as it takes an index over, which says all but its name and whether it can be deferred. */
export function constraintOver(constraint: NonNullable<TwinIndex['constraint']>, usingIndex: string): string {
  const bare = { ...constraint, columns: [], include: [], options: [], tablespace: undefined, usingIndex }
  return printConstraint(bare.kind === 'unique' ? { ...bare, nullsNotDistinct: false } : bare)
}

/**
 * Whether the index of the old column may stay beside the new one's while the old column follows the new: what is unique in the new type, or can be
 * computed from it, need not be so in the old one.
 */
export function staysAside({ old, constraint }: TwinIndex): boolean {
  return constraint === undefined && !old.unique && old.where === undefined && old.keys.every((key) => key.column !== undefined)
}

/** Indexes of the old column by themselves: `nameOf` says what they are called when they go, `column` what they are over. Nothing for none. */
export function dropIndexes(
  { table, column, indexes }: Twin,
  nameOf: (index: TwinIndex) => string,
  old = column.name,
): readonly Change[] {
  const own = indexes.filter(staysAside)
  if (own.length === 0) return []
  return [
    alone({
      phase: 'contract',
      title: `drop old indexes of ${columnName(table, column.name)}`,
      why: 'The new ones serve. Nobody waits but this file, for the queries that still use the old ones.',
      statements: own.map((index) => `DROP INDEX CONCURRENTLY IF EXISTS ${printName(besideTable(table, nameOf(index)))}`),
      rollback: own.flatMap((index) => buildConcurrently(besideTable(table, nameOf(index)), index.over(old, nameOf(index)))),
    }),
  ]
}
