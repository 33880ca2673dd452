import type { Expression } from '../expression.ts'
import type { Name, QualifiedName } from '../name.ts'
import { sameName } from '../name.ts'
import type { Cases, CheckConstraint, NotNullConstraint } from '../operation.ts'
import type { TypeName } from '../type-name.ts'
import type { DomainType, Table, Type } from './catalog.ts'
import { unknownColumn } from './column.ts'
import type { Draft } from './draft.ts'
import {
  createdName,
  hintType,
  markCertain,
  put,
  putType,
  refuse,
  relationOf,
  skip,
  storedType,
  storedTypeName,
  tableOf,
  typeOf,
  updateColumn,
  updateTable,
  viewOf,
  writtenName,
} from './draft.ts'
import { drop } from './drop.ts'
import { hintsOf, isTable, keyOf, nameOf, resolveType } from './lookup.ts'
import { objectName, relationNameTaken } from './names.ts'
import { renameColumn } from './rename.ts'

/** Where a CREATE TYPE puts its type; undefined where one is there already, and refused. */
function startType(draft: Draft, written: Name): QualifiedName | undefined {
  const name = createdName(draft, written)
  relationOf(draft, name)
  if (typeOf(draft, name) !== undefined || relationNameTaken(draft.catalog, name)) {
    refuse(draft, `type "${name.name}" already exists`)
    return undefined
  }
  if (!draft.conditional) markCertain(draft, `type ${keyOf(name)}`)
  return name
}

/** A type that an ALTER works on; undefined both for what is unknown and for what is known to be gone, which is refused. */
function typeFor(draft: Draft, written: Name): Exclude<Type, { kind: 'dropped' }> | undefined {
  const name = resolveType(draft.catalog, written)
  const type = typeOf(draft, name)
  if (type === undefined && draft.catalog.types.has(keyOf(name))) refuse(draft, `type "${writtenName(written)}" does not exist`)
  return type
}

function dropType(
  draft: Draft,
  written: Name,
  operation: { ifExists: boolean; cascade: boolean; together: readonly Name[] },
): void {
  const name = resolveType(draft.catalog, written)
  const key = keyOf(name)
  const known = draft.catalog.types.get(key)
  if (typeOf(draft, name) === undefined && known !== undefined && !draft.catalog.uncertain.has(`type ${key}`)) {
    const message = `type "${writtenName(written)}" does not exist`
    if (operation.ifExists) skip(draft, `${message}, skipping`)
    else refuse(draft, message)
    return
  }
  const together = operation.together.map((each) => ({ kind: 'type' as const, name: resolveType(draft.catalog, each) }))
  drop(draft, { kind: 'type', name }, operation.cascade, together)
}

/** Gives a type another name or schema, in the columns, domains and queries that use it too. */
export function moveType(draft: Draft, from: QualifiedName, to: QualifiedName) {
  const type = typeOf(draft, from)
  if (type === undefined || sameName(from, to)) return
  if (typeOf(draft, to) !== undefined || relationNameTaken(draft.catalog, to)) {
    return refuse(
      draft,
      from.schema === to.schema
        ? `type "${to.name}" already exists`
        : `type "${to.name}" already exists in schema "${to.schema}"`,
    )
  }
  const swap = (used: TypeName): TypeName =>
    used.name.schema !== 'pg_catalog' && sameName(storedTypeName(used), from)
      ? { ...used, name: to.schema === 'public' ? { schema: used.name.schema && to.schema, name: to.name } : to }
      : used
  if (draft.conditional) draft.catalog = { ...draft.catalog, types: draft.catalog.types.delete(keyOf(from)) }
  else putType(draft, { kind: 'dropped', name: from, origin: draft.origin })
  putType(draft, { ...type, name: to })
  for (const user of hintsOf(draft.catalog, 'type', from)) {
    const used: TypeName = { name: to, modifiers: [], dimensions: 0, serial: false, setOf: false }
    hintType(draft, used, user)
    if (user.startsWith('type ')) {
      const known = typeOf(draft, nameOf(user.slice('type '.length)))
      if (known?.kind === 'domain') putType(draft, { ...known, base: swap(known.base) })
      if (known?.kind === 'composite') {
        putType(draft, { ...known, attributes: known.attributes.map((each) => ({ ...each, type: swap(each.type) })) })
      }
    } else if (user.startsWith('function ')) {
      const key = user.slice('function '.length)
      const routines = (draft.catalog.functions.get(key) ?? []).map((each) => ({
        ...each,
        arguments: each.arguments.map(swap),
        returns: each.returns && swap(each.returns),
      }))
      draft.catalog = { ...draft.catalog, functions: draft.catalog.functions.set(key, routines) }
    } else {
      const relation = relationOf(draft, nameOf(user))
      if (relation !== undefined && isTable(relation)) {
        updateTable(draft, relation.name, (table) => ({
          ...table,
          columns: table.columns.map((column) => ({ ...column, type: column.type && swap(column.type) })),
          ...(table.ofType && sameName(table.ofType, from) ? { ofType: to } : {}),
        }))
      }
      const view = viewOf(draft, nameOf(user))
      if (view !== undefined) put(draft, { ...view, query: { ...view.query, types: view.query.types.map(swap) } })
    }
  }
}

