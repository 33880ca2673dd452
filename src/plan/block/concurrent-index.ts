import { type Name, printName } from '../../name.ts'
import { literal } from '../../rule/advice.ts'
import { alone, dollarQuoted } from '../change.ts'
import { besideTable } from '../name.ts'
import type { Change } from '../plan.ts'

/** Statements that build an index while writes go on: a leftover of a failed build goes first, and an INVALID result is an error. */
export function buildConcurrently(index: Name, create: string): readonly string[] {
  const name = printName(index)
  return [
    `DROP INDEX CONCURRENTLY IF EXISTS ${name}`,
    create,
    `DO ${dollarQuoted(` BEGIN
  IF NOT (SELECT i.indisvalid FROM pg_index i WHERE i.indexrelid = ${literal(name)}::regclass) THEN
    RAISE EXCEPTION 'index ${name.replaceAll("'", "''").replaceAll('%', '%%')} is INVALID: run this file again';
  END IF;
END `)}`,
  ]
}

/** The change that builds one index; `create` is its CREATE INDEX CONCURRENTLY without semicolon. */
export function concurrentIndex(of: {
  readonly table: Name
  readonly index: string
  readonly create: string
  readonly phase: Change['phase']
  readonly why: string
  /** It was there before under this name: taking it away would not be the way back. */
  readonly again?: boolean
}): Change {
  const index = besideTable(of.table, of.index)
  return alone({
    phase: of.phase,
    title: `build ${of.index}`,
    why: of.why,
    statements: buildConcurrently(index, of.create),
    rollback: of.again === true ? [] : [`DROP INDEX CONCURRENTLY IF EXISTS ${printName(index)}`],
  })
}
