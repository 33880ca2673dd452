import {
  advice,
  alterTable,
  blocksReads,
  excerpt,
  isInUse,
  listRelations,
  type Operation,
  printName,
  quoteIdentifier,
  rule,
  sayWhoWaits,
  stopsTraffic,
  stronger,
} from '../src/rule.ts'

export default rule({
  on: ['Statement'],
  hazard: 'blocks writes',
  summary: 'VALIDATE CONSTRAINT scans the table while the transaction holds a lock that stops its traffic',
  why: `VALIDATE CONSTRAINT on its own lets reads and writes go on while it reads the table. But adding the constraint took a strong lock, and a lock
is held to the end of its transaction: validated in the same transaction, the constraint is as slow and as blocking as one without NOT VALID. The
same goes for any other strong lock that the transaction already holds on the table.`,
  instead: `Validate in a migration of its own, after the one that added the constraint has committed.`,
  references: [
    'https://www.postgresql.org/docs/current/sql-altertable.html#SQL-ALTERTABLE-NOTES',
    'https://www.postgresql.org/docs/current/explicit-locking.html#LOCKING-TABLES',
  ],
  knownAs: [
    'squawk/constraint-missing-not-valid',
    'pgls/requireSeparateConstraintValidation',
    'strong_migrations/validate_foreign_key',
    'strong_migrations/validate_check_constraint',
    'online_migrations/validate_foreign_key',
    'online_migrations/validate_constraint',
    'pgfence/not-valid-validate-same-tx',
    'pgfence/validate-constraint',
    'safe-pg-migrations/validate_check_constraint',
    'safe-pg-migrations/validate_foreign_key',
  ],
  check(statement, at) {
    const validations = statement.commands.flatMap(({ operation, span }) =>
      operation.kind === 'ValidateConstraint' ? [{ operation, span }] : [],
    )
    const [first] = validations
    if (first === undefined) return undefined
    const scanned = at.effects.filter((effect) => effect.work.has('scan') && isInUse(effect, at))
    if (scanned.length === 0) return undefined
    const waiting = at.effects
      .filter((effect) => isInUse(effect, at))
      .map((effect) => ({ ...effect, lock: stronger(effect.lock, at.held.get(printName(effect.relation)) ?? effect.lock) }))
      .filter(stopsTraffic)
    const blocked = sayWhoWaits(waiting, at)
    if (blocked === undefined) return undefined
    const holder = waiting.map((effect) => at.transaction.held.get(printName(effect.relation))?.since).find((since) => since)
    const held = holder === undefined ? 'the statement holds a strong lock' : `the lock of ${excerpt(holder)} is still held`
    return {
      message: `validating ${names(validations)} blocks ${blocked} while every row of ${listRelations(scanned, at)} is read: ${held}`,
      hazard: waiting.some(({ lock }) => blocksReads(lock)) ? 'blocks reads' : 'blocks writes',
      span: first.span,
      instead: advice(
        'validate in a migration of its own, once this one has committed',
        ...validations.map(({ operation }) =>
          alterTable(operation, `VALIDATE CONSTRAINT ${quoteIdentifier(operation.constraint)}`),
        ),
      ),
    }
  },
})

function names(validations: readonly { readonly operation: Operation<'ValidateConstraint'> }[]): string {
  return validations.map(({ operation }) => quoteIdentifier(operation.constraint)).join(' and ')
}
