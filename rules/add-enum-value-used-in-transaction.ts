import { planUseOfEnumValue } from '../src/plan/builder/use-enum-value.ts'
import { advice, type EnumType, findType, literal, printName, rule, type Site, usesOf } from '../src/rule.ts'

export default rule({
  on: [
    'Insert',
    'Update',
    'Delete',
    'Select',
    'AddColumn',
    'SetDefault',
    'AddConstraint',
    'CreateTable',
    'CreateIndex',
    'CreateView',
  ],
  hazard: 'fails',
  summary: 'an enum value is used in the transaction that added it',
  why: `Since PostgreSQL 12 \`ALTER TYPE … ADD VALUE\` may run inside a transaction, but the new value cannot be used before that transaction has
committed: \`unsafe use of new value\` (55P04). Any use counts: a row, a default, a CHECK, a comparison, an index predicate. A type created in
the same transaction is exempt since PostgreSQL 17.`,
  instead: `Add the value in a migration of its own, and use it in the next one.`,
  references: ['https://www.postgresql.org/docs/current/sql-altertype.html'],
  knownAs: [
    'pgls/avoidAlterEnumAddValue',
    'pgfence/alter-enum-add-value',
    'safe-migrate/alter-type-add-value-txn',
    'migrationpilot/MP012',
    'migrationpilot/no-enum-add-value-in-transaction',
    'migrationpilot/MP054',
    'migrationpilot/alter-type-add-value-in-transaction',
  ],
  check(op, at) {
    for (const use of usesOf(op, at.before)) {
      for (const name of use.types) {
        const type = findType(at.before, name.name)
        if (type?.kind !== 'enum') continue
        const isNewType = type.origin?.transaction === at.origin.transaction
        if (isNewType && at.postgres >= 17) continue
        const value = addedHere(type, at).find((label) => use.strings.includes(label))
        if (value === undefined) continue
        return {
          message: `value ${literal(value)} of ${printName(type.name)} is not usable before the transaction that adds it has committed`,
          certainty: use.ambiguous || at.statement.conditional ? 'possible' : 'certain',
          instead: advice('add the value in a migration of its own, and use it in the next one', ...addingStatements(value, at)),
        }
      }
    }
    return undefined
  },
  rewrite: planUseOfEnumValue,
})

/** Values that this transaction added to a type; those that the type was made with are not among them. */
function addedHere(type: EnumType, at: Site): readonly string[] {
  return type.values.filter(({ origin }) => origin?.transaction === at.origin.transaction).map(({ label }) => label)
}

function addingStatements(value: string, at: Site): readonly string[] {
  return at.transaction.entries.flatMap(({ statement }) =>
    statement.commands.some(({ operation }) => operation.kind === 'AddEnumValue' && operation.value === value)
      ? [`${statement.sql};`]
      : [],
  )
}
