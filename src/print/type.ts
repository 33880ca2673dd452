import { printName } from '../name.ts'
import { printType, type TypeName } from '../type-name.ts'

/** Types whose keyword alone means a length of 1; without a length they are written by their names in pg_catalog. */
const ofOne: ReadonlySet<string> = new Set(['bpchar', 'bit'])

/** A type as SQL that is read as the same type again. */
export function printSqlType(type: TypeName): string {
  const { name, modifiers, dimensions } = type
  if (name.schema === 'pg_catalog' && ofOne.has(name.name) && modifiers.length === 0) {
    return `${name.schema}.${printName({ schema: undefined, name: name.name })}${'[]'.repeat(dimensions)}`
  }
  return printType(type)
}

const serials: ReadonlyMap<string, string> = new Map([
  ['int2', 'smallserial'],
  ['int4', 'serial'],
  ['int8', 'bigserial'],
])

/** The type in a column definition, where serial is one (manual 8.1.4). */
export function printColumnType(type: TypeName): string {
  const serial = type.serial ? serials.get(type.name.name) : undefined
  return serial === undefined ? printSqlType(type) : serial + '[]'.repeat(type.dimensions)
}
