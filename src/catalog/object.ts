import type { Name, QualifiedName } from '../name.ts'
import { sameName } from '../name.ts'
import type { Cases, Operation, PublishedTable } from '../operation.ts'
import type { Policy, Publication, Table, Trigger } from './catalog.ts'
import type { Draft } from './draft.ts'
import { hint, hintTable, put, refuse, relationOf, skip, tableOf, target, targetTable, writeRelation } from './draft.ts'
import { drop } from './drop.ts'
import { moveRoutine } from './function.ts'
import { grantCases } from './grant.ts'
import { missingColumn, renameRelation } from './index.ts'
import { isTable, keyOf, nameOf, resolve, resolveRoutine, resolveType } from './lookup.ts'
import { cloneTrigger } from './partition.ts'
import { moveStatistics, statisticsCases } from './statistics.ts'
import { moveToSchema } from './table.ts'
import { moveType, renameAttribute, renameDomainConstraint, renameType } from './type.ts'

/** Drops what is local to a table, if it is there; refused or skipped where it certainly is not. */
function dropLocal(
  draft: Draft,
  operation: { readonly table: Name; readonly ifExists: boolean; readonly cascade: boolean },
  kind: 'trigger' | 'policy' | 'rule',
  name: string,
): void {
  const relation = target(draft, operation.table, operation.ifExists)
  if (relation === undefined || !isTable(relation)) return
  const known = localNames(relation, kind).includes(name)
  if (!known && relation.complete) {
    const message = `${kind} "${name}" for ${kind === 'trigger' ? 'table' : kind === 'policy' ? 'table' : 'relation'} "${relation.name.name}" does not exist`
    if (operation.ifExists) skip(draft, `${kind === 'rule' ? message : message.replace('for table', 'for relation')}, skipping`)
    else refuse(draft, message)
    return
  }
  const parent =
    kind === 'trigger' && relation.triggers.find((each) => each.name === name)?.inherited && relation.partitionOf?.parent
  if (parent) {
    refuse(
      draft,
      `cannot drop trigger ${name} on table ${relation.name.name} because trigger ${name} on table ${parent.name} requires it`,
    )
  }
  drop(draft, { kind, name: relation.name, part: name }, operation.cascade)
}

function localNames(table: Table, kind: 'trigger' | 'policy' | 'rule'): readonly string[] {
  return (kind === 'trigger' ? table.triggers : kind === 'policy' ? table.policies : table.rules).map((each) => each.name)
}

function policyColumns(operation: Operation<'CreatePolicy'> | Operation<'AlterPolicy'>): readonly string[] {
  return [...new Set([...(operation.using?.columns ?? []), ...(operation.check?.columns ?? [])])]
}

/** ALTER POLICY keeps what it does not name. */
function alteredPolicy(known: NonNullable<Policy['definition']>, operation: Operation<'AlterPolicy'>): Policy['definition'] {
  const { roles, using, check } = operation
  return { ...known, ...(roles && { roles }), ...(using && { using }), ...(check && { check }) }
}

/** The relations that a policy or rule names, beside its own table. What may not have been made binds nothing. */
function readBy(draft: Draft, names: readonly Name[], own: QualifiedName): readonly QualifiedName[] {
  if (draft.conditional) return []
  const found = new Map(names.map((name) => resolve(draft.catalog, name)).map((name) => [keyOf(name), name]))
  return [...found.values()].filter((name) => !sameName(name, own))
}

function readsOthers(operation: Operation<'CreatePolicy'> | Operation<'AlterPolicy'>): boolean {
  return operation.using?.hasSubquery === true || operation.check?.hasSubquery === true
}

function published(draft: Draft, tables: readonly PublishedTable[]): Publication['tables'] {
  return tables.map((each) => ({ table: resolve(draft.catalog, each.table), columns: each.columns }))
}

function putPublication(draft: Draft, publication: Publication): void {
  draft.catalog = { ...draft.catalog, publications: draft.catalog.publications.set(publication.name, publication) }
}

function nothing(): void {}

