import { type Name, printName, quoteIdentifier } from '../../name.ts'
import { literal } from '../../rule/advice.ts'
import { alone, dollarQuoted } from '../change.ts'
import { besideTable } from '../name.ts'
import type { Change } from '../plan.ts'

/** Statements that build an index while writes go on: a leftover of a failed build goes first, and an INVALID result is an error. */
export function buildConcurrently(index: Name, create: string): readonly string[] {
  return [`DROP INDEX CONCURRENTLY IF EXISTS ${printName(index)}`, create, checked(index)]
}

/**
 * The same for an index that may be there, so that a valid one stays (`create` has IF NOT EXISTS): only the INVALID rest of a build gets another name,
 * which keeps nobody waiting, and goes under that. `aside` is the free name.
 */
export function buildUnlessThere(index: Name, aside: string, create: string): readonly string[] {
  const name = printName(index)
  return [
    `DO ${dollarQuoted(` BEGIN
  IF EXISTS (SELECT FROM pg_index i WHERE i.indexrelid = to_regclass(${literal(name)}) AND NOT i.indisvalid) THEN
    ALTER INDEX ${name} RENAME TO ${quoteIdentifier(aside)};
  END IF;
END `)}`,
    `DROP INDEX CONCURRENTLY IF EXISTS ${printName({ ...index, name: aside })}`,
    create,
    checked(index),
  ]
}

function checked(index: Name): string {
  const name = printName(index)
  return `DO ${dollarQuoted(` BEGIN
  IF NOT (SELECT i.indisvalid FROM pg_index i WHERE i.indexrelid = ${literal(name)}::regclass) THEN
    RAISE EXCEPTION 'index ${name.replaceAll("'", "''").replaceAll('%', '%%')} is INVALID: run this file again';
  END IF;
END `)}`
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
  /** What the INVALID rest of a build is called until it is gone, where a valid index is to stay: `create` has IF NOT EXISTS. */
  readonly aside?: string
}): Change {
  const index = besideTable(of.table, of.index)
  return alone({
    phase: of.phase,
    title: `build ${of.index}`,
    why: of.why,
    statements: of.aside === undefined ? buildConcurrently(index, of.create) : buildUnlessThere(index, of.aside, of.create),
    rollback:
      of.again === true
        ? []
        : of.aside === undefined
          ? [`DROP INDEX CONCURRENTLY IF EXISTS ${printName(index)}`]
          : { impossible: 'it may have been there before: drop it by hand if this file has built it' },
  })
}
