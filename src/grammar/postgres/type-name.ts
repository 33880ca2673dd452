import type { Node, TypeName as TypeNode } from 'libpg-query'
import type { TypeName } from '../../type-name.ts'
import { bodyOf, stringsOf } from './node.ts'

export function lowerTypeName(type: TypeNode | undefined): TypeName {
  const parts = stringsOf(type?.names)
  // `orders.id%TYPE` names a column, not a type: it is kept whole.
  const name =
    type?.pct_type === true
      ? { schema: undefined, name: `${parts.join('.')}%TYPE` }
      : { schema: parts.at(-2), name: parts.at(-1) ?? '' }
  return {
    name,
    modifiers: (type?.typmods ?? []).map(modifierText),
    dimensions: type?.arrayBounds?.length ?? 0,
    serial: false,
    setOf: type?.setof === true,
  }
}

/** Modifiers are constants or, as in `geometry(Point, 4326)`, bare words. */
function modifierText(node: Node): string {
  const constant = bodyOf(node, 'A_Const')
  if (constant?.ival !== undefined) return String(constant.ival.ival ?? 0)
  if (constant?.fval !== undefined) return constant.fval.fval ?? ''
  if (constant?.sval !== undefined) return `'${(constant.sval.sval ?? '').replaceAll("'", "''")}'`
  return stringsOf(bodyOf(node, 'ColumnRef')?.fields).join('.')
}

const serials: ReadonlyMap<string, string> = new Map([
  ['smallserial', 'int2'],
  ['serial2', 'int2'],
  ['serial', 'int4'],
  ['serial4', 'int4'],
  ['bigserial', 'int8'],
  ['serial8', 'int8'],
])

/** As `lowerTypeName`; only in a column definition, and only unqualified, are serial and its family more than unknown types (manual 8.1.4). */
export function lowerColumnType(type: TypeNode | undefined): TypeName {
  const lowered = lowerTypeName(type)
  const integer = lowered.name.schema === undefined ? serials.get(lowered.name.name) : undefined
  return integer === undefined ? lowered : { ...lowered, name: { schema: 'pg_catalog', name: integer }, serial: true }
}
