import type { RewriteCase } from '../scripts/rewrite-fixture.ts'
import { parseSql } from '../src/grammar/parse.ts'
import type { Engine, Session } from '../src/trace/engine.ts'
import { original, planOf, runChange, runPeople, start, stateOf } from './rewrite-proof.ts'

/**
 * Runs the plan of a case on a server while other connections run the application's code without a pause, old and new around each deploy. Returns
 * what was refused but for `tolerated` (SQLSTATEs), what ended otherwise than the migration, and what the case's checks say.
 */
export async function underLoad(
  server: Engine,
  one: RewriteCase,
  { writers, tolerated }: { readonly writers: number; readonly tolerated: ReadonlySet<string> },
): Promise<readonly string[]> {
  const wanted = await original(server, one)
  const { steps } = planOf(one, server.postgres)
  await start(server, one)
  const faults = new Set<string>()
  let active = [0]
  let stopped = false
  let where = 'at the start'
  const passes: number[] = []
  const write = async (session: Session, index: number) => {
    for (let pass = 0; !stopped; pass++) {
      const which = active[(pass + index) % active.length] ?? 0
      for (const { sql } of parseSql(one.code[which] ?? '').statements) {
        const { error } = await session.run(sql)
        if (error === undefined) continue
        if (!tolerated.has(error.sqlstate)) {
          faults.add(`code ${which + 1} ${where}: ${sql}: ${error.message} (${error.sqlstate})`)
        }
        await session.run('ROLLBACK')
        break
      }
      passes[index] = pass + 1
      await new Promise((resolve) => setTimeout(resolve, 1))
    }
  }
  const sessions = await Promise.all(Array.from({ length: writers }, () => server.openSession?.()))
  const writing = sessions.map((session, index) => (session === undefined ? Promise.resolve() : write(session, index)))
  /** Until each has begun anew and come to the end with what is active now. */
  const settled = async () => {
    const from = [...passes]
    while (sessions.some((_, index) => (passes[index] ?? 0) < (from[index] ?? 0) + 2))
      await new Promise((resolve) => setTimeout(resolve, 2))
  }
  try {
    await settled()
    let current = 0
    for (const step of steps) {
      if (step.phase === 'deploy') {
        where = 'while rolled out'
        active = [current, current + 1]
        await settled()
        current += 1
        active = [current]
        await settled()
        await runPeople(server, one)
      } else {
        where = `during ${step.title}`
        await runChange(server, step)
        await settled()
      }
    }
  } catch (error) {
    faults.add(`plan ${where}: ${error instanceof Error ? error.message : String(error)}`)
  }
  stopped = true
  await Promise.all(writing)
  for (const session of sessions) await session?.close()
  await server.run('ROLLBACK')
  for (const { sql } of parseSql(one.check).statements) {
    try {
      const [row] = await server.query(sql)
      if (row?.[0] !== 'true' && row?.[0] !== 't') faults.add(`check gives ${row?.[0]}: ${sql}`)
    } catch (error) {
      faults.add(`check: ${String(error)}`)
    }
  }
  const { schema } = await stateOf(server, one)
  const lines = (a: readonly string[], b: readonly string[]) => a.filter((line) => !b.includes(line))
  for (const line of lines(schema, wanted.schema)) faults.add(`there is: ${line}`)
  for (const line of lines(wanted.schema, schema)) faults.add(`there is no: ${line}`)
  return [...faults]
}
