import type { Expression } from '../expression.ts'
import type { QualifiedName } from '../name.ts'
import { sameName } from '../name.ts'
import type { Policy, Table } from './catalog.ts'
import type { Draft } from './draft.ts'
import { indexOf, parseName, relationOf, tableOf, viewOf } from './draft.ts'
import { hintsOf, isTable, nameOf, resolve } from './lookup.ts'
import { generatedFrom } from './part.ts'
import { functionThing, relation, type Thing } from './thing.ts'
import { dependentsOfFunction, usersOfType } from './user.ts'
import { viewUses } from './view-use.ts'

/** What stands in the way of a drop without CASCADE, and goes with it under CASCADE. Only what is certain. */
export function dependentsOf(draft: Draft, thing: Thing): readonly Thing[] {
  switch (thing.kind) {
    case 'relation':
      return dependentsOfRelation(draft, thing.name)
    case 'column':
      return dependentsOfColumn(draft, thing.name, thing.part)
    case 'constraint': {
      return []
    }
    case 'type':
      return usersOfType(draft, thing.name)
    case 'function':
      return dependentsOfFunction(draft, thing.name, thing.part)
    case 'schema':
      return insideSchema(draft, thing.name.name)
    default:
      return []
  }
}

function dependentsOfRelation(draft: Draft, name: QualifiedName): readonly Thing[] {
  const known = relationOf(draft, name)
  if (known === undefined) return []
  if (known.kind === 'sequence') return defaultsUsing(draft, name)
  if (known.kind === 'index') return keysOver(draft, name)
  const things: Thing[] = known.dependentViews.map(relation)
  if (isTable(known)) {
    for (const reference of known.referencedBy)
      things.push({ kind: 'constraint', name: reference.table, part: reference.constraint })
    // A partition is referenced through its parent.
    for (const parent of ancestorsOf(draft, known)) {
      for (const reference of parent.referencedBy) {
        things.push({ kind: 'constraint', name: reference.table, part: reference.constraint })
      }
    }
    for (const child of known.children) if (tableOf(draft, child)?.partitionOf === undefined) things.push(relation(child))
  }
  for (const key of hintsOf(draft.catalog, 'body', name)) {
    for (const routine of draft.catalog.functions.get(key) ?? []) {
      if (routine.dependsOn.some((each) => sameName(each, name))) things.push(functionThing(routine))
    }
  }
  for (const { table, policies, rules } of localsReading(draft, name)) {
    for (const { name: part } of policies) things.push({ kind: 'policy', name: table.name, part })
    for (const { name: part } of rules) things.push({ kind: 'rule', name: table.name, part })
  }
  return [...things, ...usersOfType(draft, name)]
}

/** Policies and rules of other tables that read a relation. */
export function localsReading(draft: Draft, name: QualifiedName) {
  const reads = (each: { readonly reads?: readonly QualifiedName[] }) => each.reads?.some((read) => sameName(read, name)) === true
  return hintsOf(draft.catalog, 'local', name)
    .toArray()
    .flatMap((key) => tableOf(draft, nameOf(key)) ?? [])
    .map((table) => ({ table, policies: table.policies.filter(reads), rules: table.rules.filter(reads) }))
}

/** Whether a name in a policy's text can be no other column than that of one relation which the policy reads. */
function isColumnOf(draft: Draft, read: QualifiedName, column: string, table: Table, policy: Policy): boolean {
  const others = [table.name, ...(policy.reads ?? [])].filter((each) => !sameName(each, read))
  return (
    policy.columns.includes(column) &&
    others.every((each) => {
      const other = tableOf(draft, each)
      return other?.complete === true && !other.columns.some((candidate) => candidate.name === column)
    })
  )
}

function ancestorsOf(draft: Draft, table: Table): readonly Table[] {
  const parent = table.partitionOf && tableOf(draft, table.partitionOf.parent)
  return parent === undefined ? [] : [parent, ...ancestorsOf(draft, parent)]
}

