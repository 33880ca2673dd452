import { type Name, printName, quoteIdentifier } from '../name.ts'
import { dollarQuoted } from './change.ts'
import { besideTable } from './name.ts'

/** A row trigger that keeps columns in step, and the function it runs. Both have one name. */
export interface Sync {
  readonly table: Name
  /** Of the trigger and, in the table's schema, of the function. */
  readonly name: string
  /** PL/pgSQL statements that assign to NEW, one a line, each with its semicolon. */
  readonly body: readonly string[]
  /** `own`: the user's own expressions are in it, and find what they name as they do in the migration. */
  readonly names: 'own' | 'built in'
  /** Further declarations of the function. */
  readonly declare?: readonly string[]
}

/** CREATE FUNCTION, without semicolon. */
export function createSyncFunction(sync: Sync, replace = false): string {
  const declared = sync.declare === undefined ? '' : `DECLARE ${sync.declare.join(' ')}\n`
  const text = `\n${declared}BEGIN\n${sync.body.map((line) => `  ${line}\n`).join('')}  RETURN NEW;\nEND `
  const path = sync.names === 'own' ? 'FROM CURRENT' : '= pg_catalog'
  return `CREATE ${replace ? 'OR REPLACE ' : ''}FUNCTION ${functionOf(sync)}() RETURNS trigger LANGUAGE plpgsql SET search_path ${path} AS ${dollarQuoted(text)}`
}

/** The function and the trigger. */
export function createSync(sync: Sync): readonly string[] {
  return [
    createSyncFunction(sync),
    `CREATE TRIGGER ${quoteIdentifier(sync.name)} BEFORE INSERT OR UPDATE ON ${printName(sync.table)} FOR EACH ROW EXECUTE FUNCTION ${functionOf(sync)}()`,
  ]
}

/** Takes the trigger and its function away. */
export function dropSync(sync: Pick<Sync, 'table' | 'name'>): readonly string[] {
  return [`DROP TRIGGER ${quoteIdentifier(sync.name)} ON ${printName(sync.table)}`, `DROP FUNCTION ${functionOf(sync)}()`]
}

function functionOf({ table, name }: Pick<Sync, 'table' | 'name'>): string {
  return printName(besideTable(table, name))
}

/** The value of an expression over the columns of the row that is written; it may qualify them with the table's name. */
export function ofNewRow(expression: string, table: Name): string {
  return `(SELECT ${expression} FROM (SELECT NEW.*) AS ${quoteIdentifier(table.name)})`
}
