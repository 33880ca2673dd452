import { planAddUnique } from '../src/plan/builder/add-unique.ts'
import {
  addUsingIndex,
  addWithIndex,
  advice,
  alterTable,
  constraintName,
  derivedName,
  findTable,
  indexByPartition,
  inLaterMigration,
  type Operation,
  otherCommands,
  outsideTransaction,
  quoteIdentifier,
  rule,
  type Site,
  uniqueIndexFor,
  waitFor,
} from '../src/rule.ts'

export default rule({
  on: ['AddConstraint'],
  hazard: 'blocks reads',
  summary: 'a UNIQUE constraint that builds its index while it is added',
  why: `ADD UNIQUE builds an index, and ALTER TABLE has the table to itself meanwhile: reads wait too, unlike with CREATE INDEX. A constraint that
takes over an index built CONCURRENTLY is added in a moment. NOT VALID is not possible for UNIQUE.`,
  instead: `Build a unique index concurrently, under the name that the constraint shall have, then \`ADD CONSTRAINT … UNIQUE USING INDEX\`. On a partitioned
table, where no index can be built concurrently, add the constraint to the parent with ONLY, build a unique index per partition concurrently, make
it a constraint there, and attach its index to the parent's.`,
  references: [
    'https://www.postgresql.org/docs/current/sql-altertable.html#SQL-ALTERTABLE-DESC-ADD-TABLE-CONSTRAINT-USING-INDEX',
    'https://www.postgresql.org/docs/current/sql-createindex.html#SQL-CREATEINDEX-CONCURRENTLY',
    'https://www.postgresql.org/docs/current/ddl-partitioning.html#DDL-PARTITIONING-DECLARATIVE-MAINTENANCE',
  ],
  knownAs: [
    'squawk/disallowed-unique-constraint',
    'squawk/constraint-missing-not-valid',
    'pgls/disallowUniqueConstraint',
    'eugene/E7',
    'strong_migrations/add_unique_constraint',
    'online_migrations/add_unique_constraint',
    'pgfence/add-constraint-unique',
    'pgfence/add-constraint-unique-using-index',
    'atlas/PG105',
    'bytebase/SCHEMA_BACKWARD_COMPATIBILITY',
    'pg-migration-lint/PGM017',
    'migrationpilot/MP027',
    'migrationpilot/disallowed-unique-constraint',
  ],
  check(op, at) {
    if (op.constraint.kind !== 'unique') return undefined
    const wait = waitFor(at)
    if (wait === undefined) return undefined
    const name = constraintName(op.constraint, op.table, at)
    return {
      message: `adding ${quoteIdentifier(name)} ${wait.blocks} while its index is built`,
      instead: stepsFor(op, op.constraint, name, at),
      hazard: wait.hazard,
    }
  },
  rewrite: planAddUnique,
})

type Unique = Extract<Operation<'AddConstraint'>['constraint'], { kind: 'unique' }>

function stepsFor(op: Operation<'AddConstraint'>, constraint: Unique, name: string, at: Site): string {
  if (constraint.withoutOverlaps) {
    // USING INDEX takes btree indexes only (manual, ALTER TABLE).
    return 'WITHOUT OVERLAPS cannot take over an index that was built concurrently: copy into a new table that has the constraint and exchange the names, or add it while nothing writes'
  }
  if (findTable(at.before, op.table)?.partitionBy !== undefined) {
    return advice(
      'no index of a partitioned table can be built concurrently: add the constraint to the parent alone, then partition by partition',
      ...indexByPartition(op.table, at, {
        index: name,
        nameFor: (partition) => derivedName(partition.name, ...constraint.columns, 'key'),
        onParent: (table, own) => alterTable({ table, only: true }, addWithIndex(constraint, own)),
        onPartition: (table, own) => uniqueIndexFor(constraint, table, own),
        adopt: (table, own) => alterTable({ table }, addUsingIndex(constraint, own, own)),
      }),
      ...otherCommands(at),
    )
  }
  return advice(
    'build the index first, while writes go on, and let the constraint take it over',
    ...outsideTransaction(at),
    uniqueIndexFor(constraint, op.table, name),
    inLaterMigration,
    alterTable(op, addUsingIndex(constraint, name, name)),
    ...otherCommands(at),
  )
}
