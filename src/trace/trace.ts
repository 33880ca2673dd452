import { analyze, type Judged } from '../analyze.ts'
import type { Effect } from '../effect/effect.ts'
import type { Migration } from '../migration.ts'
import type { Statement } from '../operation.ts'
import { type Comparison, compare } from './compare.ts'
import type { Engine, ServerRefusal } from './engine.ts'
import { natureOf } from './nature.ts'
import { type Outcome, type Replay, replay, type Step } from './replay.ts'

/** A statement with what was predicted of it and what it was seen to do. */
export interface Traced extends Pick<Judged, 'migration' | 'statement' | 'known' | 'scope'> {
  readonly predicted: readonly Effect[]
  readonly outcome: Outcome
  /** undefined where nothing was observed. */
  readonly comparison: Comparison | undefined
  /** undefined where it was not observed in full, or is not understood: then there is nothing to agree with. */
  readonly agrees: boolean | undefined
}

export interface Trace {
  /** As shown to people: `PGlite 18.6`. */
  readonly engine: string
  readonly postgres: number
  /** One per statement of the migrations of interest, in order. */
  readonly statements: readonly Traced[]
  /** Statements of the schema and of earlier migrations that could not be run: what follows may differ from the real thing. */
  readonly missingContext: readonly { readonly migration: Migration; readonly statement: Statement; readonly outcome: Outcome }[]
  /** Transactions whose COMMIT was refused: where they begin. */
  readonly undone: readonly { readonly migration: Migration; readonly statement: Statement; readonly refusal: ServerRefusal }[]
  readonly stubRoles: readonly string[]
}

export interface TraceOptions {
  readonly engine: Engine
  /** The schema before the first migration: executed, not judged. */
  readonly schema: Migration | undefined
  /** Which migrations are of interest; the others are context. */
  readonly asked: (migration: Migration) => boolean
  /** Every statement in a transaction of its own, whatever the runner does: then no lock hides behind one that is held already. */
  readonly alone?: boolean
  readonly progress?: (step: string) => void
}

/** Runs the migrations of one history on an engine with an empty database, and compares. Throws where the engine fails. */
export async function trace(migrations: readonly Migration[], options: TraceOptions): Promise<Trace> {
  const { engine, schema, asked } = options
  const timeZone = (await engine.query('SHOW timezone'))[0]?.[0] ?? undefined
  const judge = (history: readonly Migration[], before: Migration | undefined) =>
    analyze(history, {
      postgres: engine.postgres,
      rules: new Map(),
      severityOf: () => 'off',
      ...(timeZone === undefined ? {} : { timeZone }),
      ...(before === undefined ? {} : { schema: before }),
    }).judged
  const planned = judge(migrations, schema)
  const steps = stepsOf(planned, options)
  const before = schema === undefined ? [] : schemaSteps(schema)
  const total = before.length + steps.length
  const replayed = await replay(engine, [...before, ...steps], (done) =>
    options.progress?.(`${done} of ${total} statements on ${engine.name}`),
  )
  // What the server refused is not there for later statements: they are judged without it.
  const transactionOf = new Map(steps.map(({ statement, transaction }) => [statement, transaction]))
  const remains = (statement: Statement) =>
    hasRun(statement, replayed) && !replayed.undone.has(transactionOf.get(statement) ?? -1)
  const ran = (migration: Migration) => ({ ...migration, statements: migration.statements.filter(remains) })
  const predicted = new Map(
    judge(migrations.map(ran), schema === undefined ? undefined : ran(schema)).map(({ statement, effects }) => [
      statement,
      effects,
    ]),
  )
  const migrationOf = new Map(planned.map(({ statement, migration }) => [statement, migration]))
  return {
    engine: engine.name,
    postgres: engine.postgres,
    statements: planned
      .filter(({ migration }) => asked(migration))
      .map((judged) => traced(judged, predicted.get(judged.statement) ?? judged.effects, replayed)),
    missingContext: [...before, ...steps].flatMap(({ statement }) => {
      const migration = migrationOf.get(statement) ?? schema
      const outcome = replayed.outcomes.get(statement)
      if (migration === undefined || outcome === undefined || (migration !== schema && asked(migration))) return []
      return outcome.kind === 'refused' || outcome.kind === 'not run' ? [{ migration, statement, outcome }] : []
    }),
    undone: planned.flatMap(({ migration, statement, transaction }, index) => {
      const refusal = replayed.undone.get(transaction)
      const isFirst = planned[index - 1]?.transaction !== transaction
      return refusal === undefined || !isFirst || !asked(migration) ? [] : [{ migration, statement, refusal }]
    }),
    stubRoles: replayed.stubRoles,
  }
}

function stepsOf(judged: readonly Judged[], { asked, alone }: TraceOptions): readonly Step[] {
  return judged.map(({ statement, migration, scope, transaction }, index) => ({
    statement,
    scope: alone === true && scope !== 'explicit' ? 'none' : scope,
    transaction,
    observed: asked(migration),
    first: judged[index - 1]?.migration !== migration,
  }))
}

/** psql runs a dump statement by statement; a BEGIN in it counts. */
function schemaSteps(schema: Migration): readonly Step[] {
  return schema.statements.map((statement, index) => ({
    statement,
    scope: 'none',
    transaction: -1,
    observed: false,
    first: index === 0,
  }))
}

function hasRun(statement: Statement, { outcomes }: Replay): boolean {
  const outcome = outcomes.get(statement)
  return outcome === undefined || outcome.kind === 'observed' || outcome.kind === 'ran'
}

function traced(judged: Judged, predicted: readonly Effect[], { outcomes }: Replay): Traced {
  const { migration, statement, known, scope } = judged
  const outcome = outcomes.get(statement) ?? { kind: 'not run', reason: 'it was not reached' }
  const comparison = outcome.kind === 'observed' ? compare(predicted, outcome.observation, natureOf(statement)) : undefined
  return { migration, statement, known, scope, predicted, outcome, comparison, agrees: agreement(judged, outcome, comparison) }
}

function agreement({ known, statement }: Judged, outcome: Outcome, comparison: Comparison | undefined): boolean | undefined {
  // What a procedure does is its own: nothing is predicted beyond the call.
  const { callsProcedure } = natureOf(statement)
  // SET, BEGIN and the like: nothing is predicted of them, and there was nothing to see.
  if (outcome.kind !== 'observed' || comparison === undefined || !known) return undefined
  const { disagreements } = comparison
  if (disagreements.length > 0)
    return callsProcedure && disagreements.every(({ about }) => about === 'missing') ? undefined : false
  return outcome.observation.locks === 'none' ? undefined : true
}
