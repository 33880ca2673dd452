import type { Name, QualifiedName } from '../name.ts'
import { sameName } from '../name.ts'
import type { Index, Policy, Table, View } from './catalog.ts'
import { dependentsOf, localsReading } from './dependent.ts'
import type { Draft } from './draft.ts'
import {
  erase,
  indexOf,
  isNotName,
  markCertain,
  put,
  putType,
  refuse,
  relationOf,
  skip,
  tableOf,
  typeOf,
  updateColumn,
  updateTable,
  viewOf,
  writtenName,
} from './draft.ts'
import { isTable, keyOf, resolve } from './lookup.ts'
import { partsOf } from './part.ts'
import { parentsOf } from './rename.ts'
import { withoutColumn } from './table-setting.ts'
import type { Thing } from './thing.ts'
import { describe, idOf, signatureOf } from './thing.ts'
import { viewUses } from './view-use.ts'

/**
 * Drops a thing with its parts; with CASCADE with all that depends on it. Without, what depends on it makes the server refuse;
 * the catalog then goes on as if it had been dropped with CASCADE, which is the only way to have it dropped.
 * `together`: other things of the same statement, which stand in nobody's way.
 */
export function drop(draft: Draft, thing: Thing, cascade: boolean, together: readonly Thing[] = []): void {
  const closure = withParts(draft, [thing])
  const going = withParts(draft, [thing, ...together])
  // What the statement names itself goes in its own turn, with its parts.
  for (const other of together) {
    const parts = withParts(draft, [other])
    if (!parts.has(idOf(thing))) for (const id of parts.keys()) closure.delete(id)
  }
  if (!cascade && !draft.conditional) {
    const blocked = [...closure.values()].some((part) => dependentsOf(draft, part).some((each) => !isGoing(each, going)))
    if (blocked) {
      refuse(
        draft,
        together.length > 1
          ? 'cannot drop desired object(s) because other objects depend on them'
          : `cannot drop ${describe(draft, thing)} because other objects depend on it`,
      )
    }
  }
  const queue = [...closure.values()]
  for (let next = queue.pop(); next !== undefined; next = queue.pop()) {
    for (const [id, each] of withParts(draft, dependentsOf(draft, next))) {
      if (isGoing(each, closure) || isGoing(each, going)) continue
      closure.set(id, each)
      queue.push(each)
    }
  }
  for (const each of closure.values()) forgetReaders(draft, each, cascade)
  for (const each of closure.values()) remove(draft, each)
}

/** A drop of a relation that is not there as far as we know: refused or skipped where that is certain; either way it is certain from now on. */
export function dropAbsent(draft: Draft, written: Name, ifExists: boolean, word: string): void {
  const name = resolve(draft.catalog, written)
  const key = keyOf(name)
  if (draft.catalog.relations.has(key) && !draft.catalog.uncertain.has(key)) {
    const message = `${word} "${writtenName(written)}" does not exist`
    if (ifExists) skip(draft, `${message}, skipping`)
    else refuse(draft, message)
  } else erase(draft, name)
}

/** A part of a relation that goes needs no mention of its own. */
function isGoing(thing: Thing, going: ReadonlyMap<string, Thing>): boolean {
  if (going.has(idOf(thing))) return true
  if (thing.kind === 'default' && going.has(idOf({ ...thing, kind: 'column' }))) return true
  return 'part' in thing && thing.kind !== 'function' && going.has(idOf({ kind: 'relation', name: thing.name }))
}

function withParts(draft: Draft, things: readonly Thing[]): Map<string, Thing> {
  const found = new Map<string, Thing>()
  const queue = [...things]
  for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
    if (found.has(idOf(next))) continue
    found.set(idOf(next), next)
    queue.push(...partsOf(draft, next))
  }
  return found
}

/** Under CASCADE a view, policy or rule that may read a dropped column may be gone: from then on it is unknown. */
function forgetReaders(draft: Draft, thing: Thing, cascade: boolean): void {
  if (thing.kind !== 'column' || !cascade) return
  const relation = relationOf(draft, thing.name)
  if (relation === undefined || !('dependentViews' in relation)) return
  const others = (each: QualifiedName) => !sameName(each, thing.name)
  for (const { table, policies: readers, rules } of localsReading(draft, thing.name)) {
    const policies = readers.filter(({ columns, definition }) => columns.includes(thing.part) || hasStar(definition))
    updateTable(draft, table.name, (known) => ({
      ...known,
      policies: known.policies.map((each) =>
        policies.includes(each) ? { ...each, reads: (each.reads ?? []).filter(others) } : each,
      ),
      rules: known.rules.map((each) =>
        rules.includes(each) ? { ...each, reads: each.reads.filter(others), mayBeGone: true } : each,
      ),
    }))
  }
  for (const name of relation.dependentViews) {
    const view = viewOf(draft, name)
    if (view === undefined || viewUses(draft, view, thing.name, thing.part) !== 'possible') continue
    const key = keyOf(name)
    draft.catalog = { ...draft.catalog, uncertain: draft.catalog.uncertain.add(key) }
  }
}

/** A star in a sub-query holds on to every column. */
function hasStar(definition: Policy['definition']): boolean {
  return definition === undefined || [definition.using, definition.check].some((each) => each?.sql.includes('*') === true)
}

