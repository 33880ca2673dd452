import type { Node, RangeVar, RoleSpec } from 'libpg-query'
import type { Name } from '../../name.ts'
import { printType } from '../../type-name.ts'
import { bodiesOf, bodyOf, stringsOf } from './node.ts'
import { lowerTypeName } from './type-name.ts'

/** Folding and the cut at 63 bytes are the scanner's: names arrive as the server would store them. */
export function nameOf(relation: RangeVar | undefined): Name {
  return { schema: relation?.schemaname, name: relation?.relname ?? '' }
}

/** The last two parts of a dotted name; a database's name before them must be the current one and says nothing. */
export function nameOfParts(parts: readonly string[]): Name {
  return { schema: parts.at(-2), name: parts.at(-1) ?? '' }
}

export function nameOfList(nodes: readonly Node[] | undefined): Name {
  return nameOfParts(stringsOf(nodes))
}

export function unqualified(name: string | undefined): Name {
  return { schema: undefined, name: name ?? '' }
}

/** The name of whatever a DROP, COMMENT, GRANT or ALTER points at, in any of the ways that the tree writes it. */
export function nameOfObject(object: Node | undefined): Name {
  const list = bodyOf(object, 'List')
  if (list !== undefined) return nameOfItems(list.items)
  const type = bodyOf(object, 'TypeName')
  if (type !== undefined) return lowerTypeName(type).name
  const routine = bodyOf(object, 'ObjectWithArgs')
  if (routine !== undefined) return nameOfList(routine.objname)
  const relation = bodyOf(object, 'RangeVar')
  if (relation !== undefined) return nameOf(relation)
  const number = bodyOf(object, 'Integer')
  if (number !== undefined) return unqualified(String(number.ival ?? 0))
  return unqualified(bodyOf(object, 'String')?.sval ?? bodyOf(object, 'Float')?.fval)
}

/** A cast or transform has no name: its types stand for it. */
function nameOfItems(items: readonly Node[] | undefined): Name {
  const types = bodiesOf(items, 'TypeName').map((type) => printType(lowerTypeName(type)))
  if (types.length === 0) return nameOfList(items)
  return unqualified([...types, ...stringsOf(items)].join(', '))
}

/** `table.name` as the tree writes triggers, policies, rules, columns and constraints: the table's name, then their own. */
export function localName(object: Node | undefined): { readonly table: Name; readonly name: Name } {
  const items = bodyOf(object, 'List')?.items
  const domain = bodiesOf(items, 'TypeName')[0]
  const parts = stringsOf(items)
  return {
    table: domain === undefined ? nameOfParts(parts.slice(0, -1)) : lowerTypeName(domain).name,
    name: unqualified(parts.at(-1)),
  }
}

const roleWords = {
  ROLESPEC_CSTRING: '',
  ROLESPEC_CURRENT_ROLE: 'CURRENT_ROLE',
  ROLESPEC_CURRENT_USER: 'CURRENT_USER',
  ROLESPEC_SESSION_USER: 'SESSION_USER',
  ROLESPEC_PUBLIC: 'PUBLIC',
} as const

export function roleOf(role: RoleSpec | undefined): string {
  return role?.rolename ?? roleWords[role?.roletype ?? 'ROLESPEC_CSTRING']
}
