import type { Catalog, Table, TableColumn } from '../../catalog/catalog.ts'
import { findRelation, findType, hintsOf, isTable, nameOf, resolveType } from '../../catalog/lookup.ts'
import { type QualifiedName, sameName } from '../../name.ts'
import type { TypeName } from '../../type-name.ts'

/** What is known to use a type. */
export interface TypeUsers {
  readonly columns: readonly { readonly table: Table; readonly column: TableColumn }[]
  /** Domains, composite types, functions, views or typed tables use it, too. */
  readonly hasOthers: boolean
}

/** Who uses a type now, as far as the migrations tell. */
export function usersOf(type: QualifiedName, catalog: Catalog): TypeUsers {
  const uses = (used: TypeName | undefined) =>
    used !== undefined && used.name.schema !== 'pg_catalog' && sameName(resolveType(catalog, used.name), type)
  const found = [...hintsOf(catalog, 'type', type)].map((key): TypeUsers => {
    const others = (hasOthers: boolean) => ({ columns: [], hasOthers })
    if (key.startsWith('function ')) {
      const routines = catalog.functions.get(key.slice('function '.length)) ?? []
      return others(routines.some((each) => each.arguments.some(uses) || uses(each.returns)))
    }
    if (key.startsWith('type ')) {
      const user = findType(catalog, nameOf(key.slice('type '.length)))
      return others(
        (user?.kind === 'domain' && uses(user.base)) ||
          (user?.kind === 'composite' && user.attributes.some((each) => uses(each.type))),
      )
    }
    const user = findRelation(catalog, nameOf(key))
    if (user === undefined) return others(false)
    if (!isTable(user)) return others('query' in user && user.query.types.some(uses))
    const columns = user.columns.filter((column) => uses(column.type)).map((column) => ({ table: user, column }))
    return { columns, hasOthers: user.ofType !== undefined && sameName(user.ofType, type) }
  })
  return { columns: found.flatMap(({ columns }) => columns), hasOthers: found.some(({ hasOthers }) => hasOthers) }
}
