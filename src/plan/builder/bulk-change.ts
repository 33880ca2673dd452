import { findTable, foreignKeysTo, indexesOf, viewsOver } from '../../catalog/lookup.ts'
import { type Name, printName, quoteIdentifier, sameName } from '../../name.ts'
import type { Operation } from '../../operation.ts'
import { leadsWith } from '../../rule/index-shape.ts'
import { operationsIn } from '../../rule/written.ts'
import type { Site } from '../../rule.ts'
import { batches, keyOf } from '../block/batches.ts'
import { fillOf, fillSteps, isRequiredLater } from '../block/fill.ts'
import { deploy } from '../change.ts'
import { columnName } from '../name.ts'
import type { Plan, Wishes } from '../plan.ts'

/** An UPDATE of every row, in batches along the primary key; with a trigger where the column is to be NOT NULL later in the migration. */
export function planUpdate(op: Operation<'Update'>, at: Site, wishes: Wishes): Plan {
  const fill = fillOf(op, at)
  const first = noteFor(op, at)
  if (fill !== undefined && isRequiredLater(fill, at, wishes)) {
    const steps = fillSteps(fill, at) ?? []
    return steps.length === 0 ? [] : [...first, ...steps]
  }
  const key = keyOf(op.table, at)
  const change = batchOf(op, at)
  if (key === undefined || change === undefined || firesByStatement(op.table, at)) return []
  const walk = batches(
    {
      table: op.table,
      key,
      job: `${op.columns.join('_')}_update`,
      forGood: 'the values of before are gone',
      why: `Updates the rows of ${printName(at.resolve(op.table))}.`,
      change,
    },
    at,
  )
  return [...first, ...walk]
}

/** Code that goes on writing only the columns whose values are copied, and that the migration drops later, would be lost with them. */
function noteFor(op: Operation<'Update'>, at: Site): Plan {
  const read = new Set(op.assigned.flatMap(({ value }) => value.columns))
  const going = [...operationsIn(at.migration.statements)].flatMap(({ operation, statement }) =>
    statement.span.start > at.statement.span.start &&
    operation.kind === 'DropColumn' &&
    read.has(operation.column) &&
    sameName(at.resolve(operation.table), at.resolve(op.table))
      ? [columnName(op.table, operation.column)]
      : [],
  )
  if (going.length === 0) return []
  const written = op.columns.map((column) => columnName(op.table, column)).join(' and ')
  return [
    deploy(`code that writes ${written}, too, wherever it writes ${going.join(' or ')}; wait until no older process is left`),
  ]
}

/**
 * A DELETE of every row, or a TRUNCATE, in batches along the primary key. [] where a batch is refused that the whole is not: a foreign key from
 * the table to itself; and for TRUNCATE with CASCADE, RESTART IDENTITY or triggers, which would not be told of rows.
 */
export function planEmpty(op: Operation<'Delete' | 'Truncate'>, at: Site): Plan {
  const key = keyOf(op.table, at)
  const whole = `DELETE FROM ${op.only ? 'ONLY ' : ''}${printName(op.table)}`
  const change =
    op.kind === 'Delete' ? batchOf(op, at) : (within: Within) => `${whole} WHERE ${within(quoteIdentifier(op.table.name))}`
  const pointing = foreignKeysTo(at.before, op.table).flatMap(({ table, constraint: { definition } }) =>
    definition.kind === 'foreign key' ? [{ table, definition }] : [],
  )
  const itself = pointing.some(({ table }) => sameName(table.name, at.resolve(op.table)))
  if (key === undefined || change === undefined || itself || firesByStatement(op.table, at)) return []
  const hasTriggers = (findTable(at.before, op.table)?.triggers.length ?? 0) > 0
  if (op.kind === 'Truncate' && (op.cascade || op.restartIdentity || hasTriggers || pointing.length > 0)) return []
  const table = printName(at.resolve(op.table))
  const refusing = pointing.filter(({ definition: { onDelete } }) => onDelete === 'no action' || onDelete === 'restrict')
  const unserved = pointing.filter(
    ({ table, definition }) => !indexesOf(at.before, table.name).some((index) => leadsWith(index, definition.columns)),
  )
  const listed = (keys: typeof pointing) => [...new Set(keys.map(({ table }) => printName(table.name)))].join(' and ')
  return [
    deploy(
      `code that does without the rows of ${table}, and keep a copy of what may be asked for again: nothing brings them back`,
    ),
    ...(refusing.length === 0
      ? []
      : [
          deploy(
            `no row of ${listed(refusing)} that refers to one of ${table}: the batch that meets one fails, and what went before stays gone`,
          ),
        ]),
    ...batches(
      {
        table: op.table,
        key,
        job: 'delete',
        forGood: 'the rows are gone',
        why: [
          `Deletes the rows of ${table}.`,
          ...(op.kind === 'Truncate'
            ? ['Rows that are written meanwhile stay, and the space is free for new rows, not given back.']
            : []),
          ...(unserved.length === 0
            ? []
            : [`Each row is looked for in ${listed(unserved)}, which has no index for it: build that first.`]),
        ].join(' '),
        change,
      },
      at,
    ),
  ]
}