/** Takes one thing out, and every mention of it in its neighbours. */
function remove(draft: Draft, thing: Thing) {
  switch (thing.kind) {
    case 'relation':
      return removeRelation(draft, thing.name)
    case 'column':
      return removeColumn(draft, thing.name, thing.part)
    case 'default':
      return updateColumn(draft, thing.name, thing.part, { default: undefined })
    case 'constraint':
      return removeConstraint(draft, thing.name, thing.part)
    case 'trigger':
      return updateTable(draft, thing.name, (table) => ({
        ...table,
        triggers: table.triggers.filter((each) => each.name !== thing.part),
      }))
    case 'policy':
      return updateTable(draft, thing.name, (table) => ({
        ...table,
        policies: table.policies.filter((each) => each.name !== thing.part),
      }))
    case 'rule':
      return updateTable(draft, thing.name, (table) => ({
        ...table,
        rules: table.rules.filter((each) => each.name !== thing.part),
      }))
    case 'type':
      return removeType(draft, thing.name)
    case 'function': {
      const { functions } = draft.catalog
      const rest = (functions.get(keyOf(thing.name)) ?? []).filter((each) => signatureOf(each) !== thing.part)
      draft.catalog = {
        ...draft.catalog,
        functions: rest.length > 0 ? functions.set(keyOf(thing.name), rest) : functions.delete(keyOf(thing.name)),
      }
      return
    }
    case 'schema': {
      const schema = thing.name.name
      const { schemas } = draft.catalog
      draft.catalog = {
        ...draft.catalog,
        schemas: draft.conditional
          ? schemas.delete(schema)
          : schemas.set(schema, { name: schema, origin: draft.origin, dropped: true }),
      }
      if (!draft.conditional) markCertain(draft, `schema ${schema}`)
    }
  }
}

function removeType(draft: Draft, name: QualifiedName): void {
  const type = typeOf(draft, name)
  if (draft.conditional) draft.catalog = { ...draft.catalog, types: draft.catalog.types.delete(keyOf(name)) }
  else {
    putType(draft, { kind: 'dropped', name, origin: type?.origin ?? draft.origin })
    markCertain(draft, `type ${keyOf(name)}`)
  }
}

function removeRelation(draft: Draft, name: QualifiedName) {
  const relation = relationOf(draft, name)
  erase(draft, name)
  if (relation === undefined) return
  if (isTable(relation)) return disconnectTable(draft, relation)
  if (relation.kind === 'index') return disconnectIndex(draft, relation)
  if (relation.kind !== 'sequence') disconnectView(draft, relation)
}

function disconnectTable(draft: Draft, table: Table): void {
  for (const constraint of table.constraints) {
    if (constraint.references !== undefined) forgetReference(draft, constraint.references, table.name, constraint.name)
  }
  for (const parent of parentsOf(table)) {
    updateTable(draft, parent, (known) => ({ ...known, children: known.children.filter(isNotName(table.name)) }))
  }
  for (const child of table.children) {
    updateTable(draft, child, (known) => ({ ...known, inherits: known.inherits.filter(isNotName(table.name)) }))
  }
  if (draft.catalog.publications.some((each) => each.tables.some((published) => sameName(published.table, table.name)))) {
    draft.catalog = {
      ...draft.catalog,
      publications: draft.catalog.publications.map((publication) => ({
        ...publication,
        tables: publication.tables.filter((published) => !sameName(published.table, table.name)),
      })),
    }
  }
}

function disconnectIndex(draft: Draft, index: Index) {
  const owner = relationOf(draft, index.table)
  if (owner === undefined || !('indexes' in owner)) return
  const indexes = owner.indexes.filter(isNotName(index.name))
  if (!isTable(owner)) return put(draft, { ...owner, indexes })
  put(draft, {
    ...owner,
    indexes,
    clusteredOn: owner.clusteredOn === index.name.name ? undefined : owner.clusteredOn,
    constraints: owner.constraints.filter((each) => each.index === undefined || !sameName(each.index, index.name)),
  })
}

function disconnectView(draft: Draft, view: View): void {
  for (const read of view.reads) {
    const known = relationOf(draft, read)
    if (known !== undefined && 'dependentViews' in known) {
      put(draft, { ...known, dependentViews: known.dependentViews.filter(isNotName(view.name)) })
    }
  }
}

function removeColumn(draft: Draft, name: QualifiedName, column: string): void {
  const type = typeOf(draft, name)
  if (type?.kind === 'composite') putType(draft, { ...type, attributes: type.attributes.filter((each) => each.name !== column) })
  updateTable(draft, name, (table) => ({
    ...table,
    columns: table.columns.filter((each) => each.name !== column),
    ...withoutColumn(table.settings, column),
  }))
}

function removeConstraint(draft: Draft, name: QualifiedName, constraint: string): void {
  const known = tableOf(draft, name)?.constraints.find((each) => each.name === constraint)
  if (known === undefined) return
  updateTable(draft, name, (table) => ({ ...table, constraints: table.constraints.filter((each) => each.name !== constraint) }))
  if (known.references !== undefined) forgetReference(draft, known.references, name, constraint)
  const index = known.index && indexOf(draft, known.index)
  if (index !== undefined) removeRelation(draft, index.name)
  if (known.definition.kind === 'not null') updateColumn(draft, name, known.definition.column, { notNull: false })
}

function forgetReference(draft: Draft, referenced: QualifiedName, table: QualifiedName, constraint: string): void {
  updateTable(draft, referenced, (known) => ({
    ...known,
    referencedBy: known.referencedBy.filter((each) => each.constraint !== constraint || !sameName(each.table, table)),
  }))
}