export const objectCases = {
  CreateTrigger(operation, draft) {
    const table = targetTable(draft, operation)
    if (table === undefined) return
    const known = table.triggers.some((each) => each.name === operation.trigger)
    if (known && !operation.replace) {
      return refuse(draft, `trigger "${operation.trigger}" for relation "${table.name.name}" already exists`)
    }
    const missing = missingColumn(table, operation.updateOf)
    if (missing !== undefined) refuse(draft, `column "${missing}" of relation "${table.name.name}" does not exist`)
    const trigger = {
      name: operation.trigger,
      updateOf: operation.updateOf,
      timing: operation.timing,
      events: operation.events,
      function: resolveRoutine(draft.catalog, operation.function),
      origin: draft.origin,
      forEachRow: operation.forEachRow,
      definition:
        operation.sql === undefined || operation.from !== undefined || draft.conditional
          ? undefined
          : { sql: operation.sql, table: operation.table, function: operation.function },
    }
    put(draft, { ...table, triggers: [...table.triggers.filter((each) => each.name !== trigger.name), trigger] })
    hint(draft, 'function', trigger.function, keyOf(table.name))
    if (operation.forEachRow && table.kind === 'partitioned table') {
      for (const child of table.children) cloneTrigger(draft, child, trigger)
    }
  },
  DropTrigger(operation, draft) {
    dropLocal(draft, operation, 'trigger', operation.trigger)
  },

  CreatePolicy(operation, draft) {
    const table = targetTable(draft, operation)
    if (table === undefined) return
    const known = table.policies.find((each) => each.name === operation.policy)
    // One that reads other relations may have gone with one of them.
    if (known !== undefined && known.hasSubquery !== true) {
      return refuse(draft, `policy "${operation.policy}" for table "${table.name.name}" already exists`)
    }
    const { kind: _, policy: name, table: __, ...definition } = operation
    const policy = {
      name,
      columns: policyColumns(operation),
      hasSubquery: readsOthers(operation),
      reads: readBy(draft, [...(operation.using?.reads ?? []), ...(operation.check?.reads ?? [])], table.name),
      definition,
    }
    const next = { ...table, policies: [...table.policies.filter((each) => each !== known), policy] }
    put(draft, next)
    hintTable(draft, next)
  },
  AlterPolicy(operation, draft) {
    const table = targetTable(draft, operation)
    if (table === undefined) return
    const known = table.policies.find((each) => each.name === operation.policy)
    if (known === undefined) {
      if (table.complete) refuse(draft, `policy "${operation.policy}" for table "${table.name.name}" does not exist`)
      return
    }
    const columns = operation.using !== undefined && operation.check !== undefined ? [] : known.columns
    const policy = {
      ...known,
      columns: [...new Set([...columns, ...policyColumns(operation)])],
      hasSubquery: known.hasSubquery === true || readsOthers(operation),
      reads: [
        ...(operation.using !== undefined && operation.check !== undefined ? [] : (known.reads ?? [])),
        ...readBy(draft, [...(operation.using?.reads ?? []), ...(operation.check?.reads ?? [])], table.name),
      ],
      definition: known.definition && alteredPolicy(known.definition, operation),
    }
    const next = { ...table, policies: table.policies.map((each) => (each === known ? policy : each)) }
    put(draft, next)
    hintTable(draft, next)
  },
  DropPolicy(operation, draft) {
    dropLocal(draft, operation, 'policy', operation.policy)
  },

  CreateRule(operation, draft) {
    const table = targetTable(draft, operation)
    if (table === undefined) return
    const known = table.rules.find((each) => each.name === operation.rule)
    // One that names other relations may have gone with a column of one of them.
    if (known?.reads.length === 0 && known.mayBeGone !== true && !operation.replace) {
      return refuse(draft, `rule "${operation.rule}" for relation "${table.name.name}" already exists`)
    }
    const rule = { name: operation.rule, reads: readBy(draft, operation.reads, table.name), origin: draft.origin }
    const next = { ...table, rules: [...table.rules.filter((each) => each !== known), rule] }
    put(draft, next)
    hintTable(draft, next)
  },
  DropRule(operation, draft) {
    dropLocal(draft, operation, 'rule', operation.rule)
  },

  CreateExtension(operation, draft) {
    const { extension } = operation
    if (draft.catalog.extensions.has(extension)) {
      if (operation.ifNotExists) skip(draft, `extension "${extension}" already exists, skipping`)
      else refuse(draft, `extension "${extension}" already exists`)
      return
    }
    const made = { name: extension, schema: operation.schema, origin: draft.origin }
    draft.catalog = { ...draft.catalog, extensions: draft.catalog.extensions.set(extension, made) }
  },
  AlterExtension: nothing,
  DropExtension(operation, draft) {
    if (operation.cascade) doubtEverything(draft)
    draft.catalog = { ...draft.catalog, extensions: draft.catalog.extensions.delete(operation.extension) }
  },

  ...statisticsCases,

  CreatePublication(operation, draft) {
    if (draft.catalog.publications.has(operation.publication)) {
      return refuse(draft, `publication "${operation.publication}" already exists`)
    }
    const { allTables, schemas } = operation
    putPublication(draft, { name: operation.publication, allTables, schemas, tables: published(draft, operation.tables) })
  },
  AlterPublication(operation, draft) {
    const known = draft.catalog.publications.get(operation.publication)
    if (known === undefined || operation.change === 'options') return
    const tables = published(draft, operation.tables)
    const others = known.tables.filter((each) => !tables.some((other) => sameName(other.table, each.table)))
    const otherSchemas = known.schemas.filter((schema) => !operation.schemas.includes(schema))
    putPublication(draft, {
      ...known,
      tables: operation.change === 'set' ? tables : operation.change === 'add' ? [...others, ...tables] : others,
      schemas:
        operation.change === 'set'
          ? operation.schemas
          : operation.change === 'add'
            ? [...otherSchemas, ...operation.schemas]
            : otherSchemas,
    })
  },

  RenameObject(operation, draft) {
    const { object, name, to } = operation
    switch (object) {
      case 'type':
      case 'domain':
        return renameType(draft, name, to)
      case 'attribute':
        return renameAttribute(draft, operation.table ?? name, name.name, to)
      case 'domain constraint':
        return renameDomainConstraint(draft, operation.table ?? name, name.name, to)
      case 'function':
      case 'procedure':
      case 'routine':
      case 'aggregate':
        return moveRoutine(draft, name, { name: to })
      case 'statistics':
        return moveStatistics(draft, name, { name: to })
      case 'schema':
        return renameSchema(draft, name.name, to)
      case 'trigger':
      case 'policy':
      case 'rule':
        return renameLocal(draft, operation.table, object, name.name, to)
      case 'publication': {
        const known = draft.catalog.publications.get(name.name)
        if (known === undefined) return
        const publications = draft.catalog.publications.delete(name.name).set(to, { ...known, name: to })
        draft.catalog = { ...draft.catalog, publications }
        return
      }
      case 'table':
      case 'foreign table':
      case 'view':
      case 'materialized view':
      case 'index':
      case 'sequence': {
        const relation = target(draft, name, operation.ifExists)
        if (relation !== undefined) renameRelation(draft, relation.name, to)
        return
      }
      default:
        return
    }
  },

  SetObjectSchema(operation, draft) {
    const { object, name, schema } = operation
    switch (object) {
      case 'type':
      case 'domain': {
        const from = resolveType(draft.catalog, name)
        return moveType(draft, from, { schema, name: from.name })
      }
      case 'function':
      case 'procedure':
      case 'routine':
      case 'aggregate':
        return moveRoutine(draft, name, { schema })
      case 'table':
      case 'foreign table':
      case 'view':
      case 'materialized view':
      case 'sequence': {
        const relation = target(draft, name, operation.ifExists)
        if (relation !== undefined) moveToSchema(draft, relation.name, schema)
        return
      }
      case 'statistics':
        return moveStatistics(draft, name, { schema })
      case 'extension': {
        const known = draft.catalog.extensions.get(name.name)
        if (known === undefined) return
        draft.catalog = { ...draft.catalog, extensions: draft.catalog.extensions.set(name.name, { ...known, schema }) }
        return
      }
      default:
        return
    }
  },

  SetObjectOwner: nothing,
  Comment({ object, name, table: on, text }, draft) {
    const isColumn = object === 'column' && on !== undefined
    const table = object === 'table' || isColumn ? tableOf(draft, resolve(draft.catalog, isColumn ? on : name)) : undefined
    if (table === undefined || draft.conditional) return
    const columns = table.columns.map((each) => (each.name === name.name ? { ...each, comment: text } : each))
    writeRelation(draft, keyOf(table.name), { ...table, ...(isColumn ? { columns } : { comment: text }) })
  },
  SecurityLabel: nothing,
  ...grantCases,

  ManageObject(operation, draft) {
    // What depends on a collation, a server or an operator is not written down; DROP OWNED drops whatever a role owns.
    if ((operation.action === 'drop' && operation.cascade) || operation.statement === 'DROP OWNED') doubtEverything(draft)
    if (operation.object !== 'publication' || operation.action !== 'drop' || operation.name === undefined) return
    draft.catalog = { ...draft.catalog, publications: draft.catalog.publications.delete(operation.name.name) }
  },
} satisfies Partial<Cases<[Draft], void>>

