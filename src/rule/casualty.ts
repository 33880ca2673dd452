import type { Catalog, Index, Origin } from '../catalog/catalog.ts'
import { isTable, keyOf, viewsOver } from '../catalog/lookup.ts'
import { printName, type QualifiedName, quoteIdentifier } from '../name.ts'
import type { Site } from '../rule.ts'

/** Something that a CASCADE takes along. */
export interface Casualty {
  /** `view public.totals`, `foreign key a_fkey of public.a`. */
  readonly what: string
  /** The statement that drops it by name. */
  readonly drop: string
  readonly origin: Origin | undefined
  /** The one thing after the other: the lower may depend on the higher. */
  readonly rank: number
  /** The table that it goes from, and its name there. */
  readonly of?: {
    readonly table: QualifiedName
    readonly kind: 'column' | 'constraint' | 'default' | 'index'
    readonly name: string
  }
}

/** Later than any view can be; from here on it is what nothing else is part of. */
export const lastRank = 1_000_000
/** What views may read, in an order in which one does not go with another. */
const ranks = {
  index: lastRank - 5,
  default: lastRank - 4,
  'foreign key': lastRank - 3,
  constraint: lastRank - 2,
  column: lastRank - 1,
} as const

/**
 * What is gone after an operation, beside its targets and what belongs to them (their indexes, constraints, sequences): the
 * difference of the catalogs before and after it. What the change set made itself is left out.
 */
export function casualties(at: Site, targets: readonly QualifiedName[]): readonly Casualty[] {
  const own = new Set(targets.map(keyOf))
  return [...relations(at, own), ...types(at, own), ...routines(at, own)]
    .filter(({ origin }) => !at.inChangeSet(origin))
    .sort((a, b) => a.rank - b.rank || (a.what < b.what ? -1 : 1))
}

/** The statements that drop them by name, in an order that works; tables together, since foreign keys may go round in circles. */
export function dropsOf(gone: readonly Casualty[]): readonly string[] {
  const tables = gone.filter(({ what }) => what.startsWith('table ')).map(({ what }) => what.slice('table '.length))
  const together = tables.length === 0 ? [] : [`DROP TABLE ${tables.join(', ')};`]
  const others = gone.filter(({ what }) => !what.startsWith('table '))
  return [
    ...others.filter(({ rank }) => rank < lastRank).map(({ drop }) => drop),
    ...together,
    ...others.filter(({ rank }) => rank >= lastRank).map(({ drop }) => drop),
  ]
}

