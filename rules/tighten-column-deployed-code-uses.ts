import {
  type Application,
  askColumnAsDeployed,
  askTableAsDeployed,
  declaresContract,
  placesIn,
  printName,
  type Reference,
  requiredBy,
  rule,
  type Site,
  searchedIn,
  type Tightening,
  tightenedBy,
} from '../src/rule.ts'

export default rule({
  on: ['SetNotNull', 'AddConstraint', 'CreateIndex', 'AlterColumnType'],
  hazard: 'breaks clients',
  certainty: 'possible',
  summary: 'a column that the deployed code writes takes fewer values, or values of another kind',
  why: `NOT NULL, a CHECK, a unique or foreign key and a narrower type bind whatever writes the column from the moment they commit, NOT VALID or not: code
that is still running and writes what they refuse fails. With the application at hand (\`app\`) the places are listed that may write the column: statements of
SQL, calls that create or update, objects near them, assignments. For NOT NULL those count that may give it NULL, and code that names the table but
never the column, as its INSERTs leave it out; for a type whatever names the column. A place that only chooses rows by it writes nothing. What was bound before is
not told again: VALIDATE, SET NOT NULL after a CHECK of an earlier change set, a constraint that allows more than the one it replaces. Where no place is
found, or the migration says of itself \`-- phasewise phase: contract\`, it is a note. Without \`app\` nothing is said.`,
  instead: `Deploy code that keeps to it first, look through the places, and tighten in a later change set; then let the migration say that it is a contract step.`,
  references: [
    'https://www.postgresql.org/docs/current/ddl-constraints.html',
    'https://www.postgresql.org/docs/current/sql-altertable.html#SQL-ALTERTABLE-DESC-ADD-TABLE-CONSTRAINT',
  ],
  knownAs: [],
  check(op, at) {
    if (at.application === undefined || at.skipped !== undefined || at.refused !== undefined) return undefined
    const tightening = tightenedBy(op, at)
    if (tightening === undefined) return undefined
    const [said, certainty] = inCodeOf(tightening, requiredBy(op, at).length > 0, at.application, at)
    const declared = certainty === 'possible' && declaresContract(at.migration)
    return {
      message: `${tightening.what}: ${said}${declared ? '; the migration declares itself a contract step' : ''}`,
      certainty: declared ? 'checked' : certainty,
      instead:
        certainty === 'checked' || declared
          ? undefined
          : 'deploy code that keeps to it first, and tighten in a later change set, which says `-- phasewise phase: contract` once the places have been looked through',
      covers: ['add-constraint-old-code-violates', 'change-column-type-for-clients'],
    }
  },
})

type Said = readonly [said: string, certainty: 'possible' | 'checked']

function inCodeOf(tightening: Tightening, isRequired: boolean, application: Application, at: Site): Said {
  const { table, columns, together, binds, asks } = tightening
  const all = columns.map((column) => {
    const question = askColumnAsDeployed(table, column, at)
    const writing = binds === 'uses' ? [] : application.writes(question, binds)
    return { ...application.references(question), writing }
  })
  // Code that gives all of several columns a value names the rarest of them too; an UPDATE of one of them is bound alone.
  const rarest = all.toSorted((a, b) => a.strong.length - b.strong.length || a.lonely.length - b.lonely.length)
  const written = rarest.filter(({ writing }) => writing.length > 0).toSorted((a, b) => a.writing.length - b.writing.length)
  const found = together ? [...written, ...rarest].slice(0, 1) : all
  const [strong, lonely] = [distinct(found.flatMap((each) => each.strong)), distinct(found.flatMap((each) => each.lonely))]
  const searched = found[0]?.searched
  const search = searched === undefined ? '' : ` (${searchedIn(searched)})`
  if (strong.length > 0 && binds !== 'uses') {
    const writing = distinct(found.flatMap((each) => each.writing))
    const [write, writes] = binds === 'NULL' ? ['give it NULL', 'gives it NULL'] : ['write it', 'writes it']
    const count = strong.length === 1 ? '1 place' : `${strong.length} places`
    // Code that only reads, or always gives a value where NULL is refused, goes on.
    return writing.length === 0
      ? [`the deployed code names it in ${placesIn(strong)}, and no such line ${writes}${search}: ${asks}`, 'checked']
      : [`the deployed code names it in ${count} and may ${write} in ${placesIn(writing)}: ${asks}`, 'possible']
  }
  if (strong.length > 0) return [`the deployed code names it in ${placesIn(strong)}: ${asks}`, 'possible']
  if (lonely.length > 0)
    return [
      `the deployed code may name it in ${placesIn(lonely)}, none of which shows that it is ${table.name}'s: ${asks}`,
      'checked',
    ]
  const users = isRequired ? application.references(askTableAsDeployed(table, at)).strong : []
  if (users.length > 0) {
    return [
      `the deployed code names ${printName(at.resolve(table))} in ${placesIn(users)}, and the column nowhere: INSERTs that leave it out are refused`,
      'possible',
    ]
  }
  return [`the deployed code names it nowhere${search}`, 'checked']
}

function distinct(places: readonly Reference[]): readonly Reference[] {
  return [...new Map(places.map((place) => [`${place.file}:${place.line}`, place])).values()]
}
