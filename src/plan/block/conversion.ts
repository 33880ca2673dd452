import { findColumn } from '../../catalog/lookup.ts'
import { quoteIdentifier } from '../../name.ts'
import type { Operation } from '../../operation.ts'
import { literal } from '../../rule/advice.ts'
import { takesAll } from '../../rule/type-fit.ts'
import { builtInName } from '../../rule/written.ts'
import type { Site } from '../../rule.ts'
import type { TypeName } from '../../type-name.ts'
import { ofNewRow, type Sync } from './sync.ts'

type AlterColumnType = Operation<'AlterColumnType'>

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
  const b = builtInName(type)
  const name = quoteIdentifier(column)
  const target = `NEW.${quoteIdentifier(fresh)}`
  const zone = zoneFor(op, at)
  if (zone === 'unknown') return undefined
  const isCast = using === undefined || using.shape === 'column' || using.shape === 'cast column'
  if (!isCast && using.hasSubquery) return undefined
  const zoned = zone === undefined ? '' : ` AT TIME ZONE ${literal(zone)}`
  const isPlain = using === undefined || zone !== undefined
  const value = isPlain ? `NEW.${name}${zoned}` : ofNewRow(using.sql, table)
  const canFail = (!isCast && zone === undefined) || !takesAll(type, from)
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
