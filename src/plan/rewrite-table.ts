import { findIndex, findTable, indexesOf } from '../catalog/lookup.ts'
import { type Name, printName, quoteIdentifier } from '../name.ts'
import type { Operation } from '../operation.ts'
import type { Site } from '../rule.ts'
import { printType } from '../type-name.ts'
import type { Key } from './batches.ts'
import { deploy } from './change.ts'
import { besideTable } from './name.ts'
import type { Plan } from './plan.ts'
import { planMoveIndex } from './reindex.ts'
import type { Shadow } from './shadow.ts'
import { clusterOn, planByShadow } from './shadow-plan.ts'

/**
 * VACUUM FULL and CLUSTER: rows written anew to a copy, in the order of the index where that is one of plain columns. Of several or all tables:
 * a note, as each is a plan of its own.
 */
export function planRewriteTable(op: Operation<'Vacuum' | 'Cluster'>, at: Site): Plan {
  if (op.kind === 'Vacuum' && !op.full) return []
  const [table, ...others] = op.kind === 'Vacuum' ? op.tables : op.table === undefined ? [] : [op.table]
  const what = op.kind === 'Vacuum' ? 'VACUUM FULL' : 'CLUSTER'
  if (table === undefined || others.length > 0) {
    return [deploy(`nothing: ${what} of several tables is planned table by table. Write one statement for each that needs it`)]
  }
  if (op.kind === 'Vacuum') {
    return planByShadow(table, { aim: 'write it anew', remark: 'without the room of dead rows ' }, at)
  }
  const index = op.index ?? findTable(at.before, table)?.clusteredOn
  if (index === undefined || !indexesOf(at.before, table).some(({ name }) => name.name === index)) return []
  const order = orderOf(table, index, at)
  return planByShadow(
    table,
    {
      aim: `order it by ${quoteIdentifier(index)}`,
      order: () => order,
      alter: (shadow) => clusterOn(shadow, index),
      remark:
        order === undefined
          ? `(its rows come in the order of the primary key, as ${quoteIdentifier(index)} is no order that batches can follow: pg_repack can) `
          : `whose rows come in the order of ${quoteIdentifier(index)} `,
    },
    at,
  )
}

/** The columns of an index and, behind them, those of the primary key; undefined where a column may be NULL or is ordered otherwise. */
function orderOf(table: Name, index: string, at: Site): Key | undefined {
  const known = findTable(at.before, table)
  const found = known && findIndex(at.before, besideTable(known.name, index))
  const primary = known?.constraints.find(({ definition }) => definition.kind === 'primary key')?.columns ?? []
  if (known === undefined || found === undefined || found.method !== 'btree' || found.where !== undefined) return undefined
  const plain = found.keys.every(
    ({ column, order, operatorClass, collation, nulls }) =>
      column !== undefined && order === 'asc' && operatorClass === undefined && collation === undefined && nulls === undefined,
  )
  const columns = [...new Set([...found.keys.flatMap(({ column }) => column ?? []), ...primary])]
  const key = columns.flatMap((name) => {
    const column = known.columns.find((each) => each.name === name)
    return column?.type === undefined || column.notNull !== true ? [] : [{ name, type: printType(column.type) }]
  })
  return plain && key.length === columns.length ? key : undefined
}

/** SET LOGGED, UNLOGGED, ACCESS METHOD and TABLESPACE of a table: a copy is made with the property. An index moves by itself. */
export function planSetStorage(
  op: Operation<'SetLogged' | 'SetTablespace' | 'SetAccessMethod' | 'AlterIndex' | 'MoveAllInTablespace'>,
  at: Site,
): Plan {
  switch (op.kind) {
    case 'AlterIndex':
      return planMoveIndex(op, at)
    case 'MoveAllInTablespace':
      return [deploy(`nothing: tables and indexes of a tablespace are moved one by one. Write one statement for each`)]
    case 'SetTablespace':
      if (findIndex(at.before, op.table) !== undefined) return planMoveIndex(op, at)
      return planByShadow(
        op.table,
        {
          aim: `move it to ${quoteIdentifier(op.tablespace)}`,
          create: { tablespace: op.tablespace },
          differs: 'tablespace',
          remark: `in ${quoteIdentifier(op.tablespace)} `,
        },
        at,
      )
    case 'SetAccessMethod':
      return planByShadow(
        op.table,
        {
          aim: 'change its access method',
          create: { accessMethod: op.method },
          differs: 'access method',
          remark: `of access method ${op.method === undefined ? 'default' : quoteIdentifier(op.method)} `,
        },
        at,
      )
    case 'SetLogged':
      return setLogged(op, at)
  }
}

function setLogged({ table, logged }: Operation<'SetLogged'>, at: Site): Plan {
  const word = logged ? 'LOGGED' : 'UNLOGGED'
  const sequences = (shadow: Shadow, to: string) =>
    // From 15 on a table's sequences go with it.
    at.postgres < 15 ? [] : shadow.serials.map(({ sequence }) => `ALTER SEQUENCE ${printName(sequence)} SET ${to}`)
  return planByShadow(
    table,
    {
      aim: `make it ${word}`,
      create: { persistence: logged ? 'permanent' : 'unlogged' },
      differs: 'persistence',
      added: (shadow) => ({
        names: [],
        forth: sequences(shadow, word),
        back: sequences(shadow, logged ? 'UNLOGGED' : 'LOGGED'),
      }),
      hindrance: ({ keys }) =>
        keys.some(({ isOwn, owner, references }) => clashes(isOwn ? references : owner, table, logged, isOwn, at))
          ? 'a foreign key ties it to a table that would be kept otherwise'
          : undefined,
      remark: `that is ${word} `,
    },
    at,
  )
}

/** PostgreSQL refuses foreign keys from logged tables to unlogged ones. */
function clashes(other: Name, table: Name, logged: boolean, isOwn: boolean, at: Site): boolean {
  if (printName(at.resolve(other)) === printName(at.resolve(table))) return false
  const persistence = findTable(at.before, other)?.persistence
  return isOwn ? logged && persistence !== 'permanent' : !logged && persistence !== 'unlogged'
}
