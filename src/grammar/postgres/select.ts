import type { DeclareCursorStmt, IntoClause, SelectStmt } from 'libpg-query'
import type { Command } from '../../operation.ts'
import { persistenceOf } from './create-table.ts'
import { changesInWith } from './data.ts'
import { nameOf } from './name.ts'
import { lowerQuery } from './query.ts'
import { lowerSetConfig } from './session.ts'
import type { Part } from './span.ts'
import { command, ending, findWord, indexAt, nameEnd, starting, textOf } from './span.ts'

/** SELECT, VALUES and TABLE; with INTO it makes a table, and calls of set_config alone are SETs. */
export function lowerSelect(statement: SelectStmt, part: Part): readonly Command[] {
  const node = { SelectStmt: statement }
  const into = intoOf(statement)
  const query = lowerQuery(node, part)
  if (into === undefined) {
    const settings = lowerSetConfig(statement, part)
    return settings ?? [...changesInWith(node, part), command({ kind: 'Select', query }, part)]
  }
  const operation = {
    kind: 'CreateTableAs',
    table: nameOf(into.rel),
    columns: [],
    query: { ...query, sql: textWithoutInto(into, part) },
    withData: true,
    ifNotExists: false,
    persistence: persistenceOf(into.rel),
  } as const
  return [...changesInWith(node, part), command(operation, part)]
}

/** In a UNION it is the leftmost SELECT that may say INTO. */
function intoOf(statement: SelectStmt): IntoClause | undefined {
  return statement.intoClause ?? (statement.larg === undefined ? undefined : intoOf(statement.larg))
}

function textWithoutInto(into: IntoClause, part: Part): string {
  const at = findWord(part, 'into')
  if (at === undefined) return textOf(part)
  const rest = textOf(starting(part, nameEnd(part, indexAt(part, into.rel?.location))))
  return `${textOf(ending(part, at))} ${rest}`.trimEnd()
}

/** A cursor takes its query's locks when it is declared. */
export function lowerCursor(statement: DeclareCursorStmt, part: Part): readonly Command[] {
  const at = findWord(part, 'for')
  const query = starting(part, at === undefined ? part.to : at + 1)
  return [command({ kind: 'Select', query: lowerQuery(statement.query, query) }, part)]
}
