import { builtInName, printName, quoteIdentifier, rule, type TypeName, writtenColumns } from '../src/rule.ts'

export default rule({
  on: ['CreateTable', 'AddColumn', 'AlterColumnType'],
  hazard: 'style',
  summary: 'a column of type varchar(n)',
  why: `varchar(n) stores as text does; the limit is all that it adds. A smaller limit later rewrites the table under the strongest lock, and a limit in the type cannot be NOT VALID.`,
  instead: `Use \`text\`; where a limit is meant, say it in a CHECK constraint, which can be exchanged without a rewrite.`,
  references: ['https://www.postgresql.org/docs/current/datatype-character.html'],
  knownAs: [
    'squawk/prefer-text-field',
    'pgls/preferTextField',
    'pgfence/prefer-text-field',
    'pg-migration-lint/PGM108',
    'bytebase/COLUMN_MAXIMUM_CHARACTER_LENGTH',
    'migrationpilot/MP037',
    'migrationpilot/prefer-text-over-varchar',
  ],
  check(op, at) {
    if (at.skipped !== undefined || at.refused !== undefined) return undefined
    return writtenColumns(op).flatMap(({ table, name, type }) =>
      isMeant(type)
        ? [
            `column ${quoteIdentifier(name)} of ${printName(at.resolve(table))} is varchar(n): another limit later may rewrite the table`,
          ]
        : [],
    )
  },
})

function isMeant(type: TypeName): boolean {
  return builtInName(type) === 'varchar' && type.modifiers.length > 0
}
