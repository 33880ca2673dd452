import type {
  CopyStmt,
  DeleteStmt,
  InsertStmt,
  LockStmt,
  MergeStmt,
  Node,
  TruncateStmt,
  UpdateStmt,
  VacuumStmt,
  WithClause,
} from 'libpg-query'
import type { Query } from '../../expression.ts'
import { lockModes } from '../../lock.ts'
import type { Command } from '../../operation.ts'
import { lowerAssignments } from './assignment.ts'
import { lowerOptional } from './expression.ts'
import { factsOf } from './facts.ts'
import { nameOf } from './name.ts'
import { bodiesOf, bodyOf, stringsOf } from './node.ts'
import { isOn, optionOf } from './option.ts'
import { joined, lowerQuery, lowerWhere } from './query.ts'
import type { Part } from './span.ts'
import {
  command,
  ending,
  findMark,
  findWord,
  indexAt,
  inside,
  isMark,
  isWord,
  nameEnd,
  starting,
  textOf,
  tokenAt,
  unwrap,
} from './span.ts'

/** The statements inside WITH that modify data: each runs to its end, whether it is read or not (manual 7.8.4). */
export function changesInWith(node: Node | undefined, part: Part, around?: WithClause): readonly Command[] {
  const statement =
    bodyOf(node, 'SelectStmt') ??
    bodyOf(node, 'InsertStmt') ??
    bodyOf(node, 'UpdateStmt') ??
    bodyOf(node, 'DeleteStmt') ??
    bodyOf(node, 'MergeStmt')
  const withClause = statement?.withClause
  return bodiesOf(withClause?.ctes, 'CommonTableExpr').flatMap(({ ctequery, location }, index) => {
    const after = starting(part, indexAt(part, location) + 1)
    const as = starting(after, findAs(after) ?? after.to)
    const open = findMark(as, '(')
    return open === undefined ? [] : lowerChange(ctequery, inside(part, open), true, joined(around, namesOf(withClause, index)))
  })
}

/** The names alone that a query of a WITH can read: those before it, with RECURSIVE all. They hide relations. */
function namesOf(clause: WithClause | undefined, index: number): WithClause {
  const recursive = clause?.recursive === true
  const named = bodiesOf(clause?.ctes, 'CommonTableExpr').slice(0, recursive ? undefined : index)
  return { recursive, ctes: named.map(({ ctename }) => ({ CommonTableExpr: ctename === undefined ? {} : { ctename } })) }
}

/** The AS between a CTE's name, with its columns, and its query. */
function findAs(part: Part): number | undefined {
  const open = part.from
  const from = isMark(tokenAt(part, open), '(') ? inside(part, open).to + 1 : open
  return isWord(tokenAt(part, from), 'as') ? from : undefined
}

/** INSERT, UPDATE, DELETE or MERGE; nothing for anything else. `around` names what a WITH around it hides. */
export function lowerChange(node: Node | undefined, part: Part, inWith: boolean, around?: WithClause): readonly Command[] {
  if (node === undefined) return []
  const own = unwrap(part)
  if ('InsertStmt' in node)
    return [...changesInWith(node, own, around), lowerInsert(within(node.InsertStmt, around), own, inWith)]
  if ('UpdateStmt' in node)
    return [...changesInWith(node, own, around), lowerUpdate(within(node.UpdateStmt, around), own, inWith)]
  if ('DeleteStmt' in node)
    return [...changesInWith(node, own, around), lowerDelete(within(node.DeleteStmt, around), own, inWith)]
  if ('MergeStmt' in node) return [...changesInWith(node, own, around), lowerMerge(within(node.MergeStmt, around), own, inWith)]
  return []
}

/** A statement that sees the names of a WITH around it. */
function within<S extends { withClause?: WithClause }>(statement: S, around: WithClause | undefined): S {
  return around === undefined ? statement : { ...statement, withClause: joined(around, statement.withClause) }
}

const conflictActions = { ONCONFLICT_NONE: undefined, ONCONFLICT_NOTHING: 'nothing', ONCONFLICT_UPDATE: 'update' } as const

