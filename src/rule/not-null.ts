import type { TableConstraint } from '../catalog/catalog.ts'
import { type Name, quoteIdentifier } from '../name.ts'
import type { Operation } from '../operation.ts'
import type { Site } from '../rule.ts'
import { advice, alterTable, derivedName, inLaterMigration, otherCommands } from './advice.ts'
import { constraintName, freeConstraintName } from './definition.ts'

/**
 * How to make a column NOT NULL so that nobody waits for a scan: SQL made from the statement. `pending` is a constraint of the table that
 * would prove it, were it validated.
 */
export function notNullSteps(
  column: string,
  pending: TableConstraint | undefined,
  op: Operation<'SetNotNull' | 'AddConstraint'>,
  at: Site,
): string {
  const name = quoteIdentifier(column)
  const setNotNull = `ALTER COLUMN ${name} SET NOT NULL`
  if (pending !== undefined) {
    const validate = alterTable(op, `VALIDATE CONSTRAINT ${quoteIdentifier(pending.name)}`)
    return pending.definition.kind === 'not null'
      ? advice('validate the constraint that is there: the column is then NOT NULL', validate, ...otherCommands(at))
      : advice(
          'validate the constraint that is there first, in a transaction of its own',
          validate,
          inLaterMigration,
          alterTable(op, setNotNull),
          ...otherCommands(at),
        )
  }
  const native = op.kind === 'AddConstraint' ? op.constraint : undefined
  const sentence = 'prove it under a lock that lets traffic through, once no row holds NULL'
  if (native !== undefined || at.postgres >= 18) {
    const constraint =
      native === undefined ? derivedName(op.table.name, column, 'not_null') : constraintName(native, op.table, at)
    const noInherit = native?.kind === 'not null' && native.noInherit ? ' NO INHERIT' : ''
    return advice(
      sentence,
      alterTable(op, `ADD CONSTRAINT ${quoteIdentifier(constraint)} NOT NULL ${name}${noInherit} NOT VALID`),
      inLaterMigration,
      alterTable(op, `VALIDATE CONSTRAINT ${quoteIdentifier(constraint)}`),
      ...otherCommands(at),
    )
  }
  const { prove, drop } = presenceProofs([column], op, at)
  return advice(
    sentence,
    ...prove,
    inLaterMigration,
    // Two statements: within one, ALTER TABLE drops before it sets NOT NULL, and the proof is gone.
    alterTable(op, setNotNull),
    ...drop,
    ...otherCommands(at),
  )
}

/** Steps that prove columns to hold no NULL while traffic goes on, and those that take the proofs away once they have served. */
export function presenceProofs(
  columns: readonly string[],
  of: { readonly table: Name; readonly only: boolean; readonly ifExists: boolean },
  at: Site,
): { readonly prove: readonly string[]; readonly drop: readonly string[] } {
  const proofs = columns.map((column) => ({
    column: quoteIdentifier(column),
    name: quoteIdentifier(freeConstraintName(of.table, at, column, 'present')),
  }))
  if (proofs.length === 0) return { prove: [], drop: [] }
  return {
    prove: [
      ...proofs.map(({ column, name }) => alterTable(of, `ADD CONSTRAINT ${name} CHECK (${column} IS NOT NULL) NOT VALID`)),
      inLaterMigration,
      ...proofs.map(({ name }) => alterTable(of, `VALIDATE CONSTRAINT ${name}`)),
    ],
    drop: proofs.map(({ name }) => alterTable(of, `DROP CONSTRAINT ${name}`)),
  }
}
