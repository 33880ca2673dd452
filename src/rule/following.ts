import type { Effect } from '../effect/effect.ts'
import { printName } from '../name.ts'
import type { Operation, Statement } from '../operation.ts'
import type { Site } from '../rule.ts'
import type { Transaction } from '../transaction.ts'

/** What the same transaction does after this operation: the rest of its statement, then the statements to the end of the transaction. */
export function* following(at: Site): Generator<Operation> {
  const { commands } = at.statement
  for (const { operation } of commands.slice(commands.findIndex((command) => command.span === at.span) + 1)) yield operation
  for (const operation of laterOperations(at)) {
    if (operation.kind === 'Commit' || operation.kind === 'Rollback' || operation.kind === 'TwoPhase') return
    yield operation
  }
}

function* laterOperations(at: Site): Generator<Operation> {
  const { statements } = at.migration
  const next = positionAfter(statements, at.statement)
  const block = statements[next - 1]
  // A DO block is one transaction, whatever surrounds it.
  if (block !== undefined && block !== at.statement) yield* operationsBehind(at.statement, block.body)
  if (at.transaction.scope === 'none') return
  for (const statement of statements.slice(next)) yield* operationsOf(statement)
}

function* operationsBehind(statement: Statement, body: readonly Statement[]): Generator<Operation> {
  for (const inner of body) {
    if (inner.span.start > statement.span.start) yield* operationsOf(inner)
    else yield* operationsBehind(statement, inner.body)
  }
}

/** What the same transaction did before this operation, oldest first. */
export function* preceding(at: Site): Generator<Operation> {
  for (const { statement } of at.transaction.entries) for (const { operation } of statement.commands) yield operation
  for (const command of at.statement.commands) {
    if (command.span === at.span) return
    yield command.operation
  }
}

/** Whether some operation of a sequence is what is looked for. */
export function some(operations: Iterable<Operation>, test: (operation: Operation) => boolean): boolean {
  for (const operation of operations) if (test(operation)) return true
  return false
}

/** Statements stand in the order of the file: a binary search keeps long migrations linear. Inside a DO block, what follows the block. */
function positionAfter(statements: readonly Statement[], statement: Statement): number {
  let low = 0
  let high = statements.length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((statements[middle]?.span.start ?? 0) <= statement.span.start) low = middle + 1
    else high = middle
  }
  return low
}

function* operationsOf(statement: Statement | undefined): Generator<Operation> {
  for (const { operation } of statement?.commands ?? []) yield operation
  for (const inner of statement?.body ?? []) yield* operationsOf(inner)
}

/** The relations of effects by `printName`, and the names under which the transaction had locked those that it renamed. */
export function namesOf(effects: readonly Effect[], { renamed }: Transaction): ReadonlySet<string> {
  return new Set(effects.map(({ relation }) => printName(relation)).flatMap((name) => [name, renamed.get(name) ?? name]))
}

/** A statement in a message: on one line, quoted, without comments, cut where it gets long. */
export function excerpt(statement: Statement): string {
  const line = statement.sql
    .replace(/\/\*.*?\*\/|\s+/gs, ' ')
    .replace(/ {2,}/g, ' ')
    .trim()
  return `"${line.length > 48 ? `${line.slice(0, 45).trimEnd()}…` : line}"`
}
