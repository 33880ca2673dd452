import { planSwitchOff } from '../src/plan/builder/switch-off.ts'
import {
  declaresContract,
  findTable,
  following,
  type Operation,
  printName,
  quoteIdentifier,
  rule,
  type Site,
  sameName,
} from '../src/rule.ts'

export default rule({
  on: ['SetTrigger', 'DropTrigger'],
  hazard: 'loses data',
  certainty: 'possible',
  summary: 'triggers stop firing for what is written from now on',
  why: `What a disabled trigger would have done for a row (an audit record, a derived column, a copy) is not done, and not made up for when it is
enabled again. \`DISABLE TRIGGER ALL\` switches off the triggers behind foreign keys as well: rows get in that point nowhere, the constraint still
counts as valid, and nothing ever checks them.`,
  instead: `Disable and enable in one transaction, so that nobody else writes in between (the lock keeps writers out), name the trigger, and make up for
what it would have done. To load rows without triggers, \`SET LOCAL session_replication_role = replica\` does it for one
transaction alone, and foreign keys are not checked there either.`,
  references: [
    'https://www.postgresql.org/docs/current/sql-altertable.html#SQL-ALTERTABLE-DESC-DISABLE-ENABLE-TRIGGER',
    'https://www.postgresql.org/docs/current/sql-droptrigger.html',
  ],
  knownAs: [
    'pgls/avoidEnableDisableTrigger',
    'pgls/banDropTrigger',
    'pgfence/enable-disable-trigger',
    'pgfence/drop-trigger',
    'pg-migration-lint/PGM020',
    'migrationpilot/MP064',
    'migrationpilot/ban-disable-trigger',
  ],
  check(op, at) {
    if (at.skipped !== undefined || at.refused !== undefined || at.isNew(op.table)) return undefined
    return op.kind === 'DropTrigger' ? ofDrop(op, at) : op.state === 'disabled' ? ofDisable(op, at) : undefined
  },
  rewrite: planSwitchOff,
})

function ofDisable(op: Operation<'SetTrigger'>, at: Site) {
  const table = printName(at.resolve(op.table))
  const isEnabled = [...following(at)].some(
    (later) =>
      later.kind === 'SetTrigger' &&
      later.state !== 'disabled' &&
      sameName(at.resolve(later.table), at.resolve(op.table)) &&
      (later.trigger === op.trigger || later.trigger === 'ALL'),
  )
  const who = isEnabled ? 'this transaction writes' : 'anyone writes'
  if (op.trigger === 'ALL') {
    return {
      message: `foreign keys of ${table} are not checked for what ${who} until its triggers are enabled again, and never afterwards`,
      certainty: isEnabled ? ('checked' as const) : ('possible' as const),
    }
  }
  if (isEnabled) return undefined
  // It has fired for nobody.
  const trigger = findTable(at.before, op.table)?.triggers.find(({ name }) => name === op.trigger)
  if (trigger?.origin !== undefined && trigger.origin.transaction === at.origin.transaction) return undefined
  const which = op.trigger === 'USER' ? `the triggers of ${table} do` : `${quoteIdentifier(op.trigger)} of ${table} does`
  // Its author says that no running code needs it.
  const declared = declaresContract(at.migration)
  return {
    certainty: declared ? ('checked' as const) : ('possible' as const),
    message: `${which} nothing for the rows that running code writes from here on`,
    instead: 'enable it again in the same transaction',
  }
}

function ofDrop(op: Operation<'DropTrigger'>, at: Site) {
  const trigger = findTable(at.before, op.table)?.triggers.find(({ name }) => name === op.trigger)
  const returns = [...following(at)].some(
    (later) =>
      later.kind === 'CreateTrigger' && later.trigger === op.trigger && sameName(at.resolve(later.table), at.resolve(op.table)),
  )
  if (returns || at.inChangeSet(trigger?.origin) || (trigger === undefined && op.ifExists)) return undefined
  return {
    message: `what ${quoteIdentifier(op.trigger)} did for rows of ${printName(at.resolve(op.table))} is no longer done for those that running code writes`,
    certainty: 'checked' as const,
  }
}
