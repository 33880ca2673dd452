import { type Name, quoteIdentifier } from '../../name.ts'
import { alterTable } from '../../rule/advice.ts'
import { freeConstraintName } from '../../rule/definition.ts'
import type { Site } from '../../rule.ts'
import { alone, inTransaction } from '../change.ts'
import { columnName } from '../name.ts'
import type { Change } from '../plan.ts'

/** The table of a command, and the words around its name that the statement has. */
export interface On {
  readonly table: Name
  readonly only?: boolean
  readonly ifExists?: boolean
}

/** ALTER TABLE without its semicolon. */
export function alter(on: On, ...commands: readonly string[]): string {
  return alterTable(on, ...commands).replace(/;$/, '')
}

/** A CHECK that a column holds no NULL, added, validated, used up. */
export interface Presence {
  /** Name of the constraint, quoted where SQL needs it. */
  readonly name: string
  /** Binds what is written from here on. */
  readonly require: Change
  /** Reads the rows of before while traffic goes on. */
  readonly prove: Change
}

/** Proves a column to hold no NULL, so that what follows need not read the table. */
export function presence(on: On, column: string, at: Site): Presence {
  const name = quoteIdentifier(freeConstraintName(on.table, at, column, 'present'))
  const title = columnName(on.table, column)
  return {
    name,
    require: inTransaction({
      phase: 'contract',
      title: `require ${title}`,
      why: `From here on nothing writes NULL into ${title}. NOT VALID: rows of before are not read, so the lock is held for a moment only.`,
      statements: [alter(on, `ADD CONSTRAINT ${name} CHECK (${quoteIdentifier(column)} IS NOT NULL) NOT VALID`)],
      rollback: [alter(on, `DROP CONSTRAINT IF EXISTS ${name}`)],
    }),
    prove: alone({
      phase: 'contract',
      title: `prove ${title}`,
      why: 'Reads every row while reads and writes go on. It fails where a row still holds NULL: fill that row and run it again.',
      statements: [alter(on, `VALIDATE CONSTRAINT ${name}`)],
      rollback: { transaction: false, statements: [] },
    }),
  }
}

/** The proof used: SET NOT NULL reads nothing now; `also` what goes with it, and what brings that back. Two statements, as within one the constraint would be dropped first. */
export function setNotNull(
  on: On,
  column: string,
  proof: string,
  { also, undo }: { readonly also: readonly string[]; readonly undo: readonly string[] },
): Change {
  const title = columnName(on.table, column)
  return inTransaction({
    phase: 'contract',
    title: `set ${title} not null`,
    why: 'The validated constraint proves it, so no row is read; then the constraint has served.',
    statements: [
      alter(on, `ALTER COLUMN ${quoteIdentifier(column)} SET NOT NULL`),
      alter(on, `DROP CONSTRAINT ${proof}`),
      ...also,
    ],
    rollback: [...undo, alter(on, `ALTER COLUMN ${quoteIdentifier(column)} DROP NOT NULL`)],
  })
}
