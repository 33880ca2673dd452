import type { Expression } from '../expression.ts'
import { type Name, type QualifiedName, sameName } from '../name.ts'
import type { Column, Constraint, Identity, Operation } from '../operation.ts'
import type { Catalog, Index, Policy, Table, TableColumn, TableConstraint } from './catalog.ts'
import { parseName } from './draft.ts'
import { keyOf, resolve, resolveRoutine, resolveType } from './lookup.ts'

/**
 * What would make a thing of the catalog anew, under its present name: columns that were renamed are called what they are called now.
 * Undefined wherever the history does not say all of it, or says it in words that may mean something else by now.
 */
export function definitionOfIndex(catalog: Catalog, index: Index): Operation<'CreateIndex'> | undefined {
  const { keys, where } = index
  const expressions = keys.flatMap((key) => key.expression ?? [])
  // An index that was there before is known by its name alone; one that may not have been made, not even by that.
  if (
    keys.length === 0 ||
    catalog.uncertain.has(keyOf(index.name)) ||
    ![...expressions, ...(where === undefined ? [] : [where])].every((each) => isCurrent(catalog, each))
  )
    return undefined
  return {
    kind: 'CreateIndex',
    table: index.table,
    index: index.name.name,
    unique: index.unique,
    concurrently: false,
    ifNotExists: false,
    only: false,
    method: index.method,
    keys,
    include: index.include,
    where,
    nullsNotDistinct: index.nullsNotDistinct,
    tablespace: index.tablespace,
    options: index.options ?? [],
  }
}

/** As `definitionOfIndex`: ADD CONSTRAINT, NOT VALID where it is not validated yet. */
export function definitionOfConstraint(
  catalog: Catalog,
  table: Table,
  constraint: TableConstraint,
): Operation<'AddConstraint'> | undefined {
  const definition = currentConstraint(catalog, constraint)
  return definition && { kind: 'AddConstraint', ...on(table), constraint: definition }
}

function currentConstraint(catalog: Catalog, constraint: TableConstraint): Constraint | undefined {
  const { definition, validated } = constraint
  switch (definition.kind) {
    case 'check':
      return isCurrent(catalog, definition.expression)
        ? { ...definition, notValid: !validated || !definition.enforced }
        : undefined
    case 'not null':
      return { ...definition, notValid: !validated }
    case 'foreign key': {
      const references = written(catalog, definition.references, constraint.references)
      if (references === undefined || definition.columns.length === 0) return undefined
      return { ...definition, references, notValid: !validated || !definition.enforced }
    }
    case 'exclude': {
      const expressions = definition.elements.flatMap(({ expression }) => expression ?? [])
      const all = definition.where === undefined ? expressions : [...expressions, definition.where]
      return all.every((each) => isCurrent(catalog, each)) ? { ...definition, ...parametersOf(catalog, constraint) } : undefined
    }
    default:
      return definition.columns.length === 0 ? undefined : { ...definition, ...parametersOf(catalog, constraint) }
  }
}

/** The index may have got other parameters since the constraint was written. */
function parametersOf(catalog: Catalog, { index: name }: TableConstraint) {
  const index = name && catalog.relations.get(keyOf(name))
  if (index?.kind !== 'index') return {}
  return { options: index.options ?? [], tablespace: index.tablespace }
}

/** The user's own name of a table, while it still means that table. */
function written(catalog: Catalog, name: Name, meant: QualifiedName | undefined): Name | undefined {
  return meant === undefined || sameName(resolve(catalog, name), meant) ? name : meant
}

/** As `definitionOfIndex`: ADD COLUMN with its default, generation, identity and NOT NULL, without the table's other constraints. */
export function definitionOfColumn(catalog: Catalog, table: Table, column: TableColumn): Operation<'AddColumn'> | undefined {
  const { name, type, notNull, generated, identity } = column
  const expressions = [column.default, generated?.expression].filter((each) => each !== undefined)
  // Of a column that was there before, defaults and the like are not known.
  const isTold = table.complete || column.origin !== undefined
  if (!isTold || type === undefined || notNull === undefined) return undefined
  if (!expressions.every((each) => isCurrent(catalog, each))) return undefined
  const named = table.constraints.find(({ definition }) => definition.kind === 'not null' && definition.column === name)
  const definition: Column = {
    name,
    type,
    collation: column.collation === undefined ? undefined : parseName(column.collation),
    notNull,
    notNullName: notNull ? named?.name : undefined,
    default: column.default,
    generated,
    identity: identity && withoutSequenceName(identity),
    constraints: [],
    storage: column.storage,
    compression: column.compression,
  }
  return { kind: 'AddColumn', ...on(table), column: definition, ifNotExists: false }
}

/** The server names the new column's sequence: the old one may still be there, under whatever name. */
function withoutSequenceName({ always, options }: Identity): Identity {
  const { sequence_name: _, ...others } = options.others
  return { always, options: { ...options, others } }
}

/** As `definitionOfIndex`; of a policy that reads other relations, what they are called by now is not followed. */
export function definitionOfPolicy(catalog: Catalog, table: Table, policy: Policy): Operation<'CreatePolicy'> | undefined {
  const { definition, name } = policy
  const conditions = [definition?.using, definition?.check].filter((each) => each !== undefined)
  if (definition === undefined || policy.hasSubquery === true || !conditions.every((each) => isCurrent(catalog, each)))
    return undefined
  return { kind: 'CreatePolicy', ...definition, policy: name, table: table.name }
}

function on(table: Table) {
  return { table: table.name, only: false, ifExists: false }
}

/** Whether the text of an expression still names what it meant: columns, types and functions under their present names. */
function isCurrent(catalog: Catalog, expression: Expression): boolean {
  return (
    expression.outdated !== true &&
    expression.casts.every(({ name }) => catalog.types.get(keyOf(resolveType(catalog, name)))?.kind !== 'dropped') &&
    expression.calls.every((call) => catalog.functions.get(keyOf(resolveRoutine(catalog, call.function)))?.length !== 0) &&
    // nextval('…') means the sequence, whose new name the facts follow.
    expression.strings.every((text) => expression.sql.includes(text.replaceAll("'", "''")))
  )
}
