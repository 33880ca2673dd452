import type { DefElem, Node } from 'libpg-query'
import type { ForeignOption } from '../../operation.ts'
import { bodiesOf, bodyOf, stringsOf } from './node.ts'
import { lowerTypeName } from './type-name.ts'

export function optionsOf(nodes: readonly Node[] | undefined): readonly DefElem[] {
  return bodiesOf(nodes, 'DefElem')
}

export function optionOf(nodes: readonly Node[] | undefined, name: string): DefElem | undefined {
  return optionsOf(nodes).findLast((option) => option.defname === name)
}

/** An option's value as text; undefined where only its name is written. */
export function optionText(option: DefElem | undefined): string | undefined {
  const value = option?.arg
  if (value === undefined) return undefined
  const integer = bodyOf(value, 'Integer')
  if (integer !== undefined) return String(integer.ival ?? 0)
  const boolean = bodyOf(value, 'Boolean')
  if (boolean !== undefined) return String(boolean.boolval === true)
  const type = bodyOf(value, 'TypeName')
  if (type !== undefined) return lowerTypeName(type).name.name
  const list = bodyOf(value, 'List')
  if (list !== undefined) return stringsOf(list.items).join('.')
  return bodyOf(value, 'Float')?.fval ?? bodyOf(value, 'String')?.sval
}

/** Whether an option is on: written alone, or with a value that defGetBoolean of PostgreSQL takes for true. */
export function isOn(option: DefElem | undefined): boolean {
  if (option === undefined) return false
  const text = optionText(option)?.toLowerCase()
  return text === undefined || text === 'true' || text === 'on' || text === '1'
}

/** `name=value`, as pg_class.reloptions keeps them; the name alone where no value is written. */
export function optionList(nodes: readonly Node[] | undefined): readonly string[] {
  return optionsOf(nodes).map((option) => {
    const value = optionText(option)
    return value === undefined ? optionName(option) : `${optionName(option)}=${value}`
  })
}

/** `toast.` stands before the parameters of a table's TOAST table. */
export function optionName(option: DefElem): string {
  const name = (option.defname ?? '').toLowerCase()
  return option.defnamespace === undefined ? name : `${option.defnamespace.toLowerCase()}.${name}`
}

/** A field of a list, left out where the list is empty. */
export function listed<Key extends string, Value>(
  key: Key,
  values: readonly Value[],
): { readonly [K in Key]?: readonly Value[] } {
  // TypeScript makes an index signature of a computed key.
  return values.length === 0 ? {} : ({ [key]: values } as { readonly [K in Key]: readonly Value[] })
}

/** OPTIONS (name 'value', …) of a foreign table or its column. */
export function foreignOptionsOf(nodes: readonly Node[] | undefined): readonly ForeignOption[] {
  return optionsOf(nodes).map((option) => [option.defname ?? '', optionText(option) ?? ''])
}
