import { parseName } from '../catalog/draft.ts'
import {
  findColumn,
  findConstraint,
  findIndex,
  findSequence,
  findTable,
  findType,
  findView,
  hintsOf,
  indexesOf,
  nameOf,
} from '../catalog/lookup.ts'
import { type Name, printName } from '../name.ts'
import { columnsOf } from '../operation/constraint.ts'
import type { Kind, Operation } from '../operation.ts'
import type { Site } from '../rule.ts'
import type { TypeName } from '../type-name.ts'
import { indexColumns, namesGone, namesMade, namesOver, nameWord } from './name-word.ts'

/** What an operation reads and changes of the schema and its rows, in words that can be compared; `everything` where that is not known. */
export interface Touch {
  readonly reads: ReadonlySet<string>
  readonly writes: ReadonlySet<string>
}
export type Touched = Touch | 'everything'

/** The sides of a column that an operation can touch by itself. */
type Side = 'shape' | 'null' | 'default' | 'values'
const sides: readonly Side[] = ['shape', 'null', 'default', 'values']

/** Whether two things may not change places. */
export function inTheWay(a: Touched, b: Touched): boolean {
  if (a === 'everything' || b === 'everything') return true
  return meets(a.writes, b.writes) || meets(a.writes, b.reads) || meets(a.reads, b.writes)
}

function meets(a: ReadonlySet<string>, b: ReadonlySet<string>): boolean {
  return [...a].some((one) => [...b].some((other) => one === other || covers(one, other) || covers(other, one)))
}

/** What several things touch. */
export function together(touched: readonly Touched[]): Touched {
  const known = touched.filter((one) => one !== 'everything')
  if (known.length < touched.length || known.length === 0) return 'everything'
  return {
    reads: new Set(known.flatMap(({ reads }) => [...reads])),
    writes: new Set(known.flatMap(({ writes }) => [...writes])),
  }
}

/** `table *` stands for all there is of a table. */
function covers(whole: string, part: string): boolean {
  return whole.endsWith(' *') && part.startsWith(whole.slice(0, -1))
}

/** Kinds after which a relation, type or function is found under another name. */
const movesName: ReadonlySet<Kind> = new Set([
  'RenameTable',
  'RenameView',
  'RenameSequence',
  'RenameIndex',
  'RenameObject',
  'SetTableSchema',
  'SetObjectSchema',
])