/** Gives the condition of a batch's range for what the statement calls its table. */
type Within = (alias: string) => string

/**
 * The statement with the condition of a batch added to its own; undefined where its text cannot be taken as it stands (WITH, FROM, USING,
 * RETURNING), or where what it reads depends on the batches that ran before.
 */
function batchOf(op: Operation<'Update' | 'Delete'>, at: Site): ((within: Within) => string) | undefined {
  const { statement } = at
  const text = statement.sql.replace(/^(?:\s+|--[^\n]*\n|\/\*[\s\S]*?\*\/)+/, '').trimEnd()
  const outside = outsideParentheses(text)
  if (op.inWith || statement.commands.length > 1 || !/^(?:update|delete)\b/i.test(text)) return undefined
  if (/\b(?:from|using|returning)\b/i.test(outside.replace(/^delete\s+from\b/i, ''))) return undefined
  // A sub-query with LIMIT picks anew for every batch.
  if (readsItself(op, at) || (op.reads.length > 0 && /\b(?:limit|fetch|offset)\b/i.test(text))) return undefined
  const alias = quoteIdentifier(op.alias ?? op.table.name)
  const where = op.where?.sql
  if (where === undefined) return /\bwhere\b/i.test(outside) ? undefined : (within) => `${text}\nWHERE ${within(alias)}`
  if (!text.endsWith(where)) return undefined
  return (within) => `${text.slice(0, -where.length)}(${where}) AND ${within(alias)}`
}

/** The words of a statement that are in no parentheses, quotes or comments. */
function outsideParentheses(text: string): string {
  let bare = text.replace(
    /--[^\n]*|\/\*[\s\S]*?\*\/|'(?:[^'\\]|''|\\[\s\S])*'|"(?:[^"]|"")*"|\$([a-z_]\w*)?\$[\s\S]*?\$\1\$/gi,
    ' x ',
  )
  for (let before = ''; before !== bare; ) {
    before = bare
    bare = bare.replace(/\([^()]*\)/g, ' x ')
  }
  return bare
}

/** Whether it reads the table that it changes, itself or through a view or parent. */
function readsItself({ table, reads }: { readonly table: Name; readonly reads: readonly Name[] }, at: Site): boolean {
  const own = at.resolve(table)
  const over = [own, ...viewsOver(at.before, own).map(({ name }) => name)]
  const known = findTable(at.before, own)
  const family = [...over, ...(known?.inherits ?? []), ...(known?.children ?? []), ...parentOf(known)]
  return reads.some((read) => family.some((name) => sameName(at.resolve(read), name)))
}

function parentOf(table: ReturnType<typeof findTable>): readonly Name[] {
  return table?.partitionOf === undefined ? [] : [table.partitionOf.parent]
}

/** A trigger for each statement would fire for each batch. */
function firesByStatement(table: Name, at: Site): boolean {
  return findTable(at.before, table)?.triggers.some(({ forEachRow }) => forEachRow !== true) === true
}
