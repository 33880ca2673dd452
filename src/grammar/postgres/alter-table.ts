import type {
  AlterTableCmd,
  AlterTableMoveAllStmt,
  AlterTableStmt,
  AlterTableType,
  ColumnDef,
  Node,
  ObjectType,
} from 'libpg-query'
import type { Command, OnTable, Operation } from '../../operation.ts'
import { lowerColumn, lowerIdentity } from './column.ts'
import { lowerAlterComposite } from './composite.ts'
import { lowerConstraint } from './constraint.ts'
import { lowerExpression, lowerOptional } from './expression.ts'
import { nameOf, nameOfList, roleOf } from './name.ts'
import { bodiesOf, bodyOf } from './node.ts'
import { optionList, optionName, optionOf, optionsOf, optionText } from './option.ts'
import { lowerBound } from './partition.ts'
import { lowerSequenceOptions } from './sequence.ts'
import type { Part } from './span.ts'
import { command, findWord, indexAt, insideNext, isMark, isWord, nameEnd, split, starting, tokenAt } from './span.ts'
import { lowerTypeName } from './type-name.ts'

export function lowerAlterTable(statement: AlterTableStmt, part: Part): readonly Command[] {
  const parts = commandParts(statement, part)
  const table = nameOf(statement.relation)
  const relation = {
    table,
    only: statement.relation?.inh !== true,
    ifExists: statement.missing_ok === true,
    ...alteredAs(statement.objtype),
  }
  return bodiesOf(statement.cmds, 'AlterTableCmd').map((cmd, index) => {
    const own = parts[index] ?? part
    const operation =
      statement.objtype === 'OBJECT_TYPE'
        ? lowerAlterComposite(cmd, table)
        : (lowerOfObject(cmd, relation, statement.objtype) ?? lowerCommand(cmd, relation, own))
    return command(operation ?? opaque(cmd, own), own)
  })
}

/** The commands between the commas after the relation's name. */
function commandParts(statement: AlterTableStmt, part: Part): readonly Part[] {
  return split(afterRelation(part, statement.relation?.location))
}

/** What follows `name`, `name *` or `ONLY (name)`. */
export function afterRelation(part: Part, location: number | undefined): Part {
  const end = nameEnd(part, indexAt(part, location))
  return starting(part, isMark(tokenAt(part, end), '*') || isMark(tokenAt(part, end), ')') ? end + 1 : end)
}

function opaque(cmd: AlterTableCmd, part: Part): Operation {
  const { original } = part.text
  return { kind: 'Opaque', statement: 'ALTER TABLE', sql: original, reason: `the command ${cmd.subtype} is not modelled` }
}

function parameterValues(cmd: AlterTableCmd): { readonly values?: Readonly<Record<string, string>> } {
  if (cmd.subtype !== 'AT_SetRelOptions') return {}
  const options = optionsOf(bodyOf(cmd.def, 'List')?.items)
  return { values: Object.fromEntries(options.map((option) => [optionName(option), optionText(option) ?? 'true'])) }
}

/** The word after ALTER, where it is another than TABLE. */
export function alteredAs(type: ObjectType | undefined): Pick<OnTable, 'object'> {
  const object = alteredKinds.get(type ?? 'OBJECT_TABLE')
  return object === undefined ? {} : { object }
}

/** What ALTER INDEX, ALTER VIEW and ALTER SEQUENCE say in words of their own; undefined where it is ALTER TABLE's meaning. */
function lowerOfObject(cmd: AlterTableCmd, relation: OnTable, object: ObjectType | undefined): Operation | undefined {
  const { table: name, ifExists } = relation
  if (cmd.subtype === 'AT_ChangeOwner') {
    const owned = ownedKinds.get(object ?? 'OBJECT_TABLE')
    return owned === undefined
      ? undefined
      : { kind: 'SetObjectOwner', object: owned, name, owner: roleOf(cmd.newowner), ifExists }
  }
  if (object !== 'OBJECT_INDEX') return undefined
  switch (cmd.subtype) {
    case 'AT_AttachPartition':
      return { kind: 'AttachIndex', index: name, partition: nameOf(bodyOf(cmd.def, 'PartitionCmd')?.name) }
    case 'AT_SetRelOptions':
    case 'AT_ResetRelOptions':
      return {
        kind: 'AlterIndex',
        index: name,
        change: 'options',
        options: parameterNames(cmd),
        ...parameterValues(cmd),
        ifExists,
      }
    case 'AT_SetStatistics':
      return { kind: 'AlterIndex', index: name, change: 'statistics', ifExists }
    case 'AT_SetTableSpace':
      return { kind: 'AlterIndex', index: name, change: 'tablespace', tablespace: cmd.name, ifExists }
    default:
      return undefined
  }
}

