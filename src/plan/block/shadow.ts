import type { Index, Table, TableColumn, TableConstraint } from '../../catalog/catalog.ts'
import { definitionOfConstraint, definitionOfIndex, definitionOfPolicy } from '../../catalog/definition.ts'
import { definitionOfGrants } from '../../catalog/grant.ts'
import { creationSchema, existence, findIndex, findSequence, findTable, findView, hintsOf } from '../../catalog/lookup.ts'
import { sequenceName } from '../../catalog/names.ts'
import { type Name, printName, type QualifiedName, sameName } from '../../name.ts'
import type { Operation } from '../../operation.ts'
import { print, printConstraint } from '../../print/print.ts'
import { builtInName } from '../../rule/written.ts'
import type { Site } from '../../rule.ts'
import { printType } from '../../type-name.ts'
import { besideTable, freeName, freeRelationName, syncName } from '../name.ts'
import { type Key, keyOf } from './batches.ts'
import { alter } from './presence.ts'
import { inTheWayOfCopy } from './shadow-reason.ts'

/** A table that is copied into a second one, which takes its name; each thing has three names: the one it keeps, and those of copy and old. */
export interface Shadow {
  /** As the user names it, where its schema is the one in which a table without a schema is made. */
  readonly table: Name
  readonly qualified: QualifiedName
  readonly known: Table
  /** What the copy is called until the exchange, and the old table from then on. */
  readonly copy: Name
  readonly old: Name
  readonly key: Key
  /** Columns that are copied: all but the generated. */
  readonly columns: readonly string[]
  readonly identities: readonly ShadowIdentity[]
  /** Sequences of serial columns, which go over to the copy. */
  readonly serials: readonly { readonly sequence: Name; readonly column: string }[]
  readonly indexes: readonly ShadowIndex[]
  /** CHECK constraints that are not proven: they come to the copy with the exchange. */
  readonly unproven: readonly TableConstraint[]
  /** Its own foreign keys, those that point at itself too, and those of other tables that point here. */
  readonly keys: readonly ShadowKey[]
  readonly views: readonly ShadowView[]
  readonly policies: readonly Operation<'CreatePolicy'>[]
  readonly grants: readonly string[]
  /** Of the triggers that keep the two in step, and their function. */
  readonly sync: { readonly rows: string; readonly truncate: string; readonly function: QualifiedName }
}

/** What a thing is called that goes by its table's name, and what its like is called on the copy and on the old table. */
export interface ThreeNames {
  readonly name: string
  readonly copy: string
  readonly old: string
}

export interface ShadowIdentity {
  readonly column: string
  readonly always: boolean
  readonly sequence: ThreeNames
  /** What the copy's sequence needs to be like the old one. */
  readonly make: readonly string[]
}

export interface ShadowIndex extends ThreeNames {
  /** A constraint's index goes by the constraint. */
  readonly isConstraint: boolean
  readonly deferrable: boolean
  /** Makes it on the copy. */
  readonly create: string
}

export interface ShadowKey {
  /** The table that has it, as SQL names it. */
  readonly owner: Name
  readonly references: Name
  readonly name: string
  /** ADD CONSTRAINT … NOT VALID, without ALTER TABLE. */
  readonly add: string
  readonly validated: boolean
  readonly isOwn: boolean
}

export interface ShadowView {
  readonly view: Name
  readonly replace: string
}

/** The copy of a table that could take its place, or why there is none: `it is partitioned`. */
export function shadowOf(table: Name, at: Site): Shadow | string {
  const known = findTable(at.before, table)
  if (known === undefined) return 'no migration made it'
  const reason = inTheWayOfCopy(known, at)
  const key = keyOf(table, at)
  if (reason !== undefined || key === undefined) return reason ?? 'it has no primary key to copy it along'
  const spelled: Name = known.name.schema === creationSchema(at.before) ? table : known.name
  const copy = besideTable(spelled, freeRelationName(spelled, at, 'shadow'))
  const old = besideTable(spelled, freeRelationName(spelled, at, 'old'))
  const indexes = known.indexes.map((name) => indexOf(name, { known, copy }, at))
  const keys = keysOf(known, spelled, at)
  const policies = known.policies.map((policy) => definitionOfPolicy(at.before, known, policy))
  const unproven = known.constraints.filter(({ definition, validated }) => definition.kind === 'check' && !validated)
  const grants = definitionOfGrants(known)?.map((grant) => ({ ...grant, names: [copy] }))
  if (indexes.some((each) => each === undefined)) return 'the migrations do not tell all of its indexes'
  if (keys.some((each) => each === undefined)) return 'the migrations do not tell all of its foreign keys'
  if (policies.some((each) => each === undefined)) return 'the migrations do not tell all of its policies'
  if (grants === undefined) return 'its grants are not certain'
  if (unproven.some((each) => definitionOfConstraint(at.before, known, each) === undefined)) return 'a CHECK of it is not told'
  const rows = syncName(spelled, 'copy', at)
  return {
    table: spelled,
    qualified: known.name,
    known,
    copy,
    old,
    key,
    columns: known.columns.filter(({ generated }) => generated === undefined).map(({ name }) => name),
    identities: known.columns.flatMap((column) => identityOf(known, column, copy, at)),
    serials: sequencesOf(known, at).filter(({ column }) =>
      known.columns.every((each) => each.name !== column || each.identity === undefined),
    ),
    indexes: indexes.filter((each) => each !== undefined),
    unproven,
    keys: keys.filter((each) => each !== undefined),
    views: known.dependentViews.map((view) => viewOf(view, at)),
    policies: policies.filter((each) => each !== undefined).map((policy) => ({ ...policy, table: spelled })),
    grants: grants.map((grant) => print(grant)),
    sync: {
      rows,
      truncate: freeName([rows, 'truncate'], (name) => known.triggers.some((each) => each.name === name)),
      function: { schema: known.name.schema, name: rows },
    },
  }
}