function lowerInsert(statement: InsertStmt, part: Part, inWith: boolean): Command {
  const { selectStmt, onConflictClause } = statement
  const values = bodyOf(selectStmt, 'SelectStmt')?.valuesLists
  const facts = factsOf([{ InsertStmt: statement }], 'data-modifying')
  const listed = selectStmt === undefined ? 0 : values?.length
  const operation = {
    kind: 'Insert',
    table: nameOf(statement.relation),
    columns: bodiesOf(statement.cols, 'ResTarget').map(({ name }) => name ?? ''),
    rows: listed,
    query: listed === undefined ? sourceQuery(statement, part) : undefined,
    onConflict: conflictActions[onConflictClause?.action ?? 'ONCONFLICT_NONE'],
    reads: facts.reads,
    strings: facts.strings,
    inWith,
  } as const
  return command(operation, part)
}

/** The query of INSERT with the WITH before it, which may as well stand in the query. */
function sourceQuery(statement: InsertStmt, part: Part): Query {
  const { selectStmt, withClause } = statement
  const query = lowerQuery(selectStmt, sourcePart(statement, part), withClause)
  const insert = findWord(part, 'insert') ?? part.from
  const outer = withClause !== undefined && bodyOf(selectStmt, 'SelectStmt')?.withClause === undefined && insert > part.from
  return outer ? { ...query, sql: `${textOf(ending(part, insert))} ${query.sql}` } : query
}

/** The query of INSERT: after the table, its alias, its columns and OVERRIDING … VALUE, before ON CONFLICT and RETURNING. */
function sourcePart(statement: InsertStmt, part: Part): Part {
  let from = nameEnd(part, indexAt(part, statement.relation?.location))
  if (isWord(tokenAt(part, from), 'as')) from += 2
  if (statement.cols !== undefined && isMark(tokenAt(part, from), '(')) from = inside(part, from).to + 1
  if (isWord(tokenAt(part, from), 'overriding')) from += 3
  const source = starting(part, from)
  const ends = [findWord(source, 'returning'), conflictStart(source)].filter((end) => end !== undefined)
  return ending(source, Math.min(part.to, ...ends))
}

function conflictStart(part: Part): number | undefined {
  const conflict = findWord(part, 'conflict')
  return conflict !== undefined && isWord(tokenAt(part, conflict - 1), 'on') ? conflict - 1 : undefined
}

function lowerUpdate(statement: UpdateStmt, part: Part, inWith: boolean): Command {
  const assigned = lowerAssignments(statement, part)
  const operation = {
    kind: 'Update',
    ...targetOf(statement),
    reads: factsOf([{ UpdateStmt: statement }], 'data-modifying').reads,
    where: lowerWhere(statement.whereClause, afterTarget(statement, part)),
    inWith,
    columns: [...new Set(assigned.map(({ column }) => column))],
    assigned,
  } as const
  return command(operation, part)
}

function lowerDelete(statement: DeleteStmt, part: Part, inWith: boolean): Command {
  const operation = {
    kind: 'Delete',
    ...targetOf(statement),
    reads: factsOf([{ DeleteStmt: statement }], 'data-modifying').reads,
    where: lowerWhere(statement.whereClause, afterTarget(statement, part)),
    inWith,
  } as const
  return command(operation, part)
}

const mergeActions: ReadonlyMap<string | undefined, 'insert' | 'update' | 'delete' | 'nothing'> = new Map([
  ['CMD_INSERT', 'insert'],
  ['CMD_UPDATE', 'update'],
  ['CMD_DELETE', 'delete'],
])

function lowerMerge(statement: MergeStmt, part: Part, inWith: boolean): Command {
  const actions = bodiesOf(statement.mergeWhenClauses, 'MergeWhenClause').map(
    ({ commandType }) => mergeActions.get(commandType) ?? 'nothing',
  )
  const source = ending(part, firstBranch(part))
  const operation = {
    kind: 'Merge',
    ...targetOf(statement),
    reads: factsOf([{ MergeStmt: statement }], 'data-modifying').reads,
    where: lowerOptional(statement.joinCondition, starting(source, lastOn(source) + 1)),
    inWith,
    actions,
  } as const
  return command(operation, part)
}

