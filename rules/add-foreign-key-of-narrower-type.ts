import {
  builtInName,
  findColumn,
  findTable,
  printName,
  printType,
  quoteIdentifier,
  rule,
  type Site,
  writtenConstraints,
} from '../src/rule.ts'

const bytes: Readonly<Record<string, number>> = { int2: 2, int4: 4, int8: 8 }

export default rule({
  on: ['CreateTable', 'AddColumn', 'AddConstraint'],
  hazard: 'fails',
  certainty: 'possible',
  summary: 'a foreign key column cannot hold every value of the key that it points at',
  why: `PostgreSQL accepts an \`integer\` column that refers to a \`bigint\` key. It works until the key passes 2,147,483,647; from then on no row
can refer to the new ones (\`integer out of range\`), and changing the column by then means rewriting a large table under load.`,
  instead: `Give the column the type of the key that it refers to.`,
  references: [
    'https://www.postgresql.org/docs/current/datatype-numeric.html#DATATYPE-INT',
    'https://www.postgresql.org/docs/current/ddl-constraints.html#DDL-CONSTRAINTS-FK',
  ],
  knownAs: ['online_migrations/mismatched_foreign_key_type'],
  check(op, at) {
    if (at.skipped !== undefined || at.refused !== undefined) return undefined
    return writtenConstraints(op).flatMap(({ table, constraint }) => {
      if (constraint.kind !== 'foreign key') return []
      const targets =
        constraint.referencedColumns.length > 0 ? constraint.referencedColumns : keyOfTable(constraint.references, at)
      return constraint.columns.flatMap((column, position) => {
        const target = targets[position]
        const from = findColumn(at.after, table, column)?.type
        const to = target === undefined ? undefined : findColumn(at.after, constraint.references, target)?.type
        if (from === undefined || to === undefined || target === undefined) return []
        const [own, wanted] = [bytes[builtInName(from) ?? ''], bytes[builtInName(to) ?? '']]
        if (own === undefined || wanted === undefined || own >= wanted) return []
        const key = `${printName(at.resolve(constraint.references))}.${quoteIdentifier(target)}`
        return `column ${quoteIdentifier(column)} of ${printName(at.resolve(table))} is ${printType(from)} and refers to ${key}, which is ${printType(to)}: ids beyond its range cannot be referred to`
      })
    })
  },
})

function keyOfTable(table: Parameters<Site['resolve']>[0], at: Site): readonly string[] {
  return findTable(at.after, table)?.constraints.find(({ definition }) => definition.kind === 'primary key')?.columns ?? []
}
