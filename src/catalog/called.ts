import { type Name, printName } from '../name.ts'
import type { Operation, Statement } from '../operation.ts'
import type { Catalog, Routine } from './catalog.ts'
import { findRoutines, keyOf, resolveRoutine } from './lookup.ts'
import { parseSearchPath } from './session.ts'

/** One statement that a call runs. */
export interface Run {
  readonly statement: Statement
  /** The routine of the history whose body it stands in. */
  readonly routine: Routine
  /** The search_path that is pinned around it; undefined: the caller's. */
  readonly searchPath: readonly string[] | undefined
  /** A routine on the way to it is declared stable or immutable: the server lets it change nothing (manual 36.7). */
  readonly restrained: boolean
}

/** What a CALL, or the functions that a SELECT calls, run, as far as their bodies are known. */
export interface Called {
  /** In order; those of a routine that is called again are listed once. */
  readonly runs: readonly Run[]
  /** What is put together while a body runs, with the routine. */
  readonly dynamic: readonly { readonly routine: Routine; readonly text: string }[]
}

const nothing: Called = { runs: [], dynamic: [] }

/** The routine that a call certainly means, where its body can be followed: the only one of its name in this history. */
export function followedRoutine(catalog: Catalog, name: Name, procedure: boolean): Routine | undefined {
  const [routine, ...others] = findRoutines(catalog, name)
  if (routine?.follow === undefined || others.length > 0 || routine.procedure !== procedure) return undefined
  return catalog.uncertain.has(`function ${keyOf(resolveRoutine(catalog, name))}`) ? undefined : routine
}

/** Follows an operation into the bodies of the routines that it calls, and on into those that they call. */
export function calledBy(operation: Operation, catalog: Catalog): Called {
  if (calleesOf(operation).every(({ name, procedure }) => followedRoutine(catalog, name, procedure) === undefined)) return nothing
  const walk: Walk = { runs: [], dynamic: [], seen: new Set() }
  enter(walk, operation, catalog, { searchPath: undefined, restrained: false })
  return walk
}

interface Walk {
  readonly runs: Run[]
  readonly dynamic: { routine: Routine; text: string }[]
  readonly seen: Set<Routine>
}

function calleesOf(operation: Operation): readonly { readonly name: Name; readonly procedure: boolean }[] {
  if (operation.kind === 'Call') return [{ name: operation.procedure, procedure: true }]
  if (operation.kind !== 'Select') return []
  return operation.query.calls.map((call) => ({ name: call.function, procedure: false }))
}

/** What routines around a call impose. */
type Around = Pick<Run, 'searchPath' | 'restrained'>

function enter(walk: Walk, operation: Operation, catalog: Catalog, around: Around): void {
  for (const { name, procedure } of calleesOf(operation)) {
    const routine = followedRoutine(catalog, name, procedure)
    if (routine?.follow === undefined || walk.seen.has(routine)) continue
    walk.seen.add(routine)
    const { statements, dynamic } = routine.follow()
    const restrained = around.restrained || routine.volatility !== 'volatile'
    if (!restrained) walk.dynamic.push(...dynamic.map((text) => ({ routine, text })))
    const searchPath = routine.searchPath === undefined ? around.searchPath : parseSearchPath(routine.searchPath)
    const inside = under(catalog, searchPath)
    const run = (statement: Statement): void => {
      walk.runs.push({ statement, routine, searchPath, restrained })
      for (const { operation: inner } of statement.commands) enter(walk, inner, inside, { searchPath, restrained })
      for (const inner of statement.body) run(inner)
    }
    for (const statement of statements) run(statement)
  }
}

/** The schema as a body sees it that runs under a search_path of its own. */
export function under(catalog: Catalog, searchPath: readonly string[] | undefined): Catalog {
  return searchPath === undefined ? catalog : { ...catalog, searchPath }
}

/** `fill()` or `the procedure fill`, without the schema that everything is in: how messages name a routine. */
export function printRoutine({ name: { schema, name }, procedure }: Routine): string {
  const printed = printName({ schema: schema === 'public' ? undefined : schema, name })
  return procedure ? `the procedure ${printed}` : `${printed}()`
}
