import type { CreateStatsStmt, IndexStmt, ReindexStmt } from 'libpg-query'
import type { Command } from '../../operation.ts'
import { lowerOptional } from './expression.ts'
import { lowerKeys } from './index-key.ts'
import { nameOf, nameOfList, unqualified } from './name.ts'
import { bodiesOf } from './node.ts'
import { isOn, optionList, optionOf, optionText } from './option.ts'
import type { Part } from './span.ts'
import { closeOf, command, findMark, findWord, indexAt, inside, nameEnd, split, starting } from './span.ts'

export function lowerCreateIndex(statement: IndexStmt, part: Part): readonly Command[] {
  const after = starting(part, nameEnd(part, indexAt(part, statement.relation?.location)))
  const open = findMark(after, '(') ?? part.to
  const tail = starting(part, closeOf(part, open) + 1)
  const where = findWord(tail, 'where')
  const operation = {
    kind: 'CreateIndex',
    table: nameOf(statement.relation),
    index: statement.idxname,
    unique: statement.unique === true,
    concurrently: statement.concurrent === true,
    ifNotExists: statement.if_not_exists === true,
    only: statement.relation?.inh !== true,
    method: statement.accessMethod ?? 'btree',
    keys: lowerKeys(statement.indexParams, split(inside(part, open))),
    include: bodiesOf(statement.indexIncludingParams, 'IndexElem').flatMap(({ name }) => name ?? []),
    where: lowerOptional(statement.whereClause, starting(tail, where === undefined ? tail.to : where + 1)),
    nullsNotDistinct: statement.nulls_not_distinct === true,
    tablespace: statement.tableSpace,
    options: optionList(statement.options),
  } as const
  return [command(operation, part)]
}

const scopes = {
  REINDEX_OBJECT_INDEX: 'index',
  REINDEX_OBJECT_TABLE: 'table',
  REINDEX_OBJECT_SCHEMA: 'schema',
  REINDEX_OBJECT_SYSTEM: 'system',
  REINDEX_OBJECT_DATABASE: 'database',
} as const

export function lowerReindex(statement: ReindexStmt, part: Part): readonly Command[] {
  const named = statement.name === undefined ? undefined : unqualified(statement.name)
  const operation = {
    kind: 'Reindex',
    scope: scopes[statement.kind ?? 'REINDEX_OBJECT_INDEX'],
    target: statement.relation === undefined ? named : nameOf(statement.relation),
    concurrently: isOn(optionOf(statement.params, 'concurrently')),
    tablespace: optionText(optionOf(statement.params, 'tablespace')),
    ...(isOn(optionOf(statement.params, 'verbose')) ? { verbose: true } : {}),
  } as const
  return [command(operation, part)]
}

export function lowerCreateStatistics(statement: CreateStatsStmt, part: Part): readonly Command[] {
  const operation = {
    kind: 'CreateStatistics',
    statistics: statement.defnames === undefined ? undefined : nameOfList(statement.defnames),
    tables: bodiesOf(statement.relations, 'RangeVar').map(nameOf),
    ifNotExists: statement.if_not_exists === true,
    columns: bodiesOf(statement.exprs, 'StatsElem').flatMap(({ name }) => name ?? []),
  } as const
  return [command(operation, part)]
}