/** A default as it reads once a label has another name: it means the value, whatever that is called. */
function withLabel(
  expression: Expression | undefined,
  { value, to }: { readonly value: string; readonly to: string },
): Expression | undefined {
  if (expression === undefined || !expression.strings.some((text) => text.includes(value))) return expression
  const [text, ...others] = expression.strings
  if (expression.shape !== 'constant' || others.length > 0 || text !== value) return { ...expression, outdated: true }
  const sql = expression.sql.replace(quoted(value), () => quoted(to))
  return sql === expression.sql ? { ...expression, outdated: true } : { ...expression, sql, strings: [to] }
}

function quoted(label: string): string {
  return `'${label.replaceAll("'", "''")}'`
}

function domainFor(draft: Draft, written: Name): DomainType | undefined {
  const type = typeFor(draft, written)
  return type?.kind === 'domain' ? type : undefined
}

function withDomainConstraint(draft: Draft, domain: DomainType, constraint: CheckConstraint | NotNullConstraint): DomainType {
  if (constraint.kind === 'not null') return { ...domain, notNull: true }
  const taken = (name: string) => domain.constraints.some((each) => each.name === name)
  if (constraint.name !== undefined && taken(constraint.name)) {
    refuse(draft, `constraint "${constraint.name}" for domain "${domain.name.name}" already exists`)
    return domain
  }
  let name = constraint.name ?? objectName(domain.name.name, undefined, 'check')
  for (let n = 1; taken(name); n++) name = objectName(domain.name.name, undefined, `check${n}`)
  const made = { name, expression: constraint.expression, validated: !constraint.notValid }
  return { ...domain, constraints: [...domain.constraints, made] }
}

/** Tables made OF a composite type: its attributes are their columns. */
function typedTables(draft: Draft, type: Type): readonly Table[] {
  return hintsOf(draft.catalog, 'type', type.name)
    .toArray()
    .flatMap((key) => {
      const table = key.startsWith('type ') || key.startsWith('function ') ? undefined : tableOf(draft, nameOf(key))
      return table?.ofType !== undefined && sameName(table.ofType, type.name) ? [table] : []
    })
}

function addTypedColumn(draft: Draft, table: Table, name: string, type: TypeName): void {
  put(draft, { ...table, columns: [...table.columns, { ...unknownColumn(name), type, notNull: false, origin: draft.origin }] })
  for (const child of table.children) {
    const inheriting = tableOf(draft, child)
    if (inheriting !== undefined) addTypedColumn(draft, inheriting, name, type)
  }
}

