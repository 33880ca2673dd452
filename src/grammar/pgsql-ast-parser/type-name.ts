import type { BasicDataTypeDef, DataTypeDef, QName } from 'pgsql-ast-parser'
import type { TypeName } from '../../type-name.ts'
import { NotUnderstood } from '../grammar.ts'
import { firstOf, type Place, wordAt } from './place.ts'

/** A type, outside column definitions. */
export function lowerType(type: DataTypeDef, place: Place): TypeName {
  let dimensions = 0
  let element = type
  while (element.kind === 'array') {
    dimensions++
    element = element.arrayOf
  }
  return { ...basicType(element, place), dimensions }
}

const serials: ReadonlyMap<string, string> = new Map([
  ['smallserial', 'int2'],
  ['serial2', 'int2'],
  ['serial', 'int4'],
  ['serial4', 'int4'],
  ['bigserial', 'int8'],
  ['serial8', 'int8'],
])

/** The type in a column definition, where serial and its like are integers with a sequence (manual 8.1.4). */
export function lowerColumnType(type: DataTypeDef, place: Place): TypeName {
  const lowered = lowerType(type, place)
  const integer = lowered.name.schema === undefined ? serials.get(lowered.name.name) : undefined
  return integer === undefined ? lowered : { ...lowered, name: { schema: 'pg_catalog', name: integer }, serial: true }
}

/** The type that a bare name stands for, as in COMMENT ON TYPE. */
export function lowerNamedType(name: QName, place: Place): TypeName {
  return basicType(name, place)
}

/** Types that the grammar has keywords for (manual 8, table 8.1), and what they are called in pg_type. */
const keywords: ReadonlyMap<string, string> = new Map([
  ['int', 'int4'],
  ['integer', 'int4'],
  ['smallint', 'int2'],
  ['bigint', 'int8'],
  ['real', 'float4'],
  ['double precision', 'float8'],
  ['dec', 'numeric'],
  ['decimal', 'numeric'],
  ['numeric', 'numeric'],
  ['boolean', 'bool'],
  ['bit', 'bit'],
  ['bit varying', 'varbit'],
  ['char', 'bpchar'],
  ['character', 'bpchar'],
  ['nchar', 'bpchar'],
  ['character varying', 'varchar'],
  ['varchar', 'varchar'],
  ['time', 'time'],
  ['time without time zone', 'time'],
  ['time with time zone', 'timetz'],
  ['timestamp', 'timestamp'],
  ['timestamp without time zone', 'timestamp'],
  ['timestamp with time zone', 'timestamptz'],
  ['interval', 'interval'],
  ['json', 'json'],
])

/** What `interval(3)` has before its precision: all fields (INTERVAL_FULL_RANGE in PostgreSQL's timestamp.h). */
const allFields = '32767'

function basicType(type: QName | BasicDataTypeDef, place: Place): TypeName {
  const written = (('config' in type && type.config) || []).map(String)
  const plain = { modifiers: written, dimensions: 0, serial: false, setOf: false }
  const isQuoted = place.tokens[firstOf(place, type)]?.kind === 'quoted identifier'
  if (type.schema !== undefined || isQuoted) return { ...plain, name: { schema: type.schema, name: type.name } }
  const name = timeName(type, place)
  if (name === 'float') {
    const [digits] = written
    return { ...plain, modifiers: [], name: { schema: 'pg_catalog', name: Number(digits ?? 53) <= 24 ? 'float4' : 'float8' } }
  }
  const keyword = keywords.get(name)
  if (keyword === undefined) {
    if (name.includes(' ')) throw new NotUnderstood(`pgsql-ast-parser reads a type ${name}`)
    return { ...plain, name: { schema: undefined, name } }
  }
  const one = keyword === 'bit' || keyword === 'bpchar'
  const modifiers = written.length === 0 ? (one ? ['1'] : []) : keyword === 'interval' ? [allFields, ...written] : written
  return { ...plain, modifiers, name: { schema: 'pg_catalog', name: keyword } }
}

/** With a precision, the tree calls TIME a timestamp; its location starts behind the word. */
function timeName(type: QName, place: Place): string {
  const word = wordAt(place, firstOf(place, type) - 1)
  return type.name.startsWith('timestamp w') && word === 'time' ? type.name.replace('timestamp', 'time') : type.name
}
