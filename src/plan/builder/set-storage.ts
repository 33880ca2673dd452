import { findIndex, findTable } from '../../catalog/lookup.ts'
import { type Name, printName, quoteIdentifier } from '../../name.ts'
import type { Operation } from '../../operation.ts'
import type { Site } from '../../rule.ts'
import type { Shadow } from '../block/shadow.ts'
import { type Difference, planByShadow } from '../block/shadow-plan.ts'
import { deploy } from '../change.ts'
import type { Plan } from '../plan.ts'
import { planMoveIndex } from './reindex.ts'

type SetStorage = Operation<'SetLogged' | 'SetTablespace' | 'SetAccessMethod'>

/** SET LOGGED, UNLOGGED, ACCESS METHOD and TABLESPACE of a table: a copy is made with the property. An index moves by itself. */
export function planSetStorage(op: SetStorage | Operation<'AlterIndex' | 'MoveAllInTablespace'>, at: Site): Plan {
  if (op.kind === 'AlterIndex') return planMoveIndex(op, at)
  if (op.kind === 'MoveAllInTablespace') {
    return [deploy('nothing: tables and indexes of a tablespace are moved one by one. Write one statement for each')]
  }
  if (op.kind === 'SetTablespace' && findIndex(at.before, op.table) !== undefined) return planMoveIndex(op, at)
  return planByShadow(op.table, storageDifference(op, at), at)
}

/** What the property asks of a copy. */
export function storageDifference(op: SetStorage, at: Site): Difference {
  switch (op.kind) {
    case 'SetTablespace':
      return {
        aim: `move it to ${quoteIdentifier(op.tablespace)}`,
        create: { tablespace: op.tablespace },
        differs: ['tablespace'],
        remark: `is in ${quoteIdentifier(op.tablespace)}`,
      }
    case 'SetAccessMethod':
      return {
        aim: 'change its access method',
        create: { accessMethod: op.method },
        differs: ['access method'],
        remark: op.method === undefined ? 'has the default access method' : `has the access method ${quoteIdentifier(op.method)}`,
      }
    case 'SetLogged':
      return loggedDifference(op, at)
  }
}

function loggedDifference({ table, logged }: Operation<'SetLogged'>, at: Site): Difference {
  const word = logged ? 'LOGGED' : 'UNLOGGED'
  // From 15 on a table's sequences go with it.
  const sequences = ({ serials }: Shadow, to: string) =>
    at.postgres < 15 ? [] : serials.map(({ sequence }) => `ALTER SEQUENCE ${printName(sequence)} SET ${to}`)
  return {
    aim: `make it ${word}`,
    create: { persistence: logged ? 'permanent' : 'unlogged' },
    differs: ['persistence'],
    added: (shadow) => ({ names: [], forth: sequences(shadow, word), back: sequences(shadow, logged ? 'UNLOGGED' : 'LOGGED') }),
    hindrance: ({ keys }) =>
      keys.some(({ isOwn, owner, references }) => clashes(isOwn ? references : owner, table, { logged, isOwn }, at))
        ? 'a foreign key ties it to a table that is kept otherwise'
        : undefined,
    remark: `is ${word}`,
  }
}

/** PostgreSQL refuses foreign keys from logged tables to unlogged ones. */
function clashes(
  other: Name,
  table: Name,
  { logged, isOwn }: { readonly logged: boolean; readonly isOwn: boolean },
  at: Site,
): boolean {
  if (printName(at.resolve(other)) === printName(at.resolve(table))) return false
  const persistence = findTable(at.before, other)?.persistence
  return isOwn ? logged && persistence !== 'permanent' : !logged && persistence !== 'unlogged'
}
