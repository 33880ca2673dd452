import type { TransactionScope } from '../migration.ts'
import { quoteIdentifier } from '../name.ts'
import type { Statement } from '../operation.ts'
import type { Engine, ServerRefusal } from './engine.ts'
import { exclusionOf } from './exclusion.ts'
import { type Observation, observe, observeNext, type Standing, standingOf } from './observe.ts'

/** One statement on its way to an engine. */
export interface Step {
  readonly statement: Statement
  readonly scope: TransactionScope
  /** Ordinal of its transaction: the same for all statements of one. */
  readonly transaction: number
  /** Whether to observe it; otherwise it only runs, as context. */
  readonly observed: boolean
  /** First of its migration: it starts with a fresh session. */
  readonly first: boolean
}

/** What became of a statement. */
export type Outcome =
  | { readonly kind: 'observed'; readonly observation: Observation }
  /** It ran, and there was nothing to observe or nobody asked. */
  | { readonly kind: 'ran' }
  | { readonly kind: 'refused'; readonly refusal: ServerRefusal }
  | { readonly kind: 'not run'; readonly reason: string }

export interface Replay {
  readonly outcomes: ReadonlyMap<Statement, Outcome>
  /** Transactions whose COMMIT the server refused, by their ordinal: nothing of them remains. */
  readonly undone: ReadonlyMap<number, ServerRefusal>
  /** Roles that the migrations mention and that were made up for them. */
  readonly stubRoles: readonly string[]
}

/** A transaction block that is open on the engine. */
interface Block {
  /** undefined after COMMIT AND CHAIN, until a statement enters. */
  transaction: number | undefined
  readonly begin: string
  /** What ran in it so far. */
  readonly done: string[]
  standing: Standing | undefined
}

interface Run {
  readonly engine: Engine
  readonly outcomes: Map<Statement, Outcome>
  readonly undone: Map<number, ServerRefusal>
  readonly stubRoles: Set<string>
  block: Block | undefined
}

/**
 * Runs statements in order, in the transactions that their runner would use. One that the server refuses is left out: the
 * transaction is rolled back and run again up to it, since a savepoint would change what PostgreSQL allows (a value of an enum
 * made in the same transaction), and then it goes on behind it. `progress` is told how many statements are done.
 */
export async function replay(engine: Engine, steps: Iterable<Step>, progress?: (done: number) => void): Promise<Replay> {
  const run: Run = { engine, outcomes: new Map(), undone: new Map(), stubRoles: new Set(), block: undefined }
  let done = 0
  for (const step of steps) {
    if (step.first || (run.block !== undefined && !belongs(step, run.block))) await commit(run)
    if (step.first) await engine.freshen()
    run.outcomes.set(step.statement, await runStep(step, run))
    progress?.(++done)
  }
  await commit(run)
  return { outcomes: run.outcomes, undone: run.undone, stubRoles: [...run.stubRoles] }
}

function belongs(step: Step, block: Block): boolean {
  return block.transaction === undefined || block.transaction === step.transaction
}

/** The runner's COMMIT, or that of a BEGIN that the SQL never ends: its author meant it to last. */
async function commit(run: Run): Promise<void> {
  const { block } = run
  if (block === undefined) return
  run.block = undefined
  const { error } = await run.engine.run('COMMIT')
  if (error !== undefined && block.transaction !== undefined) run.undone.set(block.transaction, error)
}

async function runStep(step: Step, run: Run): Promise<Outcome> {
  const { statement, scope } = step
  const reason = exclusionOf(statement, run.engine)
  if (reason !== undefined) return { kind: 'not run', reason }
  if (isControl(statement)) return runControl(step, run)
  if (scope === 'none' && run.block === undefined) return runAlone(step, run)
  run.block ??= await open('BEGIN', step, run)
  run.block.transaction = step.transaction
  return runInside(step, run.block, run)
}

async function open(begin: string, step: Step, { engine }: Run): Promise<Block> {
  const { error } = await engine.run(begin)
  if (error !== undefined) throw new Error(`${begin}: ${error.message}`)
  return { transaction: step.transaction, begin, done: [], standing: undefined }
}

