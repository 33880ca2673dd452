import { quoteIdentifier } from '../name.ts'
import type { Operation } from '../operation.ts'
import { quoteLiteral } from './literal.ts'

/** Settings whose value is a list of names, which the operation holds as SQL (GUC_LIST_QUOTE in PostgreSQL's guc_tables.c). */
const nameLists: ReadonlySet<string> = new Set([
  'search_path',
  'temp_tablespaces',
  'local_preload_libraries',
  'session_preload_libraries',
  'shared_preload_libraries',
])

export function printSet({ setting, value, local }: Operation<'Set'>): string {
  if (value !== undefined && setting === 'transaction') return `SET TRANSACTION ${value}`
  if (value !== undefined && setting === 'session characteristics') return `SET SESSION CHARACTERISTICS AS TRANSACTION ${value}`
  const set = local ? 'SET LOCAL' : 'SET'
  if (value !== undefined && setting === 'timezone' && /^interval\b/i.test(value)) return `${set} TIME ZONE ${value}`
  const written = value === undefined ? 'DEFAULT' : printValue(setting, value)
  if (written !== undefined) return `${set} ${printSetting(setting)} TO ${written}`
  return `SELECT pg_catalog.set_config(${quoteLiteral(setting)}, ${quoteLiteral(value ?? '')}, ${local})`
}

export function printReset({ setting }: Operation<'Reset'>): string {
  return setting === 'all' ? 'RESET ALL' : `RESET ${printSetting(setting)}`
}

/** Settings of extensions have a dot in their names. */
function printSetting(setting: string): string {
  return setting.split('.').map(quoteIdentifier).join('.')
}

/** Undefined for a list of names that set_config took and SET would not. */
function printValue(setting: string, value: string): string | undefined {
  if (nameLists.has(setting)) return printNames(value)
  return /^(?:-?(?:0|[1-9]\d*)(?:\.\d+)?|on|off|true|false)$/.test(value) ? value : quoteLiteral(value)
}

/** `public, "My schema"`; an empty name in quotes is none, so it is written as a string. */
function printNames(value: string): string | undefined {
  const names = value.split(/,(?=(?:[^"]*"[^"]*")*[^"]*$)/).map((name) => name.trim())
  if (value === '') return "''"
  const areNames = names.every((name) => /^"(?:[^"]|"")*"$/.test(name) || (name !== '' && quoteIdentifier(name) === name))
  return areNames ? names.map((name) => (name === '""' ? "''" : name)).join(', ') : undefined
}
