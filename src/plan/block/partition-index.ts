import { existence, findIndex, findTable, indexesOf, keyOf } from '../../catalog/lookup.ts'
import { type Name, printName, type QualifiedName, sameName } from '../../name.ts'
import type { Site } from '../../rule.ts'
import { inTransaction } from '../change.ts'
import type { Change, Plan } from '../plan.ts'

/** Where an index of a partitioned table, or the constraint over it, has its parts: the table itself first, parents before their partitions. */
export interface IndexPart {
  /** The table as the SQL may write it. */
  readonly table: Name
  readonly index: Name
  /** The index of its parent, which this one is attached to; undefined for the table of the statement. */
  readonly parent: Name | undefined
  readonly isLeaf: boolean
  /** An index that is there already: it is only attached, and what is below it is attached to it. */
  readonly isThere: boolean
}

/**
 * The parts that an index of a partitioned table gets by a statement that makes it on all of them, under the names that PostgreSQL gives
 * them. Undefined where not all partitions are known, where one is a foreign table, and where an INVALID index would be taken.
 */
export function indexParts(written: Name, at: Site): readonly IndexPart[] | undefined {
  const root = newIndex(written, at)
  if (root === undefined) return undefined
  const parts: IndexPart[] = []
  const visit = (table: QualifiedName, index: QualifiedName, parent: QualifiedName | undefined): boolean => {
    const known = findTable(at.before, table)
    if (known === undefined || !known.complete || known.kind === 'foreign table') return false
    const there = findIndex(at.before, index)
    if (there !== undefined && !there.valid) return false
    const isLeaf = known.partitionBy === undefined
    parts.push({
      table: spelled(table, written, at),
      index: spelled(index, written, at),
      parent: parent && spelled(parent, written, at),
      isLeaf,
      isThere: there !== undefined,
    })
    if (isLeaf || there !== undefined) return true
    return known.children.every((child) => {
      const own = indexesOf(at.after, child).find(({ partitionOf }) => partitionOf !== undefined && sameName(partitionOf, index))
      return own !== undefined && visit(child, own.name, index)
    })
  }
  return visit(at.resolve(written), root, undefined) ? parts : undefined
}

/** The name that the index of the statement gets on a table; undefined where it makes none there. */
export function newIndex(table: Name, at: Site): QualifiedName | undefined {
  const before = new Set(indexesOf(at.before, table).map(({ name }) => keyOf(name)))
  const [made, ...others] = indexesOf(at.after, table).filter(({ name }) => !before.has(keyOf(name)))
  return others.length > 0 ? undefined : made?.name
}

/** A name without its schema where another name of that schema is written so, and the search_path finds it. */
export function spelled(name: QualifiedName, like: Name, at: Site): Name {
  if (like.schema !== undefined || at.resolve(like).schema !== name.schema) return name
  const bare = { schema: undefined, name: name.name }
  const found = at.resolve(bare)
  return sameName(found, name) || existence(at.before, bare) !== 'exists' ? bare : name
}

/** How the parts of one index are made. */
export interface Making {
  readonly phase: Change['phase']
  /** Makes it on a partitioned table ONLY, without a semicolon: it stays INVALID until every partition has attached its own. */
  onParent(part: IndexPart): string
  /** Takes that away, where it is there, and what is attached to it. */
  offParent(part: IndexPart): string
  /** Builds it on a partition that holds rows. */
  build(part: IndexPart): Change
  /** true: what it made of the partitions stays when it goes. */
  readonly marksParts?: boolean
  /** Makes a constraint of what was built on a partition; nothing for an index alone. */
  adopt?(part: IndexPart): string
}

/**
 * The index of a partitioned table made while writes go on, as CONCURRENTLY is refused there (manual 5.12.2.2): ONLY on each partitioned
 * level, then on each partition, then attached from the bottom up.
 */
export function indexByParts(parts: readonly IndexPart[], making: Making): Plan {
  const { phase } = making
  const levels = parts.filter(({ isLeaf, isThere }) => !isLeaf && !isThere)
  const built = parts.filter(({ isLeaf, isThere }) => isLeaf && !isThere)
  const name = parts[0]?.index.name ?? ''
  // A level is attached when all below it is, so that each turns valid as it is attached.
  const attached = parts.filter(({ parent }) => parent !== undefined).toReversed()
  const attach = ({ index, parent }: IndexPart) =>
    parent === undefined ? [] : [`ALTER INDEX ${printName(parent)} ATTACH PARTITION ${printName(index)}`]
  const takes = (part: IndexPart) => (making.adopt !== undefined && part.isLeaf && !part.isThere ? [making.adopt(part)] : [])
  // An index does not come off again: all of it goes. What was there before would go with it.
  const back =
    making.marksParts === true || parts.some(({ isThere }) => isThere)
      ? { impossible: `what is attached to ${name} goes with it: drop ${name} and build it again` }
      : levels.map(making.offParent)
  return [
    inTransaction({
      phase,
      title: `prepare ${name}`,
      why: 'On the partitioned table alone, where there are no rows: it stays INVALID until every partition has attached its own. Partitions that are made meanwhile get one.',
      statements: levels.map(making.onParent),
      tables: levels.length > 1 ? 'several' : 'one',
      rollback: levels.toReversed().map(making.offParent),
    }),
    ...built.map(making.build),
    // Each constraint locks its own partition: one at a time.
    ...(making.adopt === undefined && attached.length > 0
      ? [
          inTransaction({
            phase,
            title: `attach to ${name}`,
            why: 'The indexes of the partitions become parts of the one of the table: a change of the catalog alone.',
            statements: attached.flatMap(attach),
            tables: 'several',
            rollback: back,
          }),
        ]
      : attached.map((part) =>
          inTransaction({
            phase,
            title: `attach ${part.index.name} to ${name}`,
            why: 'The index is there already: a change of the catalog alone.',
            statements: [...takes(part), ...attach(part)],
            tables: 'several',
            rollback: back,
          }),
        )),
  ]
}
