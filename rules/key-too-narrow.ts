import { builtInName, findColumn, printName, printType, quoteIdentifier, rule, writtenConstraints } from '../src/rule.ts'

export default rule({
  on: ['CreateTable', 'AddColumn', 'AddConstraint'],
  hazard: 'style',
  summary: 'a primary key of a type that runs out of numbers',
  why: `\`integer\` ends at 2,147,483,647, \`smallint\` at 32,767; aborted INSERTs use up numbers too. When a key runs out, every INSERT fails, and making it
\`bigint\` by then means changing the key, its sequence and every column that refers to it, in the largest tables there are.`,
  instead: `Make keys \`bigint\`. Tables that are small for good (kinds, countries) can keep what they have.`,
  references: ['https://www.postgresql.org/docs/current/datatype-numeric.html#DATATYPE-INT'],
  knownAs: [
    'squawk/prefer-bigint-over-int',
    'squawk/prefer-bigint-over-smallint',
    'pgls/preferBigInt',
    'pgls/preferBigintOverInt',
    'pgls/preferBigintOverSmallint',
    'online_migrations/short_primary_key_type',
    'pgfence/prefer-bigint-over-int',
    'bytebase/INDEX_PRIMARY_KEY_TYPE_ALLOWLIST',
    'pg-migration-lint/PGM107',
    'migrationpilot/MP038',
    'migrationpilot/prefer-bigint-over-int',
    'migrationpilot/MP068',
    'migrationpilot/warn-integer-pk-capacity',
  ],
  check(op, at) {
    if (at.skipped !== undefined || at.refused !== undefined) return undefined
    return writtenConstraints(op).flatMap(({ table, constraint }) => {
      const [name, ...others] = constraint.kind === 'primary key' ? constraint.columns : []
      // A key of several columns is as large as their product.
      const type = name === undefined || others.length > 0 ? undefined : findColumn(at.after, table, name)?.type
      const base = type === undefined ? undefined : builtInName(type)
      if (name === undefined || type === undefined || (base !== 'int4' && base !== 'int2')) return []
      return `the key ${quoteIdentifier(name)} of ${printName(at.resolve(table))} is ${printType(type)} and ends at ${base === 'int4' ? '2,147,483,647' : '32,767'}`
    })
  },
})
