import { planReplaceIndex } from '../src/plan/builder/replace-index.ts'
import {
  findIndex,
  following,
  indexesOf,
  laterInMigration,
  type Operation,
  printName,
  rule,
  sameName,
  shapeOf,
} from '../src/rule.ts'

export default rule({
  on: ['DropIndex'],
  hazard: 'breaks clients',
  certainty: 'possible',
  summary: 'an index is dropped before the one that replaces it is there',
  why: `Between the two statements queries have neither index. What took a millisecond reads the whole table, many times at once, and of a unique
index the guarantee is gone meanwhile: a duplicate that gets in keeps the new one from being built.`,
  instead: `Build the new index under a name of its own first, concurrently, then drop the old one; rename it if the name matters.`,
  references: [
    'https://www.postgresql.org/docs/current/sql-createindex.html',
    'https://www.postgresql.org/docs/current/sql-alterindex.html',
  ],
  knownAs: ['online_migrations/replace_index'],
  check(op, at) {
    if (at.skipped !== undefined || at.refused !== undefined) return undefined
    const index = findIndex(at.before, op.index)
    const column = index?.keys[0]?.column
    if (index === undefined || column === undefined || at.isNew(index.table) || at.inChangeSet(index.origin)) return undefined
    const leads = (other: { readonly keys: typeof index.keys }) => other.keys[0]?.column === column
    if (!index.unique && indexesOf(at.after, index.table).some((other) => other.where === undefined && leads(other)))
      return undefined
    // In one transaction nobody sees the gap.
    const together = new Set(following(at))
    const isReplacement = (later: Operation): later is Operation<'CreateIndex'> =>
      later.kind === 'CreateIndex' && sameName(at.resolve(later.table), index.table) && leads(later) && !together.has(later)
    for (const later of laterInMigration(at)) {
      // The same once more is a repair: a failed build left the first one INVALID.
      if (!isReplacement(later) || shapeOf(later) === shapeOf(index)) continue
      return {
        message: `queries of ${printName(index.table)} by ${column} have no index from here until the new one is built${index.unique ? ', and duplicates can get in' : ''}`,
        instead: `build the new index first, under a name of its own, and drop ${printName(op.index)} after it`,
      }
    }
    return undefined
  },
  rewrite: planReplaceIndex,
})
