import type { AlterPolicyStmt, CreatePolicyStmt, CreateTrigStmt, Node, RuleStmt } from 'libpg-query'
import type { Expression } from '../../expression.ts'
import type { Name } from '../../name.ts'
import type { Command } from '../../operation.ts'
import { lowerOptional } from './expression.ts'
import { factsOf } from './facts.ts'
import { nameOf, nameOfList, roleOf } from './name.ts'
import { bodiesOf, stringsOf } from './node.ts'
import type { Part } from './span.ts'
import { command, findWord, indexAt, insideNext, nameEnd, starting, textOf } from './span.ts'

/** Bits of a trigger's type in PostgreSQL's pg_trigger.h. */
const events = [
  ['insert', 4],
  ['delete', 8],
  ['update', 16],
  ['truncate', 32],
] as const
const before = 2
const insteadOf = 64

export function lowerCreateTrigger(statement: CreateTrigStmt, part: Part): readonly Command[] {
  const { timing, relation, constrrel } = statement
  const operation = {
    kind: 'CreateTrigger',
    trigger: statement.trigname ?? '',
    table: nameOf(relation),
    timing: timing === before ? 'before' : timing === insteadOf ? 'instead of' : 'after',
    events: events.flatMap(([event, bit]) => (((statement.events ?? 0) & bit) === 0 ? [] : [event])),
    updateOf: stringsOf(statement.columns),
    forEachRow: statement.row === true,
    function: nameOfList(statement.funcname),
    constraint: statement.isconstraint === true,
    from: constrrel === undefined ? undefined : nameOf(constrrel),
    replace: statement.replace === true,
    sql: textOf(part),
  } as const
  return [command(operation, part)]
}

const policyCommands: ReadonlyMap<string | undefined, 'select' | 'insert' | 'update' | 'delete'> = new Map([
  ['select', 'select'],
  ['insert', 'insert'],
  ['update', 'update'],
  ['delete', 'delete'],
])

export function lowerCreatePolicy(statement: CreatePolicyStmt, part: Part): readonly Command[] {
  const operation = {
    kind: 'CreatePolicy',
    policy: statement.policy_name ?? '',
    table: nameOf(statement.table),
    command: policyCommands.get(statement.cmd_name) ?? 'all',
    permissive: statement.permissive === true,
    ...rolesOf(statement, 'PUBLIC'),
    ...conditionsOf(statement, part),
  } as const
  return [command(operation, part)]
}

export function lowerAlterPolicy(statement: AlterPolicyStmt, part: Part): readonly Command[] {
  const operation = {
    kind: 'AlterPolicy',
    policy: statement.policy_name ?? '',
    table: nameOf(statement.table),
    ...rolesOf(statement),
    ...conditionsOf(statement, part),
  } as const
  return [command(operation, part)]
}

/** The roles after TO; without it the tree of CREATE has PUBLIC. */
function rolesOf({ roles: nodes }: CreatePolicyStmt | AlterPolicyStmt, usual?: string): { readonly roles?: readonly string[] } {
  const roles = bodiesOf(nodes, 'RoleSpec').map(roleOf)
  return roles.length === 0 || (roles.length === 1 && roles[0] === usual) ? {} : { roles }
}

/** USING (…) and WITH CHECK (…) */
function conditionsOf(statement: CreatePolicyStmt | AlterPolicyStmt, part: Part) {
  const after = starting(part, nameEnd(part, indexAt(part, statement.table?.location)))
  return { using: conditionAfter(statement.qual, after, 'using'), check: conditionAfter(statement.with_check, after, 'check') }
}

function conditionAfter(node: Node | undefined, part: Part, word: string): Expression | undefined {
  return lowerOptional(node, insideNext(part, findWord(part, word) ?? part.to))
}

const ruleEvents: ReadonlyMap<string | undefined, 'select' | 'insert' | 'update' | 'delete'> = new Map([
  ['CMD_SELECT', 'select'],
  ['CMD_INSERT', 'insert'],
  ['CMD_UPDATE', 'update'],
  ['CMD_DELETE', 'delete'],
])

export function lowerCreateRule(statement: RuleStmt, part: Part): readonly Command[] {
  const { reads, writes } = factsOf([statement.whereClause, statement.actions])
  const operation = {
    kind: 'CreateRule',
    rule: statement.rulename ?? '',
    table: nameOf(statement.relation),
    event: ruleEvents.get(statement.event) ?? 'select',
    replace: statement.replace === true,
    reads: [...reads, ...writes].filter((name) => !isRowOfRule(name)),
    writes,
  } as const
  return [command(operation, part)]
}

/** OLD and NEW are no relations. */
function isRowOfRule(name: Name): boolean {
  return name.schema === undefined && (name.name === 'old' || name.name === 'new')
}
