import type { DoStatement, Statement } from 'pgsql-ast-parser'
import type { Command, Operation } from '../../operation.ts'
import { NotUnderstood } from '../grammar.ts'
import type { StatementText } from '../statement-text.ts'
import { lowerData, lowerTruncate } from './data.ts'
import { lowerCreateIndex } from './index.ts'
import { nameOf } from './name.ts'
import {
  lowerAlterEnum,
  lowerAlterIndex,
  lowerComment,
  lowerCreateEnum,
  lowerCreateFunction,
  lowerDrop,
  lowerDropFunction,
  lowerExtension,
  lowerMaterializedView,
  lowerView,
} from './object.ts'
import { command, type Place, placeOf } from './place.ts'
import { lowerAlterSequence, lowerCreateSequence } from './sequence.ts'
import { lowerSession } from './session.ts'
import { lowerAlterTable, lowerCreateTable } from './table.ts'
import { lowerType } from './type-name.ts'

/** Turns a statement's tree, as pgsql-ast-parser 12 parses `text.sql`, into what the statement does. Throws NotUnderstood where the tree does not tell. */
export function lower(node: Statement, text: StatementText): readonly Command[] {
  const place = placeOf(text)
  switch (node.type) {
    case 'select':
    case 'union':
    case 'union all':
    case 'values':
    case 'with':
    case 'with recursive':
    case 'insert':
    case 'update':
    case 'delete':
      return lowerData(node, place)
    case 'truncate table':
      return lowerTruncate(node, place)
    case 'alter table':
      return lowerAlterTable(node, place)
    case 'alter index':
      return lowerAlterIndex(node, place)
    case 'alter sequence':
      return lowerAlterSequence(node, place)
    case 'drop table':
    case 'drop index':
    case 'drop sequence':
    case 'drop type':
    case 'drop trigger':
      return lowerDrop(node, place)
    default:
      return [command(place, single(node, place))]
  }
}

/** Statements that are one operation. */
function single(node: Statement, place: Place): Operation {
  switch (node.type) {
    case 'create table':
      return lowerCreateTable(node, place)
    case 'create index':
      return lowerCreateIndex(node, place)
    case 'create view':
      return lowerView(node, place)
    case 'create materialized view':
      return lowerMaterializedView(node, place)
    case 'refresh materialized view': {
      const { concurrently, withData } = node
      return {
        kind: 'RefreshMaterializedView',
        view: nameOf(node.name),
        concurrently: concurrently === true,
        withData: withData !== false,
      }
    }
    case 'create sequence':
      return lowerCreateSequence(node, place)
    case 'create enum':
      return lowerCreateEnum(node, place)
    case 'alter enum':
      return lowerAlterEnum(node, place)
    case 'create composite type': {
      const attributes = node.attributes.map(({ name, dataType }) => ({ name: name.name, type: lowerType(dataType, place) }))
      return { kind: 'CreateCompositeType', type: nameOf(node.name), attributes }
    }
    case 'create schema':
      return { kind: 'CreateSchema', schema: node.name.name, ifNotExists: node.ifNotExists === true }
    case 'create extension':
      return lowerExtension(node, place)
    case 'comment':
      return lowerComment(node, place)
    case 'create function':
      return lowerCreateFunction(node, place)
    case 'drop function':
      return lowerDropFunction(node, place)
    case 'do':
      return lowerDo(node)
    case 'begin':
    case 'start transaction':
    case 'commit':
    case 'rollback':
    case 'set':
    case 'set timezone':
    case 'set names':
    case 'show':
    case 'prepare':
    case 'deallocate':
      return lowerSession(node, place)
    default:
      // RAISE and TABLESPACE are no statements of PostgreSQL's.
      throw new NotUnderstood(`what pgsql-ast-parser calls ${node.type} is no statement`)
  }
}

/** The body is PL/pgSQL, which this parser does not parse. */
function lowerDo(node: DoStatement): Operation {
  const language = (node.language?.name ?? 'plpgsql').toLowerCase()
  return { kind: 'DoBlock', language, dynamic: ['a body that pgsql-ast-parser cannot follow'] }
}