/** Where the first WHEN [NOT] MATCHED stands; a WHEN of a CASE before it is another matter. */
function firstBranch(part: Part): number {
  let when = findWord(part, 'when')
  while (when !== undefined && !isWord(tokenAt(part, when + 1), 'matched', 'not'))
    when = findWord(starting(part, when + 1), 'when')
  return when ?? part.to
}

/** The condition of MERGE follows its last ON: the source may be a join with ONs of its own. */
function lastOn(part: Part): number {
  let found = part.to
  for (let on = findWord(part, 'on'); on !== undefined; on = findWord(starting(part, on + 1), 'on')) found = on
  return found
}

function targetOf(statement: UpdateStmt | DeleteStmt | MergeStmt) {
  const { relation } = statement
  return { table: nameOf(relation), alias: relation?.alias?.aliasname, only: relation?.inh !== true }
}

function afterTarget(statement: UpdateStmt | DeleteStmt | MergeStmt, part: Part): Part {
  return starting(part, nameEnd(part, indexAt(part, statement.relation?.location)))
}

export function lowerCopy(statement: CopyStmt, part: Part): readonly Command[] {
  const { query, relation } = statement
  const own = starting(part, part.from + 1)
  const source = isMark(tokenAt(own, own.from), '(') ? inside(own, own.from) : own
  const operation = {
    kind: 'Copy',
    table: relation === undefined ? undefined : nameOf(relation),
    from: statement.is_from === true,
    query: query === undefined ? undefined : lowerQuery(query, source),
    columns: stringsOf(statement.attlist),
    program: statement.is_program === true,
  } as const
  const changes = query !== undefined && 'SelectStmt' in query ? changesInWith(query, source) : lowerChange(query, source, false)
  return [...changes, command(operation, part)]
}

/** One command per table: its name, with ONLY before it, is its span. */
function eachTable(relations: readonly Node[] | undefined, part: Part): readonly { readonly node: Node; readonly part: Part }[] {
  const nodes = relations ?? []
  if (nodes.length < 2) return nodes.map((node) => ({ node, part }))
  return nodes.map((node) => {
    const at = indexAt(part, bodyOf(node, 'RangeVar')?.location)
    const end = nameEnd(part, at)
    return {
      node,
      part: {
        ...part,
        from: isWord(tokenAt(part, at - 1), 'only') ? at - 1 : at,
        to: isMark(tokenAt(part, end), '*') ? end + 1 : end,
      },
    }
  })
}

export function lowerTruncate(statement: TruncateStmt, part: Part): readonly Command[] {
  return eachTable(statement.relations, part).map(({ node, part: own }) => {
    const relation = bodyOf(node, 'RangeVar')
    const operation = {
      kind: 'Truncate',
      table: nameOf(relation),
      only: relation?.inh !== true,
      cascade: statement.behavior === 'DROP_CASCADE',
      restartIdentity: statement.restart_seqs === true,
    } as const
    return command(operation, own)
  })
}

export function lowerLock(statement: LockStmt, part: Part): readonly Command[] {
  // The tree counts lock modes from 1, weakest first (lockdefs.h).
  const mode = lockModes[(statement.mode ?? lockModes.length) - 1] ?? 'ACCESS EXCLUSIVE'
  return eachTable(statement.relations, part).map(({ node, part: own }) => {
    const relation = bodyOf(node, 'RangeVar')
    const nowait = statement.nowait === true
    return command({ kind: 'LockTable', table: nameOf(relation), only: relation?.inh !== true, mode, nowait }, own)
  })
}

export function lowerVacuum(statement: VacuumStmt, part: Part): readonly Command[] {
  const tables = bodiesOf(statement.rels, 'VacuumRelation').map(({ relation }) => nameOf(relation))
  if (statement.is_vacuumcmd !== true) return [command({ kind: 'Analyze', tables }, part)]
  const full = isOn(optionOf(statement.options, 'full'))
  const analyze = isOn(optionOf(statement.options, 'analyze'))
  return [command({ kind: 'Vacuum', tables, full, analyze }, part)]
}
