import type { AlterObjectSchemaStmt, AlterOwnerStmt, RenameStmt } from 'libpg-query'
import type { Command, Operation } from '../../operation.ts'
import { afterRelation, alteredAs, isAlterTable } from './alter-table.ts'
import { isMethodFirst, withoutMethod } from './drop.ts'
import { nameOf, nameOfObject, roleOf, unqualified } from './name.ts'
import { kindOf } from './object-kind.ts'
import type { Part } from './span.ts'
import { command } from './span.ts'

export function lowerRename(statement: RenameStmt, part: Part): readonly Command[] {
  return [command(renamed(statement), commandPart(part, statement.relation?.location))]
}

/** Of ALTER TABLE the command alone; other statements are one command. */
function commandPart(part: Part, location: number | undefined): Part {
  return location !== undefined && isAlterTable(part) ? afterRelation(part, location) : part
}

function renamed(statement: RenameStmt): Operation {
  const { relation, renameType, object, subname = '', newname: to = '' } = statement
  const name = nameOf(relation)
  const ifExists = statement.missing_ok === true
  const cascade = statement.behavior === 'DROP_CASCADE'
  const onTable = { table: name, only: relation?.inh !== true, ifExists, ...alteredAs(statement.relationType) }
  switch (renameType) {
    case 'OBJECT_TABLE':
    case 'OBJECT_FOREIGN_TABLE':
      return {
        kind: 'RenameTable',
        table: name,
        only: onTable.only,
        ifExists,
        to,
        foreign: renameType === 'OBJECT_FOREIGN_TABLE',
      }
    case 'OBJECT_VIEW':
    case 'OBJECT_MATVIEW':
      return { kind: 'RenameView', view: name, materialized: renameType === 'OBJECT_MATVIEW', to, ifExists }
    case 'OBJECT_INDEX':
      return { kind: 'RenameIndex', index: name, to, ifExists }
    case 'OBJECT_SEQUENCE':
      return { kind: 'RenameSequence', sequence: name, to, ifExists }
    case 'OBJECT_COLUMN':
      return { kind: 'RenameColumn', ...onTable, column: subname, to }
    case 'OBJECT_TABCONSTRAINT':
      return { kind: 'RenameConstraint', ...onTable, constraint: subname, to }
    case 'OBJECT_ATTRIBUTE':
    case 'OBJECT_TRIGGER':
    case 'OBJECT_POLICY':
    case 'OBJECT_RULE':
      return { kind: 'RenameObject', object: kindOf(renameType), name: unqualified(subname), table: name, to, cascade, ifExists }
    case 'OBJECT_DOMCONSTRAINT': {
      const table = nameOfObject(object)
      return { kind: 'RenameObject', object: 'domain constraint', name: unqualified(subname), table, to, cascade, ifExists }
    }
    default: {
      const own =
        object === undefined ? unqualified(subname) : isMethodFirst(renameType) ? withoutMethod(object) : nameOfObject(object)
      return { kind: 'RenameObject', object: kindOf(renameType), name: own, table: undefined, to, cascade, ifExists }
    }
  }
}

export function lowerSetSchema(statement: AlterObjectSchemaStmt, part: Part): readonly Command[] {
  const { objectType, relation, object, newschema: schema = '' } = statement
  const ifExists = statement.missing_ok === true
  const name = isMethodFirst(objectType) ? withoutMethod(object) : nameOfObject(object)
  if (objectType === 'OBJECT_EXTENSION') {
    return [command({ kind: 'AlterExtension', extension: name.name, change: 'set schema' }, part)]
  }
  const isTable = objectType === 'OBJECT_TABLE' || objectType === 'OBJECT_FOREIGN_TABLE'
  const operation: Operation = isTable
    ? {
        kind: 'SetTableSchema',
        table: nameOf(relation),
        only: relation?.inh !== true,
        ifExists,
        ...alteredAs(objectType),
        schema,
      }
    : {
        kind: 'SetObjectSchema',
        object: kindOf(objectType),
        name: relation === undefined ? name : nameOf(relation),
        schema,
        ifExists,
      }
  return [command(operation, commandPart(part, relation?.location))]
}

export function lowerSetOwner(statement: AlterOwnerStmt, part: Part): readonly Command[] {
  const { objectType, relation, object, newowner } = statement
  const named = isMethodFirst(objectType) ? withoutMethod(object) : nameOfObject(object)
  const name = relation === undefined ? named : nameOf(relation)
  return [command({ kind: 'SetObjectOwner', object: kindOf(objectType), name, owner: roleOf(newowner), ifExists: false }, part)]
}
