import type { EffectJson, StatementJson } from '../contract.ts'
import { printName } from '../name.ts'
import type { Comparison } from '../trace/compare.ts'
import type { ObservedEffect } from '../trace/observe.ts'
import type { Traced } from '../trace/trace.ts'
import { workOrder } from './consequence.ts'
import { effectJson } from './json.ts'
import { locationOf, placesIn } from './place.ts'
import type { TraceReport } from './trace-report.ts'

/** What `trace --format json` prints. Keys are only ever added while `version` stays. */
export interface TraceJson {
  readonly version: 1
  readonly engine: string
  readonly postgres: number
  readonly statements: readonly TracedJson[]
  /** Statements before those of interest that could not be run. */
  readonly missingContext: readonly (Place & { readonly refused: RefusalJson | null; readonly notRun: string | null })[]
  /** Where transactions begin whose COMMIT was refused. */
  readonly undone: readonly (Place & { readonly refused: RefusalJson })[]
  /** Roles that were made up because the migrations name them. */
  readonly stubRoles: readonly string[]
  readonly unavailableExtensions: readonly string[]
}

type Place = Pick<StatementJson, 'file' | 'line' | 'column'>

export interface TracedJson extends Omit<StatementJson, 'effects'> {
  readonly predicted: readonly EffectJson[]
  /** null where nothing was observed. */
  readonly observed: readonly ObservedJson[] | null
  /** null where it was not observed in full, or is not understood. */
  readonly agrees: boolean | null
  readonly disagreements: readonly { readonly relation: string; readonly about: Comparison['disagreements'][number]['about'] }[]
  /** How the server refused it. */
  readonly refused: RefusalJson | null
  /** Why it was not even tried. */
  readonly notRun: string | null
}

export interface ObservedJson extends Omit<EffectJson, 'lock'> {
  /** null where locks could not be observed, or only one that its transaction held already. */
  readonly lock: EffectJson['lock'] | null
}

export interface RefusalJson {
  readonly sqlstate: string
  readonly message: string
}

export function traceJson(report: TraceReport): TraceJson {
  const places = placesIn(report.migrations)
  const placeOf = ({ migration, statement }: Pick<Traced, 'migration' | 'statement'>): Place => {
    const { line, column } = locationOf(places.linesOf(migration.file), statement.span)
    return { file: migration.file, line, column }
  }
  return {
    version: 1,
    engine: report.engine,
    postgres: report.postgres,
    statements: report.statements.map((traced) => ({
      file: traced.migration.file,
      ...locationOf(places.linesOf(traced.migration.file), traced.statement.span),
      sql: traced.statement.sql,
      known: traced.known,
      transaction: traced.scope,
      predicted: traced.predicted.map(effectJson),
      observed: traced.outcome.kind === 'observed' ? traced.outcome.observation.effects.map(observedJson) : null,
      agrees: traced.agrees ?? null,
      disagreements: traced.comparison?.disagreements.map(({ relation, about }) => ({ relation, about })) ?? [],
      ...failure(traced.outcome),
    })),
    missingContext: report.missingContext.map((one) => ({ ...placeOf(one), ...failure(one.outcome) })),
    undone: report.undone.map((one) => ({ ...placeOf(one), refused: one.refusal })),
    stubRoles: report.stubRoles,
    unavailableExtensions: report.unavailableExtensions,
  }
}

function failure(outcome: Traced['outcome']): { readonly refused: RefusalJson | null; readonly notRun: string | null } {
  return {
    refused: outcome.kind === 'refused' ? outcome.refusal : null,
    notRun: outcome.kind === 'not run' ? outcome.reason : null,
  }
}

function observedJson({ relation, kind, lock, work, existed }: ObservedEffect): ObservedJson {
  return { relation: printName(relation), kind, lock: lock ?? null, work: workOrder.filter((each) => work.has(each)), existed }
}
