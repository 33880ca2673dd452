import { planDetachPartition } from '../src/plan/builder/detach-partition.ts'
import {
  addNotValid,
  advice,
  alterTable,
  foreignKeysTo,
  inLaterMigration,
  listRelations,
  type Operation,
  outsideTransaction,
  printName,
  quoteIdentifier,
  rule,
  type Site,
  waitFor,
} from '../src/rule.ts'

export default rule({
  on: ['DetachPartition'],
  hazard: 'blocks writes',
  summary: 'a partition detached from a table that foreign keys refer to, whose rows are looked up first',
  why: `Rows of other tables must not refer to a partition that goes. So DETACH PARTITION looks up every row of every table with a foreign key to the
partitioned table, and locks those tables meanwhile: against reads and writes, or with CONCURRENTLY against writes.`,
  instead: `Detach while those tables are small or quiet. Otherwise drop their foreign keys, detach concurrently, and add the keys again with NOT VALID and a
later VALIDATE; nothing guards the reference in between.`,
  references: [
    'https://www.postgresql.org/docs/current/sql-altertable.html#SQL-ALTERTABLE-DESC-DETACH-PARTITION',
    'https://www.postgresql.org/docs/current/ddl-partitioning.html#DDL-PARTITIONING-DECLARATIVE-MAINTENANCE',
  ],
  knownAs: ['pgfence/detach-partition', 'pgfence/detach-partition-concurrent'],
  check(op, at) {
    const wait = waitFor(at)
    if (wait === undefined) return undefined
    const checked = listRelations(wait.worked, at)
    return {
      // CONCURRENTLY takes SHARE for the look-up (ATDetachCheckNoForeignKeyRefs); its stronger lock comes later and is brief.
      message: `detaching ${printName(op.partition)} ${op.concurrently ? `blocks writes to ${checked}` : wait.blocks} while every row of ${checked} is looked up`,
      instead: stepsFor(op, at),
      hazard: op.concurrently ? 'blocks writes' : wait.hazard,
    }
  },
  rewrite: planDetachPartition,
})

function stepsFor(op: Operation<'DetachPartition'>, at: Site): string {
  const keys = foreignKeysTo(at.before, op.table).flatMap(({ table, constraint: { name, definition } }) =>
    definition.kind === 'foreign key' ? [{ table, name, definition }] : [],
  )
  const sentence =
    'take the foreign keys out of the way, detach, and put them back for new rows first; nothing guards them in between'
  // A partitioned table refuses NOT VALID before 18, and CONCURRENTLY came with 14.
  if (at.postgres < 14 || (at.postgres < 18 && keys.some(({ table }) => table.partitionBy !== undefined))) return sentence
  return advice(
    sentence,
    ...keys.map(({ table, name }) => alterTable({ table: table.name }, `DROP CONSTRAINT ${quoteIdentifier(name)}`)),
    inLaterMigration,
    ...outsideTransaction(at),
    alterTable(op, `DETACH PARTITION ${printName(op.partition)} CONCURRENTLY`),
    inLaterMigration,
    ...keys.map(({ table, name, definition }) => alterTable({ table: table.name }, addNotValid(definition, name))),
    inLaterMigration,
    ...keys.map(({ table, name }) => alterTable({ table: table.name }, `VALIDATE CONSTRAINT ${quoteIdentifier(name)}`)),
  )
}