/** Foreign keys that rely on a unique index: the server takes the first that fits (indexes in order of creation). */
function keysOver(draft: Draft, name: QualifiedName): readonly Thing[] {
  const index = indexOf(draft, name)
  const table = index && tableOf(draft, index.table)
  if (index === undefined || table === undefined || !index.unique) return []
  return table.referencedBy.flatMap((reference): readonly Thing[] => {
    const key = tableOf(draft, reference.table)?.constraints.find((each) => each.name === reference.constraint)
    if (key?.definition.kind !== 'foreign key') return []
    const relied = uniqueIndexFor(draft, table, key.definition.referencedColumns)
    return relied !== undefined && sameName(relied, name)
      ? [{ kind: 'constraint', name: reference.table, part: reference.constraint }]
      : []
  })
}

/** The unique index that a foreign key to these columns relies on. */
export function uniqueIndexFor(draft: Draft, table: Table, columns: readonly string[]): QualifiedName | undefined {
  return table.indexes.find((name) => {
    const index = indexOf(draft, name)
    return (
      index?.unique === true &&
      index.where === undefined &&
      index.keys.length === columns.length &&
      index.keys.every((key) => key.column !== undefined && columns.includes(key.column))
    )
  })
}

function defaultsUsing(draft: Draft, sequence: QualifiedName): readonly Thing[] {
  return hintsOf(draft.catalog, 'sequence', sequence)
    .toArray()
    .flatMap((key) => {
      const table = tableOf(draft, nameOf(key))
      return (table?.columns ?? [])
        .filter((column) => column.default !== undefined && takesFrom(draft, column.default, sequence))
        .map((column): Thing => ({ kind: 'default', name: nameOf(key), part: column.name }))
    })
}

function takesFrom(draft: Draft, expression: Expression, sequence: QualifiedName): boolean {
  return (
    expression.calls.some((call) => call.function.name === 'nextval') &&
    // nextval('s'::text) looks the sequence up at run time and depends on nothing.
    !expression.casts.some((type) => type.name.name === 'text') &&
    expression.strings.some((text) => sameName(resolve(draft.catalog, parseName(text)), sequence))
  )
}

function dependentsOfColumn(draft: Draft, name: QualifiedName, column: string): readonly Thing[] {
  const known = relationOf(draft, name)
  if (known === undefined || !('dependentViews' in known)) return []
  const things: Thing[] = known.dependentViews
    .filter((view) => {
      const reader = viewOf(draft, view)
      return reader !== undefined && viewUses(draft, reader, name, column) === 'certain'
    })
    .map(relation)
  if (!isTable(known)) return things
  const key = known.partitionBy
  if (key?.columns.includes(column) || key?.expressions.some((each) => each.columns.includes(column))) things.push(relation(name))
  things.push(...generatedFrom(known, column))
  for (const each of known.constraints) {
    // An EXCLUDE that only looks at the column in an expression or its WHERE holds on to it, unlike an index that does.
    if (each.definition.kind === 'exclude' && !each.columns.includes(column)) {
      const index = each.index && indexOf(draft, each.index)
      const looks = index?.where?.columns.includes(column) || index?.keys.some((key) => key.expression?.columns.includes(column))
      if (looks) things.push({ kind: 'constraint', name, part: each.name })
    }
  }
  for (const each of known.triggers) {
    if (each.updateOf.includes(column)) things.push({ kind: 'trigger', name, part: each.name })
  }
  for (const each of known.policies) {
    if (each.columns.includes(column)) things.push({ kind: 'policy', name, part: each.name })
  }
  for (const { table, policies } of localsReading(draft, name)) {
    for (const policy of policies) {
      if (isColumnOf(draft, name, column, table, policy)) things.push({ kind: 'policy', name: table.name, part: policy.name })
    }
  }
  return things
}

function insideSchema(draft: Draft, schema: string): readonly Thing[] {
  const things: Thing[] = []
  for (const each of draft.catalog.relations.values()) {
    if (each.name.schema === schema && each.kind !== 'dropped' && each.kind !== 'index') things.push(relation(each.name))
  }
  for (const each of draft.catalog.types.values()) {
    if (each.name.schema === schema && each.kind !== 'dropped') things.push({ kind: 'type', name: each.name })
  }
  for (const routines of draft.catalog.functions.values()) {
    for (const each of routines) if (each.name.schema === schema) things.push(functionThing(each))
  }
  return things
}