function parameterNames(cmd: AlterTableCmd): readonly string[] {
  return bodiesOf(bodyOf(cmd.def, 'List')?.items, 'DefElem').map(({ defname }) => defname ?? '')
}

const alteredKinds: ReadonlyMap<ObjectType, NonNullable<OnTable['object']>> = new Map([
  ['OBJECT_VIEW', 'view'],
  ['OBJECT_MATVIEW', 'materialized view'],
  ['OBJECT_FOREIGN_TABLE', 'foreign table'],
  ['OBJECT_INDEX', 'index'],
  ['OBJECT_SEQUENCE', 'sequence'],
])

const ownedKinds: ReadonlyMap<ObjectType, 'view' | 'materialized view' | 'sequence'> = new Map([
  ['OBJECT_VIEW', 'view'],
  ['OBJECT_MATVIEW', 'materialized view'],
  ['OBJECT_SEQUENCE', 'sequence'],
])

function lowerCommand(cmd: AlterTableCmd, on: OnTable, part: Part): Operation | undefined {
  const column = cmd.name ?? (cmd.num === undefined ? '' : String(cmd.num))
  const cascade = cmd.behavior === 'DROP_CASCADE'
  const missing = cmd.missing_ok === true
  const { def } = cmd
  const list = bodyOf(def, 'List')?.items
  const definition = bodyOf(def, 'ColumnDef')
  const constraint = bodyOf(def, 'Constraint')
  const subtype = cmd.subtype ?? 'AT_AddColumn'
  const trigger = triggerStates.get(subtype)
  if (trigger !== undefined) return { kind: 'SetTrigger', ...on, trigger: trigger.all ?? column, state: trigger.state }
  const rule = ruleStates.get(subtype)
  if (rule !== undefined) return { kind: 'SetRule', ...on, rule: column, state: rule }
  const security = securityChanges.get(subtype)
  if (security !== undefined) return { kind: 'SetRowSecurity', ...on, change: security }

  switch (subtype) {
    case 'AT_AddColumn':
      return definition && { kind: 'AddColumn', ...on, column: lowerColumn(definition, part), ifNotExists: missing }
    case 'AT_DropColumn':
      return { kind: 'DropColumn', ...on, column, columnIfExists: missing, cascade }
    case 'AT_AlterColumnType':
      return definition && lowerType(definition, column, on, part)
    case 'AT_ColumnDefault':
      return def === undefined
        ? { kind: 'DropDefault', ...on, column }
        : { kind: 'SetDefault', ...on, column, default: lowerExpression(def, afterWord(part, 'default')) }
    case 'AT_SetNotNull':
      return { kind: 'SetNotNull', ...on, column }
    case 'AT_DropNotNull':
      return { kind: 'DropNotNull', ...on, column }
    case 'AT_SetExpression':
      return def && { kind: 'SetExpression', ...on, column, expression: lowerExpression(def, insideNext(part, part.from)) }
    case 'AT_DropExpression':
      return { kind: 'DropExpression', ...on, column, expressionIfExists: missing }
    case 'AT_AddIdentity':
      return constraint && { kind: 'AddIdentity', ...on, column, identity: lowerIdentity(constraint) }
    case 'AT_SetIdentity':
      return { kind: 'SetIdentity', ...on, column, always: generatedAlways(list), options: lowerSequenceOptions(list) }
    case 'AT_DropIdentity':
      return { kind: 'DropIdentity', ...on, column, identityIfExists: missing }
    case 'AT_SetStatistics': {
      const target = bodyOf(def, 'Integer')
      const byNumber = cmd.name === undefined ? { byNumber: true } : {}
      return {
        kind: 'SetStatistics',
        ...on,
        column,
        target: target === undefined ? 'default' : String(target.ival ?? 0),
        ...byNumber,
      }
    }
    case 'AT_SetOptions':
    case 'AT_ResetOptions':
      return { kind: 'SetColumnOptions', ...on, column, options: optionList(list), reset: subtype === 'AT_ResetOptions' }
    case 'AT_SetStorage':
      return { kind: 'SetStorage', ...on, column, storage: bodyOf(def, 'String')?.sval ?? '' }
    case 'AT_SetCompression':
      return { kind: 'SetCompression', ...on, column, compression: bodyOf(def, 'String')?.sval ?? '' }
    case 'AT_GenericOptions':
      return { kind: 'SetForeignOptions', ...on, column: undefined }
    case 'AT_AlterColumnGenericOptions':
      return { kind: 'SetForeignOptions', ...on, column }
    case 'AT_AddConstraint': {
      const lowered = constraint && lowerConstraint(constraint, part)
      return lowered && { kind: 'AddConstraint', ...on, constraint: lowered }
    }
    case 'AT_AlterConstraint':
      return lowerAlterConstraint(def, on)
    case 'AT_ValidateConstraint':
      return { kind: 'ValidateConstraint', ...on, constraint: column }
    case 'AT_DropConstraint':
      return { kind: 'DropConstraint', ...on, constraint: column, constraintIfExists: missing, cascade }
    case 'AT_ChangeOwner':
      return { kind: 'SetTableOwner', ...on, owner: roleOf(cmd.newowner) }
    case 'AT_AttachPartition':
    case 'AT_DetachPartition':
    case 'AT_DetachPartitionFinalize':
      return lowerPartitionCommand(cmd, on, part)
    case 'AT_AddInherit':
      return { kind: 'Inherit', ...on, parent: nameOf(bodyOf(def, 'RangeVar')) }
    case 'AT_DropInherit':
      return { kind: 'NoInherit', ...on, parent: nameOf(bodyOf(def, 'RangeVar')) }
    case 'AT_AddOf':
      return { kind: 'OfType', ...on, type: lowerTypeName(bodyOf(def, 'TypeName')).name }
    case 'AT_DropOf':
      return { kind: 'NotOfType', ...on }
    case 'AT_SetLogged':
    case 'AT_SetUnLogged':
      return { kind: 'SetLogged', ...on, logged: subtype === 'AT_SetLogged' }
    case 'AT_SetTableSpace':
      return { kind: 'SetTablespace', ...on, tablespace: column }
    case 'AT_SetAccessMethod':
      return { kind: 'SetAccessMethod', ...on, method: cmd.name }
    case 'AT_SetRelOptions':
    case 'AT_ResetRelOptions':
      return { kind: 'SetTableOptions', ...on, ...tableOptions(list, subtype === 'AT_ResetRelOptions') }
    case 'AT_ClusterOn':
      return { kind: 'ClusterOn', ...on, index: column }
    case 'AT_DropCluster':
      return { kind: 'SetWithoutCluster', ...on }
    case 'AT_DropOids':
      return { kind: 'SetWithoutOids', ...on }
    case 'AT_ReplicaIdentity': {
      const { identity_type: type, name } = bodyOf(def, 'ReplicaIdentityStmt') ?? {}
      return { kind: 'ReplicaIdentity', ...on, identity: identities[type ?? ''] ?? 'default', index: name }
    }
    default:
      return undefined
  }
}

