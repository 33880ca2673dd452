import type {
  AlterDefaultPrivilegesStmt,
  AlterExtensionContentsStmt,
  AlterObjectDependsStmt,
  AlterRoleSetStmt,
  ClusterStmt,
  CommentStmt,
  CreateExtensionStmt,
  DefineStmt,
  DropRoleStmt,
  GrantRoleStmt,
  GrantStmt,
  Node,
  ObjectType,
  SecLabelStmt,
} from 'libpg-query'
import type { Name } from '../../name.ts'
import type { Command, ObjectKind, Operation } from '../../operation.ts'
import { isMethodFirst, withoutMethod } from './drop.ts'
import { argumentsOf } from './function.ts'
import { localName, nameOf, nameOfList, nameOfObject, roleOf, unqualified } from './name.ts'
import { bodiesOf, bodyOf, stringsOf } from './node.ts'
import { isLocal, kindOf } from './object-kind.ts'
import { isOn, optionOf, optionText } from './option.ts'
import type { Part } from './span.ts'
import { command, textOf } from './span.ts'

/** An object that nothing the analyzer knows depends on. */
export function manage(
  action: 'create' | 'alter' | 'drop',
  object: ObjectKind,
  name: Name | string | undefined,
  part: Part,
  statement = `${action} ${object}`.toUpperCase(),
): readonly Command[] {
  const known = typeof name === 'string' ? unqualified(name) : name
  return [command({ kind: 'ManageObject', statement, object, action, name: known, cascade: false }, part)]
}

/** A statement whose locks or work cannot be told from its text. */
export function opaque(statement: string, reason: string, part: Part): readonly Command[] {
  return [command({ kind: 'Opaque', statement, sql: textOf(part), reason }, part)]
}

/** A base type, or another object that is defined by a list of attributes. */
export function lowerDefine(statement: DefineStmt, part: Part): readonly Command[] {
  const name = nameOfList(statement.defnames)
  if (statement.kind === 'OBJECT_TYPE') return [command({ kind: 'CreateBaseType', type: name }, part)]
  return manage('create', kindOf(statement.kind), name, part)
}

function objectOf(type: ObjectType | undefined, node: Node | undefined) {
  const object = kindOf(type)
  if (isLocal(object)) return { object, ...localName(node) }
  return { object, name: isMethodFirst(type) ? withoutMethod(node) : nameOfObject(node), table: undefined }
}

export function lowerComment(statement: CommentStmt, part: Part): readonly Command[] {
  const on = objectOf(statement.objtype, statement.object)
  // A copy of a table or of a column gets its comment, too.
  const text = on.object === 'table' || on.object === 'column' ? { text: statement.comment } : {}
  return [command({ kind: 'Comment', ...on, ...text }, part)]
}

export function lowerSecurityLabel(statement: SecLabelStmt, part: Part): readonly Command[] {
  return [command({ kind: 'SecurityLabel', ...objectOf(statement.objtype, statement.object) }, part)]
}

export function lowerGrant(statement: GrantStmt, part: Part): readonly Command[] {
  const everywhere = statement.targtype === 'ACL_TARGET_ALL_IN_SCHEMA'
  const written = bodiesOf(statement.privileges, 'AccessPriv')
  const privileges = written.map(({ priv_name }) => priv_name ?? 'all')
  const columns = written.map(({ cols }) => stringsOf(cols))
  const operation: Operation = {
    kind: 'Grant',
    revoke: statement.is_grant !== true,
    privileges: privileges.length === 0 ? ['all'] : privileges,
    object: kindOf(statement.objtype),
    names: everywhere ? [] : (statement.objects ?? []).map(nameOfObject),
    inSchemas: everywhere ? stringsOf(statement.objects) : [],
    grantees: bodiesOf(statement.grantees, 'RoleSpec').map(roleOf),
    ...(columns.some((names) => names.length > 0) ? { columns } : {}),
    ...(statement.grant_option === true ? { grantOption: true } : {}),
    ...(statement.grantor === undefined ? {} : { grantedBy: roleOf(statement.grantor) }),
    ...(statement.behavior === 'DROP_CASCADE' ? { cascade: true } : {}),
  }
  return [command(operation, part)]
}

/** GRANT role TO role */
export function lowerGrantRole(statement: GrantRoleStmt, part: Part): readonly Command[] {
  const operation: Operation = {
    kind: 'Grant',
    revoke: statement.is_grant !== true,
    privileges: [],
    object: 'role',
    names: bodiesOf(statement.granted_roles, 'AccessPriv').map(({ priv_name }) => unqualified(priv_name)),
    inSchemas: [],
    grantees: bodiesOf(statement.grantee_roles, 'RoleSpec').map(roleOf),
  }
  return [command(operation, part)]
}

/** Applies to objects created later: nothing that exists is touched. */
export function lowerDefaultPrivileges(_: AlterDefaultPrivilegesStmt, part: Part): readonly Command[] {
  return manage('alter', 'role', undefined, part, 'ALTER DEFAULT PRIVILEGES')
}

export function lowerAlterRoleSet(statement: AlterRoleSetStmt, part: Part): readonly Command[] {
  return manage('alter', 'role', statement.role === undefined ? undefined : roleOf(statement.role), part)
}

export function lowerDropRole(statement: DropRoleStmt, part: Part): readonly Command[] {
  return bodiesOf(statement.roles, 'RoleSpec').flatMap((role) => manage('drop', 'role', roleOf(role), part))
}

export function lowerCreateExtension(statement: CreateExtensionStmt, part: Part): readonly Command[] {
  const { options } = statement
  const operation: Operation = {
    kind: 'CreateExtension',
    extension: statement.extname ?? '',
    schema: optionText(optionOf(options, 'schema')),
    ifNotExists: statement.if_not_exists === true,
    cascade: isOn(optionOf(options, 'cascade')),
    version: optionText(optionOf(options, 'new_version')),
  }
  return [command(operation, part)]
}

/** ALTER EXTENSION … ADD and DROP. */
export function lowerExtensionMember(statement: AlterExtensionContentsStmt, part: Part): readonly Command[] {
  const { objtype, object: node, extname = '', action = 1 } = statement
  const { object, name } = objectOf(objtype, node)
  const change = action > 0 ? 'add member' : 'drop member'
  return [command({ kind: 'AlterExtension', extension: extname, change, member: { object, name } }, part)]
}

/** ALTER … DEPENDS ON EXTENSION: of an index or routine; of a trigger or materialized view it locks a relation that no operation tells. */
export function lowerDepends(statement: AlterObjectDependsStmt, part: Part): readonly Command[] {
  const { objectType, relation, object } = statement
  if (objectType === 'OBJECT_INDEX') {
    return [command({ kind: 'AlterIndex', index: nameOf(relation), change: 'depends', ifExists: false }, part)]
  }
  const routine = bodyOf(object, 'ObjectWithArgs')
  if (routine === undefined) {
    return opaque(
      `ALTER ${kindOf(objectType).toUpperCase()}`,
      'DEPENDS ON EXTENSION is modelled for indexes and routines only',
      part,
    )
  }
  const name = nameOfList(routine.objname)
  return [command({ kind: 'AlterFunction', function: name, arguments: argumentsOf(routine), volatility: undefined }, part)]
}

export function lowerCluster(statement: ClusterStmt, part: Part): readonly Command[] {
  const { relation, indexname: index } = statement
  return [command({ kind: 'Cluster', table: relation === undefined ? undefined : nameOf(relation), index }, part)]
}
