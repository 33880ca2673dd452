import { quoteIdentifier } from '../name.ts'
import type { ForeignOption } from '../operation.ts'
import { quoteLiteral } from './literal.ts'

/** Values that need no quotes: numbers, and words that are themselves in every place where the grammar wants a value. */
const plain = /^(?:-?(?:0|[1-9]\d*)(?:\.\d+)?|true|false|on|off|auto|none|local|cascaded)$/

/** `name=value` of a storage parameter as `name = value`; the name alone stays alone. */
function printOption(option: string): string {
  const at = option.indexOf('=')
  return at < 0 ? printOptionName(option) : `${printOptionName(option.slice(0, at))} = ${printValue(option.slice(at + 1))}`
}

/** `toast.` stands before a name. */
export function printOptionName(name: string): string {
  return name.split('.').map(quoteIdentifier).join('.')
}

function printValue(value: string): string {
  return plain.test(value) ? value : quoteLiteral(value)
}

/** `(fillfactor = 70, toast.autovacuum_enabled = off)` */
export function printOptions(options: readonly string[]): string {
  return `(${options.map(printOption).join(', ')})`
}

/** ` WITH (…)` and ` TABLESPACE …` in the words that are wanted; empty where there is neither. */
export function printStorage(
  { options = [], tablespace }: { readonly options?: readonly string[]; readonly tablespace?: string | undefined },
  words: 'TABLESPACE' | 'USING INDEX TABLESPACE' = 'TABLESPACE',
): string {
  const listed = options.length > 0 ? ` WITH ${printOptions(options)}` : ''
  return tablespace === undefined ? listed : `${listed} ${words} ${quoteIdentifier(tablespace)}`
}

/** ` OPTIONS (name 'value')` of a foreign table or its column; empty without any. */
export function printForeignOptions(options: readonly ForeignOption[] = []): string {
  if (options.length === 0) return ''
  return ` OPTIONS (${options.map(([name, value]) => `${quoteIdentifier(name)} ${quoteLiteral(value)}`).join(', ')})`
}