export const typeCases = {
  CreateEnum(operation, draft) {
    const name = startType(draft, operation.type)
    if (name === undefined) return
    const values = operation.values.map((label) => ({ label, origin: undefined }))
    putType(draft, { kind: 'enum', name, origin: draft.origin, values })
  },

  AddEnumValue(operation, draft) {
    const type = typeFor(draft, operation.type)
    if (type?.kind !== 'enum') return
    const { value, neighbour } = operation
    if (type.values.some((each) => each.label === value)) {
      if (operation.ifNotExists) skip(draft, `enum label "${value}" already exists, skipping`)
      else refuse(draft, `enum label "${value}" already exists`)
      return
    }
    const beside = neighbour === undefined ? -1 : type.values.findIndex((each) => each.label === neighbour.value)
    if (neighbour !== undefined && beside < 0) refuse(draft, `"${neighbour.value}" is not an existing enum label`)
    const at = neighbour === undefined || beside < 0 ? type.values.length : beside + (neighbour.after ? 1 : 0)
    putType(draft, { ...type, values: type.values.toSpliced(at, 0, { label: value, origin: draft.origin }) })
  },

  RenameEnumValue(operation, draft) {
    const type = typeFor(draft, operation.type)
    if (type?.kind !== 'enum') return
    const has = (label: string) => type.values.some((each) => each.label === label)
    if (!has(operation.value)) return refuse(draft, `"${operation.value}" is not an existing enum label`)
    if (has(operation.to)) return refuse(draft, `enum label "${operation.to}" already exists`)
    putType(draft, {
      ...type,
      values: type.values.map((each) => (each.label === operation.value ? { ...each, label: operation.to } : each)),
    })
    const isOfIt = (used: TypeName | undefined) =>
      used !== undefined && used.name.schema !== 'pg_catalog' && sameName(storedTypeName(used), type.name)
    for (const user of hintsOf(draft.catalog, 'type', type.name)) {
      if (user.startsWith('type ') || user.startsWith('function ')) continue
      updateTable(draft, nameOf(user), (table) => ({
        ...table,
        columns: table.columns.map((column) =>
          isOfIt(column.type) ? { ...column, default: withLabel(column.default, operation) } : column,
        ),
      }))
    }
  },

  CreateCompositeType(operation, draft) {
    const name = startType(draft, operation.type)
    if (name === undefined) return
    const attributes = operation.attributes.map((each) => ({ ...each, type: storedType(draft, each.type) }))
    putType(draft, { kind: 'composite', name, origin: draft.origin, attributes })
    for (const each of attributes) hintType(draft, each.type, `type ${keyOf(name)}`)
  },

  AlterCompositeType(operation, draft) {
    const type = typeFor(draft, operation.type)
    if (type?.kind !== 'composite') return
    const { attribute, change } = operation
    const known = type.attributes.some((each) => each.name === attribute)
    if (change === 'add attribute') {
      if (known) return refuse(draft, `column "${attribute}" of relation "${type.name.name}" already exists`)
      if (operation.to === undefined) return
      const to = storedType(draft, operation.to)
      putType(draft, { ...type, attributes: [...type.attributes, { name: attribute, type: to }] })
      for (const table of typedTables(draft, type)) addTypedColumn(draft, table, attribute, to)
      return hintType(draft, to, `type ${keyOf(type.name)}`)
    }
    // DROP ATTRIBUTE may have said IF EXISTS.
    if (!known && change === 'drop attribute') return
    if (!known) return refuse(draft, `column "${attribute}" of relation "${type.name.name}" does not exist`)
    const to = operation.to && storedType(draft, operation.to)
    putType(draft, {
      ...type,
      attributes:
        change === 'drop attribute'
          ? type.attributes.filter((each) => each.name !== attribute)
          : type.attributes.map((each) => (each.name === attribute && to !== undefined ? { ...each, type: to } : each)),
    })
    hintType(draft, to, `type ${keyOf(type.name)}`)
    for (const table of typedTables(draft, type)) {
      if (change === 'drop attribute') drop(draft, { kind: 'column', name: table.name, part: attribute }, true)
      else updateColumn(draft, table.name, attribute, { type: to })
    }
  },

  CreateRangeType(operation, draft) {
    const name = startType(draft, operation.type)
    if (name !== undefined) putType(draft, { kind: 'range', name, origin: draft.origin })
  },

  CreateBaseType(operation, draft) {
    const name = createdName(draft, operation.type)
    // A shell type is made first and filled by a second CREATE TYPE of the same name.
    if (typeOf(draft, name)?.kind !== 'base') putType(draft, { kind: 'base', name, origin: draft.origin })
  },

  DropType(operation, draft) {
    dropType(draft, operation.type, operation)
  },

  CreateDomain(operation, draft) {
    const name = startType(draft, operation.domain)
    if (name === undefined) return
    const base = storedType(draft, operation.type)
    const plain: DomainType = {
      kind: 'domain',
      name,
      origin: draft.origin,
      base,
      notNull: false,
      default: operation.default,
      constraints: [],
    }
    putType(
      draft,
      operation.constraints.reduce((domain, constraint) => withDomainConstraint(draft, domain, constraint), plain),
    )
    hintType(draft, base, `type ${keyOf(name)}`)
  },

  AddDomainConstraint(operation, draft) {
    const domain = domainFor(draft, operation.domain)
    if (domain !== undefined) putType(draft, withDomainConstraint(draft, domain, operation.constraint))
  },

  DropDomainConstraint(operation, draft) {
    const domain = domainFor(draft, operation.domain)
    if (domain === undefined) return
    const { constraint } = operation
    if (!domain.constraints.some((each) => each.name === constraint)) {
      if (constraint.includes('not_null')) return putType(draft, { ...domain, notNull: false })
      const message = `constraint "${constraint}" of domain "${domain.name.name}" does not exist`
      if (operation.constraintIfExists) skip(draft, `${message}, skipping`)
      else refuse(draft, message)
      return
    }
    putType(draft, { ...domain, constraints: domain.constraints.filter((each) => each.name !== constraint) })
  },

  ValidateDomainConstraint(operation, draft) {
    const domain = domainFor(draft, operation.domain)
    if (domain === undefined) return
    const { constraint } = operation
    if (!domain.constraints.some((each) => each.name === constraint)) {
      return refuse(draft, `constraint "${constraint}" of domain "${domain.name.name}" does not exist`)
    }
    putType(draft, {
      ...domain,
      constraints: domain.constraints.map((each) => (each.name === constraint ? { ...each, validated: true } : each)),
    })
  },

  SetDomainNotNull(operation, draft) {
    const domain = domainFor(draft, operation.domain)
    if (domain !== undefined) putType(draft, { ...domain, notNull: operation.notNull })
  },

  SetDomainDefault(operation, draft) {
    const domain = domainFor(draft, operation.domain)
    if (domain !== undefined) putType(draft, { ...domain, default: operation.default })
  },

  DropDomain(operation, draft) {
    dropType(draft, operation.domain, operation)
  },
} satisfies Partial<Cases<[Draft], void>>

