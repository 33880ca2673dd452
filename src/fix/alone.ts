import type { Operation, Statement } from '../operation.ts'
import type { Site } from '../rule.ts'

/** Whether a statement stands in its file by itself: not in a DO block, nor in a branch of a template. */
export function isPlain(statement: Statement, { migration }: Pick<Site, 'migration'>): boolean {
  return !statement.conditional && migration.statements.includes(statement)
}

/** Whether a statement is certain to run outside of a transaction: its runner is known, and nothing in its file can have opened one unseen. */
export function runsOutside(at: Site): boolean {
  const { migration, statement, transaction } = at
  return (
    isPlain(statement, at) &&
    transaction.scope === 'none' &&
    !migration.transactionAssumed &&
    migration.statements.every(({ commands }) => commands.every(({ operation }) => !mayBegin(operation)))
  )
}

/** What is not understood, or runs another file, may open a transaction; so does psql with AUTOCOMMIT off. */
function mayBegin(operation: Operation): boolean {
  switch (operation.kind) {
    case 'Opaque':
    case 'Unparsed':
      return true
    case 'MetaCommand':
      return !/^(?:echo|qecho|warn|pset|timing|encoding)$/.test(operation.command) && !/^ON_ERROR_STOP\b/.test(operation.argument)
    default:
      return false
  }
}

/** Whether a timeout is set that could stop a concurrent command half-way, which leaves an INVALID index behind. */
export function isTimed(at: Site): boolean {
  return ['lock_timeout', 'statement_timeout', 'transaction_timeout'].some(
    (setting) => !/^(?:0\D*)?$/.test(at.setting(setting) ?? ''),
  )
}
