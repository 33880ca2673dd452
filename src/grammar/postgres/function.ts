import type { AlterFunctionStmt, CallStmt, CreateFunctionStmt, DoStmt, Node, ObjectWithArgs } from 'libpg-query'
import { quoteIdentifier } from '../../name.ts'
import type { Command } from '../../operation.ts'
import type { TypeName } from '../../type-name.ts'
import { factsOf } from './facts.ts'
import { nameOfList } from './name.ts'
import { bodiesOf, bodyOf, stringsOf } from './node.ts'
import { isOn, optionOf, optionsOf, optionText } from './option.ts'
import type { Part } from './span.ts'
import { command, findWord, starting, textOf } from './span.ts'
import { lowerTypeName } from './type-name.ts'

export function lowerCreateFunction(statement: CreateFunctionStmt, part: Part): readonly Command[] {
  const { options, sql_body: sqlBody, returnType } = statement
  const inputs = bodiesOf(statement.parameters, 'FunctionParameter').filter(
    ({ mode }) => mode !== 'FUNC_PARAM_OUT' && mode !== 'FUNC_PARAM_TABLE',
  )
  const { reads, writes } = factsOf([sqlBody])
  const operation = {
    kind: 'CreateFunction',
    function: nameOfList(statement.funcname),
    arguments: inputs.map(({ argType }) => lowerTypeName(argType)),
    returns: returnType === undefined ? undefined : lowerTypeName(returnType),
    procedure: statement.is_procedure === true,
    replace: statement.replace === true,
    // Only a SQL-standard body may leave the language out.
    language: (optionText(optionOf(options, 'language')) ?? 'sql').toLowerCase(),
    volatility: volatilityOf(options) ?? 'volatile',
    securityDefiner: optionOf(options, 'security') !== undefined && isOn(optionOf(options, 'security')),
    settings: settingsOf(options),
    searchPath: searchPathOf(options),
    body: sqlBody === undefined ? quotedBody(options) : standardBody(part),
    dependsOn: [...reads, ...writes],
    ...(writes.length === 0 ? {} : { writes }),
  } as const
  return [command(operation, part)]
}

function quotedBody(options: readonly Node[] | undefined): string {
  return stringsOf(bodyOf(optionOf(options, 'as')?.arg, 'List')?.items)[0] ?? ''
}

/** RETURN expression or BEGIN ATOMIC … END, which end the statement. */
function standardBody(part: Part): string {
  const start = findWord(part, 'return', 'begin')
  return start === undefined ? '' : textOf(starting(part, start))
}

function volatilityOf(options: readonly Node[] | undefined): 'immutable' | 'stable' | 'volatile' | undefined {
  const text = optionText(optionOf(options, 'volatility'))
  return text === 'immutable' || text === 'stable' || text === 'volatile' ? text : undefined
}

/** Settings that SET pins for the time of a call. */
function settingsOf(options: readonly Node[] | undefined): readonly string[] {
  return optionsOf(options).flatMap(({ arg }) => {
    const set = bodyOf(arg, 'VariableSetStmt')
    return set?.kind === 'VAR_SET_VALUE' || set?.kind === 'VAR_SET_CURRENT' ? [(set.name ?? '').toLowerCase()] : []
  })
}

/** The search_path that a SET clause pins, as SET would have it; FROM CURRENT says none. */
function searchPathOf(options: readonly Node[] | undefined): string | undefined {
  const set = optionsOf(options)
    .map(({ arg }) => bodyOf(arg, 'VariableSetStmt'))
    .find((each) => each?.kind === 'VAR_SET_VALUE' && each.name?.toLowerCase() === 'search_path')
  return set?.args?.map((arg) => quoteIdentifier(bodyOf(arg, 'A_Const')?.sval?.sval ?? '')).join(', ')
}

export function lowerAlterFunction(statement: AlterFunctionStmt, part: Part): readonly Command[] {
  const operation = {
    kind: 'AlterFunction',
    function: nameOfList(statement.func?.objname),
    arguments: argumentsOf(statement.func),
    volatility: volatilityOf(statement.actions),
  } as const
  return [command(operation, part)]
}

/** The input types that tell a routine from its namesakes; undefined where the SQL gives its name alone. */
export function argumentsOf(routine: ObjectWithArgs | undefined): readonly TypeName[] | undefined {
  return routine === undefined || routine.args_unspecified === true
    ? undefined
    : bodiesOf(routine.objargs, 'TypeName').map(lowerTypeName)
}

export function lowerCall(statement: CallStmt, part: Part): readonly Command[] {
  const { funccall } = statement
  const { strings } = factsOf([funccall?.args])
  return [command({ kind: 'Call', procedure: nameOfList(funccall?.funcname), strings }, part)]
}

/** What the body does is the caller's to find. */
export function lowerDo(statement: DoStmt, part: Part): readonly Command[] {
  return [
    command({ kind: 'DoBlock', language: optionText(optionOf(statement.args, 'language')) ?? 'plpgsql', dynamic: [] }, part),
  ]
}
