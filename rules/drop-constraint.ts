import { planDropConstraint } from '../src/plan/builder/drop-constraint.ts'
import {
  asDeclared,
  askExact,
  findConstraint,
  following,
  isGivenUp,
  namedIn,
  printName,
  quoteIdentifier,
  rule,
  sameName,
  some,
} from '../src/rule.ts'

export default rule({
  on: ['DropConstraint'],
  hazard: 'breaks clients',
  certainty: 'possible',
  summary: 'a unique guarantee goes that ON CONFLICT of the running code needs',
  why: `Dropping a UNIQUE, PRIMARY KEY or EXCLUDE constraint drops its index. \`INSERT … ON CONFLICT (…)\` of the code that is still running
then fails with "there is no unique or exclusion constraint matching the ON CONFLICT specification", foreign keys have nothing to point at, lookups
lose the index, and duplicates get in that keep the constraint from coming back.`,
  instead: `Put the replacement in place first: build a unique index on the same columns concurrently, and swap the constraints in one transaction
with ADD CONSTRAINT … USING INDEX. If uniqueness is really to go, deploy code without ON CONFLICT on these columns first.`,
  references: [
    'https://www.postgresql.org/docs/current/sql-insert.html#SQL-ON-CONFLICT',
    'https://www.postgresql.org/docs/current/sql-altertable.html',
  ],
  knownAs: [
    'pgfence/drop-constraint',
    'atlas/CD101',
    'atlas/CD102',
    'atlas/CD103',
    'atlas/PG312',
    'safe-pg-migrations/remove_foreign_key',
    'pg-schema-diff/ACQUIRES_ACCESS_EXCLUSIVE_LOCK',
    'safemigrate-lint/constraint-dropped-warning',
    'migrationpilot/MP055',
    'migrationpilot/drop-pk-replica-identity-break',
  ],
  check(op, at) {
    if (at.skipped !== undefined || at.refused !== undefined || at.isNew(op.table)) return undefined
    const constraint = findConstraint(at.before, op.table, op.constraint)
    const { definition } = constraint ?? {}
    if (definition === undefined || at.inChangeSet(constraint?.origin)) return undefined
    if (definition.kind !== 'unique' && definition.kind !== 'primary key' && definition.kind !== 'exclude') return undefined
    const replaced = some(
      following(at),
      (later) =>
        later.kind === 'AddConstraint' &&
        (later.constraint.kind === 'unique' || later.constraint.kind === 'primary key' || later.constraint.kind === 'exclude') &&
        sameName(at.resolve(later.table), at.resolve(op.table)),
    )
    if (replaced) return undefined
    // ON CONFLICT with columns does not name it: that no code does tells nothing.
    const places = namedIn(askExact('constraint', op.constraint), at)
    if (isGivenUp(at)) {
      const index = `dropping ${quoteIdentifier(op.constraint)} of ${printName(at.resolve(op.table))} drops its index`
      return { message: `${index}${asDeclared}`, certainty: 'checked' }
    }
    // The columns of INCLUDE are not part of the key.
    const columns = ('columns' in definition ? definition.columns : (constraint?.columns ?? [])).map(quoteIdentifier).join(', ')
    return {
      message: `dropping ${quoteIdentifier(op.constraint)} drops its index, and running code that says ON CONFLICT (${columns}) on ${printName(at.resolve(op.table))} fails${places}`,
      certainty: places === '' ? 'possible' : 'certain',
      instead: 'put a unique index on the same columns in place first, or deploy code without that ON CONFLICT and then drop it',
    }
  },
  rewrite: planDropConstraint,
})