async function runControl(step: Step, run: Run): Promise<Outcome> {
  const { statement } = step
  const sql = statement.sql
  const operation = statement.commands[0]?.operation
  if (operation?.kind === 'Begin' && run.block === undefined) {
    const { error } = await run.engine.run(sql)
    if (error !== undefined) return { kind: 'refused', refusal: error }
    run.block = { transaction: step.transaction, begin: sql, done: [], standing: undefined }
    return { kind: 'ran' }
  }
  const { block } = run
  const { error } = await run.engine.run(sql)
  if (operation?.kind === 'Commit' || operation?.kind === 'Rollback') {
    if (error !== undefined && block?.transaction !== undefined) run.undone.set(block.transaction, error)
    run.block =
      operation.chain && error === undefined
        ? { transaction: undefined, begin: 'BEGIN', done: [], standing: undefined }
        : undefined
  } else if (block !== undefined) {
    block.standing = undefined
    if (error === undefined) block.done.push(sql)
    else await again(block, run)
  }
  return error === undefined ? { kind: 'ran' } : { kind: 'refused', refusal: error }
}

async function runAlone({ statement, observed }: Step, run: Run): Promise<Outcome> {
  const { engine } = run
  const attempt = async (): Promise<Outcome> => {
    if (!observed || isSetting(statement)) return ranOr((await engine.run(statement.sql)).error)
    const observation = await observe(engine, statement.sql)
    return observation.refused === undefined ? { kind: 'observed', observation } : ranOr(observation.refused)
  }
  const outcome = await attempt()
  return outcome.kind === 'refused' && (await madeRole(outcome.refusal, run)) ? attempt() : outcome
}

async function runInside(step: Step, block: Block, run: Run): Promise<Outcome> {
  const attempt = async (): Promise<Outcome> => {
    const { engine } = run
    if (!step.observed || isSetting(step.statement)) {
      block.standing = undefined
      return ranOr((await engine.run(step.statement.sql)).error)
    }
    const before = block.standing ?? (await standingOf(engine))
    const { observation, after } = await observeNext(engine, step.statement.sql, before)
    block.standing = after
    return observation.refused === undefined ? { kind: 'observed', observation } : ranOr(observation.refused)
  }
  let outcome = await attempt()
  if (outcome.kind === 'refused') {
    const { refusal } = outcome
    await again(block, run, () => madeRole(refusal, run))
    if (run.stubRoles.has(missingRole(refusal) ?? '')) outcome = await attempt()
    if (outcome.kind === 'refused') await again(block, run)
  }
  if (outcome.kind !== 'refused') block.done.push(step.statement.sql)
  return outcome
}

/** Rolls an aborted transaction back and runs again what it had done. */
async function again(block: Block, { engine }: Run, between?: () => Promise<unknown>): Promise<void> {
  await engine.run('ROLLBACK')
  await between?.()
  block.standing = undefined
  for (const sql of [block.begin, ...block.done]) {
    const { error } = await engine.run(sql)
    if (error !== undefined) throw new Error(`cannot run again what a transaction had done: ${sql}: ${error.message}`)
  }
}

function ranOr(refusal: ServerRefusal | undefined): Outcome {
  return refusal === undefined ? { kind: 'ran' } : { kind: 'refused', refusal }
}

/** Makes a role that is missing, where the cluster is the engine's own. Returns whether there is a new one. */
async function madeRole(refusal: ServerRefusal, run: Run): Promise<boolean> {
  const role = missingRole(refusal)
  if (role === undefined || !run.engine.ownCluster || run.stubRoles.has(role)) return false
  const { error } = await run.engine.run(`CREATE ROLE ${quoteIdentifier(role)}`)
  if (error === undefined) run.stubRoles.add(role)
  return error === undefined
}

function missingRole({ sqlstate, message }: ServerRefusal): string | undefined {
  return sqlstate === '42704' ? /^role "(.+)" does not exist$/s.exec(message)?.[1] : undefined
}

function isControl({ commands }: Statement): boolean {
  switch (commands[0]?.operation.kind) {
    case 'Begin':
    case 'Commit':
    case 'Rollback':
    case 'Savepoint':
    case 'RollbackTo':
    case 'ReleaseSavepoint':
      return true
    default:
      return false
  }
}

/** SET and the like lock nothing, and SET TRANSACTION must come before any query, one of ours too. */
function isSetting({ sql, commands }: Statement): boolean {
  return (
    /^(?:set|reset)\b/i.test(sql) &&
    commands.every(({ operation }) => operation.kind === 'Set' || operation.kind === 'Reset' || operation.kind === 'Session')
  )
}
