import { builtInName, printName, quoteIdentifier, rule, type TypeName, writtenColumns } from '../src/rule.ts'

export default rule({
  on: ['CreateTable', 'AddColumn', 'AlterColumnType'],
  hazard: 'style',
  summary: 'a column of type json',
  why: `json keeps the text as it came, parses it at every use and has no equality: DISTINCT, GROUP BY and UNION over the column fail (\`could not identify an equality operator for type json\`), and it cannot be indexed.`,
  instead: `Use \`jsonb\`, unless the exact text (blanks, the order of keys, repeated keys) has to be kept.`,
  references: ['https://www.postgresql.org/docs/current/datatype-json.html'],
  knownAs: [
    'eugene/E3',
    'pgls/preferJsonb',
    'strong_migrations/add_column_json',
    'online_migrations/add_column_json',
    'excellent_migrations/json_column_added',
    'pgfence/add-column-json',
    'pg-migration-lint/PGM106',
  ],
  check(op, at) {
    if (at.skipped !== undefined || at.refused !== undefined) return undefined
    return writtenColumns(op).flatMap(({ table, name, type }) =>
      isMeant(type)
        ? [
            `column ${quoteIdentifier(name)} of ${printName(at.resolve(table))} is json, which has no equality: DISTINCT, GROUP BY and UNION over it fail`,
          ]
        : [],
    )
  },
})

function isMeant(type: TypeName): boolean {
  return builtInName(type) === 'json'
}
