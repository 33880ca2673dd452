import type { CreateForeignTableStmt, CreateStmt, RangeVar, TableLikeClause } from 'libpg-query'
import type { Column, ColumnOptions, Command, Constraint, Operation } from '../../operation.ts'
import { lowerColumn } from './column.ts'
import { lowerConstraint } from './constraint.ts'
import { nameOf } from './name.ts'
import { bodiesOf, bodyOf } from './node.ts'
import { foreignOptionsOf, listed, optionList } from './option.ts'
import { lowerBound, lowerPartitionKey } from './partition.ts'
import type { Part } from './span.ts'
import { command, findMark, findWord, indexAt, inside, nameEnd, split, starting } from './span.ts'
import { lowerTypeName } from './type-name.ts'

type CreateTable = Operation<'CreateTable'>

export function lowerCreateForeignTable(statement: CreateForeignTableStmt, part: Part): readonly Command[] {
  return statement.base === undefined ? [] : lowerCreateTable(statement.base, part, statement)
}

export function lowerCreateTable(statement: CreateStmt, part: Part, foreign?: CreateForeignTableStmt): readonly Command[] {
  const elements = statement.tableElts ?? []
  const parts = elementParts(statement, part)
  const defined: Column[] = []
  const constraints: Constraint[] = []
  const like: CreateTable['like'][number][] = []
  const columnOptions: ColumnOptions[] = []
  for (const [index, element] of elements.entries()) {
    const own = parts[index] ?? part
    const definition = bodyOf(element, 'ColumnDef')
    const constraint = bodyOf(element, 'Constraint')
    if (definition?.typeName !== undefined) defined.push(lowerColumn(definition, own))
    else if (definition !== undefined) {
      const column = lowerColumn(definition, own)
      constraints.push(...optionConstraints(column))
      columnOptions.push(...otherOptions(column))
    } else if (constraint !== undefined) constraints.push(...present(lowerConstraint(constraint, own)))
    const source = bodyOf(element, 'TableLikeClause')
    if (source !== undefined) like.push({ source: nameOf(source.relation), including: including(source), at: defined.length })
  }
  const parents = bodiesOf(statement.inhRelations, 'RangeVar').map(nameOf)
  const { partbound, partspec } = statement
  const onCommit = onCommits.get(statement.oncommit)
  const operation = {
    kind: 'CreateTable',
    table: nameOf(statement.relation),
    columns: defined,
    constraints,
    ifNotExists: statement.if_not_exists === true,
    persistence: persistenceOf(statement.relation),
    inherits: partbound === undefined ? parents : [],
    like,
    partitionBy: partspec === undefined ? undefined : lowerPartitionKey(partspec, part),
    partitionOf:
      partbound === undefined || parents[0] === undefined
        ? undefined
        : { parent: parents[0], bound: lowerBound(partbound, part) },
    ofType: statement.ofTypename === undefined ? undefined : lowerTypeName(statement.ofTypename).name,
    foreignServer: foreign?.servername,
    tablespace: statement.tablespacename,
    accessMethod: statement.accessMethod,
    ...listed('options', optionList(statement.options)),
    ...(onCommit === undefined ? {} : { onCommit }),
    ...listed('foreignOptions', foreignOptionsOf(foreign?.options)),
    ...listed('columnOptions', columnOptions),
  } as const
  return [command(operation, part)]
}

const onCommits: ReadonlyMap<string | undefined, 'preserve rows' | 'delete rows' | 'drop'> = new Map([
  ['ONCOMMIT_PRESERVE_ROWS', 'preserve rows'],
  ['ONCOMMIT_DELETE_ROWS', 'delete rows'],
  ['ONCOMMIT_DROP', 'drop'],
])

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

/** A partition or typed table may add constraints to a column that it does not define. */
function optionConstraints(column: Column): readonly Constraint[] {
  const { name, notNull, notNullName, constraints } = column
  if (!notNull) return constraints
  const noInherit = column.notNullNoInherit === true
  return [{ kind: 'not null', name: notNullName, column: name, notValid: false, noInherit }, ...constraints]
}

/** What else it may say of such a column; nothing where it says no more. */
function otherOptions({ name: column, collation, default: value, generated, identity }: Column): readonly ColumnOptions[] {
  if ([collation, value, generated, identity].every((option) => option === undefined)) return []
  return [{ column, collation, default: value, generated, identity }]
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
