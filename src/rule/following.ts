import type { Operation, Statement } from '../operation.ts'
import type { Site } from '../rule.ts'

/** What the same transaction does after this operation: the rest of its statement, then the statements to the end of the transaction. */
export function* following(at: Site): Generator<Operation> {
  const { commands } = at.statement
  for (const { operation } of commands.slice(commands.findIndex((command) => command.span === at.span) + 1)) yield operation
  if (at.transaction.scope === 'none') return
  const { statements } = at.migration
  for (let index = positionAfter(statements, at.statement); index < statements.length; index++) {
    for (const operation of operationsOf(statements[index])) {
      if (operation.kind === 'Commit' || operation.kind === 'Rollback' || operation.kind === 'TwoPhase') return
      yield operation
    }
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

/** A statement in a message: on one line, quoted, cut where it gets long. */
export function excerpt(statement: Statement): string {
  const line = statement.sql.replace(/\s+/g, ' ').trim()
  return `"${line.length > 60 ? `${line.slice(0, 57).trimEnd()}…` : line}"`
}
