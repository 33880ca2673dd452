import { printName, quoteIdentifier } from '../../name.ts'
import type { Operation, Statement } from '../../operation.ts'
import { literal } from '../../rule/advice.ts'
import { movesSequence, type OwnKey, ownKey } from '../../rule/own-key.ts'
import { operationsIn } from '../../rule/written.ts'
import type { Site } from '../../rule.ts'
import { inTransaction } from '../change.ts'
import type { Composite } from '../composite.ts'
import { columnName } from '../name.ts'
import type { Change, Plan } from '../plan.ts'
import type { Placed } from '../verbatim.ts'

/** INSERTs that bring their own keys, and the sequence moved on behind them, in one transaction: nobody gets a number that is taken. */
export function planOwnKey(op: Operation<'Insert'>, statement: Statement, at: Site): Plan {
  const own = ownKey(op, statement, at)
  const moving = own === undefined ? undefined : moveOn(own)
  return own === undefined || moving === undefined || statement.commands.length > 1
    ? []
    : [withKeys([statement.sql], own, moving)]
}

/** All INSERTs of a migration that bring keys of one table: the sequence moves on once, behind the last of them. */
export function ownKeysIn(placed: readonly Placed[]): readonly Composite[] {
  if (placed.some(({ operation }) => movesSequence(operation))) return []
  const last = placed.at(-1)
  const tables = new Map<string, { readonly own: OwnKey; readonly operations: Operation[]; readonly statements: string[] }>()
  for (const { operation, at } of placed) {
    // Whatever is numbered in the end counts from its start.
    const own = operation.kind !== 'Insert' || last === undefined ? undefined : ownKey(operation, at.statement, last.at)
    if (own === undefined || at.statement.commands.length > 1) continue
    const name = printName(own.table.name)
    const known = tables.get(name) ?? { own, operations: [], statements: [] }
    known.operations.push(operation)
    known.statements.push(at.statement.sql)
    tables.set(name, known)
  }
  return [...tables.values()].flatMap(({ own, operations, statements }) => {
    const moving = moveOn(own)
    return moving === undefined ? [] : [{ operations, steps: [withKeys(statements, own, moving)] }]
  })
}

/** The file that moves a sequence on behind rows that an INSERT has brought in batches; none where the migration moves it itself. */
export function movingStep(op: Operation<'Insert'>, at: Site, ready: Site): Plan {
  const own = ownKey(op, at.statement, ready)
  const moving = own === undefined ? undefined : moveOn(own)
  const isMoved = [...operationsIn(at.migration.statements)].some(({ operation }) => movesSequence(operation))
  if (own === undefined || moving === undefined || isMoved) return []
  const name = columnName(own.table.name, own.column.name)
  return [
    inTransaction({
      phase: 'migrate',
      title: `number ${name}`,
      why: `The rows have brought their own ${name}: the sequence behind it goes on from the last of them, and never back.`,
      statements: [moving],
      rollback: { impossible: 'numbers that were handed out do not come back' },
    }),
  ]
}

function withKeys(inserts: readonly string[], { table, column }: OwnKey, moving: string): Change {
  return {
    ...inTransaction({
      phase: 'migrate',
      title: `insert into ${printName({ schema: undefined, name: table.name.name })}`,
      why: `The rows bring their own ${quoteIdentifier(column.name)}: the sequence behind it goes on from the last of them, and never back.`,
      statements: [...inserts, moving],
      rollback: { impossible: 'how to undo this is not known: write it by hand' },
    }),
    takes: 'open',
  }
}

const counting: ReadonlySet<string> = new Set(['start', 'increment', 'minvalue', 'maxvalue', 'cycle'])

/**
 * Moves the sequence behind a column on to the column's last value, if it is not beyond that; undefined where no sequence is known for it.
 * https://www.postgresql.org/docs/current/functions-sequence.html
 */
export function moveOn({ table, column }: OwnKey): string | undefined {
  const name = printName(table.name)
  const isOwned = column.identity !== undefined || column.type?.serial === true
  // One that counts down goes on from the least value, one that starts higher may be meant to leave the others alone.
  if (Object.keys(column.identity?.options.others ?? {}).some((option) => counting.has(option))) return undefined
  const [named, ...others] = isOwned ? [] : (column.default?.strings ?? [])
  if (!isOwned && (named === undefined || others.length > 0)) return undefined
  const sequence = isOwned ? `pg_get_serial_sequence(${literal(name)}, ${literal(column.name)})` : literal(named ?? '')
  const highest = `(SELECT max(${quoteIdentifier(column.name)}) FROM ${name})`
  return `SELECT setval(s, greatest(${highest}, pg_sequence_last_value(s))) FROM (SELECT ${sequence}::regclass) AS sequence (s)`
}
