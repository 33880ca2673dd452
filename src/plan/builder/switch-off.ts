import type { Table } from '../../catalog/catalog.ts'
import { findTable } from '../../catalog/lookup.ts'
import { printName, quoteIdentifier, sameName } from '../../name.ts'
import type { Operation } from '../../operation.ts'
import { print } from '../../print/print.ts'
import type { Site } from '../../rule.ts'
import { alter } from '../block/presence.ts'
import { deploy, inTransaction, rolledOut } from '../change.ts'
import { statementOf } from '../own-statement.ts'
import type { Plan, Rollback } from '../plan.ts'

/**
 * DISABLE TRIGGER once code does itself what the trigger did. [] for ALL, after which nothing ever checks the foreign keys, for what the migration
 * enables again, and for DROP TRIGGER, which is told of and no more.
 */
export function planSwitchOff(op: Operation<'SetTrigger' | 'DropTrigger'>, at: Site): Plan {
  const statement = statementOf(op, at)
  if (op.kind !== 'SetTrigger' || op.state !== 'disabled' || op.trigger === 'ALL' || statement === undefined) return []
  const trigger = findTable(at.before, op.table)?.triggers.find(({ name }) => name === op.trigger)
  const isBack = at.migration.statements.some(({ commands }) =>
    commands.some(
      ({ operation: other }) =>
        other.kind === 'SetTrigger' && other.state !== 'disabled' && sameName(at.resolve(other.table), at.resolve(op.table)),
    ),
  )
  if (isBack) return []
  const table = printName(at.resolve(op.table))
  const what = op.trigger === 'USER' ? `the triggers of ${table} do` : `${quoteIdentifier(op.trigger)} of ${table} does`
  return [
    deploy(`code that does itself what ${what}, or does without it: nothing makes up for it later${rolledOut}`),
    inTransaction({
      phase: 'contract',
      title: `disable ${op.trigger === 'USER' ? `triggers of ${op.table.name}` : op.trigger}`,
      why: 'No running code relies on it any more: it takes a moment.',
      statements: [statement],
      rollback:
        trigger?.origin === undefined
          ? { impossible: 'enable again what fired before: the migrations do not tell which that was' }
          : [alter(op, `ENABLE TRIGGER ${quoteIdentifier(op.trigger)}`)],
    }),
  ]
}

/** Row security of a table in use that comes to hide all rows, or none, in the place where nobody minds. */
export function planRowSecurity(
  op: Operation<'SetRowSecurity' | 'DropPolicy'>,
  hides: boolean,
  at: Pick<Site, 'before' | 'statement'>,
): Plan {
  const statement = statementOf(op, at)
  const table = findTable(at.before, op.table)
  if (statement === undefined || table === undefined) return []
  const name = printName(table.name)
  return [
    deploy(
      hides
        ? `code that connects as the owner of ${name}, or does without its rows: for every other role there are none from here on; where they are to see some, write the policies into the migration, and enable row security after them${rolledOut}`
        : `what keeps the rows of ${name} from those who are not to see them, in code, views or privileges: every role that may read the table sees all of them from here on${rolledOut}`,
    ),
    inTransaction({
      phase: 'contract',
      title: `row security of ${table.name.name}`,
      why: 'It takes a moment.',
      statements: [statement],
      rollback: back(op, table),
    }),
  ]
}

function back(op: Operation<'SetRowSecurity' | 'DropPolicy'>, table: Table): Rollback | readonly string[] {
  if (op.kind === 'SetRowSecurity') {
    const inverse = { enable: 'DISABLE', disable: 'ENABLE', force: 'NO FORCE', 'no force': 'FORCE' }[op.change]
    return [alter(op, `${inverse} ROW LEVEL SECURITY`)]
  }
  const definition = table.policies.find(({ name }) => name === op.policy)?.definition
  if (definition === undefined) return { impossible: 'the migrations do not tell all of the policy' }
  return [print({ kind: 'CreatePolicy', policy: op.policy, table: op.table, ...definition })]
}
