import type { AlterTableStatement, CreateColumnsLikeTable, CreateTableStatement, TableAlteration } from 'pgsql-ast-parser'
import type { Command, Operation } from '../../operation.ts'
import { NotUnderstood } from '../grammar.ts'
import { lowerColumn, lowerConstraint, lowerDefault, lowerIdentity } from './constraint.ts'
import { nameOf, roleOf } from './name.ts'
import { afterOf, command, type Place, pieces } from './place.ts'
import { lowerType } from './type-name.ts'

export function lowerCreateTable(node: CreateTableStatement, place: Place): Operation {
  // The grammar lets LOCAL and GLOBAL stand without TEMPORARY, which PostgreSQL's does not.
  if (node.locality !== undefined && node.temporary !== true)
    throw new NotUnderstood(`${node.locality} without TEMPORARY is not known`)
  return {
    kind: 'CreateTable',
    table: nameOf(node.name),
    columns: node.columns.flatMap((column) => (column.kind === 'column' ? [lowerColumn(column, place)] : [])),
    constraints: (node.constraints ?? []).map((constraint) => lowerConstraint(constraint, place)),
    ifNotExists: node.ifNotExists === true,
    persistence: node.temporary === true ? 'temporary' : node.unlogged === true ? 'unlogged' : 'permanent',
    inherits: (node.inherits ?? []).map(nameOf),
    like: node.columns.flatMap((column, index) => {
      if (column.kind !== 'like table') return []
      const at = node.columns.slice(0, index).filter(({ kind }) => kind === 'column').length
      return [{ source: nameOf(column.like), including: includedBy(column), at }]
    }),
    partitionBy: undefined,
    partitionOf: undefined,
    ofType: undefined,
    foreignServer: undefined,
    tablespace: undefined,
    accessMethod: undefined,
  }
}

/** What LIKE can include (manual, CREATE TABLE). */
const likeOptions = [
  'comments',
  'compression',
  'constraints',
  'defaults',
  'generated',
  'identity',
  'indexes',
  'statistics',
  'storage',
] as const

function includedBy({ options }: CreateColumnsLikeTable): readonly string[] {
  const included = new Set<string>()
  for (const { verb, option } of options ?? []) {
    for (const each of option === 'all' ? likeOptions : [option]) {
      if (verb === 'including') included.add(each)
      else included.delete(each)
    }
  }
  return likeOptions.filter((option) => included.has(option))
}

export function lowerAlterTable(node: AlterTableStatement, place: Place): readonly Command[] {
  const on = { table: nameOf(node.table), only: node.only === true, ifExists: node.ifExists === true }
  const parts = pieces(place, { from: afterOf(place, node.table), to: place.whole.to })
  return node.changes.map((change, index) => command(place, alteration(change, on, place), parts[index] ?? place.whole))
}

type OnTable = Pick<Extract<Operation, { kind: 'AddColumn' }>, 'table' | 'only' | 'ifExists'>

function alteration(change: TableAlteration, on: OnTable, place: Place): Operation {
  switch (change.type) {
    case 'rename':
      return { kind: 'RenameTable', ...on, to: change.to.name, foreign: false }
    case 'rename column':
      return { kind: 'RenameColumn', ...on, column: change.column.name, to: change.to.name }
    case 'rename constraint':
      return { kind: 'RenameConstraint', ...on, constraint: change.constraint.name, to: change.to.name }
    case 'add column':
      return { kind: 'AddColumn', ...on, column: lowerColumn(change.column, place), ifNotExists: change.ifNotExists === true }
    case 'drop column':
      return {
        kind: 'DropColumn',
        ...on,
        column: change.column.name,
        columnIfExists: change.ifExists === true,
        cascade: change.behaviour === 'cascade',
      }
    case 'alter column':
      return alteredColumn(change, on, place)
    case 'add constraint':
      return { kind: 'AddConstraint', ...on, constraint: lowerConstraint(change.constraint, place) }
    case 'drop constraint':
      return {
        kind: 'DropConstraint',
        ...on,
        constraint: change.constraint.name,
        constraintIfExists: change.ifExists === true,
        cascade: change.behaviour === 'cascade',
      }
    case 'owner':
      return { kind: 'SetTableOwner', ...on, owner: roleOf(change.to) }
  }
}

function alteredColumn(change: Extract<TableAlteration, { type: 'alter column' }>, table: OnTable, place: Place): Operation {
  const on = { ...table, column: change.column.name }
  const { alter } = change
  switch (alter.type) {
    case 'set type':
      // COLLATE and USING are not in this parser's grammar.
      return { kind: 'AlterColumnType', ...on, type: lowerType(alter.dataType, place), collation: undefined, using: undefined }
    case 'set default':
      return { kind: 'SetDefault', ...on, default: lowerDefault(alter.default, place) }
    case 'drop default':
      return { kind: 'DropDefault', ...on }
    case 'set not null':
      return { kind: 'SetNotNull', ...on }
    case 'drop not null':
      return { kind: 'DropNotNull', ...on }
    case 'add generated':
      if (alter.expression !== undefined) throw new NotUnderstood('a generation expression cannot be added to a column')
      return { kind: 'AddIdentity', ...on, identity: lowerIdentity(alter) }
  }
}
