import type { AlterPublicationStmt, CreatePublicationStmt, Node, PublicationTable } from 'libpg-query'
import type { Command, PublishedTable } from '../../operation.ts'
import { lowerOptional } from './expression.ts'
import { nameOf } from './name.ts'
import { bodiesOf, stringsOf } from './node.ts'
import type { Part } from './span.ts'
import { command, findWord, indexAt, insideNext, nameEnd, starting } from './span.ts'

export function lowerCreatePublication(statement: CreatePublicationStmt, part: Part): readonly Command[] {
  const operation = {
    kind: 'CreatePublication',
    publication: statement.pubname ?? '',
    ...publishedBy(statement.pubobjects, part),
    allTables: statement.for_all_tables === true,
  } as const
  return [command(operation, part)]
}

const changes = { AP_AddObjects: 'add', AP_DropObjects: 'drop', AP_SetObjects: 'set' } as const

export function lowerAlterPublication(statement: AlterPublicationStmt, part: Part): readonly Command[] {
  const operation = {
    kind: 'AlterPublication',
    publication: statement.pubname ?? '',
    change: statement.pubobjects === undefined ? 'options' : changes[statement.action ?? 'AP_AddObjects'],
    ...publishedBy(statement.pubobjects, part),
  } as const
  return [command(operation, part)]
}

function publishedBy(objects: readonly Node[] | undefined, part: Part) {
  const tables: PublishedTable[] = []
  const schemas: string[] = []
  for (const { pubobjtype, pubtable, name } of bodiesOf(objects, 'PublicationObjSpec')) {
    if (pubtable !== undefined) tables.push(lowerPublished(pubtable, part))
    else schemas.push(pubobjtype === 'PUBLICATIONOBJ_TABLES_IN_CUR_SCHEMA' ? 'CURRENT_SCHEMA' : (name ?? ''))
  }
  return { tables, schemas }
}

function lowerPublished(table: PublicationTable, part: Part): PublishedTable {
  const after = starting(part, nameEnd(part, indexAt(part, table.relation?.location)))
  return {
    table: nameOf(table.relation),
    columns: table.columns === undefined ? undefined : stringsOf(table.columns),
    where: lowerOptional(table.whereClause, insideNext(after, findWord(after, 'where') ?? after.to)),
  }
}
