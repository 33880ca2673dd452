import type { Expression } from '../expression.ts'
import type { QualifiedName } from '../name.ts'
import { sameName } from '../name.ts'
import type { TypeName } from '../type-name.ts'
import type { Draft } from './draft.ts'
import { indexOf, relationOf, storedTypeName, typeOf } from './draft.ts'
import { hintsOf, isTable, keyOf, nameOf, resolveRoutine } from './lookup.ts'
import { functionThing, relation, signatureOf, type Thing } from './thing.ts'

/** Columns, domains, composite types, functions and views that use a type or a table's row type. */
export function usersOfType(draft: Draft, name: QualifiedName): readonly Thing[] {
  const uses = (type: TypeName | undefined) =>
    type !== undefined && type.name.schema !== 'pg_catalog' && sameName(storedTypeName(type), name)
  return hintsOf(draft.catalog, 'type', name)
    .toArray()
    .flatMap((key): readonly Thing[] => {
      if (key.startsWith('function ')) {
        const routines = draft.catalog.functions.get(key.slice('function '.length)) ?? []
        return routines.filter((each) => each.arguments.some(uses) || uses(each.returns)).map(functionThing)
      }
      if (key.startsWith('type ')) {
        const type = typeOf(draft, nameOf(key.slice('type '.length)))
        if (type?.kind === 'domain' && uses(type.base)) return [{ kind: 'type', name: type.name }]
        if (type?.kind === 'composite' && type.attributes.some((each) => uses(each.type))) {
          return type.attributes
            .filter((each) => uses(each.type))
            .map((each) => ({ kind: 'column', name: type.name, part: each.name }))
        }
        return []
      }
      const user = relationOf(draft, nameOf(key))
      if (user === undefined) return []
      if (isTable(user)) {
        if (user.ofType !== undefined && sameName(user.ofType, name)) return [relation(user.name)]
        return user.columns
          .filter((column) => uses(column.type))
          .map((column) => ({ kind: 'column', name: user.name, part: column.name }))
      }
      return 'query' in user && user.query.types.some(uses) ? [relation(user.name)] : []
    })
}

export function dependentsOfFunction(draft: Draft, name: QualifiedName, part: string): readonly Thing[] {
  const overloads = draft.catalog.functions.get(keyOf(name)) ?? []
  const routine = overloads.find((each) => signatureOf(each) === part)
  if (routine === undefined) return []
  // An overload that no migration made may be the one that is called.
  const alone = overloads.length === 1 && routine.origin !== undefined
  const calls = (expression: Expression | undefined) =>
    alone &&
    expression?.calls.some(
      (call) => call.arguments === routine.arguments.length && sameName(resolveRoutine(draft.catalog, call.function), name),
    )
  return hintsOf(draft.catalog, 'function', name)
    .toArray()
    .flatMap((key): readonly Thing[] => {
      const user = relationOf(draft, nameOf(key))
      if (user === undefined) return []
      if ('query' in user) {
        const query = user.query
        const called =
          alone &&
          query.calls.some(
            (call) => call.arguments === routine.arguments.length && sameName(resolveRoutine(draft.catalog, call.function), name),
          )
        return called ? [relation(user.name)] : []
      }
      if (!isTable(user)) return []
      return [
        ...user.triggers
          .filter((trigger) => routine.arguments.length === 0 && trigger.function && sameName(trigger.function, name))
          .map((trigger): Thing => ({ kind: 'trigger', name: user.name, part: trigger.name })),
        ...user.policies
          .filter(({ definition }) => calls(definition?.using) || calls(definition?.check))
          .map((policy): Thing => ({ kind: 'policy', name: user.name, part: policy.name })),
        ...user.columns
          .filter((column) => calls(column.default))
          .map((column): Thing => ({ kind: 'default', name: user.name, part: column.name })),
        ...user.columns
          .filter((column) => calls(column.generated?.expression))
          .map((column): Thing => ({ kind: 'column', name: user.name, part: column.name })),
        ...user.constraints
          .filter((constraint) => constraint.definition.kind === 'check' && calls(constraint.definition.expression))
          .map((constraint): Thing => ({ kind: 'constraint', name: user.name, part: constraint.name })),
        ...user.indexes
          .filter((each) => {
            const index = indexOf(draft, each)
            return index !== undefined && (calls(index.where) || index.keys.some((key) => calls(key.expression)))
          })
          .map(relation),
      ]
    })
}
