import type { Name } from './name.ts'
import { printName } from './name.ts'

/** A data type as written, aliases resolved by the grammar: `int` is `pg_catalog.int4`, `varchar(20)` has modifiers ['20']. */
export interface TypeName {
  /** Built-in types written by keyword have the schema pg_catalog; others have the schema that was written, or none. */
  readonly name: Name
  /** Modifiers as written: `numeric(10, 2)` → ['10', '2']; interval fields keep their field mask first, as the grammar gives it. */
  readonly modifiers: readonly string[]
  /** Array dimensions: 0 for a plain type. */
  readonly dimensions: number
  /** serial, bigserial or smallserial: the integer type above, a sequence and NOT NULL come with it. */
  readonly serial: boolean
  /** SETOF, for function results. */
  readonly setOf: boolean
}

const spellings: Readonly<Record<string, string>> = {
  bool: 'boolean',
  int2: 'smallint',
  int4: 'integer',
  int8: 'bigint',
  float4: 'real',
  float8: 'double precision',
  bpchar: 'character',
  varchar: 'character varying',
  timestamptz: 'timestamp with time zone',
  timestamp: 'timestamp without time zone',
  timetz: 'time with time zone',
  time: 'time without time zone',
  varbit: 'bit varying',
}

/** Bits of the fields that an interval is limited to (INTERVAL_MASK in PostgreSQL's timestamp.h). */
const intervalFields: Readonly<Record<string, string>> = {
  4: 'year',
  2: 'month',
  8: 'day',
  1024: 'hour',
  2048: 'minute',
  4096: 'second',
  6: 'year to month',
  1032: 'day to hour',
  3080: 'day to minute',
  7176: 'day to second',
  3072: 'hour to minute',
  7168: 'hour to second',
  6144: 'minute to second',
}

function printInterval([mask = '', precision]: readonly string[]): string {
  const fields = intervalFields[mask]
  return `interval${fields === undefined ? '' : ` ${fields}`}${precision === undefined ? '' : `(${precision})`}`
}

/** Prints a type as PostgreSQL's format_type does: `character varying(20)`, `timestamp(3) with time zone`, `app.mood[]`. */
export function printType(type: TypeName): string {
  const builtIn = type.name.schema === 'pg_catalog'
  const spelling = builtIn
    ? // numeric, interval or json are keywords, and types without quotes all the same; "char" is not char.
      (spellings[type.name.name] ?? (type.name.name === 'char' ? '"char"' : type.name.name))
    : printName(type.name)
  const modifiers = type.modifiers.length > 0 ? `(${type.modifiers.join(', ')})` : ''
  const zone = / (with|without) time zone$/.exec(spelling)
  const base =
    builtIn && type.name.name === 'interval'
      ? printInterval(type.modifiers)
      : zone
        ? `${spelling.slice(0, zone.index)}${modifiers}${zone[0]}`
        : `${spelling}${modifiers}`
  return base + '[]'.repeat(type.dimensions)
}