function lowerType(definition: ColumnDef, column: string, on: OnTable, part: Part): Operation {
  return {
    kind: 'AlterColumnType',
    ...on,
    column,
    type: lowerTypeName(definition.typeName),
    collation: definition.collClause === undefined ? undefined : nameOfList(definition.collClause.collname),
    using: lowerOptional(definition.raw_default, afterWord(part, 'using')),
  }
}

function afterWord(part: Part, word: string): Part {
  const at = findWord(part, word)
  return at === undefined ? part : starting(part, at + 1)
}

function lowerAlterConstraint(def: Node | undefined, on: OnTable): Operation | undefined {
  const alter = bodyOf(def, 'ATAlterConstraint')
  if (alter === undefined) return undefined
  const deferrability = alter.alterDeferrability === true
  return {
    kind: 'AlterConstraint',
    ...on,
    constraint: alter.conname ?? '',
    deferrable: deferrability ? alter.deferrable === true : undefined,
    initiallyDeferred: deferrability ? alter.initdeferred === true : undefined,
    enforced: alter.alterEnforceability === true ? alter.is_enforced === true : undefined,
    inherit: alter.alterInheritability === true ? alter.noinherit !== true : undefined,
  }
}

function lowerPartitionCommand(cmd: AlterTableCmd, on: OnTable, part: Part): Operation | undefined {
  const { name, bound, concurrent } = bodyOf(cmd.def, 'PartitionCmd') ?? {}
  const partition = nameOf(name)
  if (cmd.subtype === 'AT_AttachPartition') {
    return bound && { kind: 'AttachPartition', ...on, partition, bound: lowerBound(bound, part) }
  }
  const finalize = cmd.subtype === 'AT_DetachPartitionFinalize'
  return { kind: 'DetachPartition', ...on, partition, concurrently: concurrent === true, finalize }
}

