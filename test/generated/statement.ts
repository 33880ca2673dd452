import { alterTable } from './alter-table.ts'
import { dataStatement, doBlock, insertRows, maintenanceStatement } from './data.ts'
import { changeIndex, createIndex } from './indexes.ts'
import { dropStatement, objectStatement, sequenceStatement } from './object.ts'
import { partitionStatements } from './partition.ts'
import { createTable } from './table.ts'
import { typeStatement } from './type.ts'
import { changeView, createView } from './view.ts'
import { type Desk, print, type Written, written } from './written.ts'

/** What every story starts with: what tables and defaults of it use. */
export function prelude(): readonly Written[] {
  return [
    'CREATE SCHEMA app',
    `CREATE TYPE mood AS ENUM ('1', '2', '3')`,
    'CREATE DOMAIN plain AS int',
    'CREATE DOMAIN positive AS int CHECK (VALUE > 0)',
    'CREATE DOMAIN short AS varchar(10)',
    'CREATE TYPE pair AS (x int, y int)',
    'CREATE SEQUENCE numbers',
    `CREATE FUNCTION own_trigger() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'`,
    `CREATE FUNCTION own_immutable(a int) RETURNS int LANGUAGE plpgsql IMMUTABLE AS 'BEGIN RETURN 1; END'`,
    `CREATE FUNCTION own_stable(a int) RETURNS int LANGUAGE plpgsql STABLE AS 'BEGIN RETURN 1; END'`,
    `CREATE FUNCTION own_volatile(a int) RETURNS int LANGUAGE plpgsql AS 'BEGIN RETURN 1; END'`,
  ].map(written)
}

const families = {
  'alter table': [50, (at: Desk) => [alterTable(at)]],
  'create table': [9, (at: Desk) => [createTable(at)]],
  partition: [9, partitionStatements],
  'create index': [9, (at: Desk) => [createIndex(at)]],
  'change index': [5, (at: Desk) => [changeIndex(at)]],
  'create view': [3, (at: Desk) => [createView(at)]],
  'change view': [4, (at: Desk) => [changeView(at)]],
  type: [5, (at: Desk) => [typeStatement(at)]],
  sequence: [2, (at: Desk) => [sequenceStatement(at)]],
  object: [7, (at: Desk) => [objectStatement(at)]],
  drop: [3, (at: Desk) => [dropStatement(at)]],
  data: [7, (at: Desk) => [dataStatement(at)]],
  maintenance: [5, (at: Desk) => [maintenanceStatement(at)]],
} as const

const weights = Object.fromEntries(Object.entries(families).map(([name, [weight]]) => [name, weight]))

/** The next statements of a story; several where one makes what the next is about. Never none. */
export function nextStatements(at: Desk): readonly Written[] {
  for (;;) {
    const tables = at.world.tables.length
    const crowded: Readonly<Record<string, number>> =
      tables > 14 ? { drop: 14, 'create table': 2 } : tables < 5 ? { 'create table': 50 } : {}
    const family = at.random.weighted({ ...weights, ...crowded })
    const found = Object.entries(families).find(([name]) => name === family)?.[1][1](at) ?? []
    const statements = found.filter((each): each is Written => each !== undefined)
    const [only] = statements
    if (only === undefined) continue
    const block = statements.length === 1 && at.random.chance(3) ? doBlock(at, print(only)) : undefined
    return block === undefined ? statements : [block]
  }
}

/** Rows for a table that a story just made: most tables have some. */
export function rowsFor(at: Desk, name: string): readonly Written[] {
  const table = at.world.tables.find((each) => each.name === name)
  return table === undefined || at.random.chance(30) ? [] : [insertRows(at, table)]
}
