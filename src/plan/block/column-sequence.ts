import { findSequence } from '../../catalog/lookup.ts'
import { printName, quoteIdentifier } from '../../name.ts'
import type { Operation } from '../../operation.ts'
import { literal } from '../../rule/advice.ts'
import { builtInName } from '../../rule/written.ts'
import type { Site } from '../../rule.ts'
import { printType, type TypeName } from '../../type-name.ts'
import { alter } from './presence.ts'
import type { Twin } from './twin.ts'

type AlterColumnType = Operation<'AlterColumnType'>

/** How many bytes an integer type has; undefined for all others. */
export function bytesOf(type: TypeName): number | undefined {
  const bytes: Readonly<Record<string, number>> = { int2: 2, int4: 4, int8: 8 }
  return type.dimensions > 0 ? undefined : bytes[builtInName(type) ?? '']
}

/** The sequence of a serial keeps its type, and with it its end, when the column gets another one: measured on 15 and 18. */
export function sequenceNote({ sequences, column }: Twin, { type }: AlterColumnType, at: Site): string {
  if (column.identity !== undefined) return ''
  const short = sequences.filter((name) => {
    const known = findSequence(at.before, name)?.type
    return known !== undefined && (bytesOf(known) ?? 8) < (bytesOf(type) ?? 0)
  })
  if (short.length === 0) return ''
  return `; the sequence ends where it did: in a migration of its own, ${short.map((name) => `ALTER SEQUENCE ${printName(name)} AS ${printType(type)}`).join(', ')}`
}

/**
 * What the column's sequence needs before and after the columns are exchanged. One of a default goes over as it is. An identity's goes with the old
 * column, and its successor begins where it was; undefined where it has options or grants that the new one would lack.
 */
export function sequenceOf(twin: Twin, { table, column }: AlterColumnType, at: Site) {
  const name = quoteIdentifier(column)
  const { identity } = twin.column
  if (identity === undefined) {
    const owned = twin.sequences.map((one) => `ALTER SEQUENCE ${printName(one)} OWNED BY ${printName(table)}.${name}`)
    return { before: [], after: owned }
  }
  const [sequence, ...others] = twin.sequences
  const known = sequence === undefined ? undefined : findSequence(at.before, sequence)
  const plain = Object.keys(identity.options.others).every((option) => option === 'start' || option === 'sequence_name')
  if (sequence === undefined || known === undefined || others.length > 0 || !plain) return undefined
  if ((known.grants ?? []).length > 0 || known.grantsUncertain === true) return undefined
  const { start } = identity.options.others
  const kept = literal('phasewise.sequence')
  const part = (number: number) => `split_part(current_setting(${kept}), ',', ${number})`
  const words = [`SEQUENCE NAME ${printName(sequence)}`, ...(start === undefined ? [] : [`START WITH ${start}`])]
  return {
    before: [
      `SELECT set_config(${kept}, last_value || ',' || is_called, true) FROM ${printName(sequence)}`,
      alter({ table }, `ALTER COLUMN ${name} DROP IDENTITY`),
    ],
    after: [
      alter(
        { table },
        `ALTER COLUMN ${name} ADD GENERATED ${identity.always ? 'ALWAYS' : 'BY DEFAULT'} AS IDENTITY (${words.join(' ')})`,
      ),
      `SELECT setval(${literal(printName(sequence))}, ${part(1)}::bigint, ${part(2)}::boolean)`,
    ],
  }
}
