import type {
  DeleteStatement,
  Expr,
  InsertStatement,
  SetStatement,
  Statement,
  TruncateTableStatement,
  UpdateStatement,
  WithRecursiveStatement,
  WithStatement,
} from 'pgsql-ast-parser'
import type { Query } from '../../expression.ts'
import type { Command, Operation } from '../../operation.ts'
import { NotUnderstood } from '../grammar.ts'
import { lowerExpression, lowerWhere } from './expression.ts'
import { factsOfStatement } from './facts.ts'
import { isChange } from './meaning.ts'
import { nameOf, namesOf } from './name.ts'
import { afterOf, bare, command, firstOf, insideOf, type Place, pieces, type Range, rangeTo, textOf, wordAt } from './place.ts'
import { lowerQuery, lowerQueryIn } from './query.ts'
import { lowerSetConfig } from './session.ts'

type Change = InsertStatement | UpdateStatement | DeleteStatement
type With = WithStatement | WithRecursiveStatement

/** A query or a change, with the changes inside its WITH before it. */
export function lowerData(
  node: Change | With | Extract<Statement, { type: 'select' | 'union' | 'union all' | 'values' }>,
  place: Place,
) {
  return lowered(node, place, place.whole, undefined, false)
}

function lowered(
  node: Statement,
  place: Place,
  range: Range,
  around: WithStatement | undefined,
  inWith: boolean,
): readonly Command[] {
  switch (node.type) {
    case 'with': {
      if (around !== undefined) throw new NotUnderstood('a WITH within a WITH is not known')
      const names = node.bind.map(({ alias }) => alias.name)
      const before = node.bind.flatMap(({ statement }, index) => boundChange(statement, place, new Set(names.slice(0, index))))
      return [
        ...before,
        ...(isChange(node.in) ? lowered(node.in, place, range, node, inWith) : select(node, place, range, inWith)),
      ]
    }
    case 'insert':
      return [command(place, lowerInsert(node, place, range, around, inWith), range)]
    case 'update':
      return [command(place, lowerUpdate(node, place, around, inWith), range)]
    case 'delete':
      return [command(place, lowerDelete(node, place, around, inWith), range)]
    case 'with recursive':
      if (isChange(node.in)) throw new NotUnderstood('a change of data behind WITH RECURSIVE is not known')
      return select(node, place, range, inWith)
    case 'select':
    case 'union':
    case 'union all':
    case 'values':
      return select(node, place, range, inWith)
    default:
      throw new NotUnderstood(`a ${node.type} inside a statement is not known`)
  }
}

type Queried = Extract<Statement, { type: 'select' | 'union' | 'union all' | 'values' | 'with' | 'with recursive' }>

/** A query inside WITH is part of the query around it. */
function select(node: Queried, place: Place, range: Range, inWith: boolean): readonly Command[] {
  if (inWith) return []
  const settings = node.type === 'select' ? lowerSetConfig(node, place) : undefined
  return settings ?? [command(place, { kind: 'Select', query: lowerQuery(node, place, range) }, range)]
}

/** The commands of a statement between the parentheses of a WITH; its elder siblings are no tables to it. */
function boundChange(node: Statement, place: Place, siblings: ReadonlySet<string>): readonly Command[] {
  if (!isChange(node)) return []
  return lowered(node, place, insideOf(place, firstOf(place, node) - 1), undefined, true).map((each) => {
    const { operation } = each
    if (!('reads' in operation) || operation.reads === undefined) return each
    const reads = operation.reads.filter(({ schema, name }) => schema !== undefined || !siblings.has(name))
    return { ...each, operation: { ...operation, reads } }
  })
}

/** A change with the WITH around it, whose queries it reads as well. */
function factsOf(node: Change, around: WithStatement | undefined, place: Place) {
  return factsOfStatement(around === undefined ? node : { ...around, in: node }, place)
}

function lowerInsert(
  node: InsertStatement,
  place: Place,
  range: Range,
  around: WithStatement | undefined,
  inWith: boolean,
): Operation {
  // The grammar lets the source of the rows out.
  if (!node.insert) throw new NotUnderstood('an INSERT without rows is not known')
  const { reads, strings } = factsOf(node, around, place)
  const { do: action } = node.onConflict ?? {}
  const rows = node.insert.type === 'values' ? node.insert.values.length : undefined
  return {
    kind: 'Insert',
    table: nameOf(node.into),
    columns: namesOf(node.columns),
    rows,
    query: rows === undefined ? sourceOf(node, place, range, around) : undefined,
    onConflict: action === undefined ? undefined : action === 'do nothing' ? 'nothing' : 'update',
    reads,
    strings,
    inWith,
  }
}

