import { builtInName, printName, quoteIdentifier, rule, type TypeName, writtenColumns } from '../src/rule.ts'

export default rule({
  on: ['CreateTable', 'AddColumn', 'AlterColumnType'],
  hazard: 'style',
  summary: 'a point in time without its time zone, or cut to whole seconds',
  why: `\`timestamp\` stores what a clock on some wall showed, and not which wall: between zones, and in the night when clocks go back, two moments look alike. A precision of 0 rounds, so that a value can lie in the future.`,
  instead: `Use \`timestamptz\`, which takes the same eight bytes, without a precision.`,
  references: [
    'https://www.postgresql.org/docs/current/datatype-datetime.html',
    'https://wiki.postgresql.org/wiki/Don%27t_Do_This#Don.27t_use_timestamp_.28without_time_zone.29',
  ],
  knownAs: [
    'squawk/prefer-timestamp-tz',
    'squawk/prefer-timestamptz',
    'pgls/preferTimestamptz',
    'pgfence/prefer-timestamptz',
    'pg-migration-lint/PGM101',
    'pg-migration-lint/PGM102',
    'migrationpilot/MP040',
    'migrationpilot/prefer-timestamptz',
  ],
  check(op, at) {
    if (at.skipped !== undefined || at.refused !== undefined) return undefined
    return writtenColumns(op).flatMap(({ table, name, type }) =>
      isMeant(type)
        ? [
            `column ${quoteIdentifier(name)} of ${printName(at.resolve(table))} does not say a moment exactly: timestamptz does, in the same space`,
          ]
        : [],
    )
  },
})

function isMeant(type: TypeName): boolean {
  const name = builtInName(type)
  return name === 'timestamp' || (name === 'timestamptz' && type.modifiers[0] === '0')
}
