import type { CreateTableAsStmt, RefreshMatViewStmt, ViewStmt } from 'libpg-query'
import type { Query } from '../../expression.ts'
import { quoteIdentifier } from '../../name.ts'
import type { Command } from '../../operation.ts'
import { persistenceOf } from './create-table.ts'
import { changesInWith } from './data.ts'
import { nameOf } from './name.ts'
import { stringsOf } from './node.ts'
import { listed, optionList } from './option.ts'
import { lowerQuery } from './query.ts'
import type { Part } from './span.ts'
import { command, ending, indexAt, isWord, nameEnd, starting, textOf, tokenAt } from './span.ts'

export function lowerCreateView(statement: ViewStmt, part: Part): readonly Command[] {
  const check = statement.withCheckOption
  const checked =
    check === 'LOCAL_CHECK_OPTION' ? ['check_option=local'] : check === 'CASCADED_CHECK_OPTION' ? ['check_option=cascaded'] : []
  const query = lowerQuery(statement.query, queryPart(part, statement.view?.location))
  const operation = {
    kind: 'CreateView',
    view: nameOf(statement.view),
    columns: stringsOf(statement.aliases),
    query: isRecursive(statement, part) ? recursive(query, statement) : query,
    replace: statement.replace === true,
    temporary: statement.view?.relpersistence === 't',
    options: [...optionList(statement.options), ...checked],
  } as const
  return [command(operation, part)]
}

function isRecursive(statement: ViewStmt, part: Part): boolean {
  return isWord(tokenAt(part, indexAt(part, statement.view?.location) - 2), 'recursive')
}

/** CREATE RECURSIVE VIEW v (c) AS q is CREATE VIEW v AS WITH RECURSIVE v (c) AS (q) SELECT c FROM v (manual, CREATE VIEW). */
function recursive(query: Query, statement: ViewStmt): Query {
  const view = quoteIdentifier(statement.view?.relname ?? '')
  const columns = stringsOf(statement.aliases).map(quoteIdentifier).join(', ')
  return { ...query, sql: `WITH RECURSIVE ${view} (${columns}) AS (${query.sql}) SELECT ${columns} FROM ${view}` }
}

/** CREATE TABLE … AS and CREATE MATERIALIZED VIEW. */
export function lowerCreateTableAs(statement: CreateTableAsStmt, part: Part): readonly Command[] {
  const { query, into } = statement
  const own = queryPart(part, into?.rel?.location)
  if (query !== undefined && 'ExecuteStmt' in query) {
    const reason = 'what EXECUTE runs was prepared elsewhere'
    return [command({ kind: 'Opaque', statement: 'CREATE TABLE AS EXECUTE', sql: textOf(part), reason }, part)]
  }
  const common = {
    columns: stringsOf(into?.colNames),
    query: lowerQuery(query, own),
    withData: into?.skipData !== true,
    ifNotExists: statement.if_not_exists === true,
  }
  const operation =
    statement.objtype === 'OBJECT_MATVIEW'
      ? ({
          kind: 'CreateMaterializedView',
          view: nameOf(into?.rel),
          ...common,
          ...(into?.accessMethod === undefined ? {} : { accessMethod: into.accessMethod }),
          ...listed('options', optionList(into?.options)),
          ...(into?.tableSpaceName === undefined ? {} : { tablespace: into.tableSpaceName }),
        } as const)
      : ({ kind: 'CreateTableAs', table: nameOf(into?.rel), persistence: persistenceOf(into?.rel), ...common } as const)
  return [...changesInWith(query, own), command(operation, part)]
}

/** The query after AS, without WITH CHECK OPTION or WITH DATA at its end. */
function queryPart(part: Part, location: number | undefined): Part {
  const depth = part.text.tokens[part.from]?.depth
  let as = nameEnd(part, indexAt(part, location))
  while (as < part.to && !(isWord(tokenAt(part, as), 'as') && tokenAt(part, as)?.depth === depth)) as++
  return starting(ending(part, tailStart(part)), as + 1)
}

/** WITH [NO] DATA and WITH [LOCAL | CASCADED] CHECK OPTION are the only endings whose last words are these. */
function tailStart(part: Part): number {
  const isAt = (back: number, ...words: readonly string[]) => isWord(tokenAt(part, part.to - back), ...words)
  const length = isAt(1, 'data')
    ? isAt(2, 'no')
      ? 3
      : 2
    : isAt(1, 'option') && isAt(2, 'check')
      ? isAt(3, 'local', 'cascaded')
        ? 4
        : 3
      : 0
  return length > 0 && isAt(length, 'with') ? part.to - length : part.to
}

export function lowerRefresh(statement: RefreshMatViewStmt, part: Part): readonly Command[] {
  const operation = {
    kind: 'RefreshMaterializedView',
    view: nameOf(statement.relation),
    concurrently: statement.concurrent === true,
    withData: statement.skipData !== true,
  } as const
  return [command(operation, part)]
}