/** What one operation touches. */
export function touchOf(operation: Operation, at: Site): Touched {
  const named = 'table' in operation && typeof operation.table === 'object' ? printName(at.resolve(operation.table)) : ''
  const of = (column: string, ...which: readonly Side[]) => which.map((side) => `${named} ${column} ${side}`)
  const touch = (reads: readonly string[], writes: readonly string[]): Touch => ({
    reads: new Set(reads),
    writes: new Set(writes),
  })
  const bond =
    operation.kind === 'DropConstraint'
      ? ofDropped(operation, named, at)
      : operation.kind === 'AddConstraint'
        ? ofForeignKey(operation, named, at)
        : undefined
  if (bond !== undefined) return bond
  // A column of a parent is its children's, too.
  const isOther = (kind: string) => kind !== 'index' && !(kind === 'sequence' && operation.kind === 'DropColumn')
  const ofFamily = new Set(at.effects.filter(({ kind }) => isOther(kind)).map(({ relation }) => printName(relation))).size > 1
  if (ofFamily) return relationsOf(operation, at)
  // What comes after means the new name.
  if (movesName.has(operation.kind)) return 'everything'
  switch (operation.kind) {
    case 'AddColumn': {
      const { column } = operation
      if (column.constraints.some(({ kind }) => kind === 'foreign key')) break
      // A copy of the table has it, and all else that the table has by then.
      if (column.generated !== undefined || findType(at.before, column.type.name)?.kind === 'domain') break
      const isKey = column.constraints.some(({ kind }) => kind === 'primary key')
      return touch([typeWord(column.type), ...(isKey ? [keyWord(named)] : [])], of(column.name, ...sides))
    }
    case 'DropColumn': {
      if (operation.cascade) break
      // A foreign key that goes with it touches the table at its other end.
      const others = at.effects.map(({ relation }) => printName(relation)).filter((name) => name !== named)
      return touch(
        [],
        [
          ...of(operation.column, ...sides),
          ...others.map((name) => `${name} *`),
          ...namesGone(operation.table, named, at),
          ...sequencesBehind(operation.table, operation.column, at),
        ],
      )
    }
    case 'SetDefault':
    case 'DropDefault':
      return touch(
        [...of(operation.column, 'shape'), ...sequencesBehind(operation.table, operation.column, at)],
        of(operation.column, 'default'),
      )
    case 'SetNotNull':
    case 'DropNotNull':
      return touch(of(operation.column, 'shape', 'values'), of(operation.column, 'null'))
    case 'AlterColumnType':
      // An index or a constraint that reads the column is made anew beside the old one and takes its name.
      return touch(
        [typeWord(operation.type), ...sequencesBehind(operation.table, operation.column, at)],
        [...of(operation.column, 'shape', 'default', 'values'), ...namesOver(operation.table, operation.column, named, at)],
      )
    case 'AddConstraint': {
      if (operation.constraint.kind === 'foreign key' || operation.constraint.kind === 'exclude') break
      const columns = columnsOf(operation.constraint)
      const isKey = operation.constraint.kind === 'primary key'
      return touch(
        // There is one primary key at a time.
        [...columns.flatMap((column) => of(column, 'shape', 'values')), ...(isKey ? [keyWord(named)] : [])],
        [...(isKey ? columns.flatMap((column) => of(column, 'null')) : []), ...namesMade(operation.table, named, at)],
      )
    }
    case 'CreateIndex': {
      return touch(
        indexColumns(operation).flatMap((column) => of(column, 'shape', ...(operation.unique ? (['values'] as const) : []))),
        namesMade(operation.table, named, at),
      )
    }
    case 'DropIndex': {
      const index = findIndex(at.before, operation.index)
      // One that no migration made may be of any table, and its name is wanted again.
      if (index === undefined) return 'everything'
      if (operation.cascade) break
      const on = printName(index.table)
      return touch(
        indexColumns(index).map((column) => `${on} ${column} shape`),
        nameWord(index.name.name, on),
      )
    }
    case 'Update': {
      if (operation.reads.length > 0 || operation.inWith) break
      const read = [...operation.assigned.flatMap(({ value }) => value.columns), ...(operation.where?.columns ?? [])]
      return touch(
        [...read, ...operation.columns].flatMap((column) => of(column, 'shape', 'values')),
        operation.columns.flatMap((column) => of(column, 'values')),
      )
    }
    case 'CreateEnum':
    case 'AddEnumValue':
      return touch([], [`type ${operation.type.name}`])
    default:
  }
  return relationsOf(operation, at)
}

/**
 * DROP of a constraint that is known, on a table by itself: what is written from then on is no longer held to it. What refers to a key
 * goes before the key does.
 */
function ofDropped(operation: Operation<'DropConstraint'>, named: string, at: Site): Touch | undefined {
  const constraint = findConstraint(at.before, operation.table, operation.constraint)
  const { definition, columns = [], references } = constraint ?? {}
  const ends = references === undefined ? [named] : [named, printName(references)]
  const strangers = at.effects.some(({ kind, relation }) => kind !== 'index' && !ends.includes(printName(relation)))
  if (definition === undefined || definition.kind === 'not null' || columns.length === 0 || operation.cascade || strangers)
    return undefined
  const bound = columns.flatMap((column) => sides.map((side) => `${named} ${column} ${side}`))
  const name = nameWord(operation.constraint, named)
  switch (definition.kind) {
    case 'check':
      return { reads: new Set(bound), writes: new Set(name) }
    case 'foreign key': {
      if (references === undefined) return undefined
      const parent = printName(references)
      const key = findTable(at.before, references)?.constraints.find((each) => each.definition.kind === 'primary key')?.columns
      const referenced = definition.referencedColumns.length > 0 ? definition.referencedColumns : key
      const there = referenced?.flatMap((column) => sides.map((side) => `${parent} ${column} ${side}`)) ?? [`${parent} *`]
      return { reads: new Set([...bound, ...there, keyWord(parent)]), writes: new Set(name) }
    }
    default:
      return { reads: new Set(bound), writes: new Set([keyWord(named), ...name]) }
  }
}

