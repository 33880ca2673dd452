import { builtInName, printName, quoteIdentifier, rule, type TypeName, writtenColumns } from '../src/rule.ts'

export default rule({
  on: ['CreateTable', 'AddColumn', 'AlterColumnType'],
  hazard: 'style',
  summary: 'a column of type char(n)',
  why: `char(n) pads every value with blanks to its length and ignores them in comparisons, not in LIKE or patterns. It saves no space and is no faster than text.`,
  instead: `Use \`text\`, with a CHECK of its length where that matters.`,
  references: [
    'https://www.postgresql.org/docs/current/datatype-character.html',
    'https://wiki.postgresql.org/wiki/Don%27t_Do_This#Don.27t_use_char.28n.29',
  ],
  knownAs: [
    'squawk/ban-char-field',
    'pgls/banCharField',
    'pgfence/ban-char-field',
    'pg-migration-lint/PGM103',
    'migrationpilot/MP041',
    'migrationpilot/ban-char-field',
  ],
  check(op, at) {
    if (at.skipped !== undefined || at.refused !== undefined) return undefined
    return writtenColumns(op).flatMap(({ table, name, type }) =>
      isMeant(type)
        ? [`column ${quoteIdentifier(name)} of ${printName(at.resolve(table))} is char(n), which pads every value with blanks`]
        : [],
    )
  },
})

function isMeant(type: TypeName): boolean {
  return builtInName(type) === 'bpchar' && type.name.schema !== undefined
}
