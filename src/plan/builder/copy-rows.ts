import type { Table } from '../../catalog/catalog.ts'
import { findTable } from '../../catalog/lookup.ts'
import { type Name, printName, quoteIdentifier, sameName } from '../../name.ts'
import type { Operation } from '../../operation.ts'
import { laterInMigration } from '../../rule/written.ts'
import type { Site } from '../../rule.ts'
import { batches, type Key, keyOf } from '../block/batches.ts'
import { type CopiedQuery, copiedQuery } from '../block/copied-query.ts'
import { deploy, inTransaction, rolledOut } from '../change.ts'
import type { Composite } from '../composite.ts'
import type { Plan } from '../plan.ts'
import type { Placed } from '../verbatim.ts'
import { movingStep } from './own-key.ts'

type Copying = Operation<'Insert' | 'CreateTableAs'>

/** INSERT … SELECT of a whole table, in batches along its primary key; CREATE TABLE AS as an empty table and such an INSERT. */
export function planCopy(op: Copying, at: Site): Plan {
  if (op.kind === 'Insert') return stepsOf(op, at, at)
  return tableAlone(op, at) === undefined ? [] : (copiesIn([{ operation: op, at }])[0]?.steps ?? [])
}

/**
 * A new table that rows are copied into, with the indexes and constraints that the migration gives it afterwards: they come first, while the
 * table is empty and nobody knows it, so that none of them has to be built or proven while it is in use.
 */
export function copiesIn(placed: readonly Placed[]): readonly Composite[] {
  return placed.flatMap(({ operation: op, at }, place): readonly Composite[] => {
    if (op.kind !== 'Insert' && op.kind !== 'CreateTableAs') return []
    const isTarget = (other: Placed) =>
      'table' in other.operation && other.operation.table !== undefined && sameName(resolved(other), at.resolve(op.table))
    const made = placed.slice(0, place).findLast((other) => other.operation.kind === 'CreateTable' && isTarget(other))
    if (op.kind === 'Insert' && made === undefined) return []
    const finishing = placed.slice(place + 1).filter((other) => isTarget(other) && finishes(other.operation))
    // A statement that does something else, too, has to stay whole.
    if (finishing.some(({ at: { statement } }) => statement.commands.some(({ operation }) => !finishes(operation)))) return []
    const create = op.kind === 'CreateTableAs' ? tableAlone(op, at) : made?.at.statement.sql
    const steps = stepsOf(op, at, finishing.at(-1)?.at ?? at)
    if (create === undefined || steps.length === 0) return []
    const table = printName({ schema: undefined, name: op.table.name })
    const statements = [create, ...new Set(finishing.map((other) => other.at.statement.sql))]
    return [
      {
        operations: [...(made === undefined ? [] : [made.operation]), op, ...finishing.map(({ operation }) => operation)],
        steps: [
          inTransaction({
            phase: 'expand',
            title: `create ${table}`,
            why: 'As it was written, but empty: its rows are copied afterwards.',
            statements,
            rollback: [`DROP TABLE ${printName(op.table)}`],
          }),
          ...steps,
        ],
      },
    ]
  })
}

function resolved({ operation, at }: Placed): Name {
  const table = 'table' in operation ? operation.table : undefined
  return table === undefined || typeof table !== 'object' ? { schema: undefined, name: '' } : at.resolve(table)
}

/** What a table gets after it has been filled because that is quicker, and what it holds just the same if it comes first. */
function finishes(operation: Operation): boolean {
  return (
    operation.kind === 'SetNotNull' ||
    operation.kind === 'AddConstraint' ||
    (operation.kind === 'CreateIndex' && !operation.concurrently)
  )
}

/** CREATE TABLE AS without its rows; undefined where the text cannot be told from its query. */
function tableAlone(op: Operation<'CreateTableAs'>, { statement }: Site): string | undefined {
  const place = statement.sql.lastIndexOf(op.query.sql)
  if (place === -1 || !op.withData) return undefined
  const tail = statement.sql.slice(place + op.query.sql.length).trim()
  return /^(?:with\s+data)?$/i.test(tail) ? `${statement.sql.slice(0, place + op.query.sql.length)}\nWITH NO DATA` : undefined
}

/**
 * What to deploy, and the batches. [] where the rows of a batch are not those that the whole would copy: a query over several rows, a target that it
 * reads, that refers to itself, or whose triggers fire for statements; and where the copied table goes or gets another name in the same migration,
 * which is a table made anew. `ready` is where the target has all that it gets.
 */
