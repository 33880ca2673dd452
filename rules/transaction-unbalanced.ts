import { laterInMigration, type Report, rule, type Site, type Transaction } from '../src/rule.ts'

export default rule({
  on: ['Begin', 'Commit', 'Rollback', 'Migration'],
  hazard: 'fails',
  certainty: 'possible',
  summary: 'BEGIN, COMMIT or ROLLBACK does not end the transaction that its author has in mind',
  why: `Where the tool has opened a transaction already, BEGIN does nothing but warn, and COMMIT ends the tool's own: what comes after it runs unprotected,
and the tool's record that the migration was applied is written outside it. ROLLBACK undoes everything before it, and the tool counts the migration as
applied. A BEGIN that nothing commits is rolled back when the connection closes, or swallows what the tool does next. In a DO block
COMMIT ends one batch and begins the next, but only where the block runs by itself: inside a transaction the server refuses it.`,
  instead: `Leave the transaction to the tool, or switch the tool's transaction off for this migration and write both BEGIN and COMMIT.`,
  references: [
    'https://www.postgresql.org/docs/current/sql-begin.html',
    'https://www.postgresql.org/docs/current/sql-commit.html',
  ],
  knownAs: [
    'squawk/transaction-nesting',
    'squawk/ban-uncommitted-transaction',
    'pgls/transactionNesting',
    'pgfence/unclosed-transaction',
    'atlas/TX201',
    'bytebase/STATEMENT_DISALLOW_COMMIT',
    'migrationpilot/MP053',
    'migrationpilot/ban-uncommitted-transaction',
  ],
  check(subject, at): string | Report | undefined {
    if ('statements' in subject) return ofMigration(at)
    // In a DO block only COMMIT and ROLLBACK stand; they end the block's own transaction and begin the next.
    if (!at.migration.statements.includes(at.statement)) return ofBlock(subject.kind, at)
    // Which transaction a tool opens is only known where the tool is.
    const inTools = (at.transaction.scope === 'unit' || at.transaction.scope === 'run') && !at.migration.transactionAssumed
    switch (subject.kind) {
      case 'Begin': {
        if (!at.transaction.entries.some(isBegin)) return undefined
        return {
          message: 'a transaction is open already: this BEGIN does nothing, and the next COMMIT ends them both',
          certainty: 'checked',
        }
      }
      case 'Commit': {
        if (at.transaction.scope === 'none')
          return { message: 'no transaction is open here, so this ends none', certainty: 'checked' }
        // COMMIT; CREATE INDEX CONCURRENTLY …; BEGIN: out of the tool's transaction and back into one.
        if (!inTools || subject.chain || reopens(at)) return undefined
        return `this ends the transaction that the tool has opened: what follows is not undone with what went before, and the tool records the migration outside it`
      }
      case 'Rollback':
        return inTools
          ? {
              message: 'this undoes everything before it in the migration, and the tool counts the migration as applied',
              certainty: 'certain',
            }
          : undefined
    }
  },
})

/** Measured on 15 and 18: "invalid transaction termination" wherever the block is not a message of its own. */
function ofBlock(kind: string, { transaction: { scope } }: Site): Report | undefined {
  if (scope === 'none' || scope === 'pipeline') return undefined
  return {
    message: `PostgreSQL refuses ${kind.toUpperCase()} in a DO block that runs inside a transaction`,
    certainty: 'certain',
    instead: 'run the block outside the transaction, as a statement of its own',
  }
}

function reopens(at: Site): boolean {
  for (const later of laterInMigration(at)) if (later.kind === 'Begin') return true
  return false
}

function isBegin({ statement }: Transaction['entries'][number]): boolean {
  return statement.commands.some(({ operation }) => operation.kind === 'Begin')
}

function ofMigration({ transaction, migration }: Site): Report | undefined {
  // In the tool's transaction a last BEGIN leaves the COMMIT to the tool.
  if (transaction.scope !== 'explicit' || migration.transaction === 'unit' || migration.transaction === 'run') return undefined
  const last = transaction.entries.at(-1)?.statement.commands.at(-1)?.operation
  if (last === undefined || last.kind === 'Commit' || last.kind === 'Rollback' || last.kind === 'TwoPhase') return undefined
  const begin = transaction.entries.find(isBegin)?.statement
  return begin === undefined
    ? undefined
    : { message: 'nothing commits what this begins: when the connection closes, all of it is rolled back', span: begin.span }
}
