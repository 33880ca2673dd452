import type { DropStmt, Node, ObjectType } from 'libpg-query'
import type { Command, Operation } from '../../operation.ts'
import { argumentsOf } from './function.ts'
import { localName, nameOfObject } from './name.ts'
import { bodyOf } from './node.ts'
import { kindOf } from './object-kind.ts'
import type { Part } from './span.ts'
import { command, ending, isWord, skipWords, split, starting, tokenAt } from './span.ts'

/** One command per object that is dropped. */
export function lowerDrop(statement: DropStmt, part: Part): readonly Command[] {
  const objects = statement.objects ?? []
  const parts = objects.length === 1 ? [part] : objectParts(statement.removeType, part)
  return objects.map((object, index) => command(dropped(object, statement), parts[index] ?? part))
}

/** The objects between the commas, without the words before the first and after the last. */
function objectParts(type: ObjectType | undefined, part: Part): readonly Part[] {
  const words = kindOf(type).split(' ').length
  const head = skipWords(starting(part, part.from + 1 + words), 'concurrently')
  const named =
    isWord(tokenAt(head, head.from), 'if') && isWord(tokenAt(head, head.from + 1), 'exists')
      ? starting(head, head.from + 2)
      : head
  return split(isWord(tokenAt(named, named.to - 1), 'cascade', 'restrict') ? ending(named, named.to - 1) : named)
}

function dropped(object: Node, statement: DropStmt): Operation {
  const how = { ifExists: statement.missing_ok === true, cascade: statement.behavior === 'DROP_CASCADE' }
  const name = nameOfObject(object)
  const together = (statement.objects ?? []).map(nameOfObject)
  const routine = bodyOf(object, 'ObjectWithArgs')
  const type = statement.removeType
  switch (type) {
    case 'OBJECT_TABLE':
    case 'OBJECT_FOREIGN_TABLE':
      return { kind: 'DropTable', table: name, together, foreign: type === 'OBJECT_FOREIGN_TABLE', ...how }
    case 'OBJECT_INDEX':
      return { kind: 'DropIndex', index: name, concurrently: statement.concurrent === true, ...how }
    case 'OBJECT_VIEW':
    case 'OBJECT_MATVIEW':
      return { kind: 'DropView', view: name, materialized: type === 'OBJECT_MATVIEW', together, ...how }
    case 'OBJECT_SEQUENCE':
      return { kind: 'DropSequence', sequence: name, ...how }
    case 'OBJECT_TYPE':
      return { kind: 'DropType', type: name, together, ...how }
    case 'OBJECT_DOMAIN':
      return { kind: 'DropDomain', domain: name, together, ...how }
    case 'OBJECT_SCHEMA':
      return { kind: 'DropSchema', schema: name.name, ...how }
    case 'OBJECT_EXTENSION':
      return { kind: 'DropExtension', extension: name.name, ...how }
    case 'OBJECT_STATISTIC_EXT':
      return { kind: 'DropStatistics', statistics: name, ...how }
    case 'OBJECT_FUNCTION':
    case 'OBJECT_PROCEDURE':
    case 'OBJECT_ROUTINE':
      return {
        kind: 'DropFunction',
        function: name,
        arguments: argumentsOf(routine),
        procedure: type === 'OBJECT_PROCEDURE',
        ...how,
      }
    case 'OBJECT_TRIGGER':
      return { kind: 'DropTrigger', trigger: localName(object).name.name, table: localName(object).table, ...how }
    case 'OBJECT_POLICY':
      return { kind: 'DropPolicy', policy: localName(object).name.name, table: localName(object).table, ...how }
    case 'OBJECT_RULE':
      return { kind: 'DropRule', rule: localName(object).name.name, table: localName(object).table, ...how }
    default: {
      const kind = kindOf(type)
      const unnamed = kind === 'cast' || kind === 'transform'
      const known = unnamed ? undefined : isMethodFirst(type) ? withoutMethod(object) : name
      return {
        kind: 'ManageObject',
        statement: `DROP ${kind.toUpperCase()}`,
        object: kind,
        action: 'drop',
        name: known,
        cascade: how.cascade,
      }
    }
  }
}

/** Operator classes and families are written with their index method before the name. */
export function isMethodFirst(type: ObjectType | undefined): boolean {
  return type === 'OBJECT_OPCLASS' || type === 'OBJECT_OPFAMILY'
}

export function withoutMethod(object: Node | undefined) {
  const items = bodyOf(object, 'List')?.items ?? []
  return nameOfObject({ List: { items: items.slice(1) } })
}
