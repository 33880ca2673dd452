import { planSetStorage } from '../src/plan/builder/set-storage.ts'
import {
  advice,
  blocksReads,
  findIndex,
  isInUse,
  type Operation,
  outsideTransaction,
  printName,
  quoteIdentifier,
  rule,
  type Site,
  waitFor,
} from '../src/rule.ts'

export default rule({
  on: ['SetTablespace', 'SetLogged', 'SetAccessMethod', 'MoveAllInTablespace', 'AlterIndex'],
  hazard: 'blocks reads',
  summary: 'a table or index moved or written anew: SET TABLESPACE, LOGGED, UNLOGGED, ACCESS METHOD',
  why: `SET LOGGED, SET UNLOGGED and SET ACCESS METHOD write the table and its indexes anew; SET TABLESPACE copies the file. Reads and writes wait until
that is done. (ALTER COLUMN … SET STORAGE is another thing: it changes what later rows do and rewrites nothing.)`,
  instead: `Make a new table with that property, keep it in step with a trigger, copy the rows in batches and exchange the names; or do it in a quiet window.
An index moves without anyone waiting by \`REINDEX (TABLESPACE …) INDEX CONCURRENTLY\` (14 and later).`,
  references: [
    'https://www.postgresql.org/docs/current/sql-altertable.html#SQL-ALTERTABLE-DESC-SET-TABLESPACE',
    'https://www.postgresql.org/docs/current/sql-altertable.html#SQL-ALTERTABLE-DESC-SET-LOGGED-UNLOGGED',
    'https://www.postgresql.org/docs/current/sql-reindex.html',
  ],
  knownAs: [
    'pgfence/set-logged-unlogged',
    'atlas/PG307',
    'atlas/PG311',
    'pg-migration-lint/PGM506',
    'migrationpilot/MP047',
    'migrationpilot/ban-set-logged-unlogged',
    'migrationpilot/MP095',
    'migrationpilot/warn-set-tablespace-rewrite',
  ],
  check(op, at) {
    if (op.kind === 'AlterIndex') return op.change === 'tablespace' ? movedIndex(op.index, undefined, at) : undefined
    if (op.kind === 'MoveAllInTablespace') {
      return {
        message: `moving all ${op.objects} of tablespace ${quoteIdentifier(op.from)} blocks reads and writes to each while its file is copied`,
        instead: 'move them one by one, each in the way that lets traffic through',
      }
    }
    // ALTER TABLE also moves indexes.
    if (op.kind === 'SetTablespace' && findIndex(at.before, op.table)) return movedIndex(op.table, op.tablespace, at)
    const wait = waitFor(at)
    if (wait === undefined) return undefined
    return {
      message: `${nameOf(op)} ${wait.blocks} while the table is ${op.kind === 'SetTablespace' ? 'copied' : 'rewritten'}`,
      instead: 'copy in batches into a new table that has it, then exchange the names; or do it in a quiet window',
      hazard: wait.hazard,
    }
  },
  rewrite: planSetStorage,
})

function nameOf(op: Operation<'SetTablespace' | 'SetLogged' | 'SetAccessMethod'>): string {
  switch (op.kind) {
    case 'SetTablespace':
      return 'SET TABLESPACE'
    case 'SetLogged':
      return op.logged ? 'SET LOGGED' : 'SET UNLOGGED'
    case 'SetAccessMethod':
      return 'SET ACCESS METHOD'
  }
}

/** An index that is copied stands in the way of every query that plans with its table. */
function movedIndex(index: Operation<'AlterIndex'>['index'], tablespace: string | undefined, at: Site) {
  if (at.skipped !== undefined || at.refused !== undefined) return undefined
  if (!at.effects.some((effect) => effect.work.size > 0 && blocksReads(effect.lock) && isInUse(effect, at))) return undefined
  const table = findIndex(at.before, index)?.table
  if (table !== undefined && at.isNew(table)) return undefined
  const where = table === undefined ? 'its table' : printName(table)
  return {
    message: `moving ${quoteIdentifier(index.name)} to another tablespace blocks reads and writes to ${where} while the index is copied`,
    instead:
      at.postgres < 14
        ? 'build a second index in the new tablespace with CREATE INDEX CONCURRENTLY, then drop this one concurrently'
        : tablespace === undefined
          ? `move it while traffic goes on, by REINDEX INDEX CONCURRENTLY ${printName(index)} with the TABLESPACE option`
          : advice(
              'move it while traffic goes on',
              ...outsideTransaction(at),
              `REINDEX (TABLESPACE ${quoteIdentifier(tablespace)}) INDEX CONCURRENTLY ${printName(index)};`,
            ),
  }
}
