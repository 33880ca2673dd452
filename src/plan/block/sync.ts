import { type Name, printName, quoteIdentifier } from '../../name.ts'
import { literal } from '../../rule/advice.ts'
import { builtInName } from '../../rule/written.ts'
import type { TypeName } from '../../type-name.ts'
import { dollarQuoted } from '../change.ts'
import { besideTable } from '../name.ts'

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

/** A setting that is on where rows of before are filled, and what other triggers did to them is taken back. */
const filling = 'phasewise.filling'

/** The first lines of a sync function that takes back what triggers before it did, where the rows of before are filled. */
export function takeBack({ name }: Pick<Sync, 'name'>): readonly string[] {
  return [`IF current_setting(${literal(filling)}, true) = ${literal(name)} THEN NEW := OLD; END IF;`]
}

/** Says in a batch that rows of before are filled, to the end of its transaction. */
export function sayFilling({ name }: Pick<Sync, 'name'>): string {
  return `PERFORM set_config(${literal(filling)}, ${literal(name)}, true);\n        `
}

/** Whether a column of the row is given another value by an UPDATE, in PL/pgSQL: bit by bit where its type may have no equality, or one of its own. */
export function isChanged(column: string, type: TypeName | undefined, collation: string | undefined): string {
  const [is, was] = [`NEW.${quoteIdentifier(column)}`, `OLD.${quoteIdentifier(column)}`]
  const isPlain = collation === undefined && type?.dimensions === 0 && comparable.has(builtInName(type) ?? '')
  return isPlain ? `${is} IS DISTINCT FROM ${was}` : `ROW(${is})::record *<> ROW(${was})::record`
}

const comparable: ReadonlySet<string> = new Set([
  ...[
    'bool',
    'int2',
    'int4',
    'int8',
    'numeric',
    'float4',
    'float8',
    'text',
    'varchar',
    'uuid',
    'date',
    'timestamp',
    'timestamptz',
  ],
])

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