function renameLocal(draft: Draft, on: Name | undefined, kind: 'trigger' | 'policy' | 'rule', from: string, to: string): void {
  const table = on && target(draft, on, false)
  if (table === undefined || !isTable(table)) return
  const swap = <T extends { readonly name: string }>(each: T): T => (each.name === from ? { ...each, name: to } : each)
  if (kind === 'trigger') {
    const triggers = table.triggers.map((each) => (each.name === from ? { ...each, name: to, definition: undefined } : each))
    put(draft, { ...table, triggers })
    for (const child of table.children) renameInherited(draft, child, from, swap)
  } else if (kind === 'policy') put(draft, { ...table, policies: table.policies.map(swap) })
  else put(draft, { ...table, rules: table.rules.map(swap) })
}

/** Since 15 the copies on partitions are renamed with the parent's trigger; before they keep a name that says little. */
function renameInherited(draft: Draft, name: QualifiedName, from: string, swap: (trigger: Trigger) => Trigger): void {
  const table = tableOf(draft, name)
  if (!table?.triggers.some((each) => each.name === from && each.inherited === true)) return
  put(draft, { ...table, triggers: table.triggers.map((each) => (each.inherited === true ? swap(each) : each)) })
  for (const child of table.children) renameInherited(draft, child, from, swap)
}