function stepsOf(op: Copying, at: Site, ready: Site): Plan {
  const [source, ...others] = op.query?.reads ?? []
  const query = op.query === undefined ? undefined : copiedQuery(op.query, at)
  const text = query === undefined ? undefined : insertOf(op, query, at)
  const key = source === undefined ? undefined : keyOf(source, at)
  if (source === undefined || query === undefined || text === undefined || key === undefined || others.length > 0) return []
  const target = findTable(ready.after, op.table)
  const from = findTable(at.before, source)
  // What was there before the history may have triggers that nobody told of.
  if (op.kind === 'Insert' && target?.complete !== true) return []
  if (from === undefined || isMadeAnew(source, at) || (target !== undefined && isTouchy(target, from))) return []
  const [to, of] = [printName(at.resolve(op.table)), printName(at.resolve(source))]
  const isNew = at.isNew(op.table)
  const told = op.kind === 'Insert' && op.onConflict !== undefined
  const same = isNew && target !== undefined && !told ? sameKey(op, query, { from, key, target }) : undefined
  const note =
    same !== undefined
      ? `code that carries over to ${to}, in the same transaction, whatever it adds to ${of}, changes or deletes there, if ${to} is to have it: each row is copied once, as it is then${rolledOut}`
      : `nothing for the copy itself; but what code adds to ${of}, changes or deletes there from now on is not carried over to ${to}, before the copy is done nor after it: decide what it is to be`
  return [
    deploy(note),
    ...batches(
      {
        table: source,
        key,
        job: `copy_to_${op.table.name}`,
        why: `Copies the rows of ${of} to ${to}.`,
        change: (within) => text(within, same),
        ...(isNew ? {} : { forGood: `which rows of ${to} were copied is written down nowhere` }),
      },
      at,
    ),
    ...(op.kind === 'Insert' ? movingStep(op, at, ready) : []),
  ]
}

type Within = (alias: string) => string

/**
 * The INSERT of a batch. Where code writes to both tables meanwhile (`same`, the key that they share), a row that it has put into the target stays,
 * and one that it is changing is waited for.
 */
function insertOf(
  op: Copying,
  query: CopiedQuery,
  { statement: { sql, commands } }: Site,
): ((within: Within, same: readonly string[] | undefined) => string) | undefined {
  const text = sql.replace(/^(?:\s+|--[^\n]*\n|\/\*[\s\S]*?\*\/)+/, '').trimEnd()
  const place = op.query === undefined ? -1 : text.indexOf(op.query.sql)
  if (place === -1 || commands.length > 1) return undefined
  const tail = text.slice(place + (op.query?.sql.length ?? 0)).trim()
  if (op.kind === 'Insert' && (op.inWith || op.onConflict === 'update' || (op.onConflict === undefined) !== (tail === '')))
    return undefined
  if (/\breturning\b/i.test(tail) || !/^(?:insert|create)\b/i.test(text)) return undefined
  const head = op.kind === 'Insert' ? text.slice(0, place) : `INSERT INTO ${printName(op.table)}\n`
  return (within, same) =>
    [
      `${head}${query.among(within)}`,
      ...(same === undefined ? [] : [`FOR SHARE ON CONFLICT (${same.map(quoteIdentifier).join(', ')}) DO NOTHING`]),
      ...(op.kind === 'Insert' && tail !== '' ? [tail] : []),
    ].join('\n')
}

/** The primary key of the target, where its columns get just those of the source's key: then a row of the one is known in the other. */
function sameKey(
  op: Copying,
  { columns }: CopiedQuery,
  { from, key, target }: { readonly from: Table; readonly key: Key; readonly target: Table },
): readonly string[] | undefined {
  const own = target.constraints.find(({ definition }) => definition.kind === 'primary key')?.columns ?? []
  const given = columns.flatMap((column) =>
    column === '*' ? (from.complete ? from.columns.map(({ name }) => name) : [undefined]) : [column],
  )
  const listed = op.kind === 'Insert' && op.columns.length > 0 ? op.columns : target.columns.map(({ name }) => name)
  const origins = own.map((column) => given[listed.indexOf(column)])
  const names = key.map(({ name }) => name)
  const isSame = own.length === names.length && names.every((name) => origins.includes(name))
  return isSame ? own : undefined
}

/** Rows that come in several statements would be another matter: triggers for each statement, rules, rows that refer to rows of a later batch. */
function isTouchy(target: Table, from: Table): boolean {
  return (
    sameName(target.name, from.name) ||
    target.rules.length > 0 ||
    target.triggers.some(({ forEachRow }) => forEachRow !== true) ||
    target.constraints.some(({ references }) => references !== undefined && sameName(references, target.name)) ||
    [target, from].some(({ inherits, children }) => inherits.length > 0 || (children.length > 0 && sharesFamily(target, from)))
  )
}

function sharesFamily(a: Table, b: Table): boolean {
  return [...a.children, ...b.children].some((child) => sameName(child, a.name) || sameName(child, b.name))
}

/** Whether the copied table is dropped or renamed later in the migration: the copy takes its place, and code has to follow in one moment. */
function isMadeAnew(source: Name, at: Site): boolean {
  const name = at.resolve(source)
  return [...laterInMigration(at)].some(
    (later) =>
      (later.kind === 'DropTable' || later.kind === 'RenameTable' || later.kind === 'SetTableSchema') &&
      sameName(at.resolve(later.table), name),
  )
}