/** The query that an INSERT takes its rows from, with the WITH before the INSERT. */
function sourceOf(node: InsertStatement, place: Place, range: Range, around: WithStatement | undefined): Query {
  const source = node.insert
  let from = firstOf(place, source)
  while (wordAt(place, from - 1) === '(' && !isColumnList(node, place, from - 1)) from--
  const own = { from, to: sourceEnd(node, place, range, from) }
  if (around === undefined) return lowerQuery(source, place, own)
  const query = lowerQueryIn(source, around, place, own)
  const isOuter = source.type !== 'with' && source.type !== 'with recursive'
  return isOuter ? { ...query, sql: `${textOf(place, { from: range.from, to: firstOf(place, node) })} ${query.sql}` } : query
}

function isColumnList(node: InsertStatement, place: Place, open: number): boolean {
  const first = node.columns?.[0]
  return first !== undefined && firstOf(place, first) > open && insideOf(place, open).to < firstOf(place, node.insert)
}

/** The query ends where ON CONFLICT or RETURNING stand outside its parentheses. */
function sourceEnd(node: InsertStatement, place: Place, range: Range, from: number): number {
  let nested = 0
  for (let index = from; index < range.to; index++) {
    const word = wordAt(place, index)
    if (word === '(') nested++
    else if (word === ')') nested--
    if (nested > 0) continue
    if (node.onConflict && word === 'on' && wordAt(place, index + 1) === 'conflict') return index
    if (node.returning && word === 'returning') return index
  }
  return range.to
}

function lowerUpdate(node: UpdateStatement, place: Place, around: WithStatement | undefined, inWith: boolean): Operation {
  const assigned = node.sets.map((set) => assignment(set, node.sets, place))
  return {
    kind: 'Update',
    table: nameOf(node.table),
    alias: node.table.alias,
    only: false,
    reads: factsOf(node, around, place).reads,
    where: lowerWhere(node.where, place),
    inWith,
    columns: [...new Set(assigned.map(({ column }) => column))],
    assigned,
  }
}

/** `a = 1`, or one of `(a, b) = (1, 2)`. */
function assignment({ column, value }: SetStatement, all: readonly SetStatement[], place: Place) {
  const at = firstOf(place, column)
  const equals = at + 1
  if (wordAt(place, equals) === '=') return assigned(column.name, value, place, rangeTo(place, equals + 1, value))
  const targets = listAround(place, at)
  const row = insideOf(place, targets.to + 2)
  const values = pieces(place, row)
  const group = all.filter((other) => inRange(targets, firstOf(place, other.column)))
  const own = values[group.findIndex((other) => other.column === column)]
  // `(a) = (1)` is no row.
  if (group.length === 1) return assigned(column.name, value, place, { from: row.from - 1, to: row.to + 1 })
  if (own === undefined || values.length !== group.length)
    throw new NotUnderstood('an assignment to several columns is not known')
  return assigned(column.name, value, place, own)
}

function assigned(column: string, value: Expr, place: Place, range: Range) {
  return { column, value: lowerExpression(value, place, range) }
}

/** The parentheses that a token of a plain list stands in. */
function listAround(place: Place, index: number): Range {
  let open = index
  while (open > 0 && wordAt(place, open) !== '(') open--
  return insideOf(place, open)
}

function inRange({ from, to }: Range, index: number): boolean {
  return index >= from && index < to
}

function lowerDelete(node: DeleteStatement, place: Place, around: WithStatement | undefined, inWith: boolean): Operation {
  const { reads } = factsOf(node, around, place)
  return {
    kind: 'Delete',
    table: nameOf(node.from),
    alias: node.from.alias,
    only: false,
    reads,
    where: lowerWhere(node.where, place),
    inWith,
  }
}

export function lowerTruncate(node: TruncateTableStatement, place: Place): readonly Command[] {
  return node.tables.map((table) =>
    command(
      place,
      {
        kind: 'Truncate',
        table: nameOf(table),
        only: false,
        cascade: node.cascade === 'cascade',
        restartIdentity: node.identity === 'restart',
      },
      node.tables.length === 1 ? place.whole : bare(place, { from: firstOf(place, table), to: afterOf(place, table) }),
    ),
  )
}
