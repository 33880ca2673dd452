import type { Catalog, Origin } from '../catalog/catalog.ts'
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
}

/** Later than any view can be. */
const last = 1_000_000

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
    ...others.filter(({ rank }) => rank < last).map(({ drop }) => drop),
    ...together,
    ...others.filter(({ rank }) => rank >= last).map(({ drop }) => drop),
  ]
}

function relations({ before, after }: Site, own: ReadonlySet<string>): readonly Casualty[] {
  return [...before.relations.entries()].flatMap(([key, relation]): readonly Casualty[] => {
    const next = after.relations.get(key)
    if (relation.kind === 'dropped' || next === relation) return []
    const name = printName(relation.name)
    if (next === undefined || next.kind === 'dropped') {
      if (own.has(key)) return []
      // A partition belongs to its parent; an index or a sequence to its table.
      if (relation.kind === 'index' || (relation.kind === 'sequence' && relation.ownedBy !== undefined)) return []
      if (isTable(relation) && relation.partitionOf !== undefined && isGone(relation.partitionOf.parent, after)) return []
      const kind = relation.kind === 'partitioned table' ? 'table' : relation.kind
      const isView = kind === 'view' || kind === 'materialized view'
      const rank = isView ? 1 + viewsOver(before, relation.name).length : last
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
        rank: 0,
      }))
    const columns = relation.columns
      .filter(({ name: column }) => !next.columns.some((left) => left.name === column))
      .map(({ name: column, origin }) => ({
        what: `column ${quoteIdentifier(column)} of ${name}`,
        drop: alter(`DROP COLUMN ${quoteIdentifier(column)}`),
        origin,
        rank: 0,
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
    return own.has(key) ? [...triggers, ...policies] : [...columns, ...constraints, ...triggers, ...policies, ...rules]
  })
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
        rank: last + 2,
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
        rank: last + 1,
      },
    ]
  })
}
