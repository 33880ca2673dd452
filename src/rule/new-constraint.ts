import { quoteIdentifier } from '../name.ts'
import type { Constraint, Operation } from '../operation.ts'
import type { Site } from '../rule.ts'
import { alterTable, derivedName, inLaterMigration, outsideTransaction } from './advice.ts'
import { addNotValid, addUsingIndex, constraintName, uniqueIndexFor } from './definition.ts'

/** How to add a constraint of a column that was added just before, so that nobody waits for it. */
export function newConstraintSteps(constraint: Constraint, op: Operation<'AddColumn'>, at: Site): readonly string[] {
  const name = constraintName(constraint, op.table, at)
  switch (constraint.kind) {
    case 'check':
    case 'foreign key':
    case 'not null':
      return [
        alterTable(op, addNotValid(constraint, name)),
        inLaterMigration,
        alterTable(op, `VALIDATE CONSTRAINT ${quoteIdentifier(name)}`),
      ]
    case 'unique':
    case 'primary key':
      return [
        ...(constraint.kind === 'primary key' ? proofFor(op) : []),
        ...outsideTransaction(at),
        uniqueIndexFor(constraint, op.table, name),
        inLaterMigration,
        alterTable(op, addUsingIndex(constraint, name, name)),
        ...(constraint.kind === 'primary key' && !op.column.notNull
          ? [alterTable(op, `DROP CONSTRAINT ${presentName(op)}`)]
          : []),
      ]
    case 'exclude':
      return []
  }
}

/** A key column that is neither filled nor proven to be would be searched for NULLs when the key takes over its index. */
function proofFor(op: Operation<'AddColumn'>): readonly string[] {
  if (op.column.notNull) return []
  const present = presentName(op)
  return [
    '-- then give every row a value of its own, in batches',
    alterTable(op, `ADD CONSTRAINT ${present} CHECK (${quoteIdentifier(op.column.name)} IS NOT NULL) NOT VALID`),
    inLaterMigration,
    alterTable(op, `VALIDATE CONSTRAINT ${present}`),
  ]
}

function presentName(op: Operation<'AddColumn'>): string {
  return quoteIdentifier(derivedName(op.table.name, op.column.name, 'present'))
}
