import { findColumn, findType } from '../catalog/lookup.ts'
import type { Expression } from '../expression.ts'
import { quoteIdentifier } from '../name.ts'
import type { Operation } from '../operation.ts'
import { literal } from '../rule/advice.ts'
import { builtInName } from '../rule/written.ts'
import type { Site } from '../rule.ts'
import type { TypeName } from '../type-name.ts'
import { ofNewRow, type Sync } from './sync.ts'

type AlterColumnType = Operation<'AlterColumnType'>

/** Kinds of type that take each other's values on assignment, so that code goes on writing what it wrote. */
const families: readonly ReadonlySet<string>[] = [
  new Set(['int2', 'int4', 'int8', 'numeric', 'float4', 'float8']),
  new Set(['text', 'varchar', 'bpchar']),
  new Set(['json', 'jsonb']),
  new Set(['timestamp', 'timestamptz']),
  new Set(['bit', 'varbit']),
]

/** Kinds of type of which others are made on assignment, and not the other way round, or not all of them. */
const assigned: Readonly<Record<string, readonly string[]>> = {
  timestamptz: ['date'],
  timestamp: ['date'],
  date: ['timestamp'],
}

/** Whether a column of the new type takes what code writes that knows the old one. */
export function accepts({ type, using }: AlterColumnType, from: TypeName, at: Site): boolean {
  const [a, b] = [builtInName(from), builtInName(type)]
  const known = findType(at.before, from.name)?.kind
  if (b === undefined || from.dimensions !== type.dimensions || known === 'domain') return false
  // Everything has an assignment cast to text.
  const isText = from.dimensions === 0 && (b === 'text' || b === 'varchar') && a !== 'timestamptz'
  if (isText && (using === undefined || isCastTo(using, type))) return a !== undefined || known === 'enum'
  if (a === undefined || known !== undefined) return false
  return a === b || families.some((family) => family.has(a) && family.has(b)) || assigned[a]?.includes(b) === true
}

/** `c`, or `c::text` for a text. */
function isCastTo({ shape, casts }: Expression, { name }: TypeName): boolean {
  return (
    shape === 'column' ||
    (shape === 'cast column' && casts.every((each) => each.name.name === name.name && each.modifiers.length === 0))
  )
}

/** Conversions that no value fails in. */
const widening: Readonly<Record<string, readonly string[]>> = {
  int2: ['int4', 'int8', 'numeric', 'float4', 'float8', 'text'],
  int4: ['int8', 'numeric', 'float8', 'text'],
  int8: ['numeric', 'text'],
  varchar: ['text', 'varchar'],
  text: ['text', 'varchar'],
  bpchar: ['text', 'varchar'],
  timestamp: ['timestamptz', 'timestamp', 'date'],
  timestamptz: ['timestamptz', 'timestamp', 'date'],
}

/** How the values of one type become those of another, row by row. */
export interface Conversion {
  readonly trigger: Pick<Sync, 'names' | 'body'>
  /** The value of the old column made of the new one. */
  readonly down: string
  readonly canFail: boolean
  /** NULL becomes NULL. */
  readonly isCast: boolean
}

/** What fills the new column from a row; undefined where the session of the writer would decide what comes out. */
export function conversionOf(op: AlterColumnType, fresh: string, from: TypeName, at: Site): Conversion | undefined {
  const { table, column, using, type } = op
  const [a, b] = [builtInName(from) ?? '', builtInName(type) ?? '']
  const name = quoteIdentifier(column)
  const target = `NEW.${quoteIdentifier(fresh)}`
  const zone = zoneFor(op, at)
  if (zone === 'unknown') return undefined
  const isCast = using === undefined || using.shape === 'column' || using.shape === 'cast column'
  if (!isCast && using.hasSubquery) return undefined
  const zoned = zone === undefined ? '' : ` AT TIME ZONE ${literal(zone)}`
  const isPlain = using === undefined || zone !== undefined
  const value = isPlain ? `NEW.${name}${zoned}` : ofNewRow(using.sql, table)
  const widens = b === 'text' || (widening[a] ?? []).includes(b)
  const canFail = (!isCast && zone === undefined) || type.modifiers.length > 0 || !widens
  const failure = isCast || zone !== undefined ? 'data_exception' : 'OTHERS'
  const assign = `${target} := ${value};`
  return {
    trigger: {
      names: isPlain ? 'built in' : 'own',
      body: [canFail ? `BEGIN ${assign} EXCEPTION WHEN ${failure} THEN ${target} := NULL; END;` : assign],
    },
    // A date would be a moment of the session's own zone.
    down: `NEW.${name}${zone !== undefined && b === 'date' ? '::timestamp' : ''}${zoned}`,
    canFail,
    isCast: isCast || zone !== undefined,
  }
}

/** The time zone by which a timestamp turns into a moment or back; undefined where none is asked. */
export function zoneFor({ table, column, type, using }: AlterColumnType, at: Site): string | undefined {
  const from = findColumn(at.before, table, column)?.type
  const [a, b] = [from === undefined ? undefined : builtInName(from), builtInName(type)]
  const isZoned = (name: string | undefined) => name === 'timestamptz' || name === 'timetz'
  if (isZoned(a) === isZoned(b)) return undefined
  const isMoment = (a === 'timestamp' && b === 'timestamptz') || (a === 'timestamptz' && (b === 'timestamp' || b === 'date'))
  if (!isMoment) return 'unknown'
  if (using === undefined) return at.setting('timezone') ?? 'unknown'
  const written = b === 'date' ? /^\(?"?\w+"? AT TIME ZONE '([\w/+-]+)'\)?(?:::date)?$/i : /^"?\w+"? AT TIME ZONE '([\w/+-]+)'$/i
  return written.exec(using.sql)?.[1] ?? 'unknown'
}