/** ALTER TYPE … RENAME TO and ALTER DOMAIN … RENAME TO. */
export function renameType(draft: Draft, written: Name, to: string): void {
  const type = typeFor(draft, written)
  if (type !== undefined) moveType(draft, type.name, { schema: type.name.schema, name: to })
}

/** ALTER TYPE … RENAME ATTRIBUTE. */
export function renameAttribute(draft: Draft, written: Name, attribute: string, to: string): void {
  const type = typeFor(draft, written)
  if (type?.kind !== 'composite') return
  putType(draft, { ...type, attributes: type.attributes.map((each) => (each.name === attribute ? { ...each, name: to } : each)) })
  for (const table of typedTables(draft, type)) renameTypedColumn(draft, table, attribute, to)
}

function renameTypedColumn(draft: Draft, table: Table, attribute: string, to: string): void {
  renameColumn(draft, table.name, attribute, to)
  for (const child of table.children.flatMap((name) => tableOf(draft, name) ?? [])) renameTypedColumn(draft, child, attribute, to)
}

/** ALTER DOMAIN … RENAME CONSTRAINT. */
export function renameDomainConstraint(draft: Draft, written: Name, constraint: string, to: string): void {
  const domain = domainFor(draft, written)
  if (domain === undefined) return
  putType(draft, {
    ...domain,
    constraints: domain.constraints.map((each) => (each.name === constraint ? { ...each, name: to } : each)),
  })
}
