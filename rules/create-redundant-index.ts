import {
  findIndex,
  type Index,
  indexesOf,
  laterInMigration,
  type Operation,
  printName,
  quoteIdentifier,
  rule,
  type Site,
  sameName,
  serves,
} from '../src/rule.ts'

export default rule({
  on: ['CreateIndex'],
  hazard: 'style',
  summary: 'an index does nothing that another one does not do as well',
  why: `Every index costs at each write, takes memory and keeps updates from being cheap (HOT). A btree index over (a) does nothing that one over (a, b) cannot
do. Two count as doing the same only where access method, operator classes, collations, directions and predicate agree, and a unique index is replaced
by none but one that is as strict.`,
  instead: `Keep the longer one; where the shorter one exists, drop it concurrently once the longer one is built.`,
  references: [
    'https://www.postgresql.org/docs/current/indexes-multicolumn.html',
    'https://www.postgresql.org/docs/current/storage-hot.html',
  ],
  knownAs: ['pg-migration-lint/PGM508', 'migrationpilot/MP100', 'migrationpilot/warn-redundant-index'],
  check(op, at) {
    if (at.skipped !== undefined || at.refused !== undefined) return undefined
    const others = indexesOf(at.before, op.table)
    const table = printName(at.resolve(op.table))
    const longer = others.find((other) => other.valid && serves(other, op))
    if (longer !== undefined) return `${printName(longer.name)} of ${table} does all that ${nameOf(op, at)} does`
    // What a constraint owns, or a foreign key points at, has to stay.
    const isSpokenOf = (other: Index) =>
      others.some((third) => third !== other && serves(third, other)) ||
      [...laterInMigration(at)].some((later) => later.kind === 'DropIndex' && sameName(at.resolve(later.index), other.name))
    const shorter = others.find(
      (other) => other.constraint === undefined && !other.unique && serves(op, other) && !isSpokenOf(other),
    )
    return shorter === undefined
      ? undefined
      : `${nameOf(op, at)} does all that ${printName(shorter.name)} of ${table} does, which can go then`
  },
})

function nameOf(op: Operation<'CreateIndex'>, at: Site): string {
  if (op.index !== undefined) return quoteIdentifier(op.index)
  const made: Index | undefined = indexesOf(at.after, op.table).find(({ name }) => findIndex(at.before, name) === undefined)
  return made === undefined ? 'this index' : printName(made.name)
}
