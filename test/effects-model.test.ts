import { beforeAll, describe, expect, test } from 'vitest'
import { analyze } from '../src/analyze.ts'
import type { Effect } from '../src/effect/effect.ts'
import { loadGrammar, parseSql } from '../src/grammar/parse.ts'
import { printName } from '../src/name.ts'
import { compare, type Disagreement } from '../src/trace/compare.ts'
import type { Observation, ObservedEffect } from '../src/trace/observe.ts'
import { type AnnotatedStatement, type Case, defaultTimeZone, effectFixtures, isIn } from './effect-fixture.ts'

// The versions that the annotations were observed on.
const versions = [12, 13, 14, 15, 16, 17, 18]

/** What the model owns not to know: no claim, nothing to compare. */
const notModelled = [/^EXECUTE /, /^ALTER TRIGGER .* DEPENDS ON EXTENSION/, /^(?:REASSIGN|DROP) OWNED /]

beforeAll(() => loadGrammar())

for (const postgres of versions) {
  describe(`PostgreSQL ${postgres}`, () => {
    for (const fixture of effectFixtures()) {
      describe(fixture.name, () => {
        for (const each of fixture.cases) {
          test.runIf(isIn(each.postgres, postgres))(`${each.title} (line ${each.line})`, () => {
            expect(disagreements(each, postgres)).toEqual([])
          })
        }
      })
    }
  })
}

/** Runs a case through the analyzer and compares what it says of each annotated statement with the annotation. */
function disagreements(fixture: Case, postgres: number): readonly string[] {
  // What the server refuses leaves no trace there.
  const statements = fixture.statements.filter(({ expected }) => !expected?.fails.some((each) => isIn(each.postgres, postgres)))
  const text = statements.map(({ sql }) => `${sql};\n`).join('')
  const migration = {
    ...parseSql(text, { placeholders: new Set() }),
    file: 'fixture.sql',
    text,
    transaction: 'each' as const,
    transactionAssumed: false,
  }
  const { judged } = analyze([migration], {
    postgres,
    rules: new Map(),
    severityOf: () => 'off',
    ...(fixture.timeZone === defaultTimeZone ? {} : { timeZone: fixture.timeZone }),
  })
  expect(judged.length).toBe(statements.length)
  return statements.flatMap((statement, i) => {
    if (statement.expected === undefined) return []
    const known = !notModelled.some((pattern) => pattern.test(statement.sql))
    if (judged[i]?.known !== known) return [`line ${statement.line}: known is ${judged[i]?.known}: ${statement.sql}`]
    if (!known) return []
    const effects = judged[i]?.effects ?? []
    const observation = observationOf(statement, effects, fixture, postgres)
    const listed = effects.filter((effect) => !isAside(effect.kind) || names(observation).has(printName(effect.relation)))
    const found = compare(listed, observation).disagreements
    const open = new Set([...statement.expected.open].flatMap(([name, each]) => (isIn(each.postgres, postgres) ? [name] : [])))
    const needless = [...open].filter((name) => !found.some(({ relation }) => relation === name))
    return [
      ...found
        .filter(({ relation }) => !open.has(relation))
        .map((each) => `line ${statement.line}: ${print(each)}: ${statement.sql}`),
      ...needless.map((name) => `line ${statement.line}: nothing about ${name} is open: ${statement.sql}`),
    ]
  })
}

/** An annotation as an observation. It says no kinds: those of the prediction are taken, and names tell indexes and sequences. */
function observationOf(statement: AnnotatedStatement, effects: readonly Effect[], fixture: Case, postgres: number): Observation {
  const observed = (statement.expected?.effects ?? []).filter((each) => isIn(each.postgres, postgres))
  return {
    sql: statement.sql,
    refused: undefined,
    inTransaction: true,
    locks: 'all',
    effects: observed.map(({ relation, lock, work, existed }): ObservedEffect => {
      const predicted = effects.find((effect) => printName(effect.relation) === relation)
      const [schema = '', name = ''] = relation.split(/\.(.*)/s).map((part) => part.replaceAll(/^"|"$/g, ''))
      const kind = predicted?.kind ?? (namesAnIndex(name, fixture) ? 'index' : 'table')
      return { relation: { schema, name }, kind, lock, work, existed }
    }),
  }
}

function namesAnIndex(name: string, fixture: Case): boolean {
  if (/_(?:idx|key|pkey|excl|seq)\d*$/.test(name)) return true
  const written = new RegExp(
    `\\b(?:INDEX|SEQUENCE) (?:CONCURRENTLY )?(?:IF (?:NOT )?EXISTS )?(?:\\w+\\.)?${name}\\b|\\bTO ${name}$`,
  )
  return fixture.statements.some(({ sql }) => /\b(?:INDEX|SEQUENCE)\b/.test(sql) && written.test(sql))
}

function isAside(kind: Effect['kind']): boolean {
  return kind === 'index' || kind === 'sequence'
}

function names({ effects }: Observation): ReadonlySet<string> {
  return new Set(effects.map((effect) => printName(effect.relation)))
}

function print({ relation, about, predicted, observed }: Disagreement): string {
  const show = (effect: Effect | ObservedEffect | undefined) =>
    effect === undefined ? 'nothing' : [effect.lock, ...effect.work, ...(effect.existed ? [] : ['new'])].join(', ')
  return `${about} of ${relation}: predicted ${show(predicted)}, PostgreSQL does ${show(observed)}`
}
