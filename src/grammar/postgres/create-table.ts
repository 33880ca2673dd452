import type { CreateForeignTableStmt, CreateStmt, RangeVar, TableLikeClause } from 'libpg-query'
import type { Column, Command, Constraint } from '../../operation.ts'
import { lowerColumn } from './column.ts'
import { lowerConstraint } from './constraint.ts'
import { nameOf } from './name.ts'
import { bodiesOf, bodyOf } from './node.ts'
import { lowerBound, lowerPartitionKey } from './partition.ts'
import type { Part } from './span.ts'
import { command, findMark, findWord, indexAt, inside, nameEnd, split, starting } from './span.ts'
import { lowerTypeName } from './type-name.ts'

export function lowerCreateForeignTable(statement: CreateForeignTableStmt, part: Part): readonly Command[] {
  return statement.base === undefined ? [] : lowerCreateTable(statement.base, part, statement.servername)
}

export function lowerCreateTable(statement: CreateStmt, part: Part, foreignServer?: string): readonly Command[] {
  const elements = statement.tableElts ?? []
  const parts = elementParts(statement, part)
  const defined: Column[] = []
  const constraints: Constraint[] = []
  for (const [index, element] of elements.entries()) {
    const own = parts[index] ?? part
    const definition = bodyOf(element, 'ColumnDef')
    const constraint = bodyOf(element, 'Constraint')
    if (definition?.typeName !== undefined) defined.push(lowerColumn(definition, own))
    else if (definition !== undefined) constraints.push(...optionConstraints(lowerColumn(definition, own)))
    else if (constraint !== undefined) constraints.push(...present(lowerConstraint(constraint, own)))
  }
  const parents = bodiesOf(statement.inhRelations, 'RangeVar').map(nameOf)
  const { partbound, partspec } = statement
  const operation = {
    kind: 'CreateTable',
    table: nameOf(statement.relation),
    columns: defined,
    constraints,
    ifNotExists: statement.if_not_exists === true,
    persistence: persistenceOf(statement.relation),
    inherits: partbound === undefined ? parents : [],
    like: bodiesOf(elements, 'TableLikeClause').map((like) => ({ source: nameOf(like.relation), including: including(like) })),
    partitionBy: partspec === undefined ? undefined : lowerPartitionKey(partspec, part),
    partitionOf:
      partbound === undefined || parents[0] === undefined
        ? undefined
        : { parent: parents[0], bound: lowerBound(partbound, part) },
    ofType: statement.ofTypename === undefined ? undefined : lowerTypeName(statement.ofTypename).name,
    foreignServer,
    tablespace: statement.tablespacename,
    accessMethod: statement.accessMethod,
  } as const
  return [command(operation, part)]
}

export function persistenceOf(relation: RangeVar | undefined): 'permanent' | 'temporary' | 'unlogged' {
  if (relation?.relpersistence === 't') return 'temporary'
  return relation?.relpersistence === 'u' ? 'unlogged' : 'permanent'
}

/** The tokens of each column, constraint and LIKE between the parentheses. */
function elementParts(statement: CreateStmt, part: Part): readonly Part[] {
  // After PARTITION OF parent or OF type the parentheses come later; the bound's own come after FOR.
  const after = starting(part, nameEnd(part, indexAt(part, statement.relation?.location)))
  const open = findMark(after, '(')
  const limit = findWord(after, 'for', 'default') ?? part.to
  return open === undefined || open > limit ? [] : split(inside(part, open))
}

/** A partition or typed table may add constraints to a column that it does not define. Its own default is not kept. */
function optionConstraints(column: Column): readonly Constraint[] {
  const { name, notNull, notNullName, constraints } = column
  if (!notNull) return constraints
  return [{ kind: 'not null', name: notNullName, column: name, notValid: false, noInherit: false }, ...constraints]
}

function present<Value>(value: Value | undefined): readonly Value[] {
  return value === undefined ? [] : [value]
}

/** Bits of TableLikeOption in PostgreSQL's parsenodes.h. */
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

function including(like: TableLikeClause): readonly string[] {
  return likeOptions.filter((_, bit) => ((like.options ?? 0) & (1 << bit)) !== 0)
}
