import type { RelationKind } from '../catalog/catalog.ts'
import { existence, findRelation, findStatistics, findTable, findType } from '../catalog/lookup.ts'
import type { Name } from '../name.ts'
import type { Kind, ObjectKind, Operation, PublishedTable } from '../operation.ts'
import { relationKinds } from './data.ts'
import { rowTriggerFamily } from './drop.ts'
import type { Effect } from './effect.ts'
import { ownedSequences } from './owned.ts'
import type { At, EffectsOf } from './touch.ts'
import { family, none, touch } from './touch.ts'
import { typedTables } from './type.ts'

const nothing = (): readonly Effect[] => []

export const objectCases = {
  CreateSchema: nothing,

  CreateTrigger: (operation, at) => {
    // A row trigger of a partitioned table is made on each partition.
    const only = !operation.forEachRow || findTable(at.catalog, operation.table)?.kind !== 'partitioned table'
    const from = operation.from === undefined ? [] : [touch(at, operation.from, 'ACCESS SHARE')]
    return [...family(at, { table: operation.table, only }, 'SHARE ROW EXCLUSIVE'), ...from]
  },
  CreatePolicy: policy,
  AlterPolicy: policy,
  CreateRule: (operation, at) => [
    touch(at, operation.table, 'ACCESS EXCLUSIVE'),
    ...operation.reads.map((name) => touch(at, name, 'ACCESS SHARE')),
    ...(operation.writes ?? []).map((name) => touch(at, name, 'ROW EXCLUSIVE')),
  ],

  CreateFunction: (operation, at) => {
    const row = operation.returns?.name
    const rows = row !== undefined && findRelation(at.catalog, row) !== undefined ? [row] : []
    return [
      ...[...operation.dependsOn, ...rows].map((name) => touch(at, name, 'ACCESS SHARE')),
      ...(operation.writes ?? []).map((name) => touch(at, name, 'ROW EXCLUSIVE')),
    ]
  },
  AlterFunction: nothing,
  CreateExtension: nothing,
  AlterExtension: ({ member }, at) =>
    member === undefined ? [] : onRelation(member.object, member.name, 'SHARE UPDATE EXCLUSIVE', at),

  CreateStatistics: (operation, at) => operation.tables.map((table) => touch(at, table, 'SHARE UPDATE EXCLUSIVE')),
  AlterStatistics: nothing,
  DropStatistics: ({ statistics }, at) => {
    const found = findStatistics(at.catalog, statistics)
    return found === undefined ? [] : [touch(at, found.table.name, 'SHARE UPDATE EXCLUSIVE')]
  },
  CreatePublication: (operation, at) => published(operation.tables, at),
  AlterPublication: (operation, at) => {
    if (operation.change !== 'set') return published(operation.tables, at)
    const before = at.catalog.publications.get(operation.publication)?.tables ?? []
    return [...published(operation.tables, at), ...before.map(({ table }) => touch(at, table, 'SHARE UPDATE EXCLUSIVE'))]
  },

  RenameObject: (operation, at) => {
    const { object, name, table } = operation
    if (object === 'attribute') {
      const typed = operation.cascade ? typedTables(table ?? name, at) : []
      return typed.map((each) => touch(at, each.name, 'ACCESS EXCLUSIVE'))
    }
    if (object === 'trigger' && table !== undefined) {
      // Before 15 the partitions' triggers kept their names (seen on 14.23).
      const own = touch(at, table, 'ACCESS EXCLUSIVE')
      return at.server.postgres >= 15 ? rowTriggerFamily({ table, trigger: name.name }, at) : [own]
    }
    return table === undefined ? onRelation(object, name, 'ACCESS EXCLUSIVE', at) : onLocal(object, table, at)
  },
  SetObjectSchema: ({ object, name }, at) => [
    ...onRelation(object, name, 'ACCESS EXCLUSIVE', at),
    ...sequencesOf(object, name, at),
  ],
  SetObjectOwner: ({ object, name }, at) => [
    ...onRelation(object, name, 'ACCESS EXCLUSIVE', at),
    ...sequencesOf(object, name, at),
  ],

  Comment: ({ object, name, table }, at) => remarked(object, name, table, at),
  SecurityLabel: ({ object, name, table }, at) => remarked(object, name, table, at),

  // Since 18 GRANT and REVOKE lock the relations that they name; ALL TABLES IN SCHEMA names none.
  Grant: ({ object, names }, at) =>
    at.server.postgres >= 18 ? names.flatMap((name) => onRelation(object, name, 'ACCESS SHARE', at)) : [],
  ManageObject: nothing,
} satisfies { [K in Kind]?: EffectsOf<K> }

function policy({ table, using, check }: Operation<'AlterPolicy'> | Operation<'CreatePolicy'>, at: At): readonly Effect[] {
  const reads = [using, check].flatMap((expression) => expression?.reads ?? [])
  return [touch(at, table, 'ACCESS EXCLUSIVE'), ...reads.map((name) => touch(at, name, 'ACCESS SHARE'))]
}

function onRelation(object: ObjectKind, name: Name, lock: Effect['lock'], at: At): readonly Effect[] {
  if (!relationKinds.has(object)) return []
  return existence(at.catalog, name) === 'absent' ? [] : [touch(at, name, lock, none, relationKind(object))]
}

function relationKind(object: ObjectKind): RelationKind {
  switch (object) {
    case 'view':
    case 'materialized view':
    case 'index':
    case 'sequence':
    case 'foreign table':
      return object
    default:
      return 'table'
  }
}

function sequencesOf(object: ObjectKind, name: Name, at: At): readonly Effect[] {
  return object === 'table' ? ownedSequences(at, name).map((sequence) => touch(at, sequence, 'ACCESS EXCLUSIVE')) : []
}

/** Policies and rules are renamed under their table's lock; a domain's constraint has no table. */
function onLocal(object: ObjectKind, table: Name, at: At): readonly Effect[] {
  return object === 'policy' || object === 'rule' ? [touch(at, table, 'ACCESS EXCLUSIVE')] : []
}

/** COMMENT and SECURITY LABEL lock the relation they are about; what is local to a table is found under ACCESS SHARE. */
function remarked(object: ObjectKind, name: Name, table: Name | undefined, at: At): readonly Effect[] {
  if (object === 'column') {
    const relation = table ?? name
    const isType = findRelation(at.catalog, relation) === undefined && findType(at.catalog, relation) !== undefined
    return isType ? [] : [touch(at, relation, 'SHARE UPDATE EXCLUSIVE')]
  }
  if (['constraint', 'trigger', 'policy', 'rule'].includes(object))
    return table === undefined ? [] : [touch(at, table, 'ACCESS SHARE')]
  return onRelation(object, name, 'SHARE UPDATE EXCLUSIVE', at)
}

/** Inheriting tables are published with their parent; partitions follow theirs unlocked. */
function published(tables: readonly PublishedTable[], at: At): readonly Effect[] {
  return tables.flatMap(({ table }) => {
    const only = findTable(at.catalog, table)?.kind === 'partitioned table'
    return family(at, { table, only }, 'SHARE UPDATE EXCLUSIVE')
  })
}
