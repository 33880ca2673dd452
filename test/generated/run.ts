import type { Engine } from '../../src/trace/engine.ts'
import { judge, type Verdict } from './judge.ts'
import { shrink } from './shrink.ts'
import { type Story, tellStory } from './story.ts'

/** Statements per story: long enough to grow a schema, short enough that one wrong turn does not spoil much. */
const storyLength = 50

export interface Run {
  readonly statements: number
  readonly accepted: number
  readonly outcomes: Readonly<Record<string, number>>
  /** How often which was needed, by its reason. */
  readonly exceptions: Readonly<Record<string, number>>
  readonly failures: readonly Failure[]
}

export interface Failure {
  readonly story: Story
  /** Index in the story. */
  readonly step: number
  readonly verdict: Verdict
}

export interface RunOptions {
  readonly seed: number
  /** At least so many statements. */
  readonly count: number
  progress?(done: number): void
}

/** Tells stories until they have enough statements, and judges every one. */
export async function runGenerated(engine: Engine, options: RunOptions): Promise<Run> {
  const outcomes: Record<string, number> = {}
  const exceptions: Record<string, number> = {}
  const failures: Failure[] = []
  let statements = 0
  let accepted = 0
  for (let seed = options.seed * 1000; statements < options.count; seed++) {
    const story = await tellStory(engine, seed, Math.min(storyLength, options.count))
    const verdicts = judge(story.steps, { postgres: engine.postgres, timeZone: story.timeZone })
    for (const [step, verdict] of verdicts.entries()) {
      outcomes[verdict.outcome] = (outcomes[verdict.outcome] ?? 0) + 1
      for (const reason of verdict.excepted) exceptions[reason] = (exceptions[reason] ?? 0) + 1
      if (verdict.observation.refused === undefined) accepted++
      if (verdict.outcome === 'disagrees') failures.push({ story, step, verdict })
    }
    statements += verdicts.length
    options.progress?.(statements)
  }
  return { statements, accepted, outcomes, exceptions, failures }
}

/** One failure per cause, shrunk, up to a limit: a hundred reports of one mistake help nobody. */
export async function explain(engine: Engine, failures: readonly Failure[], limit: number): Promise<string> {
  const causes = new Map<string, Failure>()
  for (const failure of failures) {
    const key = `${failure.verdict.sql.split(' ').slice(0, 2).join(' ')}: ${failure.verdict.problems[0]?.cause}`
    if (!causes.has(key)) causes.set(key, failure)
  }
  const texts: string[] = []
  for (const { story, step, verdict } of [...causes.values()].slice(0, limit)) {
    const shrunk = await shrink(engine, story, step, verdict.problems[0]?.cause ?? '')
    const problems = (shrunk?.verdict ?? verdict).problems.map(({ text }) => `-- ${text}\n`).join('')
    texts.push(
      shrunk === undefined
        ? `-- seed ${story.seed}, statement ${step + 1}, only in its story\n${problems}${verdict.sql};\n`
        : `${problems}${shrunk.snippet}`,
    )
  }
  if (causes.size > limit) texts.push(`-- and ${causes.size - limit} more causes\n`)
  return texts.join('\n')
}
