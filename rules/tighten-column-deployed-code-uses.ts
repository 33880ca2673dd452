import {
  type Application,
  askColumnAsDeployed,
  askTableAsDeployed,
  declaresContract,
  type Evidence,
  placesIn,
  printName,
  type Reference,
  requiredBy,
  rule,
  type Site,
  saysNull,
  searchedIn,
  type Tightening,
  tightenedBy,
} from '../src/rule.ts'

export default rule({
  on: ['SetNotNull', 'AddConstraint', 'CreateIndex', 'AlterColumnType'],
  hazard: 'breaks clients',
  certainty: 'possible',
  summary: 'a column that the deployed code names takes fewer values, or values of another kind',
  why: `NOT NULL, a CHECK, a unique or foreign key and a narrower type bind whatever writes the column from the moment they commit, NOT VALID or not: code
that is still running and writes what they refuse fails. With the application at hand (\`app\`) the places that name the column are listed. For NOT NULL those
count that may give it NULL, and code that names the table but never the column, as its INSERTs leave it out. What was bound before is
not told again: VALIDATE, SET NOT NULL after a CHECK of an earlier change set, a constraint that allows more than the one it replaces. Where nothing is
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
  const all = tightening.columns.map((column) => application.references(askColumnAsDeployed(tightening.table, column, at)))
  // Code that gives all of several columns a value names the rarest of them too.
  const rarest = all.toSorted((a, b) => a.strong.length - b.strong.length || a.lonely.length - b.lonely.length).slice(0, 1)
  const found = tightening.together ? rarest : all
  const strong = distinct(found.flatMap((each) => each.strong))
  const lonely = distinct(found.flatMap((each) => each.lonely))
  if (tightening.refusesNull && strong.length > 0) return ofNulls(tightening, found, strong)
  if (strong.length > 0) return [`the deployed code names it in ${placesIn(strong)}: ${tightening.asks}`, 'possible']
  if (lonely.length > 0)
    return [
      `the deployed code may name it in ${placesIn(lonely)}, none of which shows that it is ${tightening.table.name}'s: ${tightening.asks}`,
      'checked',
    ]
  const users = isRequired ? application.references(askTableAsDeployed(tightening.table, at)).strong : []
  if (users.length > 0) {
    const table = printName(at.resolve(tightening.table))
    return [
      `the deployed code names ${table} in ${placesIn(users)}, and the column nowhere: INSERTs that leave it out are refused`,
      'possible',
    ]
  }
  const searched = found[0]?.searched
  return [`the deployed code names it nowhere${searched === undefined ? '' : ` (${searchedIn(searched)})`}`, 'checked']
}

/** Code that always gives a value goes on: what counts are the lines that may write NULL. */
function ofNulls(tightening: Tightening, found: readonly Evidence[], strong: readonly Reference[]): Said {
  const loose = distinct(
    found.flatMap(({ strong: own, searched }) => own.filter(({ code }) => saysNull(code, searched.spellings))),
  )
  if (loose.length === 0)
    return [`the deployed code names it in ${placesIn(strong)}, and no such line gives it NULL: ${tightening.asks}`, 'checked']
  return [
    `the deployed code names it in ${strong.length === 1 ? '1 place' : `${strong.length} places`} and may give it NULL in ${placesIn(loose)}: ${tightening.asks}`,
    'possible',
  ]
}

function distinct(places: readonly Reference[]): readonly Reference[] {
  return [...new Map(places.map((place) => [`${place.file}:${place.line}`, place])).values()]
}
