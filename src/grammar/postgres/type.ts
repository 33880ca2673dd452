import type { AlterDomainStmt, AlterEnumStmt, CreateDomainStmt, CreateEnumStmt, CreateRangeStmt } from 'libpg-query'
import type { CheckConstraint, Command, Constraint, NotNullConstraint, Operation } from '../../operation.ts'
import { lowerColumnConstraints } from './column.ts'
import { lowerConstraint } from './constraint.ts'
import { lowerOptional } from './expression.ts'
import { nameOfList } from './name.ts'
import { bodyOf, stringsOf } from './node.ts'
import { optionOf } from './option.ts'
import type { Part } from './span.ts'
import { command, findWord, starting } from './span.ts'
import { lowerTypeName } from './type-name.ts'

export function lowerCreateEnum(statement: CreateEnumStmt, part: Part): readonly Command[] {
  return [command({ kind: 'CreateEnum', type: nameOfList(statement.typeName), values: stringsOf(statement.vals) }, part)]
}

export function lowerAlterEnum(statement: AlterEnumStmt, part: Part): readonly Command[] {
  const type = nameOfList(statement.typeName)
  const { oldVal, newVal = '', newValNeighbor, newValIsAfter } = statement
  if (oldVal !== undefined) return [command({ kind: 'RenameEnumValue', type, value: oldVal, to: newVal }, part)]
  const operation = {
    kind: 'AddEnumValue',
    type,
    value: newVal,
    ifNotExists: statement.skipIfNewValExists === true,
    neighbour: newValNeighbor === undefined ? undefined : { value: newValNeighbor, after: newValIsAfter === true },
  } as const
  return [command(operation, part)]
}

export function lowerCreateRange(statement: CreateRangeStmt, part: Part): readonly Command[] {
  const subtype = bodyOf(optionOf(statement.params, 'subtype')?.arg, 'TypeName')
  const operation = {
    kind: 'CreateRangeType',
    type: nameOfList(statement.typeName),
    subtype: subtype === undefined ? undefined : lowerTypeName(subtype),
  } as const
  return [command(operation, part)]
}

export function lowerCreateDomain(statement: CreateDomainStmt, part: Part): readonly Command[] {
  const { collClause } = statement
  const said = lowerColumnConstraints(statement.constraints, collClause?.location, part)
  const notNull: NotNullConstraint[] = said.notNull
    ? [{ kind: 'not null', name: said.notNullName, column: 'value', notValid: false, noInherit: false }]
    : []
  const operation = {
    kind: 'CreateDomain',
    domain: nameOfList(statement.domainname),
    type: lowerTypeName(statement.typeName),
    collation: collClause === undefined ? undefined : nameOfList(collClause.collname),
    default: said.default,
    constraints: [...notNull, ...said.constraints.filter(isOfDomain)],
  } as const
  return [command(operation, part)]
}

/** The server refuses every other kind: "unique constraints not possible for domains". */
function isOfDomain(constraint: Constraint): constraint is CheckConstraint | NotNullConstraint {
  return constraint.kind === 'check' || constraint.kind === 'not null'
}

export function lowerAlterDomain(statement: AlterDomainStmt, part: Part): readonly Command[] {
  const operation = alterDomain(statement, part)
  return [command(operation, part)]
}

function alterDomain(statement: AlterDomainStmt, part: Part): Operation {
  const domain = nameOfList(statement.typeName)
  const { subtype, def, name: constraint = '' } = statement
  // The codes are those of AlterDomainType in PostgreSQL's parsenodes.h.
  switch (subtype) {
    case 'T': {
      const word = findWord(part, 'default')
      const value = starting(part, word === undefined ? part.to : word + 1)
      return { kind: 'SetDomainDefault', domain, default: lowerOptional(def, value) }
    }
    case 'N':
    case 'O':
      return { kind: 'SetDomainNotNull', domain, notNull: subtype === 'O' }
    case 'C': {
      const node = bodyOf(def, 'Constraint')
      const lowered = node && lowerConstraint(node, part)
      if (lowered !== undefined && isOfDomain(lowered)) return { kind: 'AddDomainConstraint', domain, constraint: lowered }
      break
    }
    case 'X':
      return {
        kind: 'DropDomainConstraint',
        domain,
        constraint,
        constraintIfExists: statement.missing_ok === true,
        cascade: statement.behavior === 'DROP_CASCADE',
      }
    case 'V':
      return { kind: 'ValidateDomainConstraint', domain, constraint }
  }
  return { kind: 'Opaque', statement: 'ALTER DOMAIN', sql: part.text.original, reason: 'this change of a domain is not modelled' }
}
