import type { Expression } from '../expression.ts'
import type { QualifiedName } from '../name.ts'
import { printName, sameName } from '../name.ts'
import type { TypeName } from '../type-name.ts'
import { printType } from '../type-name.ts'
import type { Routine, Table, TableConstraint, View } from './catalog.ts'
import type { Draft } from './draft.ts'
import { indexOf, parseName, relationOf, shownName, storedTypeName, tableOf, typeOf, viewOf } from './draft.ts'
import { hintsOf, isTable, keyOf, nameOf, resolve, resolveRoutine } from './lookup.ts'

/** Something that can be dropped, and that other things can depend on. */
export type Thing =
  | { readonly kind: 'relation' | 'type' | 'schema'; readonly name: QualifiedName }
  | {
      readonly kind: 'column' | 'default' | 'constraint' | 'trigger' | 'policy'
      readonly name: QualifiedName
      readonly part: string
    }
  | { readonly kind: 'function'; readonly name: QualifiedName; readonly part: string }

/** A thing's identity. */
export function idOf(thing: Thing): string {
  return 'part' in thing ? `${thing.kind} ${keyOf(thing.name)} ${thing.part}` : `${thing.kind} ${keyOf(thing.name)}`
}

/** A thing as the server's messages name it: `table t`, `column a of table t`. */
export function describe(draft: Draft, thing: Thing): string {
  const shown = shownName(draft, thing.name)
  switch (thing.kind) {
    case 'relation': {
      const kind = relationOf(draft, thing.name)?.kind ?? 'table'
      return `${kind === 'partitioned table' ? 'table' : kind} ${shown}`
    }
    case 'column':
      return `column ${thing.part} of table ${shown}`
    case 'default':
      return `default value for column ${thing.part} of table ${shown}`
    case 'constraint':
      return `constraint ${thing.part} on table ${shown}`
    case 'trigger':
      return `trigger ${thing.part} on table ${shown}`
    case 'policy':
      return `policy ${thing.part} on table ${shown}`
    case 'schema':
      return `schema ${printName({ schema: undefined, name: thing.name.name })}`
    case 'type':
      return `type ${shown}`
    case 'function':
      return `function ${shown}${thing.part}`
  }
}

/** What of a routine tells it from its overloads: `(integer,text)`. */
export function signatureOf(routine: { readonly arguments: readonly TypeName[] }): string {
  return `(${routine.arguments.map(printType).join(',')})`
}

/** What goes with a thing without CASCADE. */
export function partsOf(draft: Draft, thing: Thing): readonly Thing[] {
  switch (thing.kind) {
    case 'relation':
      return partsOfRelation(draft, thing.name)
    case 'column': {
      const table = tableOf(draft, thing.name)
      if (table === undefined) return []
      return [
        ...table.constraints
          .filter((each) => each.columns.includes(thing.part))
          .map((each): Thing => ({ kind: 'constraint', name: table.name, part: each.name })),
        ...indexesWith(draft, table, thing.part)
          .filter((index) => !table.constraints.some((each) => each.index !== undefined && sameName(each.index, index)))
          .map(relation),
        ...ownedSequences(draft, table.name, thing.part).map(relation),
        { kind: 'default', name: table.name, part: thing.part },
      ]
    }
    case 'constraint': {
      const constraint = tableOf(draft, thing.name)?.constraints.find((each) => each.name === thing.part)
      return constraint?.index === undefined ? [] : [relation(constraint.index)]
    }
    case 'trigger': {
      const children = tableOf(draft, thing.name)?.children ?? []
      return children.flatMap((child): readonly Thing[] =>
        tableOf(draft, child)?.triggers.some((each) => each.inherited === true && each.name === thing.part)
          ? [{ ...thing, name: child }]
          : [],
      )
    }
    default:
      return []
  }
}

function relation(name: QualifiedName): Thing {
  return { kind: 'relation', name }
}

