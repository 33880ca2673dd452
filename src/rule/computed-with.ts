import type { Index, Routine } from '../catalog/catalog.ts'
import { findIndex, isTable, resolveRoutine } from '../catalog/lookup.ts'
import type { Expression } from '../expression.ts'
import { printName, type QualifiedName, quoteIdentifier, sameName } from '../name.ts'
import type { Site } from '../rule.ts'

/** Something in use that keeps what a function has computed. */
export type ComputedWith =
  | { readonly kind: 'index'; readonly index: Index }
  | { readonly kind: 'column' | 'CHECK'; readonly name: string; readonly table: QualifiedName }

/** The indexes, stored generated columns and CHECKs of tables in use whose expressions call a function. */
export function computedWith(name: Routine['name'], at: Site): readonly ComputedWith[] {
  const isCalled = (expression: Expression | undefined): boolean =>
    expression?.calls.some((call) => sameName(resolveRoutine(at.before, call.function), name)) === true
  return [...at.before.relations.values()].flatMap((relation): readonly ComputedWith[] => {
    if (relation.kind === 'dropped' || !isTable(relation) || at.isNew(relation.name)) return []
    const table = relation.name
    const indexes = relation.indexes.flatMap((each): readonly ComputedWith[] => {
      const index = findIndex(at.before, each)
      const uses = index !== undefined && (isCalled(index.where) || index.keys.some(({ expression }) => isCalled(expression)))
      return uses ? [{ kind: 'index', index }] : []
    })
    const columns = relation.columns.flatMap(({ name: column, generated }): readonly ComputedWith[] =>
      generated?.stored && isCalled(generated.expression) ? [{ kind: 'column', name: column, table }] : [],
    )
    const checks = relation.constraints.flatMap(({ name: constraint, definition }): readonly ComputedWith[] =>
      definition.kind === 'check' && isCalled(definition.expression) ? [{ kind: 'CHECK', name: constraint, table }] : [],
    )
    return [...indexes, ...columns, ...checks]
  })
}

/** `index public.users_name`, `CHECK positive of public.users`. */
export function sayUser(user: ComputedWith): string {
  return user.kind === 'index'
    ? `index ${printName(user.index.name)}`
    : `${user.kind} ${quoteIdentifier(user.name)} of ${printName(user.table)}`
}
