import { analyze } from '../../src/analyze.ts'
import { apply } from '../../src/catalog/apply.ts'
import type { Catalog } from '../../src/catalog/catalog.ts'
import { unknownCatalog } from '../../src/catalog/lookup.ts'
import type { Effect } from '../../src/effect/effect.ts'
import { parseSql } from '../../src/grammar/parse.ts'
import { type Rule, rule } from '../../src/rule.ts'
import { compare, type Disagreement } from '../../src/trace/compare.ts'
import type { Observation, ObservedEffect } from '../../src/trace/observe.ts'
import { defaultTimeZone } from '../effect-fixture.ts'
import { exceptionFor } from './exceptions.ts'

/** What a statement came to on the server and in the model. */
export interface Verdict {
  readonly sql: string
  readonly observation: Observation
  /** `unforeseen`: the server refused what the model did not know to be refused, which is no wrong claim. */
  readonly outcome: 'agrees' | 'refused as foreseen' | 'unforeseen' | 'not modelled' | 'excepted' | 'disagrees'
  readonly problems: readonly Problem[]
  /** The reasons of problems that are left. */
  readonly excepted: readonly string[]
}

export interface Problem {
  /** As people read it. */
  readonly text: string
  /** What it is without the names, so that two of the same cause are known as such. */
  readonly cause: string
}

export interface Judged {
  readonly sql: string
  readonly observation: Observation
}

interface Claim {
  readonly effects: readonly Effect[]
  readonly known: boolean
  readonly refused: string | undefined
}

/** Runs statements through the whole analyzer, each in a transaction of its own, and compares what it says of each with what was observed. */
export function judge(
  steps: readonly Judged[],
  server: { readonly postgres: number; readonly timeZone: string },
): readonly Verdict[] {
  try {
    return judgeAll(steps, server)
  } catch (error) {
    return judgeUntil(steps, server, error)
  }
}

function judgeAll(
  steps: readonly Judged[],
  server: { readonly postgres: number; readonly timeZone: string },
): readonly Verdict[] {
  const accepted = steps.filter(({ observation }) => observation.refused === undefined)
  const { claims, catalogs } = claimsOf(
    accepted.map(({ sql }) => sql),
    server,
  )
  let done = 0
  return steps.map(({ sql, observation }): Verdict => {
    const none = { sql, observation, problems: [], excepted: [] }
    const catalog = catalogs[done - 1] ?? unknownCatalog
    if (observation.refused !== undefined) {
      return { ...none, outcome: isForeseen(sql, catalog) ? 'refused as foreseen' : 'unforeseen' }
    }
    const claim = claims[done++]
    if (claim === undefined) throw new Error(`the analyzer says nothing of ${sql}`)
    if (!claim.known) return { ...none, outcome: 'not modelled' }
    const { problems, excepted } = problemsOf(claim, { sql, observation, before: catalog })
    const outcome = problems.length > 0 ? 'disagrees' : excepted.length > 0 ? 'excepted' : 'agrees'
    return { sql, observation, outcome, problems, excepted }
  })
}

/** The analyzer must never throw: the verdicts up to the statement where it does. */
function judgeUntil(
  steps: readonly Judged[],
  server: { readonly postgres: number; readonly timeZone: string },
  error: unknown,
): readonly Verdict[] {
  const last = steps.at(-1)
  const before = steps.slice(0, -1)
  if (last === undefined) throw error
  try {
    const verdicts = judgeAll(before, server)
    const problem = { text: `the analyzer throws: ${String(error)}`, cause: `throws: ${String(error)}` }
    return [...verdicts, { ...last, outcome: 'disagrees', problems: [problem], excepted: [] }]
  } catch (earlier) {
    return judgeUntil(before, server, earlier)
  }
}

function problemsOf(
  { effects, refused }: Claim,
  at: { readonly sql: string; readonly observation: Observation; readonly before: Catalog },
): Pick<Verdict, 'problems' | 'excepted'> {
  const problems: Problem[] = refused === undefined ? [] : [{ text: `refused by the catalog: ${refused}`, cause: 'refused' }]
  const excepted: string[] = []
  const lasting = effects.filter(({ relation }) => relation.schema !== 'pg_temp')
  for (const each of compare(lasting, at.observation).disagreements) {
    const exception = exceptionFor({ ...each, sql: at.sql, before: at.before })
    if (exception === undefined) problems.push({ text: textOf(each), cause: causeOf(each) })
    else excepted.push(exception.reason)
  }
  return { problems, excepted }
}

function textOf(each: Disagreement): string {
  return `${each.about} of ${each.relation}: predicted ${effectText(each.predicted)}, observed ${effectText(each.observed)}`
}

function causeOf({ about, predicted, observed }: Disagreement): string {
  return `${about}: predicted ${effectText(predicted)}, observed ${effectText(observed)}`
}

function effectText(effect: Effect | ObservedEffect | undefined): string {
  if (effect === undefined) return 'nothing'
  const words = [effect.lock ?? '?', ...[...effect.work].sort(), ...(effect.existed ? [] : ['new'])]
  return `${words.join(', ')} (${effect.kind})`
}

function claimsOf(
  statements: readonly string[],
  { postgres, timeZone }: { readonly postgres: number; readonly timeZone: string },
): { readonly claims: readonly Claim[]; readonly catalogs: readonly Catalog[] } {
  const text = statements.map((sql) => `${sql};\n`).join('')
  const parsed = parseSql(text, { placeholders: new Set() })
  const migration = { ...parsed, file: 'generated.sql', text, transaction: 'each' as const, transactionAssumed: false }
  const refusals = new Map<number, string>()
  const after = new Map<number, Catalog>()
  const indexAt = (offset: number) => parsed.statements.findIndex(({ span }) => span.start <= offset && offset < span.end)
  const witness = rule({
    ...silent,
    on: ['Operation'],
    check(_, at) {
      const index = indexAt(at.statement.span.start)
      after.set(index, at.after)
      if (at.refused !== undefined && !refusals.has(index)) refusals.set(index, at.refused)
      return undefined
    },
  })
  const { judged } = analyze([migration], {
    postgres,
    rules: new Map([['witness', witness]]),
    severityOf: () => 'off',
    ...(timeZone === defaultTimeZone ? {} : { timeZone }),
  })
  const catalogs: Catalog[] = []
  for (const i of parsed.statements.keys()) catalogs.push(after.get(i) ?? catalogs.at(-1) ?? unknownCatalog)
  return {
    catalogs,
    claims: judged.map(({ effects, known }, i): Claim => ({ effects, known, refused: refusals.get(i) })),
  }
}

/** Whether the model knows that the server refuses a statement. */
function isForeseen(sql: string, schema: Catalog): boolean {
  let catalog = schema
  for (const { commands } of parseSql(`${sql};`, { placeholders: new Set() }).statements) {
    for (const { operation } of commands) {
      const applied = apply(operation, catalog, { migration: 0, transaction: -1 })
      if (applied.refused !== undefined) return true
      catalog = applied.catalog
    }
  }
  return false
}

/** What a rule must have beside its check. */
const silent: Omit<Rule<'Operation'>, 'on' | 'check'> = {
  hazard: 'style',
  summary: '',
  why: '',
  instead: '',
  references: [],
  knownAs: [],
}