/** GENERATED ALWAYS arrives as the character code that pg_attribute.attidentity holds. */
function generatedAlways(list: readonly Node[] | undefined): boolean | undefined {
  const generated = bodyOf(optionOf(list, 'generated')?.arg, 'Integer')?.ival
  return generated === undefined ? undefined : String.fromCharCode(generated) === 'a'
}

function tableOptions(list: readonly Node[] | undefined, reset: boolean) {
  const options = optionsOf(list).map(
    (option) => [optionName(option), reset ? undefined : (optionText(option) ?? 'true')] as const,
  )
  return { options: Object.fromEntries(options), reset }
}

const identities: Readonly<Record<string, 'default' | 'full' | 'nothing' | 'index'>> = {
  d: 'default',
  f: 'full',
  n: 'nothing',
  i: 'index',
}

type State = 'enabled' | 'disabled' | 'replica' | 'always'

const triggerStates: ReadonlyMap<AlterTableType, { readonly state: State; readonly all?: 'ALL' | 'USER' }> = new Map([
  ['AT_EnableTrig', { state: 'enabled' }],
  ['AT_EnableAlwaysTrig', { state: 'always' }],
  ['AT_EnableReplicaTrig', { state: 'replica' }],
  ['AT_DisableTrig', { state: 'disabled' }],
  ['AT_EnableTrigAll', { state: 'enabled', all: 'ALL' }],
  ['AT_DisableTrigAll', { state: 'disabled', all: 'ALL' }],
  ['AT_EnableTrigUser', { state: 'enabled', all: 'USER' }],
  ['AT_DisableTrigUser', { state: 'disabled', all: 'USER' }],
])

const ruleStates: ReadonlyMap<AlterTableType, State> = new Map([
  ['AT_EnableRule', 'enabled'],
  ['AT_EnableAlwaysRule', 'always'],
  ['AT_EnableReplicaRule', 'replica'],
  ['AT_DisableRule', 'disabled'],
])

const securityChanges: ReadonlyMap<AlterTableType, 'enable' | 'disable' | 'force' | 'no force'> = new Map([
  ['AT_EnableRowSecurity', 'enable'],
  ['AT_DisableRowSecurity', 'disable'],
  ['AT_ForceRowSecurity', 'force'],
  ['AT_NoForceRowSecurity', 'no force'],
])

export function lowerMoveAll(statement: AlterTableMoveAllStmt, part: Part): readonly Command[] {
  const objects =
    statement.objtype === 'OBJECT_INDEX' ? 'indexes' : statement.objtype === 'OBJECT_MATVIEW' ? 'materialized views' : 'tables'
  const from = statement.orig_tablespacename ?? ''
  return [command({ kind: 'MoveAllInTablespace', objects, from, to: statement.new_tablespacename ?? '' }, part)]
}

/** Whether a statement begins with ALTER TABLE or ALTER FOREIGN TABLE, whose parts after the name are commands. */
export function isAlterTable(part: Part): boolean {
  const second = isWord(tokenAt(part, part.from + 1), 'foreign') ? part.from + 2 : part.from + 1
  return isWord(tokenAt(part, part.from), 'alter') && isWord(tokenAt(part, second), 'table')
}
