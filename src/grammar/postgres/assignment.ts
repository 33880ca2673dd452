import type { Node, ResTarget, UpdateStmt } from 'libpg-query'
import type { Operation } from '../../operation.ts'
import { lowerExpression } from './expression.ts'
import { bodiesOf, bodyOf } from './node.ts'
import type { Part } from './span.ts'
import { ending, findMark, findWord, indexAt, inside, isMark, isWord, nameEnd, split, starting, tokenAt } from './span.ts'

export type Assignment = Operation<'Update'>['assigned'][number]

/** The assignments of UPDATE … SET, column by column. */
export function lowerAssignments(statement: UpdateStmt, part: Part): readonly Assignment[] {
  const list = setList(part, statement.relation?.location)
  const targets = bodiesOf(statement.targetList, 'ResTarget')
  const assignments: Assignment[] = []
  let next = 0
  for (const piece of split(list)) {
    const columns = columnCount(targets[next])
    const equals = findMark(piece, '=')
    const value = starting(piece, equals === undefined ? piece.to : equals + 1)
    for (const target of targets.slice(next, next + columns)) assignments.push(...lowerTarget(target, value))
    next += columns
  }
  return assignments
}

/** (a, b) = … is as many targets as columns. */
function columnCount(target: ResTarget | undefined): number {
  return bodyOf(target?.val, 'MultiAssignRef')?.ncolumns ?? 1
}

function lowerTarget(target: ResTarget, part: Part): readonly Assignment[] {
  const column = target.name ?? ''
  const multiple = bodyOf(target.val, 'MultiAssignRef')
  const partly = target.indirection === undefined ? {} : { partly: true }
  if (multiple === undefined)
    return target.val === undefined ? [] : [{ column, value: lowerExpression(target.val, part), ...partly }]
  const { source, colno = 1 } = multiple
  const row = bodyOf(source, 'RowExpr')?.args
  const value: Node | undefined = row === undefined ? source : row[colno - 1]
  if (value === undefined) return []
  // (a, b) = (1, 2) and = ROW (1, 2) give each column an expression of its own; a sub-query is everyone's.
  const open = isWord(tokenAt(part, part.from), 'row') ? part.from + 1 : part.from
  const own = row !== undefined && isMark(tokenAt(part, open), '(') ? (split(inside(part, open))[colno - 1] ?? part) : part
  return [{ column, value: lowerExpression(value, own), ...partly }]
}

/** Between SET and FROM, WHERE or RETURNING. */
function setList(part: Part, location: number | undefined): Part {
  const after = starting(part, nameEnd(part, indexAt(part, location)))
  const set = findWord(after, 'set')
  const list = starting(after, set === undefined ? after.to : set + 1)
  const end = findWord(list, 'where', 'returning') ?? list.to
  return ending(list, Math.min(end, findFrom(list) ?? end))
}

/** FROM also stands in IS DISTINCT FROM. */
function findFrom(part: Part): number | undefined {
  const from = findWord(part, 'from')
  if (from === undefined || !isWord(tokenAt(part, from - 1), 'distinct')) return from
  return findFrom(starting(part, from + 1))
}
