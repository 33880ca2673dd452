import { planAlterColumnType } from '../src/plan/builder/alter-column-type.ts'
import {
  builtInName,
  findColumn,
  type Operation,
  printName,
  printType,
  quoteIdentifier,
  rule,
  type TypeName,
} from '../src/rule.ts'

/** Types of which the server makes one of the other on assignment, and what is gone then. */
const lossy: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  numeric: {
    int2: 'fractions are rounded away',
    int4: 'fractions are rounded away',
    int8: 'fractions are rounded away',
    float4: 'digits beyond the sixth go',
    float8: 'digits beyond the fifteenth go',
  },
  float8: {
    int2: 'fractions are rounded away',
    int4: 'fractions are rounded away',
    int8: 'fractions are rounded away',
    float4: 'digits beyond the sixth go',
  },
  float4: { int2: 'fractions are rounded away', int4: 'fractions are rounded away', int8: 'fractions are rounded away' },
  timestamp: { date: 'the times of day go', time: 'the days go' },
  timestamptz: { date: 'the times of day go', time: 'the days go', timetz: 'the days go' },
}
const timed = ['timestamp', 'timestamptz', 'time', 'timetz']

export default rule({
  on: ['AlterColumnType'],
  hazard: 'loses data',
  certainty: 'possible',
  summary: 'a type change rounds or cuts the values that are there',
  why: `ALTER TYPE converts every value as an assignment does. Some conversions fail where a value does not fit (an integer out of range, a text that is
too long); others succeed and change it: a smaller scale rounds, \`timestamp\` to \`date\` drops the time, and with an explicit cast
(\`USING c::varchar(10)\`) a text is cut without a word. Measured on 18.`,
  instead: `Look for values that would change first. Put the new type into a new column, keep the old one until the values have been compared, and drop
it in a later change set.`,
  references: [
    'https://www.postgresql.org/docs/current/sql-altertable.html',
    'https://www.postgresql.org/docs/current/datatype-numeric.html',
    'https://www.postgresql.org/docs/current/datatype-character.html',
  ],
  knownAs: ['migrationpilot/MP044', 'migrationpilot/no-data-loss-type-narrowing'],
  check(op, at) {
    if (at.skipped !== undefined || at.refused !== undefined || at.isNew(op.table)) return undefined
    const column = findColumn(at.before, op.table, op.column)
    if (column?.type === undefined || at.inChangeSet(column.origin) || column.type.dimensions > 0 || op.type.dimensions > 0)
      return undefined
    const loss = lossOf(column.type, op)
    if (loss === undefined) return undefined
    const name = `${quoteIdentifier(op.column)} of ${printName(at.resolve(op.table))}`
    return {
      message: `${loss} for good in column ${name}, which turns from ${printType(column.type)} into ${printType(op.type)}`,
      instead:
        'look for values that would change, put the new type into a new column, and keep the old one until both have been compared',
    }
  },
  rewrite: planAlterColumnType,
})

function lossOf(from: TypeName, op: Operation<'AlterColumnType'>): string | undefined {
  const [a, b] = [builtInName(from), builtInName(op.type)]
  if (a === undefined || b === undefined) return undefined
  // An expression of its own says what it keeps.
  if (op.using !== undefined && op.using.shape !== 'column' && op.using.shape !== 'cast column') return undefined
  if (op.using !== undefined && op.using.casts.length > 1) return undefined
  const isCut =
    (b === 'varchar' || b === 'bpchar') && op.using?.shape === 'cast column' && op.using.casts[0]?.modifiers.length === 1
  if (isCut && isShorter(from, op.type)) return `texts of more than ${op.type.modifiers[0]} characters are cut`
  if (a === 'numeric' && b === 'numeric' && scaleOf(op.type) < scaleOf(from))
    return `digits after the ${scaleOf(op.type) === 0 ? 'point' : `first ${scaleOf(op.type)} decimals`} are rounded away`
  if (timed.includes(a) && timed.includes(b) && precisionOf(op.type) < precisionOf(from))
    return 'parts of seconds are rounded away'
  return lossy[a]?.[b]
}

function isShorter(from: TypeName, to: TypeName): boolean {
  const [a, b] = [from, to].map(({ modifiers }) => Number(modifiers[0] ?? Number.POSITIVE_INFINITY))
  return (b ?? 0) < (a ?? 0)
}

function scaleOf({ modifiers }: TypeName): number {
  return modifiers.length === 0 ? Number.POSITIVE_INFINITY : Number(modifiers[1] ?? 0)
}

function precisionOf({ modifiers }: TypeName): number {
  return Number(modifiers[0] ?? 6)
}
