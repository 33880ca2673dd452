import type { Engine } from '../../src/trace/engine.ts'
import { type Observation, observe } from '../../src/trace/observe.ts'
import { resetDatabase } from '../effect-run.ts'
import { random } from './random.ts'
import { nextStatements, prelude, rowsFor } from './statement.ts'
import { readWorld, type World } from './world.ts'
import { desk, print, type Written } from './written.ts'

/** Statements that were run on an empty database one after the other, each chosen by what was there by then. */
export interface Story {
  readonly seed: number
  readonly timeZone: string
  readonly steps: readonly Step[]
}

export interface Step {
  readonly statement: Written
  readonly sql: string
  readonly observation: Observation
}

/** Tells the story of a seed: at least `length` statements after its prelude. */
export async function tellStory(engine: Engine, seed: number, length: number): Promise<Story> {
  const choices = random(seed)
  const timeZone = choices.chance(30) ? 'UTC' : 'Europe/Berlin'
  await startStory(engine, timeZone)
  let world: World = await readWorld(engine)
  const at = desk(choices, engine.postgres, () => world)
  const steps: Step[] = []
  const run = async (statement: Written) => {
    const sql = print(statement)
    const step = { statement, sql, observation: await observe(engine, sql) }
    steps.push(step)
    if (step.observation.refused === undefined && changesSchema(sql)) world = await readWorld(engine)
    return step
  }
  for (const statement of prelude()) await run(statement)
  const end = steps.length + length
  while (steps.length < end) {
    for (const statement of nextStatements(at)) {
      const before = new Set(world.tables.map(({ name }) => name))
      await run(statement)
      for (const made of world.tables.filter(({ name }) => !before.has(name))) {
        for (const rows of rowsFor(at, made.name)) await run(rows)
      }
    }
  }
  return { seed, timeZone, steps }
}

/** Empties the database and sets what every statement of a story finds set. */
export async function startStory(engine: Engine, timeZone: string): Promise<void> {
  await resetDatabase(engine, timeZone)
}

function changesSchema(sql: string): boolean {
  return !/^(?:INSERT|UPDATE|DELETE|SELECT|TRUNCATE|LOCK|ANALYZE|COMMENT|GRANT|REVOKE|REFRESH|REINDEX|MERGE)\b/.test(sql)
}