/** Free names for a thing of the copy and of the old table. */
export function threeNames(name: string, schema: string, at: Site): ThreeNames {
  const isTaken = (other: string) => existence(at.before, { schema, name: other }) === 'exists'
  return { name, copy: freeName([name, 'shadow'], isTaken), old: freeName([name, 'old'], isTaken) }
}

function indexOf(
  name: QualifiedName,
  { known, copy }: { readonly known: Table; readonly copy: Name },
  at: Site,
): ShadowIndex | undefined {
  const index = findIndex(at.before, name)
  const definition = index && definitionOfIndex(at.before, index)
  if (index === undefined || definition === undefined || !index.valid || namesTable(index, known)) return undefined
  const names = threeNames(name.name, name.schema, at)
  const owner = known.constraints.find((each) => each.index !== undefined && sameName(each.index, index.name))
  if (owner === undefined) {
    return { ...names, isConstraint: false, deferrable: false, create: print({ ...definition, table: copy, index: names.copy }) }
  }
  const constraint = definitionOfConstraint(at.before, known, owner)?.constraint
  if (constraint?.kind !== 'primary key' && constraint?.kind !== 'unique' && constraint?.kind !== 'exclude') return undefined
  const { options = [], tablespace } = index
  const create = alter({ table: copy }, `ADD ${printConstraint({ ...constraint, name: names.copy, options, tablespace })}`)
  return { ...names, isConstraint: true, deferrable: constraint.deferrable, create }
}

/** Whether an index calls a column by the name of its table, which the copy does not have yet. */
function namesTable({ keys, where }: Index, { name }: Table): boolean {
  return [...keys.map(({ expression }) => expression), where].some((each) =>
    each?.sql.toLowerCase().includes(`${name.name.toLowerCase()}.`),
  )
}

/** Undefined for one that the catalog does not know well enough. */
function keysOf(known: Table, table: Name, at: Site): readonly (ShadowKey | undefined)[] {
  const spell = (name: QualifiedName): Name => (sameName(name, known.name) ? table : name)
  const keyOn = (owner: Table, constraint: TableConstraint): ShadowKey | undefined => {
    const definition = definitionOfConstraint(at.before, owner, constraint)?.constraint
    if (definition?.kind !== 'foreign key' || constraint.references === undefined) return undefined
    const references = sameName(constraint.references, known.name) ? table : definition.references
    const add = `ADD ${printConstraint({ ...definition, references, name: constraint.name, notValid: true })}`
    const isOwn = sameName(owner.name, known.name)
    return { owner: spell(owner.name), references, name: constraint.name, add, validated: constraint.validated, isOwn }
  }
  return [
    ...known.constraints
      .filter(({ definition }) => definition.kind === 'foreign key')
      .map((constraint) => keyOn(known, constraint)),
    ...known.referencedBy
      .filter((reference) => !sameName(reference.table, known.name))
      .map((reference) => {
        const owner = findTable(at.before, reference.table)
        const constraint = owner?.constraints.find(({ name }) => name === reference.constraint)
        return owner && constraint && keyOn(owner, constraint)
      }),
  ]
}

function sequencesOf(known: Table, at: Site): readonly { readonly sequence: QualifiedName; readonly column: string }[] {
  return [...hintsOf(at.before, 'owner', known.name)].flatMap((key) => {
    const relation = at.before.relations.get(key)
    const owner = relation?.kind === 'sequence' ? relation.ownedBy : undefined
    return relation !== undefined && owner !== undefined && sameName(owner.table, known.name)
      ? [{ sequence: relation.name, column: owner.column }]
      : []
  })
}

function identityOf(known: Table, { name, identity }: TableColumn, copy: Name, at: Site): readonly ShadowIdentity[] {
  const own = sequencesOf(known, at).find(({ column }) => column === name)?.sequence
  if (identity === undefined || own === undefined) return []
  const { schema } = own
  const made = sequenceName(at.before, { schema, name: copy.name }, name)
  const sequence = { ...threeNames(own.name, schema, at), copy: made }
  const relation = findSequence(at.before, own)
  const copied = { schema, name: made }
  const grants = (relation && definitionOfGrants(relation, [copied])) ?? []
  const { type } = relation ?? {}
  // LIKE gives the sequence the limits of the other, and the type bigint (18).
  const typed =
    type === undefined || builtInName(type) === 'int8' ? [] : [`ALTER SEQUENCE ${printName(copied)} AS ${printType(type)}`]
  return [{ column: name, always: identity.always, sequence, make: [...typed, ...grants.map((grant) => print(grant))] }]
}

function viewOf(name: QualifiedName, at: Site): ShadowView {
  const view = findView(at.before, name)
  const columns = view?.columns.flatMap((column) => column ?? []) ?? []
  const replace =
    view === undefined
      ? ''
      : print({
          kind: 'CreateView',
          view: name,
          columns,
          query: view.query,
          replace: true,
          temporary: false,
          options: view.options ?? [],
        })
  return { view: name, replace: replace.replace(/;\s*$/, '') }
}
