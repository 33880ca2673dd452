import type { Table } from '../catalog/catalog.ts'
import { findTable, findType, hintsOf, isTable, keyOf, nameOf, resolveType, viewsOver } from '../catalog/lookup.ts'
import { type Name, printName, type QualifiedName } from '../name.ts'
import type { Kind, Operation } from '../operation.ts'
import { alterColumnType } from './alter-column-type.ts'
import type { Effect } from './effect.ts'
import type { At, EffectsOf } from './touch.ts'
import { hasStorage, labour, touch } from './touch.ts'

const nothing = (): readonly Effect[] => []

/** Types are no relations: what changes them locks the tables whose values must be looked at, and no others. */
export const typeCases = {
  CreateEnum: nothing,
  AddEnumValue: nothing,
  RenameEnumValue: nothing,
  CreateCompositeType: nothing,
  AlterCompositeType: (operation, at) => {
    const { type, change, attribute, to, cascade } = operation
    const typed = cascade ? typedTables(type, at) : []
    if (change !== 'alter attribute' || to === undefined) return typed.map(({ name }) => touch(at, name, 'ACCESS EXCLUSIVE'))
    return typed.flatMap(({ name }) =>
      alterColumnType(
        {
          kind: 'AlterColumnType',
          table: name,
          only: false,
          ifExists: false,
          column: attribute,
          type: to,
          collation: undefined,
          using: undefined,
        },
        at,
      ),
    )
  },
  CreateRangeType: nothing,
  CreateBaseType: nothing,
  CreateDomain: nothing,

  AddDomainConstraint: (operation, at) => (operation.constraint.notValid ? [] : checkedTables(operation, at)),
  ValidateDomainConstraint: (operation, at) => checkedTables(operation, at),
  SetDomainNotNull: (operation, at) => {
    const known = findType(at.catalog, operation.domain)
    const isSo = known?.kind === 'domain' && known.notNull
    return operation.notNull && !isSo ? checkedTables(operation, at) : []
  },
  DropDomainConstraint: nothing,
  SetDomainDefault: nothing,
} satisfies { [K in Kind]?: EffectsOf<K> }

/** Tables made OF a composite type: they follow its attributes. */
export function typedTables(type: Name, at: At): readonly Table[] {
  const key = keyOf(resolveType(at.catalog, type))
  return [...at.catalog.relations.values()].flatMap((relation) =>
    isTable(relation) && relation.ofType !== undefined && keyOf(relation.ofType) === key ? [relation] : [],
  )
}

/** Every table with a column of the domain, or of a domain over it, is read under SHARE (validateDomainCheckConstraint). */
function checkedTables({ domain }: Pick<Operation<'AddDomainConstraint'>, 'domain'>, at: At): readonly Effect[] {
  const name = resolveType(at.catalog, domain)
  const work = labour(`every value of the domain ${printName(name)} is checked`, 'scan')
  const users = usersOf(name, at)
  const copies = users.flatMap(({ table, columns }) =>
    viewsOver(at.catalog, table.name).filter(
      (view) =>
        view.kind === 'materialized view' &&
        (view.query.columns.includes('*') || columns.some((column) => view.query.columns.includes(column))),
    ),
  )
  return [...users.map(({ table }) => table), ...copies]
    .filter(({ kind }) => hasStorage(kind))
    .map((relation) => touch(at, relation.name, 'SHARE', work))
}

function usersOf(type: QualifiedName, at: At): readonly { readonly table: Table; readonly columns: readonly string[] }[] {
  const key = keyOf(type)
  const isOf = (name: Operation<'AddDomainConstraint'>['domain']): boolean => {
    const resolved = resolveType(at.catalog, name)
    if (keyOf(resolved) === key) return true
    const known = findType(at.catalog, resolved)
    return (
      known?.kind === 'domain' && known.base.dimensions === 0 && known.base.name.schema !== 'pg_catalog' && isOf(known.base.name)
    )
  }
  const domains = [
    type,
    ...[...at.catalog.types.values()].flatMap((each) => (each.kind === 'domain' && isOf(each.name) ? [each.name] : [])),
  ]
  const keys = new Set(domains.flatMap((each) => [...hintsOf(at.catalog, 'type', each)]))
  return [...keys].flatMap((user) => {
    const table = findTable(at.catalog, nameOf(user))
    const columns = (table?.columns ?? []).flatMap((column) =>
      column.type !== undefined && column.type.name.schema !== 'pg_catalog' && isOf(column.type.name) ? [column.name] : [],
    )
    return table !== undefined && columns.length > 0 ? [{ table, columns }] : []
  })
}
