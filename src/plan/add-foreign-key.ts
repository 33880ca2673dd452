import { findTable } from '../catalog/lookup.ts'
import { printName, quoteIdentifier } from '../name.ts'
import type { Operation } from '../operation.ts'
import { printConstraint } from '../print/print.ts'
import { constraintName } from '../rule/definition.ts'
import type { Site } from '../rule.ts'
import { alone, deploy, inTransaction } from './change.ts'
import type { Plan } from './plan.ts'
import { alter } from './presence.ts'

/** ADD FOREIGN KEY in two steps: it binds new rows at once, and the rows of before are looked up while traffic goes on. */
export function planAddForeignKey(op: Operation<'AddConstraint'>, at: Site): Plan {
  const { constraint } = op
  if (constraint.kind !== 'foreign key') return []
  // Before 18 a partitioned table refuses NOT VALID (manual of ALTER TABLE, 17).
  if (findTable(at.before, op.table)?.partitionBy !== undefined && at.postgres < 18) return []
  const name = constraintName(constraint, op.table, at)
  const quoted = quoteIdentifier(name)
  const parent = printName(at.resolve(constraint.references))
  return [
    deploy(
      `code that writes a row of ${parent} before the rows that refer to it, and deletes or corrects rows that refer to none: validating ${quoted} fails while there are any`,
    ),
    inTransaction({
      phase: 'contract',
      title: `add ${name}`,
      why: 'It binds what is written from here on. NOT VALID: rows of before are not looked up, so both tables are locked for a moment only.',
      statements: [alter(op, `ADD ${printConstraint({ ...constraint, name, notValid: true })}`)],
      tables: 'several',
      rollback: [alter(op, `DROP CONSTRAINT IF EXISTS ${quoted}`)],
    }),
    alone({
      phase: 'contract',
      title: `validate ${name}`,
      why: 'Looks up every row while reads and writes go on. It fails where a row refers to none: correct that row and run it again.',
      statements: [alter(op, `VALIDATE CONSTRAINT ${quoted}`)],
      rollback: { transaction: false, statements: [] },
    }),
  ]
}