/** Anything may have gone: nothing is certain from now on. It looks at the whole catalog, and is rare. */
function doubtEverything(draft: Draft): void {
  const keys = [...draft.catalog.relations.keys(), ...draft.catalog.types.keySeq().map((key) => `type ${key}`)]
  draft.catalog = { ...draft.catalog, uncertain: draft.catalog.uncertain.union(keys) }
}

/** Everything in a schema moves with its name; this looks at the whole catalog. */
function renameSchema(draft: Draft, from: string, to: string) {
  const known = draft.catalog.schemas.get(from)
  if (known?.dropped) return refuse(draft, `schema "${from}" does not exist`)
  const taken = draft.catalog.schemas.get(to)
  if (taken !== undefined && !taken.dropped) return refuse(draft, `schema "${to}" already exists`)
  draft.catalog = {
    ...draft.catalog,
    schemas: draft.catalog.schemas
      .set(from, { name: from, origin: draft.origin, dropped: true })
      .set(to, { name: to, origin: known?.origin, dropped: false }),
  }
  for (const [key, relation] of draft.catalog.relations) {
    if (relation.name.schema !== from || relation.kind === 'dropped' || relation.kind === 'index') continue
    // A table has taken its sequences along.
    if (relationOf(draft, relation.name) === undefined) continue
    moveToSchema(draft, nameOf(key), to)
  }
  for (const type of draft.catalog.types.values()) {
    if (type.name.schema === from && type.kind !== 'dropped') moveType(draft, type.name, { schema: to, name: type.name.name })
  }
  for (const key of draft.catalog.functions.keys()) {
    const name = nameOf(key)
    if (name.schema === from) moveRoutine(draft, name, { schema: to })
  }
}
