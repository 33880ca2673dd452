import { builtInName, printName, quoteIdentifier, rule, type TypeName, writtenColumns } from '../src/rule.ts'

export default rule({
  on: ['CreateTable', 'AddColumn', 'AlterColumnType'],
  hazard: 'style',
  summary: 'a column of type money',
  why: `money has no currency, prints and reads as the session's \`lc_monetary\` says, so that a dump restored elsewhere means other amounts, and has a fixed number of decimals.`,
  instead: `Use \`numeric\`, with the currency in a column of its own.`,
  references: [
    'https://www.postgresql.org/docs/current/datatype-money.html',
    'https://wiki.postgresql.org/wiki/Don%27t_Do_This#Don.27t_use_money',
  ],
  knownAs: ['pg-migration-lint/PGM104'],
  check(op, at) {
    if (at.skipped !== undefined || at.refused !== undefined) return undefined
    return writtenColumns(op).flatMap(({ table, name, type }) =>
      isMeant(type)
        ? [
            `column ${quoteIdentifier(name)} of ${printName(at.resolve(table))} is money, whose meaning depends on the session's lc_monetary`,
          ]
        : [],
    )
  },
})

function isMeant(type: TypeName): boolean {
  return builtInName(type) === 'money'
}