function partsOfRelation(draft: Draft, name: QualifiedName): readonly Thing[] {
  const known = relationOf(draft, name)
  if (known === undefined) return []
  if (known.kind === 'index') return attachedIndexes(draft, name).map(relation)
  if (!('indexes' in known)) return []
  const indexes = known.indexes.map(relation)
  if (!isTable(known)) return indexes
  return [
    ...indexes,
    ...known.columns.map((column): Thing => ({ kind: 'default', name, part: column.name })),
    ...known.constraints.map((each): Thing => ({ kind: 'constraint', name, part: each.name })),
    ...ownedSequences(draft, name).map(relation),
    ...known.children.filter((child) => tableOf(draft, child)?.partitionOf !== undefined).map(relation),
  ]
}

/** Whether a child's constraint is the parent's own: by its attached index, or by its name. */
export function inheritsFrom(draft: Draft, child: TableConstraint, parent: TableConstraint): boolean {
  if (child.inherited !== true || child.definition.kind !== parent.definition.kind) return false
  if (parent.index === undefined) {
    return (
      child.name === parent.name ||
      (child.definition.kind === 'foreign key' &&
        child.references !== undefined &&
        parent.references !== undefined &&
        sameName(child.references, parent.references) &&
        child.columns.join('\0') === parent.columns.join('\0'))
    )
  }
  const attachedTo = child.index && indexOf(draft, child.index)?.partitionOf
  return attachedTo !== undefined && sameName(attachedTo, parent.index)
}

/** Indexes of partitions that are attached to an index. */
export function attachedIndexes(draft: Draft, name: QualifiedName): readonly QualifiedName[] {
  const index = indexOf(draft, name)
  const table = index && tableOf(draft, index.table)
  return (table?.children ?? []).flatMap((child) =>
    (tableOf(draft, child)?.indexes ?? []).filter((each) => {
      const attachedTo = indexOf(draft, each)?.partitionOf
      return attachedTo !== undefined && sameName(attachedTo, name)
    }),
  )
}

export function indexesWith(draft: Draft, table: Table | View, column: string): readonly QualifiedName[] {
  return table.indexes.filter((name) => {
    const index = indexOf(draft, name)
    return (
      index !== undefined &&
      (index.keys.some((key) => key.column === column || key.expression?.columns.includes(column)) ||
        index.include.includes(column) ||
        index.where?.columns.includes(column))
    )
  })
}

export function ownedSequences(draft: Draft, table: QualifiedName, column?: string): readonly QualifiedName[] {
  return hintsOf(draft.catalog, 'owner', table)
    .toArray()
    .map(nameOf)
    .filter((name) => {
      const sequence = relationOf(draft, name)
      if (sequence?.kind !== 'sequence' || sequence.ownedBy === undefined) return false
      return sameName(sequence.ownedBy.table, table) && (column === undefined || sequence.ownedBy.column === column)
    })
}

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
      return dependentsOfType(draft, thing.name)
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
  return [...things, ...usersOfType(draft, name)]
}

function ancestorsOf(draft: Draft, table: Table): readonly Table[] {
  const parent = table.partitionOf && tableOf(draft, table.partitionOf.parent)
  return parent === undefined ? [] : [parent, ...ancestorsOf(draft, parent)]
}

export function functionThing(routine: Routine): Thing {
  return { kind: 'function', name: routine.name, part: signatureOf(routine) }
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
  for (const each of known.columns) {
    if (each.name !== column && each.generated?.expression.columns.includes(column)) {
      things.push({ kind: 'column', name, part: each.name })
    }
  }
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
  return things
}

/**
 * Whether a view's query reads a column of a relation. A query's facts do not say which relation a column belongs to:
 * `certain` where only this relation can have it, `possible` where the text leaves it open.
 */
export function viewUses(draft: Draft, view: View, read: QualifiedName, column: string): 'certain' | 'possible' | 'no' {
  const { query } = view
  const star = query.columns.includes('*')
  if (!query.columns.includes(column) && !star) return 'no'
  // A sub-query, a CTE or an alias may own the name.
  if ((query.sql.match(/\bselect\b/gi) ?? []).length > 1) return 'possible'
  if (new Set(query.reads.map(printName)).size !== query.reads.length) return 'possible'
  if (!query.columns.includes(column)) return view.reads.length === 1 && query.reads.length === 1 ? 'certain' : 'possible'
  if (new RegExp(`\\bas\\s+"?${column.replace(/[^\w]/g, '\\$&')}"?(?!\\w)`, 'i').test(query.sql)) return 'possible'
  const others = view.reads.filter((each) => !sameName(each, read))
  const elsewhere = others.some((each) => {
    const other = relationOf(draft, each)
    if (other === undefined) return true
    if (isTable(other)) return !other.complete || other.columns.some((candidate) => candidate.name === column)
    return !('query' in other) || other.columns.some((candidate) => candidate === undefined || candidate === column)
  })
  return elsewhere || view.reads.length !== query.reads.length ? 'possible' : 'certain'
}

