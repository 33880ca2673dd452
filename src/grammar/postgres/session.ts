import type { ConstraintsSetStmt, DiscardStmt, FuncCall, Node, SelectStmt, TransactionStmt, VariableSetStmt } from 'libpg-query'
import { quoteIdentifier } from '../../name.ts'
import type { Command, Operation } from '../../operation.ts'
import { nameOfList } from './name.ts'
import { bodiesOf, bodyOf } from './node.ts'
import type { Part } from './span.ts'
import { command, indexAt, isEmpty, isWord, split, starting, textOf, tokenAt } from './span.ts'

export function lowerTransaction(statement: TransactionStmt, part: Part): readonly Command[] {
  return [command(transaction(statement), part)]
}

function transaction(statement: TransactionStmt): Operation {
  const chain = statement.chain === true
  const savepoint = statement.savepoint_name ?? ''
  switch (statement.kind) {
    case 'TRANS_STMT_COMMIT':
      return { kind: 'Commit', chain }
    case 'TRANS_STMT_ROLLBACK':
      return { kind: 'Rollback', chain }
    case 'TRANS_STMT_SAVEPOINT':
      return { kind: 'Savepoint', savepoint }
    case 'TRANS_STMT_RELEASE':
      return { kind: 'ReleaseSavepoint', savepoint }
    case 'TRANS_STMT_ROLLBACK_TO':
      return { kind: 'RollbackTo', savepoint }
    case 'TRANS_STMT_PREPARE':
      return { kind: 'TwoPhase', command: 'prepare' }
    case 'TRANS_STMT_COMMIT_PREPARED':
      return { kind: 'TwoPhase', command: 'commit' }
    case 'TRANS_STMT_ROLLBACK_PREPARED':
      return { kind: 'TwoPhase', command: 'rollback' }
    default:
      return { kind: 'Begin' }
  }
}

export function lowerSetConstraints(statement: ConstraintsSetStmt, part: Part): readonly Command[] {
  return [command({ kind: 'SetConstraints', deferred: statement.deferred === true }, part)]
}

const discarded = {
  DISCARD_ALL: 'all',
  DISCARD_PLANS: 'plans',
  DISCARD_SEQUENCES: 'sequences',
  DISCARD_TEMP: 'temp',
} as const

export function lowerDiscard(statement: DiscardStmt, part: Part): readonly Command[] {
  return [command({ kind: 'Discard', what: discarded[statement.target ?? 'DISCARD_ALL'] }, part)]
}

export function lowerSet(statement: VariableSetStmt, part: Part): readonly Command[] {
  return [command(set(statement, part), part)]
}

function set(statement: VariableSetStmt, part: Part): Operation {
  const setting = (statement.name ?? '').toLowerCase()
  const local = statement.is_local === true
  switch (statement.kind) {
    case 'VAR_RESET_ALL':
      return { kind: 'Reset', setting: 'all' }
    case 'VAR_RESET':
      return { kind: 'Reset', setting }
    case 'VAR_SET_DEFAULT':
      return { kind: 'Set', setting, value: undefined, local }
    // SET x FROM CURRENT, which has a meaning in CREATE FUNCTION only.
    case 'VAR_SET_CURRENT':
      return { kind: 'Session', statement: 'SET' }
    case 'VAR_SET_MULTI': {
      const value = textOf(afterTransaction(part))
      return setting === 'session characteristics'
        ? { kind: 'Set', setting, value, local: false }
        : { kind: 'Set', setting: 'transaction', value, local: true }
    }
    default:
      return { kind: 'Set', setting, value: settingText(setting, statement.args, part), local }
  }
}

/** The modes after SET … TRANSACTION. */
function afterTransaction(part: Part): Part {
  return isWord(tokenAt(part, part.from), 'transaction') || isEmpty(part)
    ? starting(part, part.from + 1)
    : afterTransaction(starting(part, part.from + 1))
}

/** Settings that are lists of names: SHOW gives each of them quoted where need be (GUC_LIST_QUOTE in PostgreSQL's guc_tables.c). */
const nameLists: ReadonlySet<string> = new Set([
  'search_path',
  'temp_tablespaces',
  'local_preload_libraries',
  'session_preload_libraries',
  'shared_preload_libraries',
])

function settingText(setting: string, args: readonly Node[] | undefined, part: Part): string {
  return (args ?? [])
    .map((arg) => {
      const text = constantText(arg)
      if (text === undefined) return textOf(starting(part, indexAt(part, bodyOf(arg, 'TypeCast')?.typeName?.location)))
      return nameLists.has(setting) ? quoteIdentifier(text) : text
    })
    .join(', ')
}

/** The text of a constant; undefined for whatever is none. */
function constantText(node: Node | undefined): string | undefined {
  const constant = bodyOf(node, 'A_Const')
  if (constant?.sval !== undefined) return constant.sval.sval ?? ''
  if (constant?.ival !== undefined) return String(constant.ival.ival ?? 0)
  if (constant?.boolval !== undefined) return String(constant.boolval.boolval === true)
  return constant?.fval?.fval
}

/** `SELECT set_config('x', 'y', false)` is a SET; undefined for a SELECT that does anything else. */
export function lowerSetConfig(statement: SelectStmt, part: Part): readonly Command[] | undefined {
  if (statement.fromClause !== undefined || statement.withClause !== undefined || statement.whereClause !== undefined)
    return undefined
  const calls = bodiesOf(statement.targetList, 'ResTarget').map(({ val }) => val)
  const settings = calls.flatMap((call) => setConfig(bodyOf(call, 'FuncCall')) ?? [])
  if (settings.length === 0 || settings.length !== calls.length) return undefined
  const parts = split(starting(part, part.from + 1))
  return settings.map((operation, index) => command(operation, calls.length === 1 ? part : (parts[index] ?? part)))
}

function setConfig(call: FuncCall | undefined): Operation | undefined {
  const { schema, name } = nameOfList(call?.funcname)
  if (name !== 'set_config' || (schema !== undefined && schema !== 'pg_catalog')) return undefined
  const [setting, value, local] = call?.args ?? []
  const text = constantText(setting)
  const scope = constantText(bodyOf(local, 'TypeCast')?.arg ?? local)
  const isNull = bodyOf(value, 'A_Const')?.isnull === true
  if (text === undefined || scope === undefined || (!isNull && constantText(value) === undefined)) return undefined
  // A NULL value resets the setting.
  return { kind: 'Set', setting: text.toLowerCase(), value: constantText(value), local: /^(t|true|y|yes|on|1)$/i.test(scope) }
}
