import type { Cases, Operation } from '../operation.ts'
import type { Relation, Sequence, Table, View } from './catalog.ts'
import type { Draft } from './draft.ts'
import { writeRelation } from './draft.ts'
import { keyOf, resolve } from './lookup.ts'

/** What a role may do with a relation, as the history granted it. */
export interface Privilege {
  readonly grantee: string
  /** Lower case: `select`; `all` for ALL. */
  readonly privilege: string
  /** Empty for the whole relation. */
  readonly columns: readonly string[]
  /** WITH GRANT OPTION. */
  readonly grantable: boolean
}

type Granted = Table | View | Sequence

/** What ALL is of where some of it is revoked (manual 5.8); MAINTAIN is of 17, and left to those who name it. */
const every: Readonly<Record<'relation' | 'sequence', readonly string[]>> = {
  relation: ['select', 'insert', 'update', 'delete', 'truncate', 'references', 'trigger'],
  sequence: ['usage', 'select', 'update'],
}

function isGranted(relation: Relation | undefined): relation is Granted {
  return relation !== undefined && relation.kind !== 'dropped' && relation.kind !== 'index'
}

export const grantCases = {
  Grant(operation, draft) {
    if (operation.object !== 'table' && operation.object !== 'sequence') return
    for (const relation of grantedBy(operation, draft)) {
      // Whether it was done is not known: written past `put`, for what the relation is stays certain all the same.
      const changed = draft.conditional ? { grantsUncertain: true as const } : { grants: changedGrants(relation, operation) }
      writeRelation(draft, keyOf(relation.name), { ...relation, ...changed })
    }
  },
} satisfies Partial<Cases<[Draft], void>>

/** Relations that the history knows; of another it would be the only thing known. */
function grantedBy({ names, inSchemas, object }: Operation<'Grant'>, draft: Draft): readonly Granted[] {
  const { relations } = draft.catalog
  if (inSchemas.length === 0) return names.map((name) => relations.get(keyOf(resolve(draft.catalog, name)))).filter(isGranted)
  return [...relations.values()]
    .filter(isGranted)
    .filter(({ kind, name }) => (kind === 'sequence') === (object === 'sequence') && inSchemas.includes(name.schema))
}

function changedGrants(relation: Granted, operation: Operation<'Grant'>): readonly Privilege[] {
  const { revoke, privileges, columns = [], grantees, grantOption = false } = operation
  const named = privileges.map((privilege, index) => ({ privilege: privilege.toLowerCase(), columns: columns[index] ?? [] }))
  let grants = relation.grants ?? []
  for (const grantee of grantees) {
    for (const { privilege, columns } of named) {
      const own = { grantee, privilege, columns, grantable: grantOption }
      grants = revoke ? without(relation, grants, own, grantOption) : [...grants.filter((each) => !isSame(each, own)), own]
    }
  }
  return grants
}

function isSame(a: Privilege, b: Privilege): boolean {
  return a.grantee === b.grantee && a.privilege === b.privilege && a.columns.join('\0') === b.columns.join('\0')
}

/** REVOKE takes a privilege from the relation and from all of its columns, or from those that it names (manual, REVOKE). */
function without(relation: Granted, grants: readonly Privilege[], revoked: Privilege, onlyOption: boolean): readonly Privilege[] {
  const all = every[relation.kind === 'sequence' ? 'sequence' : 'relation']
  return grants
    .flatMap((each) =>
      each.grantee === revoked.grantee && each.privilege === 'all' && revoked.privilege !== 'all'
        ? all.map((privilege) => ({ ...each, privilege }))
        : [each],
    )
    .flatMap((each) => {
      const isMeant = each.grantee === revoked.grantee && (revoked.privilege === 'all' || each.privilege === revoked.privilege)
      if (!isMeant) return [each]
      const columns = revoked.columns.length === 0 ? [] : each.columns.filter((column) => !revoked.columns.includes(column))
      // What was granted on the whole relation is not taken from single columns.
      if (revoked.columns.length > 0 && each.columns.length === 0) return [each]
      if (onlyOption) return [{ ...each, grantable: false }]
      return columns.length === 0 ? [] : [{ ...each, columns }]
    })
}

/** The privileges after a column was renamed. */
export function renameInGrants(grants: readonly Privilege[] | undefined, from: string, to: string) {
  if (grants === undefined) return {}
  return { grants: grants.map((each) => ({ ...each, columns: each.columns.map((column) => (column === from ? to : column)) })) }
}

/**
 * GRANTs that give another relation, or the same one made anew, what the history granted on this one; the owner's and default privileges are
 * not told. Undefined where a GRANT or REVOKE may or may not have run.
 */
export function definitionOfGrants(relation: Granted, names = [relation.name]): readonly Operation<'Grant'>[] | undefined {
  if (relation.grantsUncertain === true) return undefined
  return (relation.grants ?? []).map((grant) => ({
    kind: 'Grant',
    revoke: false,
    privileges: [grant.privilege],
    object: relation.kind === 'sequence' ? 'sequence' : 'table',
    names,
    inSchemas: [],
    grantees: [grant.grantee],
    ...(grant.columns.length > 0 ? { columns: [grant.columns] } : {}),
    ...(grant.grantable ? { grantOption: true } : {}),
  }))
}