/** Columns, domains, composite types, functions and views that use a type or a table's row type. */
function usersOfType(draft: Draft, name: QualifiedName): readonly Thing[] {
  const uses = (type: TypeName | undefined) =>
    type !== undefined && type.name.schema !== 'pg_catalog' && sameName(storedTypeName(type), name)
  return hintsOf(draft.catalog, 'type', name)
    .toArray()
    .flatMap((key): readonly Thing[] => {
      if (key.startsWith('function ')) {
        const routines = draft.catalog.functions.get(key.slice('function '.length)) ?? []
        return routines.filter((each) => each.arguments.some(uses) || uses(each.returns)).map(functionThing)
      }
      if (key.startsWith('type ')) {
        const type = typeOf(draft, nameOf(key.slice('type '.length)))
        if (type?.kind === 'domain' && uses(type.base)) return [{ kind: 'type', name: type.name }]
        if (type?.kind === 'composite' && type.attributes.some((each) => uses(each.type))) {
          return type.attributes
            .filter((each) => uses(each.type))
            .map((each) => ({ kind: 'column', name: type.name, part: each.name }))
        }
        return []
      }
      const user = relationOf(draft, nameOf(key))
      if (user === undefined) return []
      if (isTable(user)) {
        if (user.ofType !== undefined && sameName(user.ofType, name)) return [relation(user.name)]
        return user.columns
          .filter((column) => uses(column.type))
          .map((column) => ({ kind: 'column', name: user.name, part: column.name }))
      }
      return 'query' in user && user.query.types.some(uses) ? [relation(user.name)] : []
    })
}

function dependentsOfType(draft: Draft, name: QualifiedName): readonly Thing[] {
  return usersOfType(draft, name)
}

function dependentsOfFunction(draft: Draft, name: QualifiedName, part: string): readonly Thing[] {
  const overloads = draft.catalog.functions.get(keyOf(name)) ?? []
  const routine = overloads.find((each) => signatureOf(each) === part)
  if (routine === undefined) return []
  // An overload that no migration made may be the one that is called.
  const alone = overloads.length === 1 && routine.origin !== undefined
  const calls = (expression: Expression | undefined) =>
    alone &&
    expression?.calls.some(
      (call) => call.arguments === routine.arguments.length && sameName(resolveRoutine(draft.catalog, call.function), name),
    )
  return hintsOf(draft.catalog, 'function', name)
    .toArray()
    .flatMap((key): readonly Thing[] => {
      const user = relationOf(draft, nameOf(key))
      if (user === undefined) return []
      if ('query' in user) {
        const query = user.query
        const called =
          alone &&
          query.calls.some(
            (call) => call.arguments === routine.arguments.length && sameName(resolveRoutine(draft.catalog, call.function), name),
          )
        return called ? [relation(user.name)] : []
      }
      if (!isTable(user)) return []
      return [
        ...user.triggers
          .filter((trigger) => routine.arguments.length === 0 && trigger.function && sameName(trigger.function, name))
          .map((trigger): Thing => ({ kind: 'trigger', name: user.name, part: trigger.name })),
        ...user.columns
          .filter((column) => calls(column.default))
          .map((column): Thing => ({ kind: 'default', name: user.name, part: column.name })),
        ...user.columns
          .filter((column) => calls(column.generated?.expression))
          .map((column): Thing => ({ kind: 'column', name: user.name, part: column.name })),
        ...user.constraints
          .filter((constraint) => constraint.definition.kind === 'check' && calls(constraint.definition.expression))
          .map((constraint): Thing => ({ kind: 'constraint', name: user.name, part: constraint.name })),
        ...user.indexes
          .filter((each) => {
            const index = indexOf(draft, each)
            return index !== undefined && (calls(index.where) || index.keys.some((key) => calls(key.expression)))
          })
          .map(relation),
      ]
    })
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
