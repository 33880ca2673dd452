import { planCreatePartition } from '../src/plan/builder/attach-partition.ts'
import {
  advice,
  alterTable,
  boundCondition,
  defaultPartition,
  freeConstraintName,
  inLaterMigration,
  type Operation,
  printName,
  quoteIdentifier,
  rule,
  type Site,
  waitFor,
} from '../src/rule.ts'

export default rule({
  on: ['CreateTable'],
  hazard: 'blocks reads',
  summary: 'a partition created beside a DEFAULT partition that has to be searched for its rows',
  why: `CREATE TABLE … PARTITION OF takes the parent for itself, for reads too. Where a DEFAULT partition exists, PostgreSQL also reads every row of
that, to see that none belongs to the new one, and all traffic of the partitioned table waits meanwhile.`,
  instead: `Prove it first: a CHECK on the DEFAULT partition that says the opposite of the bound, NOT VALID and then validated. Then create the table with
LIKE and attach it, which lets traffic of the parent through. Create partitions before rows arrive for them.`,
  references: [
    'https://www.postgresql.org/docs/current/sql-createtable.html#SQL-CREATETABLE-PARTITION',
    'https://www.postgresql.org/docs/current/ddl-partitioning.html#DDL-PARTITIONING-DECLARATIVE-MAINTENANCE',
  ],
  knownAs: ['bytebase/TABLE_DISALLOW_PARTITION', 'migrationpilot/MP072', 'migrationpilot/warn-partition-default-scan'],
  check(op, at) {
    if (op.partitionOf === undefined || op.partitionOf.bound.isDefault) return undefined
    const { parent } = op.partitionOf
    const wait = waitFor(at)
    const rest = defaultPartition(parent, at)
    if (wait !== undefined) {
      const searched = typeof rest === 'object' ? printName(rest.name) : 'the DEFAULT partition'
      return {
        message: `creating ${printName(op.table)} ${wait.blocks} while every row of ${searched} is checked`,
        instead: stepsFor(op, parent, at),
        hazard: wait.hazard,
      }
    }
    if (rest !== 'unknown' || at.skipped !== undefined || at.refused !== undefined || at.isNew(parent)) return undefined
    return {
      message: `creating ${printName(op.table)} blocks reads and writes to ${printName(at.resolve(parent))} while every row of its DEFAULT partition is checked, if it has one`,
      instead: stepsFor(op, parent, at),
      certainty: 'possible',
    }
  },
  rewrite: planCreatePartition,
})

function stepsFor(op: Operation<'CreateTable'>, parent: Operation<'CreateTable'>['table'], at: Site): string {
  const bound = op.partitionOf?.bound
  const condition = bound && boundCondition(bound, parent, at)
  const rest = defaultPartition(parent, at)
  const name = quoteIdentifier(freeConstraintName(typeof rest === 'object' ? rest.name : parent, at, 'without', op.table.name))
  const proof = typeof rest === 'object' && condition !== undefined ? { table: rest.name } : undefined
  return advice(
    'prove that the DEFAULT partition has no row for it, create the table by itself and attach it',
    ...(proof
      ? [
          alterTable(proof, `ADD CONSTRAINT ${name} CHECK (NOT (${condition})) NOT VALID`),
          inLaterMigration,
          alterTable(proof, `VALIDATE CONSTRAINT ${name}`),
          inLaterMigration,
        ]
      : []),
    `CREATE TABLE ${printName(op.table)} (LIKE ${printName(parent)} INCLUDING DEFAULTS INCLUDING CONSTRAINTS INCLUDING STORAGE INCLUDING GENERATED);`,
    alterTable({ table: parent }, `ATTACH PARTITION ${printName(op.table)} ${bound?.sql ?? ''}`),
    ...(proof ? [alterTable(proof, `DROP CONSTRAINT ${name}`)] : []),
    ...(op.partitionBy || op.columns.length > 0 || op.constraints.length > 0
      ? ['-- what the statement says beside the bound goes into the CREATE TABLE']
      : []),
  )
}
