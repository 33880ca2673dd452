import type { Name, QualifiedName } from '../name.ts'
import type { Cases } from '../operation.ts'
import type { TypeName } from '../type-name.ts'
import type { Routine } from './catalog.ts'
import type { Draft } from './draft.ts'
import { createdName, hint, hintType, markUncertain, refuse, storedType, target, writeRelation } from './draft.ts'
import { drop } from './drop.ts'
import { hintsOf, keyOf, resolveRoutine } from './lookup.ts'
import { functionThing, signatureOf } from './thing.ts'

function put(draft: Draft, name: QualifiedName, routines: readonly Routine[]): void {
  const { functions } = draft.catalog
  const key = keyOf(name)
  draft.catalog = { ...draft.catalog, functions: routines.length > 0 ? functions.set(key, routines) : functions.delete(key) }
}

/** The routine that a statement names: by its arguments, or without them the only one of its name. */
function routineOf(draft: Draft, written: Name, args: readonly TypeName[] | undefined): Routine | undefined {
  const routines = draft.catalog.functions.get(keyOf(resolveRoutine(draft.catalog, written))) ?? []
  if (args === undefined) return routines.length === 1 ? routines[0] : undefined
  const signature = signatureOf({ arguments: args.map((type) => storedType(draft, type)) })
  return routines.find((each) => signatureOf(each) === signature)
}

/** Gives all of a name's routines, or the one with these arguments, another name or schema. */
export function moveRoutine(draft: Draft, written: Name, to: Partial<QualifiedName>): void {
  const from = resolveRoutine(draft.catalog, written)
  const routines = draft.catalog.functions.get(keyOf(from))
  if (routines === undefined) return
  const name = { ...from, ...to }
  // Which overload is meant, the operation does not say: with several, none is certain to be left under the old name.
  const moved = routines.map((routine) => ({ ...routine, name, origin: routines.length > 1 ? undefined : routine.origin }))
  put(draft, name, [...(draft.catalog.functions.get(keyOf(name)) ?? []), ...moved])
  if (routines.length === 1) put(draft, from, [])
  else for (const each of [from, name]) markUncertain(draft, `function ${keyOf(each)}`)
  for (const user of hintsOf(draft.catalog, 'function', from)) {
    hint(draft, 'function', name, user)
    const table = draft.catalog.relations.get(user)
    if (table === undefined || !('triggers' in table) || routines.length > 1) continue
    const triggers = table.triggers.map((each) =>
      each.function !== undefined && keyOf(each.function) === keyOf(from) ? { ...each, function: name } : each,
    )
    writeRelation(draft, user, { ...table, triggers })
  }
}

export const functionCases = {
  CreateFunction(operation, draft) {
    const name = createdName(draft, operation.function)
    const known = draft.catalog.functions.get(keyOf(name)) ?? []
    const signature = signatureOf({ arguments: operation.arguments.map((type) => storedType(draft, type)) })
    const old = known.find((each) => signatureOf(each) === signature)
    // SET … FROM CURRENT pins a path that is not known.
    const isPathKnown = operation.searchPath !== undefined || !operation.settings.includes('search_path')
    const routine: Routine = {
      name,
      arguments: operation.arguments.map((type) => storedType(draft, type)),
      procedure: operation.procedure,
      language: operation.language,
      volatility: operation.volatility,
      isolated: operation.securityDefiner || operation.settings.length > 0,
      returns: operation.returns && storedType(draft, operation.returns),
      body: operation.body,
      dependsOn: operation.dependsOn.flatMap((read) => target(draft, read, false)?.name ?? []),
      searchPath: operation.searchPath,
      follow: isPathKnown ? operation.follow : undefined,
      called: old?.called,
      origin: draft.origin,
    }
    draft.about.add(`function ${keyOf(name)}`)
    if (old !== undefined && !operation.replace) {
      return refuse(draft, `function "${name.name}" already exists with same argument types`)
    }
    put(draft, name, old === undefined ? [...known, routine] : known.map((each) => (each === old ? routine : each)))
    const user = `function ${keyOf(name)}`
    if (draft.conditional) draft.catalog = { ...draft.catalog, uncertain: draft.catalog.uncertain.add(user) }
    for (const type of [...routine.arguments, ...(routine.returns ? [routine.returns] : [])]) hintType(draft, type, user)
    for (const read of routine.dependsOn) hint(draft, 'body', read, keyOf(name))
  },

  AlterFunction(operation, draft) {
    const routine = routineOf(draft, operation.function, operation.arguments)
    const { volatility } = operation
    if (routine === undefined) return
    const known = draft.catalog.functions.get(keyOf(routine.name)) ?? []
    put(
      draft,
      routine.name,
      known.map((each) =>
        // SET may have pinned its search_path: where its names lead is not known any longer.
        each === routine ? { ...each, volatility: volatility ?? each.volatility, follow: undefined } : each,
      ),
    )
  },

  DropFunction(operation, draft) {
    const routine = routineOf(draft, operation.function, operation.arguments)
    if (routine === undefined) {
      // An overload whose arguments read otherwise here: which are left is not certain.
      markUncertain(draft, `function ${keyOf(resolveRoutine(draft.catalog, operation.function))}`)
      return
    }
    draft.about.add(`function ${keyOf(routine.name)}`)
    drop(draft, functionThing(routine), operation.cascade)
  },
} satisfies Partial<Cases<[Draft], void>>
