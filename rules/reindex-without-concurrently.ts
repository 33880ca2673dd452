import { planReindex } from '../src/plan/builder/reindex.ts'
import {
  advice,
  findIndex,
  findTable,
  insertConcurrently,
  isInUse,
  listRelations,
  type Operation,
  outsideTransaction,
  printName,
  quoteIdentifier,
  type Report,
  rule,
  type Site,
} from '../src/rule.ts'

export default rule({
  on: ['Reindex'],
  hazard: 'blocks reads',
  summary: 'indexes rebuilt without CONCURRENTLY',
  why: `REINDEX locks the table against writes and has the index that is being rebuilt to itself. Reads wait too, in effect: to plan a query, PostgreSQL
looks at every index of its tables. REINDEX CONCURRENTLY (12 and later) builds a second index beside the old one while traffic goes on.`,
  instead: `Use \`REINDEX … CONCURRENTLY\`, in a migration that runs without a transaction. System catalogs cannot be reindexed so. Before PostgreSQL 14 a
partitioned table or index cannot be reindexed as a whole. From 14 on it can, but REINDEX TABLE CONCURRENTLY locks every partition against
writes while it lists them: take the partitions one by one.`,
  references: ['https://www.postgresql.org/docs/current/sql-reindex.html#SQL-REINDEX-CONCURRENTLY'],
  knownAs: [
    'squawk/require-concurrent-reindex',
    'pgls/requireConcurrentReindex',
    'django-migration-linter/REINDEX',
    'pgfence/reindex-non-concurrent',
    'pg-migration-lint/PGM022',
    'migrationpilot/MP021',
    'migrationpilot/require-concurrent-reindex',
  ],
  check(op, at) {
    if (at.skipped !== undefined || at.refused !== undefined) return undefined
    if (op.concurrently) return asAWhole(op, at)
    const tables = at.effects.filter((effect) => effect.kind !== 'index')
    const isKnown = op.target !== undefined && tables.length > 0
    if (isKnown && !tables.some((effect) => isInUse(effect, at))) return undefined
    if (op.scope === 'system') {
      return {
        message: 'reindexing the system catalogs blocks whatever looks into them, index by index',
        instead: 'system catalogs cannot be reindexed concurrently: do it while nothing else uses the database',
      }
    }
    const where =
      op.scope === 'schema' || op.scope === 'database'
        ? `every table of the ${op.scope}, one by one`
        : isKnown
          ? listRelations(tables, at)
          : tableOf(op, at)
    return {
      message: `${doing(op)} blocks writes to ${where}, and reads that have yet to be planned`,
      instead: stepsFor(op, at),
      fix: () => insertConcurrently(op, at),
    }
  },
  rewrite: planReindex,
})

/** Even CONCURRENTLY locks the partitions of a table that it takes as a whole. */
function asAWhole(op: Operation<'Reindex'>, at: Site): Report | undefined {
  const listed = at.effects.filter((effect) => effect.kind !== 'index' && effect.lock === 'SHARE' && isInUse(effect, at))
  if (listed.length === 0) return undefined
  return {
    message: `${doing(op)} as a whole locks ${listRelations(listed, at)} against writes while its partitions are listed, and waits for whoever has written there`,
    hazard: 'queues traffic',
    certainty: 'possible',
    instead: stepsFor(op, at),
    covers: ['lock-without-timeout'],
  }
}

function doing(op: Operation<'Reindex'>): string {
  const target = op.target === undefined ? 'the database' : printName(op.target)
  if (op.scope === 'index') return `rebuilding ${target}`
  return `reindexing ${op.scope === 'schema' ? 'schema ' : ''}${target}`
}

function tableOf(op: Operation<'Reindex'>, at: Site): string {
  if (op.target === undefined) return 'its table'
  if (op.scope === 'table') return printName(at.resolve(op.target))
  const table = findIndex(at.before, op.target)?.table
  return table === undefined ? 'its table' : printName(table)
}

function stepsFor(op: Operation<'Reindex'>, at: Site): string {
  const table = op.target && (op.scope === 'table' ? op.target : findIndex(at.before, op.target)?.table)
  if (table !== undefined && findTable(at.before, table)?.partitionBy !== undefined) {
    // As a whole it asks for SHARE on every partition while it lists them, and writers queue behind that (seen on 15).
    return advice(
      'rebuild partition by partition while traffic goes on: as a whole, a partitioned table is locked against writes while its partitions are listed',
      ...planReindex(op, at)
        .flatMap((step) => (step.phase === 'deploy' ? [] : step.statements))
        .map((statement) => `${statement};`),
    )
  }
  const options = op.tablespace === undefined ? '' : `(TABLESPACE ${quoteIdentifier(op.tablespace)}) `
  const target = op.target === undefined ? '' : ` ${printName(op.target)}`
  return advice(
    'rebuild while traffic goes on',
    ...outsideTransaction(at),
    `REINDEX ${options}${op.scope.toUpperCase()} CONCURRENTLY${target};`,
  )
}