function relations({ before, after }: Site, own: ReadonlySet<string>): readonly Casualty[] {
  return [...before.relations.entries()].flatMap(([key, relation]): readonly Casualty[] => {
    const next = after.relations.get(key)
    if (relation.kind === 'dropped' || next === relation) return []
    const name = printName(relation.name)
    if (next === undefined || next.kind === 'dropped') {
      if (own.has(key)) return []
      // A partition belongs to its parent; a sequence to its table.
      if (relation.kind === 'sequence' && relation.ownedBy !== undefined) return []
      if (relation.kind === 'index') return own.has(keyOf(relation.table)) ? [] : ofIndex(relation, after)
      if (isTable(relation) && relation.partitionOf !== undefined && isGone(relation.partitionOf.parent, after)) return []
      const kind = relation.kind === 'partitioned table' ? 'table' : relation.kind
      const isView = kind === 'view' || kind === 'materialized view'
      const rank = isView ? 1 + viewsOver(before, relation.name).length : lastRank
      return [{ what: `${kind} ${name}`, drop: `DROP ${kind.toUpperCase()} ${name};`, origin: relation.origin, rank }]
    }
    if (!isTable(relation) || !isTable(next)) return []
    const alter = (command: string) => `ALTER TABLE ${name} ${command};`
    const constraints = relation.constraints
      .filter(({ name: constraint }) => !next.constraints.some((left) => left.name === constraint))
      .map(({ name: constraint, definition, origin }) => ({
        what: `${definition.kind === 'foreign key' ? 'foreign key' : 'constraint'} ${quoteIdentifier(constraint)} of ${name}`,
        drop: alter(`DROP CONSTRAINT ${quoteIdentifier(constraint)}`),
        origin,
        rank: ranks[definition.kind === 'foreign key' ? 'foreign key' : 'constraint'],
        of: { table: relation.name, kind: 'constraint' as const, name: constraint },
      }))
    const columns = relation.columns
      .filter(({ name: column }) => !next.columns.some((left) => left.name === column))
      .map(({ name: column, origin }) => ({
        what: `column ${quoteIdentifier(column)} of ${name}`,
        drop: alter(`DROP COLUMN ${quoteIdentifier(column)}`),
        origin,
        rank: ranks.column,
        of: { table: relation.name, kind: 'column' as const, name: column },
      }))
    const defaults = relation.columns
      .filter(({ name: column, default: value }) => {
        const left = next.columns.find((each) => each.name === column)
        return value !== undefined && left !== undefined && left.default === undefined
      })
      .map(({ name: column }) => ({
        what: `default of column ${quoteIdentifier(column)} of ${name}`,
        drop: alter(`ALTER COLUMN ${quoteIdentifier(column)} DROP DEFAULT`),
        origin: relation.origin,
        rank: ranks.default,
        of: { table: relation.name, kind: 'default' as const, name: column },
      }))
    const triggers = relation.triggers
      .filter(({ name: trigger }) => !next.triggers.some((left) => left.name === trigger))
      .map(({ name: trigger, origin }) => ({
        what: `trigger ${quoteIdentifier(trigger)} of ${name}`,
        drop: `DROP TRIGGER ${quoteIdentifier(trigger)} ON ${name};`,
        origin,
        rank: 0,
      }))
    const policies = relation.policies
      .filter(({ name: policy }) => !next.policies.some((left) => left.name === policy))
      .map(({ name: policy }) => ({
        what: `policy ${quoteIdentifier(policy)} of ${name}`,
        drop: `DROP POLICY ${quoteIdentifier(policy)} ON ${name};`,
        origin: undefined,
        rank: 0,
      }))
    const rules = relation.rules
      .filter(({ name: rule }) => !next.rules.some((left) => left.name === rule))
      .map(({ name: rule, origin }) => ({
        what: `rule ${quoteIdentifier(rule)} of ${name}`,
        drop: `DROP RULE ${quoteIdentifier(rule)} ON ${name};`,
        origin,
        rank: 0,
      }))
    // What a table loses beside a column or constraint that the statement names.
    return own.has(key)
      ? [...triggers, ...policies]
      : [...columns, ...defaults, ...constraints, ...triggers, ...policies, ...rules]
  })
}

/** An index goes with its table, its constraint and its columns; by itself with a function that it calls. */
function ofIndex(index: Index, after: Catalog): readonly Casualty[] {
  const table = after.relations.get(keyOf(index.table))
  if (table === undefined || !isTable(table) || index.constraint !== undefined || index.partitionOf !== undefined) return []
  const columns = [
    ...index.keys.flatMap(({ column, expression }) => column ?? expression?.columns ?? []),
    ...index.include,
    ...(index.where?.columns ?? []),
  ]
  if (columns.some((column) => !table.columns.some(({ name }) => name === column))) return []
  return [
    {
      what: `index ${printName(index.name)}`,
      drop: `DROP INDEX ${printName(index.name)};`,
      origin: index.origin,
      rank: ranks.index,
      of: { table: index.table, kind: 'index', name: index.name.name },
    },
  ]
}

function isGone(name: QualifiedName, after: Catalog): boolean {
  const relation = after.relations.get(keyOf(name))
  return relation === undefined || relation.kind === 'dropped'
}

function types({ before, after }: Site, own: ReadonlySet<string>): readonly Casualty[] {
  return [...before.types.entries()].flatMap(([key, type]) => {
    const next = after.types.get(key)
    if (type.kind === 'dropped' || own.has(key) || (next !== undefined && next.kind !== 'dropped')) return []
    const kind = type.kind === 'domain' ? 'domain' : 'type'
    return [
      {
        what: `${kind} ${printName(type.name)}`,
        drop: `DROP ${kind.toUpperCase()} ${printName(type.name)};`,
        origin: type.origin,
        rank: lastRank + 2,
      },
    ]
  })
}

function routines({ before, after }: Site, own: ReadonlySet<string>): readonly Casualty[] {
  return [...before.functions.entries()].flatMap(([key, overloads]) => {
    const [first] = overloads
    if (first === undefined || own.has(key) || (after.functions.get(key)?.length ?? 0) > 0) return []
    const kind = first.procedure ? 'procedure' : 'function'
    return [
      {
        what: `${kind} ${printName(first.name)}`,
        drop: `DROP ${kind.toUpperCase()} ${printName(first.name)};`,
        origin: first.origin,
        rank: lastRank + 1,
      },
    ]
  })
}
