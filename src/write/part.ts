import type { Change, Plan } from '../plan/plan.ts'
import { boundedStatements, commentedSql, commentLines, commentsOf, type Stage, sqlText, stagesOf, titleOf } from '../plan/sql.ts'
import type { Manner } from './form.ts'

/** What one step of the tool holds: a change, or one statement of it where the tool frees nothing larger from its transaction. */
export interface Part {
  /** Names the file. */
  readonly title: string
  readonly comments: readonly string[]
  readonly up: Script
  readonly down: Script
  /** The tool cannot run it: people run it with psql. */
  readonly beside: boolean
}

export interface Script {
  readonly transaction: boolean
  readonly comments: readonly string[]
  /** Complete, in their order, without semicolons; none: comments say why. */
  readonly statements: readonly string[]
}

/** The parts of a plan for a tool. `postgres` is the oldest major version that they have to run on. */
export function partsOf(plan: Plan, manner: Manner, postgres: number): readonly Part[] {
  return stagesOf(plan).stages.flatMap((stage) => partsOfStage(stage, manner, postgres))
}

function partsOfStage(stage: Stage, manner: Manner, postgres: number): readonly Part[] {
  const { change } = stage
  const { transaction, statements } = change
  const title = titleOf(change)
  const comments = commentsOf(stage)
  const down = downOf(change, manner, postgres)
  // A setting of the session does not reach a statement that has to be alone in its file.
  const together = statements.length > 1 && statements.some((statement) => /^(?:SET|RESET)\b/i.test(statement))
  const beside = !transaction && (manner.free === 'never' || (manner.free === 'alone' && together))
  if (transaction || beside || manner.free !== 'alone') {
    const up: Script = { transaction, comments: [], statements: opened(change, boundedStatements(change, postgres), manner) }
    return [{ title, comments, up, down, beside }]
  }
  const [first, ...others] = downsOf(change, down, statements.length)
  const unbounded = commentLines(
    'runs with the timeouts that the connection or its role has, since it has to be alone in its file: lock_timeout and statement_timeout have to be 0',
  )
  return statements.map((statement, index): Part => {
    const many = statements.length > 1
    // The file that removes what a failed build left has run by then, and the tool does not run it again.
    const again = 'if it fails, run what the files before it of this change hold once more, with psql, and then this one'
    // Removing what a failed build left is a contract step where nothing of the build stands beside it.
    const isGuard = many && change.phase !== 'contract' && /^DROP\b/i.test(statement)
    const phase = `-- phasewise phase: ${change.phase}`
    const which = commentLines(`statement ${index + 1} of ${statements.length}: ${title}\n${again}`)
    return {
      title: many ? `${title} ${index + 1}` : title,
      comments: [...(index === 0 ? comments : [...which, phase]), ...unbounded].filter((line) => !isGuard || line !== phase),
      up: { transaction, comments: [], statements: [statement] },
      down: (index === 0 ? first : others[index - 1]) ?? down,
      beside,
    }
  })
}

function downOf({ rollback, tables, transaction }: Change, manner: Manner, postgres: number): Script {
  if ('impossible' in rollback) {
    return { transaction, comments: commentLines(`no way back: ${rollback.impossible}`), statements: [] }
  }
  if (rollback.statements.length === 0) return { transaction, comments: ['-- nothing to undo'], statements: [] }
  const script = { ...rollback, tables }
  const free = !rollback.transaction
  const bounded = boundedStatements(script, postgres)
  if (!free) return { transaction: true, comments: [], statements: opened(script, bounded, manner) }
  if (manner.free === 'never' || (manner.directions === 'alike' && transaction)) {
    const why = 'to undo it, while nothing later has run, with psql and outside of any transaction (the tool would open one):'
    return { transaction, comments: [...commentLines(why), ...commentedSql(bounded)], statements: [] }
  }
  return { transaction: false, comments: [], statements: manner.free === 'alone' ? rollback.statements : bounded }
}

/**
 * The ways back of the parts that a change is cut into. They are gone backwards, so the last statement of the rollback is the first part's;
 * one in a transaction is the first part's as a whole.
 */
function downsOf(change: Change, down: Script, count: number): readonly Script[] {
  const { transaction, statements } = down
  const elsewhere: Script = {
    transaction,
    comments: commentLines(`nothing to undo here: ${titleOf(change)} 1 does it`),
    statements: [],
  }
  const rest = Array.from({ length: Math.max(0, count - 1) }, () => elsewhere)
  if (transaction || statements.length <= 1) return [down, ...rest]
  if (statements.length > count) {
    const why = 'to undo it, while nothing later has run, with psql and outside of any transaction:'
    return [{ transaction, comments: [...commentLines(why), ...commentedSql(statements)], statements: [] }, ...rest]
  }
  const backwards = statements.toReversed().map((statement): Script => ({ transaction, comments: [], statements: [statement] }))
  return [...backwards, ...rest.slice(statements.length - 1)]
}

function opened(
  { transaction }: { readonly transaction: boolean },
  statements: readonly string[],
  { opens }: Manner,
): readonly string[] {
  return transaction && opens === 'file' ? ['BEGIN', ...statements, 'COMMIT'] : statements
}

/** For tools whose second run waits for the first in pg_advisory_lock: seen to end in a deadlock. */
export function lockNotes(parts: readonly Part[]): readonly string[] {
  const note =
    'let one deploy at a time run migrations: a second one that waits for the lock of the migrations holds a snapshot, a concurrent build waits for that, and PostgreSQL ends one of them as a deadlock'
  return parts.some(({ up }) => up.statements.some((statement) => /\bCONCURRENTLY\b/i.test(statement))) ? [note] : []
}

/** A script as text, with a line break at its end. */
export function scriptText({ comments, statements }: Script): string {
  return [...comments, ...(statements.length === 0 ? [] : [sqlText(statements)])].map((line) => `${line}\n`).join('')
}

/** The way forward with the part's comments above it. */
export function upText({ comments, up }: Part): string {
  return comments.map((line) => `${line}\n`).join('') + scriptText(up)
}

/** The way back as comments, for tools that have none. */
export function downAsComments({ down }: Part): string {
  const sql =
    down.statements.length === 0 ? [] : ['-- to undo it, while nothing later has run:', ...commentedSql(down.statements)]
  return [...sql, ...down.comments].map((line) => `${line}\n`).join('')
}

/** A file for psql: forward, and back as comments. */
export function psqlText(part: Part): string {
  const how = commentLines('the migration tool cannot run this outside of a transaction: run it with psql -v ON_ERROR_STOP=1 -f')
  return `${how.join('\n')}\n${upText(part)}\n${downAsComments(part)}`
}
