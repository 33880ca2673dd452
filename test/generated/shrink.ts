import type { Engine } from '../../src/trace/engine.ts'
import { observe } from '../../src/trace/observe.ts'
import { annotationsOf } from '../effect-run.ts'
import { judge, type Verdict } from './judge.ts'
import { type Story, startStory } from './story.ts'
import { print, type Written } from './written.ts'

/** A case that fails for the same cause as a long one did. */
export interface Shrunk {
  readonly verdict: Verdict
  /** Ready for fixtures/effects. */
  readonly snippet: string
}

/** Leaves out of a story all that its failing statement fails without: earlier statements first, then what stands between their commas. */
export async function shrink(engine: Engine, story: Story, failing: number, cause: string): Promise<Shrunk | undefined> {
  const step = story.steps[failing]
  if (step === undefined) return undefined
  const earlier = story.steps.slice(0, failing)
  let setUp = earlier.flatMap(({ statement, observation }) => (observation.refused === undefined ? [statement] : []))
  let last = step.statement
  const fails = async (before: readonly Written[], statement: Written) => {
    // A search_path of a schema that is not there would be another case.
    const lacksSchema =
      before.some(({ head }) => /\bsearch_path = app\b/.test(head)) && !before.some(({ head }) => head === 'CREATE SCHEMA app')
    if (lacksSchema) return undefined
    const verdict = await replay(engine, story.timeZone, before, statement)
    return verdict?.problems.some((each) => each.cause === cause) ? verdict : undefined
  }
  let verdict = await fails(setUp, last)
  if (verdict === undefined) {
    // What was refused may matter too: it can leave dead rows behind.
    setUp = earlier.map(({ statement }) => statement)
    verdict = await fails(setUp, last)
  }
  if (verdict === undefined) return undefined
  // Once a column is gone its type can go too, and then the next column: until nothing goes any more.
  for (let size = 0; size !== sizeOf(setUp, last); ) {
    size = sizeOf(setUp, last)
    for (let chunk = Math.ceil(setUp.length / 2); chunk >= 1; chunk = chunk === 1 ? 0 : Math.ceil(chunk / 2)) {
      for (let end = setUp.length; end > 0; end -= chunk) {
        const without = [...setUp.slice(0, Math.max(0, end - chunk)), ...setUp.slice(end)]
        const found = await fails(without, last)
        if (found === undefined) continue
        setUp = without
        verdict = found
      }
    }
    for (let i = setUp.length; i >= 0; i--) {
      for (let item = (setUp[i] ?? last).items.length - 1; item >= 0; item--) {
        const whole = setUp[i] ?? last
        if (whole.items.length < 2 && !whole.head.endsWith('(')) break
        const less: Written = { ...whole, items: whole.items.toSpliced(item, 1) }
        const [before, statement] = i === setUp.length ? [setUp, less] : [setUp.with(i, less), last]
        const found = await fails(before, statement)
        if (found === undefined) continue
        setUp = before
        last = statement
        verdict = found
      }
    }
  }
  const annotations = annotationsOf(verdict.observation).map((line) => `-- ${line}\n`)
  const zone = story.timeZone === 'UTC' ? '-- timezone UTC\n' : ''
  const statements = setUp.map((each) => `${print(each)};\n`).join('')
  return {
    verdict,
    snippet: `-- # seed ${story.seed}, statement ${failing + 1}\n${zone}${statements}${annotations.join('')}${print(last)};\n`,
  }
}

function sizeOf(setUp: readonly Written[], last: Written): number {
  return [...setUp, last].reduce((sum, { items }) => sum + 1 + items.length, 0)
}

/** Runs statements and judges the last; undefined where the model and the server agree on it. */
async function replay(engine: Engine, timeZone: string, setUp: readonly Written[], last: Written): Promise<Verdict | undefined> {
  await startStory(engine, timeZone)
  const nothingSeen = { refused: undefined, inTransaction: true, locks: 'none', effects: [] } as const
  const steps = []
  for (const statement of setUp) {
    const sql = print(statement)
    if ((await engine.run(sql)).error === undefined) steps.push({ sql, observation: { sql, ...nothingSeen } })
  }
  const sql = print(last)
  const verdict = judge([...steps, { sql, observation: await observe(engine, sql) }], { postgres: engine.postgres, timeZone }).at(
    -1,
  )
  return verdict?.outcome === 'disagrees' ? verdict : undefined
}
