import { createHash } from 'node:crypto'
import { existence, findRoutines, findTable } from '../catalog/lookup.ts'
import { type Name, printName } from '../name.ts'
import type { Site } from '../rule.ts'

/** PostgreSQL cuts longer names without an error (manual 4.1.1). */
const longest = 63

/** Joins the parts of a name with `_`. One that is too long is cut to 54 bytes and gets eight hex digits of a hash, so that no two become one. */
export function joinedName(...parts: readonly string[]): string {
  const whole = parts.join('_')
  if (bytes(whole) <= longest) return whole
  let head = whole
  while (bytes(head) > longest - 9) head = [...head].slice(0, -1).join('')
  return `${head}_${createHash('sha256').update(whole).digest('hex').slice(0, 8)}`
}

function bytes(text: string): number {
  return new TextEncoder().encode(text).length
}

/** The joined name, numbered where it is taken. */
export function freeName(parts: readonly string[], isTaken: (name: string) => boolean): string {
  for (let number = 1; ; number++) {
    const name = joinedName(...parts, ...(number === 1 ? [] : [String(number)]))
    if (!isTaken(name)) return name
  }
}

/** A name in the schema of a table, as far as the SQL says it. */
export function besideTable(table: Name, name: string): Name {
  return { schema: table.schema, name }
}

/** A free name for a trigger of a table and its function: triggers fire in the order of their names, byte by byte, ours last as far as that goes. */
export function syncName(table: Name, column: string, at: Site): string {
  const triggers = findTable(at.before, table)?.triggers.map(({ name }) => name) ?? []
  const first = ['zz', 'zzz', '~'].find((start) => triggers.every((name) => name < start)) ?? '~~'
  return freeName(
    [first, table.name, column, 'sync'],
    (name) => triggers.includes(name) || findRoutines(at.before, besideTable(table, name)).length > 0,
  )
}

/** A free name for a relation beside a table: an index, a sequence, a shadow table. */
export function freeRelationName(table: Name, at: Site, ...rest: readonly string[]): string {
  return freeName([table.name, ...rest], (name) => existence(at.before, besideTable(table, name)) === 'exists')
}

/** A free name for a function or procedure beside a table. */
export function freeRoutineName(table: Name, at: Site, ...rest: readonly string[]): string {
  return freeName([table.name, ...rest], (name) => findRoutines(at.before, besideTable(table, name)).length > 0)
}

/** `orders.region`, for notes and titles. */
export function columnName(table: Name, column: string): string {
  return `${printName({ schema: undefined, name: table.name })}.${printName({ schema: undefined, name: column })}`
}