/** A foreign key of a table by itself: it needs the columns at both ends, their rows, and the key that it refers to. */
function ofForeignKey({ table, constraint }: Operation<'AddConstraint'>, named: string, at: Site): Touch | undefined {
  if (constraint.kind !== 'foreign key') return undefined
  const parent = printName(at.resolve(constraint.references))
  if (at.effects.some(({ kind, relation }) => kind !== 'index' && ![named, parent].includes(printName(relation))))
    return undefined
  const known = findTable(at.before, constraint.references)
  const key = known?.constraints.find(({ definition }) => definition.kind === 'primary key')?.columns
  const referenced = constraint.referencedColumns.length > 0 ? constraint.referencedColumns : key
  if (known === undefined || referenced === undefined) return undefined
  const rows = (of: string, columns: readonly string[]) =>
    columns.flatMap((column) => [`${of} ${column} shape`, `${of} ${column} values`])
  const unique = indexesOf(at.before, known.name).filter(
    (index) => index.unique && new Set([...indexColumns(index), ...referenced]).size === referenced.length,
  )
  return {
    reads: new Set([
      ...rows(named, constraint.columns),
      ...rows(parent, referenced),
      ...unique.flatMap(({ name }) => nameWord(name.name, parent)),
      keyWord(parent),
    ]),
    writes: new Set(namesMade(table, named, at)),
  }
}

/** The keys of a table, which foreign keys refer to. */
function keyWord(table: string): string {
  return `${table} key`
}

/** Whatever has an effect on a relation touches all of it; what has none, and no name here, may touch anything. */
function relationsOf(operation: Operation, at: Site): Touched {
  if (at.effects.length === 0) return 'everything'
  // A view is in the way of dropping what it reads.
  const behind = at.effects.flatMap(({ relation }) => findView(at.before, relation)?.reads ?? [])
  const isReader = ({ lock, work }: (typeof at.effects)[number]) => lock === 'ACCESS SHARE' && work.size === 0
  const indexNamed = (name: Name) => {
    const index = findIndex(at.after, name) ?? findIndex(at.before, name)
    return index === undefined ? [] : nameWord(index.name.name, printName(index.table))
  }
  const whole = (names: readonly Name[]) => new Set(names.flatMap((name) => [`${printName(name)} *`, ...indexNamed(name)]))
  return {
    reads: new Set([
      ...whole([...behind, ...at.effects.filter(isReader).map(({ relation }) => relation)]),
      ...typesIn(operation),
    ]),
    writes: whole(at.effects.filter((effect) => !isReader(effect)).map(({ relation }) => relation)),
  }
}

/** The sequences that a column owns, or that its default asks, before or after: none of them can be dropped until that ends. */
function sequencesBehind(table: Name, column: string, { before, after }: Site): readonly string[] {
  return [before, after].flatMap((catalog) => {
    const known = findTable(catalog, table)
    const asked = findColumn(catalog, table, column)?.default?.strings.map(parseName) ?? []
    const owned = known === undefined ? [] : [...hintsOf(catalog, 'owner', known.name)].map(nameOf)
    return [...asked, ...owned].flatMap((name) => {
      const sequence = findSequence(catalog, name)
      const isIts = asked.includes(name) || sequence?.ownedBy?.column === column
      return sequence === undefined || !isIts ? [] : [`${printName(sequence.name)} *`]
    })
  })
}

/** A type that the migration makes has to be there first. */
function typesIn(operation: Operation): readonly string[] {
  if (operation.kind === 'CreateTable') return operation.columns.map(({ type }) => typeWord(type))
  return operation.kind === 'AddColumn' ? [typeWord(operation.column.type)] : []
}

function typeWord(type: TypeName): string {
  return `type ${type.name.name}`
}
