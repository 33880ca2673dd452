import { planAttachPartition } from '../src/plan/builder/attach-partition.ts'
import {
  advice,
  alterTable,
  boundCondition,
  defaultPartition,
  freeConstraintName,
  inLaterMigration,
  listOf,
  type Operation,
  otherCommands,
  printName,
  quoteIdentifier,
  rule,
  type Site,
  sameName,
  waitFor,
} from '../src/rule.ts'

export default rule({
  on: ['AttachPartition'],
  hazard: 'blocks reads',
  summary: 'a partition attached before a constraint proves that its rows belong there',
  why: `ATTACH PARTITION reads every row of the new partition, and every row of the DEFAULT partition if there is one, while reads and writes of those
tables wait; the parent itself stays usable. PostgreSQL skips each scan when validated CHECK and NOT NULL constraints already imply the result:
for the new partition that every key is within the bound *and not NULL*, for the DEFAULT partition that none is.`,
  instead: `Add a CHECK with the bound, and NOT NULL of the key in it, to the new partition with NOT VALID, and one with its opposite to the DEFAULT partition;
validate them in a later transaction; attach; drop them.`,
  references: [
    'https://www.postgresql.org/docs/current/sql-altertable.html#SQL-ALTERTABLE-DESC-ATTACH-PARTITION',
    'https://www.postgresql.org/docs/current/ddl-partitioning.html#DDL-PARTITIONING-DECLARATIVE-MAINTENANCE',
  ],
  knownAs: [
    'pgls/avoidAttachingPartition',
    'pgfence/attach-partition',
    'pg-migration-lint/PGM005',
    'migrationpilot/MP072',
    'migrationpilot/warn-partition-default-scan',
    'migrationpilot/MP094',
    'migrationpilot/require-attach-partition-check',
  ],
  check(op, at) {
    const wait = waitFor(at)
    const partition = at.resolve(op.partition)
    if (wait !== undefined) {
      const scanned = wait.worked.map(({ relation }) =>
        sameName(relation, partition) ? 'the partition' : `DEFAULT partition ${printName(relation)}`,
      )
      return {
        message: `attaching ${printName(op.partition)} ${wait.blocks} while every row of ${listOf([...new Set(scanned)])} is checked`,
        instead: stepsFor(op, scanned.includes('the partition'), at),
        hazard: wait.hazard,
      }
    }
    if (op.bound.isDefault || at.refused !== undefined || defaultPartition(op.table, at) !== 'unknown') return undefined
    return {
      message: `attaching ${printName(op.partition)} blocks reads and writes to the DEFAULT partition of ${printName(op.table)}, if there is one, while every row of it is checked`,
      instead: stepsFor(op, false, at),
      certainty: 'possible',
    }
  },
  rewrite: planAttachPartition,
})

function stepsFor(op: Operation<'AttachPartition'>, provePartition: boolean, at: Site): string {
  const condition = boundCondition(op.bound, op.table, at)
  const rest = defaultPartition(op.table, at)
  const proofs = [
    ...(provePartition
      ? [
          {
            table: op.partition,
            name: freeConstraintName(op.partition, at, 'bound'),
            condition: condition ?? 'the key is not NULL and within the bound',
          },
        ]
      : []),
    ...(typeof rest === 'object' && !at.isNew(rest.name)
      ? [
          {
            table: rest.name,
            name: freeConstraintName(rest.name, at, 'without', op.partition.name),
            condition: `NOT (${condition ?? 'the key is not NULL and within the bound'})`,
          },
        ]
      : []),
  ].map((proof) => ({ ...proof, name: quoteIdentifier(proof.name) }))
  const sentence =
    op.bound.isDefault || condition === undefined
      ? 'prove it first with validated CHECK constraints that say what the bound says, NOT NULL of the key included'
      : 'prove it first with CHECK constraints, under a lock that lets traffic through'
  if (condition === undefined || proofs.length === 0) return sentence
  return advice(
    sentence,
    ...proofs.map((proof) => alterTable(proof, `ADD CONSTRAINT ${proof.name} CHECK (${proof.condition}) NOT VALID`)),
    inLaterMigration,
    ...proofs.map((proof) => alterTable(proof, `VALIDATE CONSTRAINT ${proof.name}`)),
    inLaterMigration,
    alterTable(op, `ATTACH PARTITION ${printName(op.partition)} ${op.bound.sql}`),
    ...proofs.map((proof) => alterTable(proof, `DROP CONSTRAINT ${proof.name}`)),
    ...otherCommands(at),
  )
}
