import type {
  DeallocateStatement,
  Expr,
  PrepareStatement,
  SelectFromStatement,
  SetGlobalStatement,
  SetNames,
  SetTimezone,
  ShowStatement,
  Statement,
} from 'pgsql-ast-parser'
import { quoteIdentifier } from '../../name.ts'
import type { Command, Operation } from '../../operation.ts'
import { NotUnderstood } from '../grammar.ts'
import { command, type Place, pieces, type Range, stringAt, wordAt } from './place.ts'

type SessionStatement =
  | Extract<Statement, { type: 'begin' | 'start transaction' | 'commit' | 'rollback' }>
  | SetGlobalStatement
  | SetTimezone
  | SetNames
  | ShowStatement
  | PrepareStatement
  | DeallocateStatement

export function lowerSession(node: SessionStatement, place: Place): Operation {
  switch (node.type) {
    case 'begin':
    case 'start transaction':
      return { kind: 'Begin' }
    case 'commit':
      return { kind: 'Commit', chain: false }
    case 'rollback':
      return { kind: 'Rollback', chain: false }
    case 'set':
      return lowerSet(node, place)
    case 'set timezone':
      return lowerTimeZone(node)
    case 'set names':
      return { kind: 'Set', setting: 'client_encoding', value: node.to.value, local: false }
    case 'prepare':
      throw new NotUnderstood('what a prepared statement names is not read')
    case 'show':
    case 'deallocate':
      return { kind: 'Session', statement: node.type.toUpperCase() }
  }
}

function lowerTimeZone({ to }: SetTimezone): Operation {
  if (to.type === 'interval') throw new NotUnderstood('a time zone as an interval is not known')
  return { kind: 'Set', setting: 'timezone', value: to.type === 'value' ? String(to.value) : undefined, local: false }
}

/** Settings whose value is a list of names, each quoted where it needs to be (GUC_LIST_QUOTE in PostgreSQL's guc_tables.c). */
const listsOfNames = /^(search_path|temp_tablespaces|(local|session|shared)_preload_libraries)$/

/** The values are read from the tokens: the tree has numbers as JavaScript's. */
function lowerSet(node: SetGlobalStatement, place: Place): Operation {
  const setting = node.variable.name
  const local = node.scope === 'local'
  if (node.set.type === 'default') return { kind: 'Set', setting, value: undefined, local }
  let at = place.whole.from
  while (at < place.whole.to && wordAt(place, at) !== '=' && wordAt(place, at) !== 'to') at++
  const values = pieces(place, { from: at + 1, to: place.whole.to }).map((piece) => {
    const value = settingValue(place, piece)
    return listsOfNames.test(setting) ? quoteIdentifier(value) : value
  })
  return { kind: 'Set', setting, value: values.join(', '), local }
}

function settingValue(place: Place, { from, to }: Range): string {
  const token = place.tokens[from]
  if (token?.kind === 'string') return stringAt(place, { _location: token })
  if (token?.kind === 'quoted identifier') return token.text.slice(1, -1)
  return place.tokens
    .slice(from, to)
    .map(({ text }) => text.toLowerCase())
    .join('')
}

/** A SELECT of nothing but set_config calls sets what they say. */
export function lowerSetConfig(node: SelectFromStatement, place: Place): readonly Command[] | undefined {
  if (node.from || node.where) return undefined
  const columns = node.columns ?? []
  const settings = columns.flatMap(({ expr }) => setConfig(expr, place) ?? [])
  if (settings.length === 0 || settings.length !== columns.length) return undefined
  if (settings.length === 1) return settings.map((operation) => command(place, operation))
  const parts = pieces(place, { from: place.whole.from + 1, to: place.whole.to })
  return settings.map((operation, index) => command(place, operation, parts[index] ?? place.whole))
}

function setConfig(node: Expr, place: Place): Operation | undefined {
  if (node.type !== 'call' || node.function.name !== 'set_config') return undefined
  if (node.function.schema !== undefined && node.function.schema !== 'pg_catalog') return undefined
  const [setting, value, local] = node.args.map((argument) => constantOf(argument, place))
  const scope = local ?? (node.args[2]?.type === 'cast' ? constantOf(node.args[2].operand, place) : undefined)
  if (typeof setting !== 'string' || value === undefined || typeof scope !== 'string') return undefined
  return {
    kind: 'Set',
    setting: setting.toLowerCase(),
    value: value ?? undefined,
    local: /^(t|true|y|yes|on|1)$/i.test(scope),
  }
}

/** A constant's text; null for NULL, undefined for what is none. */
function constantOf(node: Expr, place: Place): string | null | undefined {
  switch (node.type) {
    case 'string':
      return stringAt(place, node)
    case 'integer':
    case 'boolean':
      return String(node.value)
    case 'null':
      return null
    default:
      return undefined
  }
}
